"""Mail, by the hospital's relay: standard library only, one recipient per message.

Headers never hold what comes from a source; bodies are text and escaped HTML, without any picture.
"""

from __future__ import annotations

import re
import smtplib
import ssl
from contextlib import contextmanager, suppress
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from threading import Timer
from typing import TYPE_CHECKING

from cockpit import clock
from cockpit.connect import network
from cockpit.i18n import mark
from cockpit.notify.errand import told
from cockpit.notify.failure import ChannelDown, NeverSent, NotSent
from cockpit.notify.letter import clean

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator

    from cockpit.connect.network import Place
    from cockpit.notify.errand import Errand

_FOR_EVER = range(500, 600)
_HERE = "cockpit"


class _Relay(smtplib.SMTP):
    """Connects to the address that was allowed, whatever its name answers the second time."""

    def __init__(self, errand: Errand, place: Place, trust: ssl.SSLContext | None) -> None:
        self._errand, self._place, self._trust = errand, place, trust
        super().__init__(place.host, place.port, local_hostname=_HERE)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        del port, timeout
        with told():
            opened = network.connect(self._errand.asked, self._place)
            if self._trust is None:
                return opened
            return self._trust.wrap_socket(opened, server_hostname=host)


def send(errand: Errand) -> None:
    """Hand the letter over. Raises ChannelDown, NotSent, NeverSent."""
    try:
        with _connected(errand) as relay:
            message = written(errand)
            _addressed(relay, errand)
            code = _handed(relay, message.as_bytes(policy=SMTP), errand)
            if code != 250:  # noqa: PLR2004 - RFC 5321: taken
                raise _refusal(code)
            with suppress(smtplib.SMTPException, OSError):
                relay.quit()
    except smtplib.SMTPAuthenticationError as error:
        raise ChannelDown(reason=mark("identifiants refusés par la messagerie")) from error
    except (smtplib.SMTPException, OSError, ValueError) as error:
        raise ChannelDown(reason=mark("la messagerie n'a pas répondu")) from error


def written(errand: Errand) -> EmailMessage:
    """The message itself: two alternatives, nothing attached."""
    person, letter = errand.person, errand.letter
    sender = errand.channels.mail.sender
    message = EmailMessage(policy=SMTP)
    message["From"] = Address("Cockpit", addr_spec=sender)
    message["To"] = Address(clean(person.name), addr_spec=person.email)
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = f"<{letter.key}@{sender.partition('@')[2] or _HERE}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    message.add_alternative(letter.html, subtype="html")
    return message


def _addressed(relay: smtplib.SMTP, errand: Errand) -> None:
    """Everything that can still be taken back."""
    code, _said = relay.mail(errand.channels.mail.sender)
    if code != 250:  # noqa: PLR2004
        raise ChannelDown(reason=mark("la messagerie refuse l'expéditeur"))
    code, _said = relay.rcpt(errand.person.email)
    if code not in {250, 251}:
        raise _refusal(code)


def _handed(relay: smtplib.SMTP, content: bytes, errand: Errand) -> int:
    """The reply to the letter. It is the last line alone that cannot be taken back: a sender that
    dies before it has sent nothing, so `hand` comes as late as that (RFC 5321, 4.1.1.4)."""
    code, _said = relay.docmd("DATA")
    if code != 354:  # noqa: PLR2004 - go on
        raise _refusal(code)
    relay.send(re.sub(rb"(?m)^\.", b"..", content))
    errand.hand()
    relay.send(b".\r\n")
    code, _said = relay.getreply()
    return code


def _refusal(code: int) -> Exception:
    if code in _FOR_EVER:
        return NeverSent(reason=mark("la messagerie refuse ce destinataire ou ce message"))
    return NotSent(reason=mark("la messagerie demande d'essayer plus tard"))


@contextmanager
def _connected(errand: Errand) -> Iterator[smtplib.SMTP]:
    mail = errand.channels.mail
    if not mail.host or not mail.sender:
        raise ChannelDown(reason=mark("la messagerie n'est pas réglée : [mail] de channels.toml"))
    if mail.login and mail.security == "none":
        raise ChannelDown(reason=mark("un mot de passe ne part jamais sans chiffrement"))
    trust = None if mail.security == "none" else errand.trust(mail.ca_file)
    place = errand.place(mail.host, mail.port)
    relay = _Relay(errand, place, trust if mail.security == "tls" else None)
    watch = Timer(errand.asked.deadline.left(), _cut, [relay])
    watch.daemon = True
    watch.start()
    try:
        relay.ehlo_or_helo_if_needed()
        if mail.security == "starttls":
            relay.starttls(context=trust)
            relay.ehlo()
        if mail.login:
            relay.login(mail.login, errand.secret(mail.password, "mail.password"))
        yield relay
    finally:
        watch.cancel()
        relay.close()


def _cut(relay: smtplib.SMTP) -> None:
    """A server that drips its answer is left in the middle of it."""
    with suppress(OSError, AttributeError):
        if relay.sock is not None:
            relay.sock.shutdown(2)
