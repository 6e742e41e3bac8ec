"""`channels.toml`: the mail server, webhooks and gateways, and when to call the next person.

    [mail]
    host = "smtp.hopital.local"
    sender = "cockpit@hopital.example"

    [[gateway]]
    id = "sms"
    url = "secret:sms"

    [push]
    services = ["fcm.googleapis.com"]

Every server it names must also be in `[network] allow` of cockpit.toml, out of reach of the pages.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, Field

from cockpit.connect.secrets import Secret
from cockpit.connect.urls import Url
from cockpit.errors import BadNotify
from cockpit.i18n import mark
from cockpit.notify.entries import Entry, Model, made
from cockpit.notify.people import BUILT_IN
from cockpit.places import canonical_host

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cockpit.settings import Home

FILE = "channels.toml"
_KINDS = ("webhook", "gateway")
_TABLES = {"mail": dict, "push": dict, "escalation": dict, "webhook": list, "gateway": list}


def _host(text: str) -> str:
    name = canonical_host(text)
    if name is None:
        raise ValueError(mark("un nom de serveur comme « web.push.apple.com »"))
    return name


def _plain(text: str) -> str:
    if not text.isprintable() or text.count("@") > 1 or " " in text:
        raise ValueError(mark("une adresse comme « cockpit@hopital.fr »"))
    return text


class Mail(Entry):
    """The SMTP relay. security: STARTTLS, TLS from the first byte, or none (a relay nearby).

    login: "" for a relay that asks nothing. ca_file: the hospital's own authority, in the home.
    """

    host: str = ""
    port: int = Field(587, ge=1, le=65535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    login: str = ""
    password: Secret = ""
    sender: Annotated[str, AfterValidator(_plain)] = ""
    ca_file: str = ""


class Webhook(Entry):
    """A JSON POST. secret: signs the body (`X-Cockpit-Signature: sha256=…`)."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_-]{0,40}$")
    url: Url = Field(min_length=8)
    secret: Secret = ""
    ca_file: str = ""


class Gateway(Entry):
    """An address of the apprise library, kept as a secret: it holds the account.

    `{phone}` in it is the number of the person; for_phone: whether it has one.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9_-]{0,40}$")
    url: Secret = Field(min_length=5)
    for_phone: bool = True


class Escalation(Entry):
    """after_minutes: without an acknowledgement, the next person is called; 0 is never."""

    after_minutes: int = Field(30, ge=0, le=24 * 60)


class Push(Entry):
    """services: the hosts that a subscription of a phone may name, or a name below one of them.

    Apart from `[network] allow`, because a page gives the address: it must not be that of a server
    of the hospital.
    """

    services: tuple[Annotated[str, AfterValidator(_host)], ...] = (
        "fcm.googleapis.com",
        "updates.push.services.mozilla.com",
        "web.push.apple.com",
    )


@dataclass(frozen=True, slots=True)
class Channels:
    """What can carry a message, and what is wrong in the file."""

    mail: Mail = field(default_factory=Mail)
    named: Mapping[str, Webhook | Gateway] = field(default_factory=dict)
    escalation: Escalation = field(default_factory=Escalation)
    push: Push = field(default_factory=Push)
    errors: tuple[BadNotify, ...] = ()

    def needs_phone(self, name: str) -> bool:
        """Whether a person must have a number to be reached by this channel."""
        found = self.named.get(name)
        return isinstance(found, Gateway) and found.for_phone


def load(home: Home) -> Channels:
    """The file of an installation; what is wrong is left out and told."""
    path = home.root / FILE
    try:
        return read(path.read_text("utf-8") if path.exists() else "")
    except (OSError, UnicodeDecodeError):
        return Channels(errors=(_bad("", mark("un fichier texte en UTF-8")),))


def read(text: str) -> Channels:
    """The channels of a text."""
    errors: list[BadNotify] = []
    try:
        found = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return Channels(errors=(_bad("", mark("du TOML valide")),))
    for name in [key for key, value in found.items() if not _is_known(key, value)]:
        errors.append(_bad(name, mark("[mail], [push], [escalation], [[webhook]] ou [[gateway]]")))
        del found[name]
    mail = _one(Mail, found, "mail", errors)
    escalation = _one(Escalation, found, "escalation", errors)
    push = _one(Push, found, "push", errors)
    named: dict[str, Webhook | Gateway] = {}
    for kind in _KINDS:
        for number, entry in enumerate(found.get(kind, ()), 1):
            where = f"{kind} n° {number}"
            try:
                one: Webhook | Gateway = (
                    made(Webhook, entry, file=FILE, where=where)
                    if kind == "webhook"
                    else made(Gateway, entry, file=FILE, where=where)
                )
                if one.id in named or one.id in BUILT_IN:
                    raise _bad(f"{where}.id", mark("un nom écrit une seule fois"))
                named[one.id] = one
            except BadNotify as error:
                errors.append(error)
    return Channels(mail, named, escalation, push, tuple(errors))


def _is_known(key: str, value: object) -> bool:
    return key in _TABLES and isinstance(value, _TABLES[key])


def _one(of: type[Model], found: Mapping[str, object], name: str, errors: list[BadNotify]) -> Model:
    try:
        return made(of, found.get(name, {}), file=FILE, where=name)
    except BadNotify as error:
        errors.append(error)
        return of()


def _bad(field: str, expected: str) -> BadNotify:
    return BadNotify(file=FILE, field=field, expected=expected)
