"""The brief by mail, at each person's hour; nothing is sent when it says what it said before."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog
from sqlalchemy.orm import Session

from cockpit import clock
from cockpit.brief.compose import brief, steady_line
from cockpit.errors import CockpitError
from cockpit.i18n import pick, use
from cockpit.kpi.catalogue import home_kpis
from cockpit.kpi.installed import kpis_of
from cockpit.notify import outbox
from cockpit.notify.morning import TILE
from cockpit.notify.people import EMAIL
from cockpit.notify.route import Line, Post, Words, line_key
from cockpit.series.model import Period, Status
from cockpit.series.trend import trends
from cockpit.warehouse.attach import Warehouse

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy import Engine

    from cockpit.access.scope import Scope
    from cockpit.alerts.model import Severity
    from cockpit.brief.model import Brief, BriefLine
    from cockpit.notify.book import Book
    from cockpit.notify.people import Person
    from cockpit.settings import Home
    from cockpit.warehouse.attach import Generation

LATE = timedelta(hours=6)
"""A machine that was off at the hour still sends the brief, but not in the evening."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Morning:
    """The brief of one person, and one line for each of its tiles."""

    person: Person
    made: Brief
    tiles: tuple[BriefLine, ...]


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
        made = [_morning(home, generation, one, book.scopes[one.role]) for one in wanted]
    except CockpitError as error:  # nothing published yet, or not rebuilt: the next pass
        _log.warning("no digest", **error.log_line())
        return 0
    with Session(engine) as session, session.begin():
        return sum(_stored(session, one, day, now) for one in made)


def _morning(home: Home, generation: Generation, person: Person, scope: Scope) -> _Morning:
    """What `/brief` says to this role: its sentence, its lines, its tiles that have a figure."""
    shown = [kpi for kpi in home_kpis(kpis_of(home.kpis)) if kpi.domain in scope.domains]
    found = trends(generation, scope, shown, scope.roots[0], Period.DAY)
    tiles = tuple(steady_line(one) for one in found if one.value is not None)
    return _Morning(person, brief(generation, scope), tiles)


def is_hour(person: Person, now: datetime) -> bool:
    """Whether the brief of this person is due, on the wall clock of Paris."""
    if person.digest is None:
        return False
    local = clock.in_paris(now)
    return timedelta() <= timedelta(hours=local.hour - person.digest) < LATE


def _stored(session: Session, morning: _Morning, day: str, now: datetime) -> int:
    """Whether it is sent: not when every line of the brief is the one of the last digest."""
    person, made = morning.person, morning.made
    with use(person.language):
        headline = pick(made.headline_fr, made.headline_en)
        digest = _digest([headline, *(line.text for line in made.lines)])
        said = [
            ("brief", made.status, Words(title=headline)),
            *(("brief", line.status, _words(line)) for line in made.lines),
            *((TILE, line.status, _words(line)) for line in morning.tiles),
        ]
    is_new = _last(session, person)[1] != digest
    outbox.remember(session, f"digest:{person.id}", f"{day} {digest}")
    if not is_new:
        return 0
    lines = []
    for number, (what, status, words) in enumerate(said):
        key = line_key(0, f"digest@{day}.{number}", person.id, EMAIL, 0)
        severity: Severity = "red" if status is Status.RED else "amber"
        lines.append(Line(key, 0, what, severity, 0, now, words))
    outbox.store(session, [Post(person.id, EMAIL, now, tuple(lines))], "digest")
    return 1


def _digest(texts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16]


def _words(line: BriefLine) -> Words:
    return Words(title=line.text, kpi=line.kpi or "", unit=line.unit)


def _last(session: Session, person: Person) -> tuple[str, str]:
    day, _space, digest = outbox.remembered(session, f"digest:{person.id}").partition(" ")
    return day, digest
