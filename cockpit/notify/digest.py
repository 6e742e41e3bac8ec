"""The brief by mail, at each person's hour; nothing is sent when it says what it said before."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog
from sqlalchemy.orm import Session

from cockpit import clock
from cockpit.brief.compose import brief
from cockpit.errors import CockpitError
from cockpit.i18n import pick, use
from cockpit.notify import outbox
from cockpit.notify.people import EMAIL
from cockpit.notify.route import Line, Post, Words, line_key
from cockpit.warehouse.attach import Warehouse

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Engine

    from cockpit.brief.model import Brief
    from cockpit.notify.book import Book
    from cockpit.notify.people import Person
    from cockpit.settings import Home

LATE = timedelta(hours=6)
"""A machine that was off at the hour still sends the brief, but not in the evening."""

_log = structlog.get_logger(__name__)


def plan(home: Home, engine: Engine, book: Book, now: datetime) -> int:
    """Store the briefs whose hour has come; returns how many. now: naive UTC."""
    day = clock.in_paris(now).date().isoformat()
    with Session(engine) as session:
        wanted = [
            one for one in book.people.people if is_hour(one, now) and _last(session, one)[0] != day
        ]
    if not wanted:
        return 0
    try:
        generation = Warehouse(home).generation()
        made = [(person, brief(generation, book.scopes[person.role])) for person in wanted]
    except CockpitError as error:  # nothing published yet, or not rebuilt: the next pass
        _log.warning("no digest", **error.log_line())
        return 0
    with Session(engine) as session, session.begin():
        return sum(_stored(session, person, said, day, now) for person, said in made)


def is_hour(person: Person, now: datetime) -> bool:
    """Whether the brief of this person is due, on the wall clock of Paris."""
    if person.digest is None:
        return False
    local = clock.in_paris(now)
    return timedelta() <= timedelta(hours=local.hour - person.digest) < LATE


def _stored(session: Session, person: Person, made: Brief, day: str, now: datetime) -> int:
    """Whether it is sent: not when every line is the one of the last digest."""
    with use(person.language):
        texts = [pick(made.headline_fr, made.headline_en), *(line.text for line in made.lines)]
    digest = hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16]
    is_new = _last(session, person)[1] != digest
    outbox.remember(session, f"digest:{person.id}", f"{day} {digest}")
    if not is_new:
        return 0
    lines = [_line(person, day, now, 0, Words(title=texts[0]))]
    for number, (line, text) in enumerate(zip(made.lines, texts[1:], strict=True), 1):
        words = Words(title=text, kpi=line.kpi or "", unit=line.unit)
        lines.append(_line(person, day, now, number, words))
    outbox.store(session, [Post(person.id, EMAIL, now, tuple(lines))], "digest")
    return 1


def _line(person: Person, day: str, now: datetime, number: int, words: Words) -> Line:
    key = line_key(0, f"digest@{day}.{number}", person.id, EMAIL, 0)
    return Line(key, 0, "brief", "amber", 0, now, words)


def _last(session: Session, person: Person) -> tuple[str, str]:
    day, _space, digest = outbox.remembered(session, f"digest:{person.id}").partition(" ")
    return day, digest
