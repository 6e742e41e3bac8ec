"""The phones of each person: what a push service gave to their browser, checked, then kept.

A subscription comes from a page: its address must be that of a push service that the operator
listed twice, as one (`[push] services` of channels.toml) and as a server that may be reached
(`[network] allow` of cockpit.toml), so that no page makes Cockpit write to another server.
"""

from __future__ import annotations

import base64
import ipaddress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from cryptography.hazmat.primitives.asymmetric import ec
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from cockpit import state
from cockpit.connect import urls
from cockpit.errors import BadRequest
from cockpit.i18n import mark
from cockpit.notify import outbox
from cockpit.state.database import exists
from cockpit.state.push_models import PushPhone as Row
from cockpit.state.push_models import PushTaken as TakenRow

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Engine

    from cockpit.notify.people import Person
    from cockpit.notify.settings import Channels
    from cockpit.settings import Home

MOST = 10
"""Phones of one person."""

NOT_ALLOWED = mark(
    "un service d'envoi que [network] allow de cockpit.toml nomme : fcm.googleapis.com:443, "
    "updates.push.services.mozilla.com:443 ou web.push.apple.com:443"
)
_LONGEST = 1024
_AUTH_BYTES = 16
_LABEL = 80


def _endpoint(text: str) -> str:
    if len(text) > _LONGEST:
        raise ValueError(mark("une adresse de 1024 caractères au plus"))
    found = urls.address(text)
    if found.scheme != "https" and not _is_this_machine(found.host):
        raise ValueError(mark("une adresse « https:// »"))
    return text


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _point(text: str) -> str:
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decoded(text))
    except ValueError as error:
        raise ValueError(mark("une clé de la courbe P-256")) from error
    return text


def _secret(text: str) -> str:
    try:
        right = len(decoded(text)) == _AUTH_BYTES
    except ValueError:
        right = False
    if not right:
        raise ValueError(mark("un secret de 16 octets"))
    return text


def decoded(text: str) -> bytes:
    """base64url, with or without its padding. Raises ValueError."""
    bare = text.rstrip("=")
    return base64.b64decode(bare + "=" * (-len(bare) % 4), altchars=b"-_", validate=True)


class _Given(BaseModel):
    """A browser may say more than what is read here."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Keys(_Given):
    """What a message is sealed with. p256dh: a point of P-256; auth: 16 bytes; base64url."""

    p256dh: Annotated[str, AfterValidator(_point), Field(max_length=100)]
    auth: Annotated[str, AfterValidator(_secret), Field(max_length=40)]


class Subscription(_Given):
    """`PushSubscription.toJSON()` (W3C Push API)."""

    endpoint: Annotated[str, AfterValidator(_endpoint)]
    keys: Keys


@dataclass(frozen=True, slots=True)
class Phone:
    """One browser of one person; instants are naive UTC, last_ok None before its first message."""

    id: int
    person: str
    endpoint: str
    p256dh: str
    auth: str
    label: str
    created_at: datetime
    last_ok: datetime | None


def subscription(given: object) -> Subscription:
    """What a browser sent, checked. Raises BadRequest."""
    try:
        return Subscription.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"]) or "subscription"
        is_ours = first["type"] == "value_error"
        expected = str(first["ctx"]["error"]) if is_ours else mark("l'abonnement du navigateur")
        raise BadRequest(field=field, expected=expected) from error


def may_reach(home: Home, channels: Channels, endpoint: str) -> bool:
    """Whether the operator listed the server of this address, as a push service and as a server."""
    found = urls.address(endpoint)
    place = f"{found.host}:{found.port}"
    is_service = any(
        found.host == one or found.host.endswith(f".{one}") for one in channels.push.services
    )
    return is_service and place in home.installation.network.allow


def add(home: Home, name: str, given: Subscription, *, label: str, replaces: str = "") -> Person:
    """Keep a phone; one that is known changes hands. Returns whose it is now.

    name: of people.toml; "" for whoever `replaces`, the former address of the same phone, belongs
    to. Raises BadRequest.
    """
    with Session(state.engine(home)) as session, session.begin():
        book = outbox.current_book(home, session)
        former = session.scalar(select(Row).where(Row.endpoint == replaces)) if replaces else None
        person = book.by_id.get(name or (former.person if former else ""))
        if person is None:
            raise BadRequest(field="person", expected=mark("une personne de people.toml"))
        if not may_reach(home, book.channels, given.endpoint):
            raise BadRequest(field="endpoint", expected=NOT_ALLOWED)
        if former is not None:
            session.delete(former)
            session.flush()
        _kept(session, person.id, given, label)
    return person


def _kept(session: Session, person: str, given: Subscription, label: str) -> None:
    row = session.scalar(select(Row).where(Row.endpoint == given.endpoint))
    mine = select(func.count()).where(Row.person == person, Row.endpoint != given.endpoint)
    if (session.scalar(mine) or 0) >= MOST:
        raise BadRequest(field="person", expected=mark("10 téléphones au plus par personne"))
    if row is None:
        row = Row(endpoint=given.endpoint, created_at=outbox.now(), label=label[:_LABEL])
        session.add(row)
    row.person, row.p256dh, row.auth = person, given.keys.p256dh, given.keys.auth


def forget(engine: Engine, endpoint: str) -> bool:
    """Whether there was a phone of this address; it is told of nothing any more."""
    with Session(engine) as session, session.begin():
        gone = session.execute(delete(Row).where(Row.endpoint == endpoint))
        return bool(gone.rowcount)  # type: ignore[attr-defined]


def of(engine: Engine, person: str) -> tuple[Phone, ...]:
    """The phones of a person, those that last answered first."""
    wanted = select(Row).where(Row.person == person)
    with Session(engine) as session:
        rows = session.scalars(wanted.order_by(Row.last_ok.desc().nulls_last(), Row.id))
        names = Phone.__slots__
        return tuple(Phone(**{name: getattr(row, name) for name in names}) for row in rows)


def counts(home: Home) -> Mapping[str, int]:
    """How many phones each person has; those without any are left out."""
    if not exists(home):
        return {}
    wanted = select(Row.person, func.count()).group_by(Row.person)
    with Session(state.engine(home)) as session:
        return {row[0]: row[1] for row in session.execute(wanted)}


def which_took(engine: Engine, message: str) -> frozenset[int]:
    """The phones that have this message. message: its key."""
    with Session(engine) as session:
        return frozenset(session.scalars(select(TakenRow.phone).where(TakenRow.message == message)))


def took(engine: Engine, phone: Phone, message: str) -> None:
    """Note that its service took the message."""
    with Session(engine) as session, session.begin():
        found = session.execute(update(Row).where(Row.id == phone.id).values(last_ok=outbox.now()))
        if found.rowcount:  # type: ignore[attr-defined] # it may have been withdrawn meanwhile
            session.merge(TakenRow(message=message, phone=phone.id))
