"""Web push: a notification on the phones of a person, sealed for each of them (RFC 8030, 8291).

    {"title": "Cockpit", "body": "1 alerte, 2 vigilances", "link": "/alertes", "badge": 3, …}

What is said fits on a locked screen: how many alerts, never which. A phone that took the message is
noted at once, so that a second try is for the others only.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import http_ece
import httpcore2
import httpx2
from cryptography.hazmat.primitives.asymmetric import ec

from cockpit import state
from cockpit.connect import urls
from cockpit.connect.http_transport import PinnedTransport
from cockpit.errors import BadSettings
from cockpit.i18n import mark
from cockpit.notify import phones, vapid
from cockpit.notify.errand import told
from cockpit.notify.failure import ChannelDown, NeverSent, NotSent

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cockpit.connect.network import Place
    from cockpit.connect.urls import Address
    from cockpit.notify.errand import Errand
    from cockpit.notify.phones import Phone

_ALWAYS_BYTES = 512
"""Every message is that long before it is sealed: its length says nothing."""

_TOPIC = 32
_GONE = frozenset({404, 410})
_LATER = frozenset({401, 403, 408, 429})
"""401 and 403: the clock of this machine, or a pair of keys that changed; both are mended."""
_SERVER_ERROR = 500

_NO_PHONE = mark("aucun téléphone inscrit : l'inscrire depuis « Mes notifications »")
_WITHDRAWN = mark("ce téléphone n'est plus inscrit : l'inscrire de nouveau, dans Cockpit")
_POSTPONED = mark("le service d'envoi demande d'essayer plus tard")
_SILENT = mark("le service d'envoi n'a pas répondu")
_REFUSED = mark("le service d'envoi refuse la notification, ou renvoie ailleurs")


@dataclass(frozen=True, slots=True)
class Notice:
    """What goes with the letter. badge: red alerts that nobody has. lives_s: news until then."""

    badge: int = 0
    lives_s: int = 0


@dataclass(frozen=True)
class _Way:
    """A phone and its service, allowed and looked up."""

    phone: Phone
    target: Address
    place: Place

    @property
    def service(self) -> tuple[str, int]:
        return (self.target.host, self.target.port)


def send(errand: Errand, notice: Notice) -> None:
    """Hand it to the services of all phones. Raises ChannelDown, NotSent, NeverSent.

    Sent once one phone has it and the others refuse it for ever; a service that may answer later is
    tried again for its own phones.
    """
    engine = state.engine(errand.home)
    known = phones.of(engine, errand.person.id)
    if not known:
        raise NeverSent(reason=_NO_PHONE)
    has_it = phones.which_took(engine, errand.letter.key)
    left = [one for one in known if one.id not in has_it]
    ways, later = _open(errand, left)
    refused, some = [], bool(has_it & {one.id for one in known})
    if ways:
        headers = _headers(errand, notice, ways)
        content = body(errand, notice)
        errand.hand()
        for phone, status in _posted(errand, ways, headers, content):
            if isinstance(status, str):
                later.append(status)
            elif status // 100 == 2:  # noqa: PLR2004 - taken
                phones.took(engine, phone, errand.letter.key)
                some = True
            elif status in _GONE:
                phones.forget(engine, phone.endpoint)
                refused.append(_WITHDRAWN)
            elif status in _LATER or status >= _SERVER_ERROR:
                later.append(_POSTPONED)
            else:
                refused.append(_REFUSED)
    if later:
        raise NotSent(reason=later[0])
    if not some:
        raise NeverSent(reason=refused[-1])


def body(errand: Errand, notice: Notice) -> bytes:
    """What the phone shows: no label, unit or figure. A notification takes the place of the last
    one of its tag, but a vigilance never that of an alert."""
    letter = errand.letter
    said = {
        "title": "Cockpit",
        "body": letter.what[:1].upper() + letter.what[1:],
        "link": letter.page,
        "badge": notice.badge,
        "tag": "cockpit-red" if letter.is_red else "cockpit",
        "key": letter.key[:_TOPIC],
        "lang": errand.person.language,
    }
    return json.dumps(said, ensure_ascii=False).encode().ljust(_ALWAYS_BYTES)


def _open(errand: Errand, left: Iterable[Phone]) -> tuple[list[_Way], list[str]]:
    """The phones that can be reached, and why the others cannot now."""
    ways, later = [], []
    for phone in left:
        target = urls.address(phone.endpoint)
        if not phones.may_reach(errand.home, errand.channels, phone.endpoint):
            later.append(phones.NOT_ALLOWED)
            continue
        try:
            ways.append(_Way(phone, target, errand.place(target.host, target.port)))
        except ChannelDown as error:  # of this service; those of the other phones may answer
            later.append(str(error.facts["reason"]))
    return ways, later


def _headers(
    errand: Errand, notice: Notice, ways: Iterable[_Way]
) -> Mapping[tuple[str, int], Mapping[str, str]]:
    """By service, because each signature names one. Topic: an undelivered copy is replaced."""
    contact = vapid.contact(errand.home, errand.channels)
    always = {
        "Content-Type": "application/octet-stream",
        "Content-Encoding": "aes128gcm",
        "TTL": str(notice.lives_s),
        "Urgency": "high" if errand.letter.is_red else "normal",
        "Topic": errand.letter.key[:_TOPIC],
    }
    try:
        return {
            way.service: {
                **always,
                "Authorization": vapid.authorization(errand.home, _origin(way.target), contact),
            }
            for way in ways
        }
    except BadSettings as error:
        raise ChannelDown(reason=str(error.facts["expected"])) from error


def _origin(target: Address) -> str:
    """As a browser writes it: without the usual port."""
    url = httpx2.URL(target.url)
    return f"{url.scheme}://{url.netloc.decode('ascii')}"


def _posted(
    errand: Errand,
    ways: list[_Way],
    headers: Mapping[tuple[str, int], Mapping[str, str]],
    content: bytes,
) -> Iterable[tuple[Phone, int | str]]:
    """The answer to each phone: a status, or why there is none. A silent service is asked once."""
    places = {way.service: way.place for way in ways}
    transport = PinnedTransport(errand.asked, places, errand.trust(""))
    silent: dict[tuple[str, int], str] = {}
    with httpx2.Client(transport=transport, trust_env=False, follow_redirects=False) as web:
        for way in ways:
            if way.service in silent:
                yield way.phone, silent[way.service]
                continue
            sealed = _sealed(content, way.phone)
            try:
                with (
                    told(),
                    web.stream(
                        "POST", way.target.url, content=sealed, headers=dict(headers[way.service])
                    ) as answer,
                ):
                    found: int | str = answer.status_code
            except ChannelDown as error:
                found = silent[way.service] = str(error.facts["reason"])
            except (httpx2.HTTPError, httpcore2.ProtocolError, httpcore2.NetworkError):
                found = silent[way.service] = _SILENT
            yield way.phone, found


def _sealed(content: bytes, phone: Phone) -> bytes:
    """Readable by that browser alone, with a key that serves once."""
    return bytes(
        http_ece.encrypt(
            content,
            private_key=ec.generate_private_key(ec.SECP256R1()),
            dh=phones.decoded(phone.p256dh),
            auth_secret=phones.decoded(phone.auth),
            version="aes128gcm",
        )
    )
