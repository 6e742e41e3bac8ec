"""Who is told what, when: from events of the desk to posts. Pure: no clock, no file, no table.

opened, worse   those whose role owns the alert and sees the unit; for a red, who is on duty too,
                or who administers when it is nobody's
resolved        only those who were told that it began
assign          the person it is given to
no answer       to a red, after a while: the next person of the roster, step after step

Quiet hours postpone amber. A red waits for the morning only for who is not on duty, and only when
somebody is. One post per person and channel, whatever the number of alerts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cockpit.i18n import pick, use

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
    from datetime import datetime

    from cockpit.alerts.desk.keep import Happened
    from cockpit.alerts.model import Severity
    from cockpit.notify.book import Book
    from cockpit.notify.people import Person

MOST_STEPS = 5
"""How many more people a red without answer is carried to."""

_LAST_RESORT = "admin"
_BEGINS = frozenset({"opened", "worse"})


@dataclass(frozen=True, slots=True)
class Words:
    """What a line says, in the language of its reader. since: ISO day, "" when it has none."""

    title: str
    body: str = ""
    owner: str = ""
    lever: str = ""
    kpi: str = ""
    unit: str = ""
    domain: str = ""
    since: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One event for one person. key: once ever. episode: 0 when it is of no alert."""

    key: str
    episode: int
    what: str
    severity: Severity
    step: int
    at: datetime
    words: Words


@dataclass(frozen=True, slots=True)
class Post:
    """Lines for one person by one channel, not before `due` (naive UTC)."""

    person: str
    channel: str
    due: datetime
    lines: tuple[Line, ...]


def posts(
    happened: Sequence[Happened],
    book: Book,
    told: Callable[[int], Collection[tuple[str, str]]],
) -> tuple[Post, ...]:
    """What to send of these events. told: (person, channel) that were told an episode began."""
    found: list[Post] = []
    for one in happened:
        what = one.event.what
        if what in _BEGINS:
            found += _begun(one, book)
        elif what == "resolved":
            found += _ended(one, book, told(one.kept.id))
        elif what == "assign":
            found += _given(one, book)
    return tuple(_grouped(found))


def _begun(one: Happened, book: Book) -> Iterator[Post]:
    at, severity = one.event.at, _severity(one)
    duty = _on_duty(one, book) if severity == "red" else None
    readers = [someone for someone in book.people.people if _may_read(one, book, someone)]
    concerned = [
        person
        for person in readers
        if book.owns(person, one.kept.role) or (duty is not None and person.id == duty.id)
    ]
    if severity == "red" and not concerned:
        concerned = [person for person in readers if person.role == _LAST_RESORT]
    for person in concerned:
        must_wake = severity == "red" and (duty is None or person.id == duty.id)
        due = at if must_wake else person.wakes_at(at)
        for channel in person.channels(severity):
            yield Post(person.id, channel, due, (_line(one, person, channel, 0),))


def _ended(one: Happened, book: Book, told: Collection[tuple[str, str]]) -> Iterator[Post]:
    """Good news wakes nobody."""
    for name, channel in sorted(told):
        person = book.by_id.get(name)
        if person is not None and _may_read(one, book, person):
            due = person.wakes_at(one.event.at)
            yield Post(person.id, channel, due, (_line(one, person, channel, 0),))


def _given(one: Happened, book: Book) -> Iterator[Post]:
    for person in book.people.people:
        if one.event.to in {person.id, person.name} and _may_read(one, book, person):
            severity = _severity(one)
            due = one.event.at if severity == "red" else person.wakes_at(one.event.at)
            for channel in person.channels(severity):
                yield Post(person.id, channel, due, (_line(one, person, channel, 0),))


def called(alarm: Line, step: int, now: datetime, book: Book) -> list[Post]:
    """A red without answer, for the person of this step (1, 2…) of the roster; [] past the last.

    alarm: the line that was told first; its words stay in the language of who was told first.
    """
    words, following = alarm.words, book.roster.ladder(alarm.at)[1:]
    known = [book.by_id[name] for name in following if name in book.by_id]
    calls = [one for one in known if one.red and book.sees(one, words.unit, words.domain)]
    if step > min(len(calls), MOST_STEPS):
        return []
    person, event = calls[step - 1], alarm.key.split("|")[1]
    found = []
    for channel in person.channels("red"):
        key = line_key(alarm.episode, event, person.id, channel, step)
        line = replace(alarm, key=key, what="escalated", step=step)
        found.append(Post(person.id, channel, now, (line,)))
    return found


def _on_duty(one: Happened, book: Book) -> Person | None:
    """Who is on duty and may be told of it; None wakes everybody concerned instead."""
    shift = book.roster.at(one.event.at)
    person = book.by_id.get(shift.person) if shift else None
    reachable = person is not None and person.red and _may_read(one, book, person)
    return person if reachable else None


def _may_read(one: Happened, book: Book, person: Person) -> bool:
    return book.sees(person, one.kept.episode.unit, one.kept.domain)


def _severity(one: Happened) -> Severity:
    return one.event.severity or one.kept.episode.severity


def _line(one: Happened, person: Person, channel: str, step: int) -> Line:
    kept, event, alert = one.kept, one.event, one.alert
    when = f"{event.generation or ''}@{event.at.isoformat()}"  # a number alone may serve again
    with use(person.language):
        words = Words(
            title=pick(kept.title_fr, kept.title_en),
            body=pick(alert.body_fr, alert.body_en) if alert else "",
            owner=alert.owner_fr if alert else "",
            lever=alert.lever_fr if alert else "",
            kpi=kept.kpi or "",
            unit=kept.episode.unit,
            domain=kept.domain,
            since=kept.episode.since.isoformat(),
        )
    key = line_key(kept.id, f"{event.what}@{when}", person.id, channel, step)
    return Line(key, kept.id, event.what, _severity(one), step, event.at, words)


def line_key(episode: int, event: str, person: str, channel: str, step: int) -> str:
    """What makes a line the same as another: it is stored once."""
    return f"{episode}|{event}|{person}|{channel}|{step}"


def _grouped(found: Iterable[Post]) -> Iterator[Post]:
    """One post per person and channel: what may wait goes with what may not."""
    together: dict[tuple[str, str], list[Post]] = {}
    for post in found:
        together.setdefault((post.person, post.channel), []).append(post)
    for (person, channel), several in together.items():
        lines = {line.key: line for post in several for line in post.lines}
        yield Post(person, channel, min(one.due for one in several), tuple(lines.values()))
