"""Who sends our notifications (RFC 8292): one pair of keys per installation, kept in the vault.

A phone subscribes to the public key; its push service then takes nothing that the private one did
not sign. A pair that changed makes every phone subscribe again, so it is made once and never
written over, even when the vault cannot be opened.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from py_vapid import Vapid02, VapidException
from py_vapid.utils import b64urlencode

from cockpit import clock
from cockpit.errors import BadSettings
from cockpit.i18n import mark
from cockpit.locks import locked
from cockpit.notify.failure import ChannelDown
from cockpit.state import vault

if TYPE_CHECKING:
    from cockpit.notify.settings import Channels
    from cockpit.settings import Home

KEPT_AS = "cockpit-push"
_LOCK = "push-key.lock"
_LIVES = timedelta(hours=12)
"""A signature is refused after 24 h (RFC 8292, 2); half of that leaves room for a wrong clock."""


def public_key(home: Home) -> str:
    """What a browser subscribes to: an uncompressed point of P-256, base64url.

    Made at the first call. Raises BadSettings when the vault holds one that no key opens.
    """
    point = _signer(home).public_key.public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
    return str(b64urlencode(point))


def authorization(home: Home, service: str, contact: str) -> str:
    """The header that says who sends. service: its origin, "https://host" without its usual port.

    contact: whom the service may write to. Raises BadSettings, ChannelDown.
    """
    until = int((clock.now() + _LIVES).timestamp())
    claims = {"aud": service, "exp": until, "sub": contact}
    try:
        return str(_signer(home).sign(claims)["Authorization"])
    except VapidException as error:
        raise ChannelDown(reason=_NO_CONTACT) from error


def contact(home: Home, channels: Channels) -> str:
    """The sender of the mails, else the address of Cockpit. Raises ChannelDown without any."""
    if channels.mail.sender:
        return f"mailto:{channels.mail.sender}"
    public = urlsplit(home.installation.public_url)
    if not public.hostname:
        raise ChannelDown(reason=_NO_CONTACT)
    return f"https://{public.hostname}"


_NO_CONTACT = mark(
    "un service d'envoi veut savoir qui envoie : public_url de cockpit.toml, ou [mail] sender"
)


def _signer(home: Home) -> Vapid02:
    text = vault.text_of(home, KEPT_AS)
    if not text:
        with locked(home.root / _LOCK):
            text = vault.text_of(home, KEPT_AS) or _made(home)
    return Vapid02.from_raw(text.encode("ascii"))


def _made(home: Home) -> str:
    if any(one.name == KEPT_AS for one in vault.kept(home)):
        expected = mark("la clé qui ouvre « cockpit-push », ou son oubli (cockpit secret forget)")
        raise BadSettings(file=vault.OWN_FILE, expected=expected)
    number = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
    text = re.sub("=+$", "", b64urlencode(number.to_bytes(32, "big")))
    vault.keep(home, KEPT_AS, text)
    return text
