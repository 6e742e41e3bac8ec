"""Stored before sent: posts become rows in the very transaction that writes their events.

A message that was never handed over still takes lines, so that a bad night is one mail and not
thirty; what was handed over once is never changed, so that a second try is the same message.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import structlog
from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from cockpit import clock
from cockpit.errors import BadStructure
from cockpit.notify import book as books
from cockpit.notify import route
from cockpit.notify.people import FILE as PEOPLE
from cockpit.notify.route import Line, Post, Words
from cockpit.state.notify_models import NotifyLine as LineRow
from cockpit.state.notify_models import NotifyMemory as MemoryRow
from cockpit.state.notify_models import NotifyMessage as Row

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Engine

    from cockpit.alerts.desk.keep import Follow, Happened
    from cockpit.notify.book import Book
    from cockpit.settings import Home

EXPIRES = timedelta(hours=24)
"""Past this, a message is news to nobody: a restored backup sends nothing older."""

KEPT = timedelta(days=90)
MOST_AN_HOUR = 20
"""Messages to one person by one channel within an hour; the others wait, and take lines."""

_SLICE = 500
_UNSENT = ("waiting", "handing")
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Message:
    """A stored message with its lines; instants are naive UTC."""

    id: int
    key: str
    kind: str
    person: str
    channel: str
    state: str
    made_at: datetime
    due_at: datetime
    tries: int
    doubts: int
    reason: str
    lines: tuple[Line, ...] = ()


def follow(home: Home) -> Follow:
    """What the desk calls in its transaction: the messages of these events are written with them.

    The files of the home are read when something happened. Structure that cannot be read now is
    logged: nothing is published from it either.
    """

    def followed(session: Session, happened: Sequence[Happened]) -> None:
        if not happened:
            return
        try:
            book = current_book(home, session)
        except BadStructure as error:
            _log.error("nobody is told", **error.log_line())
            return
        store(session, route.posts(happened, book, lambda one: told(session, one)))

    return followed


def current_book(home: Home, session: Session) -> Book:
    """The files of now; the last people.toml without error stands for what is wrong in it."""
    known = session.get(MemoryRow, PEOPLE)
    book = books.load(home, good=known.value if known else "")
    if not book.people.errors and (known is None or known.value != book.text):
        session.merge(MemoryRow(name=PEOPLE, value=book.text))
    for error in book.errors:
        _log.warning("delivery settings refused", **error.log_line())
    return book


def told(session: Session, episode: int) -> frozenset[tuple[str, str]]:
    """Who was told, or is about to be told, that an episode began, and by which channel."""
    wanted = (
        select(Row.person, Row.channel)
        .join(LineRow, LineRow.message_id == Row.id)
        .where(
            LineRow.episode == episode,
            LineRow.what.in_(("opened", "worse", "escalated")),
            Row.state.in_((*_UNSENT, "sent")),
        )
    )
    return frozenset((person, channel) for person, channel in session.execute(wanted))


def store(session: Session, posts: Iterable[Post], kind: str = "alert") -> None:
    """Write posts as messages; lines that were stored before are left out."""
    for post in posts:
        lines = _new(session, post.lines)
        if not lines:
            continue
        row = _taking(session, post) if kind == "alert" else None
        if row is None:
            row = _added(session, post, lines, kind)
        else:
            row.due_at = min(row.due_at, max(post.due, _room(session, post)))
        session.add_all(_line_row(row.id, line) for line in lines)
        session.flush()


def _new(session: Session, lines: Sequence[Line]) -> list[Line]:
    known: set[str] = set()
    for at in range(0, len(lines), _SLICE):
        keys = [line.key for line in lines[at : at + _SLICE]]
        known.update(session.scalars(select(LineRow.key).where(LineRow.key.in_(keys))))
    return [line for line in lines if line.key not in known]


def _taking(session: Session, post: Post) -> Row | None:
    """The message of this person and channel that was never handed over."""
    wanted = (
        select(Row)
        .where(Row.person == post.person, Row.channel == post.channel, Row.kind == "alert")
        .where(Row.state == "waiting", Row.doubts == 0)
        .order_by(Row.id)
        .limit(1)
        .with_for_update()
    )
    return session.scalar(wanted)


def _added(session: Session, post: Post, lines: Sequence[Line], kind: str) -> Row:
    made_at = max(line.at for line in lines)
    row = Row(
        key=hashlib.sha256("\n".join(line.key for line in lines).encode()).hexdigest()[:40],
        kind=kind,
        person=post.person,
        channel=post.channel,
        state="waiting",
        made_at=made_at,
        due_at=max(post.due, _room(session, post)) if kind == "alert" else post.due,
        tries=0,
        doubts=0,
        reason="",
    )
    session.add(row)
    session.flush()
    return row


def _room(session: Session, post: Post) -> datetime:
    """When this person may get one more: a rule gone wild must not bury the others."""
    recent = session.scalars(
        select(Row.due_at)
        .where(Row.person == post.person, Row.channel == post.channel, Row.kind == "alert")
        .where(Row.due_at > post.due - timedelta(hours=1), Row.due_at <= post.due)
        .order_by(Row.due_at.desc())
        .limit(MOST_AN_HOUR)
    ).all()
    return recent[-1] + timedelta(hours=1) if len(recent) >= MOST_AN_HOUR else post.due


def _line_row(message: int, line: Line) -> LineRow:
    return LineRow(
        message_id=message,
        key=line.key,
        episode=line.episode,
        what=line.what,
        severity=line.severity,
        step=line.step,
        at=line.at,
        words=json.dumps(asdict(line.words), ensure_ascii=False),
    )


def is_idle(engine: Engine, now: datetime) -> bool:
    """Whether nothing is to be sent now: one cheap question, asked every few seconds."""
    with Session(engine) as session:
        return session.scalar(select(Row.id).where(_is_due(now)).limit(1)) is None


def due(engine: Engine, now: datetime, most: int) -> tuple[int, ...]:
    """Messages to hand over now, those that carry a red first, then the oldest."""
    red = select(func.max(LineRow.severity)).where(LineRow.message_id == Row.id).scalar_subquery()
    wanted = select(Row.id).where(_is_due(now)).order_by(red.desc(), Row.due_at, Row.id)
    with Session(engine) as session:
        return tuple(session.scalars(wanted.limit(most)))


def _is_due(now: datetime) -> Any:
    waiting = Row.state.in_(_UNSENT) & (Row.due_at <= now)
    return waiting & or_(Row.next_at.is_(None), Row.next_at <= now)


def expire(engine: Engine, now: datetime) -> int:
    """Give up what is too old to be news, and forget what ended long ago; returns how many."""
    old = update(Row).where(Row.state.in_(_UNSENT), Row.due_at < now - EXPIRES)
    with Session(engine) as session, session.begin():
        gone: Any = session.execute(old.values(state="expired", ended_at=now))
        session.execute(delete(Row).where(Row.ended_at < now - KEPT))
    if gone.rowcount:
        _log.warning("messages too old to be sent", count=gone.rowcount)
    return int(gone.rowcount)


def read(engine: Engine, message: int) -> Message | None:
    """A message and its lines in the order of their writing."""
    with Session(engine) as session:
        row = session.get(Row, message)
        wanted = select(LineRow).where(LineRow.message_id == message).order_by(LineRow.id)
        return _message(row, session.scalars(wanted)) if row else None


def listed(engine: Engine, most: int = 50, *, person: str = "") -> tuple[Message, ...]:
    """The newest messages, of one person or of all, without their lines."""
    wanted = select(Row).order_by(Row.id.desc()).limit(most)
    with Session(engine) as session:
        rows = session.scalars(wanted.where(Row.person == person) if person else wanted)
        return tuple(_message(row, ()) for row in rows)


def alarms(engine: Engine, since: datetime) -> tuple[tuple[Line, int], ...]:
    """The reds told since then, each with the furthest step it was carried to."""
    wanted = (
        select(LineRow)
        .where(LineRow.at >= since, LineRow.severity == "red", LineRow.episode > 0)
        .where(LineRow.what.in_(("opened", "worse", "escalated")))
        .order_by(LineRow.id)
    )
    first: dict[str, Line] = {}
    step: dict[str, int] = {}
    with Session(engine) as session:
        for row in session.scalars(wanted):
            event = "|".join(row.key.split("|")[:2])
            first.setdefault(event, _line(row))
            step[event] = max(row.step, step.get(event, 0))
    return tuple((line, step[event]) for event, line in first.items())


def remembered(session: Session, name: str) -> str:
    """What was kept under a name; "" when nothing was."""
    row = session.get(MemoryRow, name)
    return row.value if row else ""


def remember(session: Session, name: str, value: str) -> None:
    """Keep it, in place of what was there."""
    session.merge(MemoryRow(name=name, value=value))


def now() -> datetime:
    """The instant, as it is stored."""
    return clock.utc_naive(clock.now())


def _message(row: Row, lines: Iterable[LineRow]) -> Message:
    names = [name for name in Message.__slots__ if name != "lines"]
    fields: dict[str, Any] = {name: getattr(row, name) for name in names}
    return Message(**fields, lines=tuple(_line(one) for one in lines))


def _line(row: LineRow) -> Line:
    return Line(
        key=row.key,
        episode=row.episode,
        what=row.what,
        severity="red" if row.severity == "red" else "amber",
        step=row.step,
        at=row.at,
        words=Words(**json.loads(row.words)),
    )
