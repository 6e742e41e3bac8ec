"""Acknowledge from a mail: a link that opens a page, and a button on it that does it.

A link says which alert, how grave it was, and who may use it; it is signed with a key of the vault,
dies after a day and serves once. Opening it changes nothing: mail filters open every link.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from cockpit import state
from cockpit.alerts.desk import keep
from cockpit.alerts.desk.life import Act
from cockpit.errors import BadRequest
from cockpit.i18n import mark
from cockpit.notify import outbox
from cockpit.state import vault
from cockpit.state.notify_models import NotifyUsed as UsedRow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cockpit.alerts.desk.keep import Happened, Kept
    from cockpit.notify.people import Person
    from cockpit.notify.route import Line
    from cockpit.settings import Home

LIVES = timedelta(hours=24)
KEPT_AS = "cockpit-links"
_LONGEST = 1000
_FOR = frozenset({"opened", "worse", "escalated", "assign"})


@dataclass(frozen=True, slots=True)
class Opened:
    """What a link is about: the alert as it stands, and who acknowledges it."""

    kept: Kept
    person: Person


def key(home: Home) -> bytes:
    """The key that signs, made at the first mail that needs it."""
    text = vault.text_of(home, KEPT_AS)
    if not text:
        vault.keep(home, KEPT_AS, secrets.token_urlsafe(48))
        text = vault.text_of(home, KEPT_AS)
    return text.encode()


def token(signing: bytes, line: Line, person: str, now: datetime) -> str:
    """What the link of a line says; "" for what cannot be acknowledged. now: naive UTC."""
    if not line.episode or line.what not in _FOR:
        return ""
    until = int((now + LIVES).replace(tzinfo=UTC).timestamp())
    said = json.dumps([line.key, line.episode, line.severity, person, until]).encode()
    return f"{_text(said)}.{_text(_signed(signing, said))}"


def opened(home: Home, text: str) -> Opened:
    """What a link is about; changes nothing. Raises BadRequest for any reason not to go on."""
    line, episode, severity, name = _read(home, text)
    engine = state.engine(home)
    with Session(engine) as session:
        if session.get(UsedRow, _mark(line)) is not None:
            raise _refused(mark("un lien qui n'a pas encore servi"))
        book = outbox.current_book(home, session)
    person = book.by_id.get(name)
    kept = next((one for one in keep.open_episodes(engine) if one.id == episode), None)
    if kept is None:
        raise _refused(mark("une alerte ouverte : celle-ci est terminée"))
    if person is None or not book.sees(person, kept.episode.unit, kept.domain):
        raise _refused(mark("une personne qui voit encore cette alerte"))
    if kept.episode.severity == "red" and severity != "red":
        raise _refused(mark("le lien du dernier message : l'alerte s'est aggravée depuis"))
    return Opened(kept, person)


def confirm(home: Home, text: str) -> Kept:
    """Acknowledge, once. Raises BadRequest as `opened`, and for a second use at the same time."""
    found = opened(home, text)
    line = _read(home, text)[0]
    now = outbox.now()

    def spend(session: Session, _happened: Sequence[Happened]) -> None:
        session.add(UsedRow(token=_mark(line), at=now))
        session.execute(delete(UsedRow).where(UsedRow.at < now - 2 * LIVES))
        session.flush()

    done = Act(at=now, who=found.person.name, deed="acknowledge")
    try:
        return keep.act(state.engine(home), found.kept.id, done, follow=spend)
    except IntegrityError as error:
        raise _refused(mark("un lien qui n'a pas encore servi")) from error


def _read(home: Home, text: str) -> tuple[str, int, str, str]:
    wrong = _refused(mark("un lien reçu de Cockpit, entier et de moins de 24 h"))
    try:
        said, signature = (_bytes(part) for part in text[:_LONGEST].split("."))
        signing = vault.text_of(home, KEPT_AS).encode()
        if not signing or not hmac.compare_digest(signature, _signed(signing, said)):
            raise wrong
        line, episode, severity, person, until = json.loads(said)
    except ValueError as error:
        raise wrong from error
    if outbox.now().replace(tzinfo=UTC).timestamp() >= until:
        raise wrong
    return line, episode, severity, person


def _signed(signing: bytes, said: bytes) -> bytes:
    return hmac.new(signing, b"accuser\n" + said, hashlib.sha256).digest()


def _mark(line: str) -> str:
    return hashlib.sha256(line.encode()).hexdigest()


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def _refused(expected: str) -> BadRequest:
    return BadRequest(field="t", expected=expected)
