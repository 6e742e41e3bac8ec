"""Episodes and their log in the state database: what figures said, what people did.

The log is never changed; an episode holds where its log has led, so that a list is one read. Both
are written in one transaction with whatever must follow an event (`follow`: messages to send), so
that no kill separates them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cockpit.alerts.desk import life
from cockpit.alerts.desk.life import Act, Episode, Event, Sight
from cockpit.errors import BadRequest
from cockpit.i18n import mark
from cockpit.kpi.model import UnitId
from cockpit.state.alert_models import AlertEpisode as EpisodeRow
from cockpit.state.alert_models import AlertEvent as EventRow
from cockpit.state.alert_models import AlertRecord as RecordRow

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from cockpit.alerts.model import Alert

Key = tuple[str, str, str]
"""Rule, facet and unit: one episode of it is open at most."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An episode as it is kept. alert: its last words, as fields of `alerts.model.Alert`."""

    id: int
    episode: Episode
    facet: str
    kpi: str | None
    domain: str
    role: str
    unit_label: str
    title_fr: str
    title_en: str


@dataclass(frozen=True, slots=True)
class Happened:
    """One event just written, of the episode as it stands after it. alert: None once it is over."""

    kept: Kept
    event: Event
    alert: Alert | None


Follow = Callable[[Session, Sequence[Happened]], None]


def nothing_follows(_session: Session, _happened: Sequence[Happened]) -> None:
    """Tell nobody."""


def last_recorded(engine: Engine) -> tuple[int, datetime] | None:
    """The number and the instant (naive UTC) of the last generation that was noted; None: none."""
    with Session(engine) as session:
        last = _last(session)
        return (last.generation, last.at) if last else None


def record(
    engine: Engine,
    generation: int,
    at: datetime,
    alerts: Iterable[Alert],
    *,
    held: Callable[[str, UnitId], bool] = lambda _rule, _unit: False,
    follow: Follow = nothing_follows,
) -> tuple[Happened, ...]:
    """What a generation says of every rule, once: a second call of the same one writes nothing.

    at: when it was published, naive UTC: with its number, which generation it is. held: rules that
    cannot be judged now (a late source, a maintenance): their episodes stay as they are. Returns
    what was written.
    """
    with Session(engine) as session, session.begin():
        if _is_behind(session, generation, at):
            return ()
        session.add(RecordRow(generation=generation, at=at))
        happened = _recorded(session, generation, at, {_key(a): a for a in alerts}, held)
        follow(session, happened)
    return happened


def _is_behind(session: Session, generation: int, at: datetime) -> bool:
    """Whether it was noted already, or is older than the last one that was.

    Numbers start again once `generations/` was emptied or restored, and a clock may be set back:
    only what is behind in both is old.
    """
    same = select(RecordRow.id).where(RecordRow.generation == generation, RecordRow.at == at)
    if session.scalar(same) is not None:
        return True
    last = _last(session)
    return last is not None and generation <= last.generation and at <= last.at


def _last(session: Session) -> RecordRow | None:
    return session.scalar(select(RecordRow).order_by(RecordRow.id.desc()).limit(1))


def _recorded(
    session: Session,
    generation: int,
    at: datetime,
    spoken: Mapping[Key, Alert],
    held: Callable[[str, UnitId], bool],
) -> tuple[Happened, ...]:
    still_open = {
        (row.rule, row.facet, row.unit): row
        for row in session.scalars(select(EpisodeRow).where(EpisodeRow.resolved_at.is_(None)))
    }
    happened: list[Happened] = []
    for key in dict.fromkeys((*still_open, *spoken)):
        alert, row = spoken.get(key), still_open.get(key)
        if held(key[0], UnitId(key[2])):
            continue
        sight = Sight(
            at=at,
            generation=generation,
            severity=alert.severity if alert else None,
            since=alert.since if alert else None,
            as_of=alert.as_of if alert else None,
            back=alert.back if alert else False,
        )
        before = _episode(row) if row else None
        after, events = life.seen(before, sight, rule=key[0], unit=key[2])
        if after is None:
            continue
        row = _written(session, row, after, alert)
        happened += [_logged(session, row, event, alert) for event in events]
    return tuple(happened)


def _key(alert: Alert) -> Key:
    return (alert.rule, alert.facet, alert.unit)


def _written(
    session: Session, row: EpisodeRow | None, episode: Episode, alert: Alert | None
) -> EpisodeRow:
    if row is None:
        row = EpisodeRow(rule=episode.rule, unit=episode.unit)
        session.add(row)
    for name in Episode.__slots__:
        setattr(row, name, getattr(episode, name))
    if alert is not None:
        row.facet, row.kpi, row.domain = alert.facet, alert.kpi, str(alert.domain)
        row.role, row.unit_label = alert.role, alert.unit_label
        row.title_fr, row.title_en = alert.title_fr, alert.title_en
    session.flush()
    return row


def _logged(
    session: Session, row: EpisodeRow, event: Event, alert: Alert | None = None
) -> Happened:
    fields = {name: getattr(event, name) for name in Event.__slots__}
    session.add(EventRow(episode_id=row.id, **fields))
    return Happened(_kept(row), event, alert)


def act(engine: Engine, episode: int, done: Act, *, follow: Follow = nothing_follows) -> Kept:
    """What a person does to an episode. Raises BadRequest (unknown, over, or meaningless)."""
    with Session(engine) as session, session.begin():
        row = session.get(EpisodeRow, episode, with_for_update=True)
        if row is None:
            raise BadRequest(field="alerte", expected=mark("une alerte de la liste"))
        after, event = life.act(_episode(row), done)
        _written(session, row, after, None)
        happened = _logged(session, row, event)
        follow(session, [happened])
        return happened.kept


def open_episodes(engine: Engine) -> tuple[Kept, ...]:
    """Every episode that is not over, the oldest first."""
    wanted = select(EpisodeRow).where(EpisodeRow.resolved_at.is_(None)).order_by(EpisodeRow.id)
    with Session(engine) as session:
        return tuple(_kept(row) for row in session.scalars(wanted))


def closed_episodes(engine: Engine, *, most: int = 200) -> tuple[Kept, ...]:
    """The episodes that are over, the last one first."""
    over = select(EpisodeRow).where(EpisodeRow.resolved_at.is_not(None))
    wanted = over.order_by(EpisodeRow.resolved_at.desc(), EpisodeRow.id.desc()).limit(most)
    with Session(engine) as session:
        return tuple(_kept(row) for row in session.scalars(wanted))


def history(engine: Engine, rule: str, unit: str, *, most: int = 50) -> tuple[Kept, ...]:
    """Past and present episodes of a rule at a unit, the newest first."""
    wanted = (
        select(EpisodeRow)
        .where(EpisodeRow.rule == rule, EpisodeRow.unit == unit)
        .order_by(EpisodeRow.id.desc())
        .limit(most)
    )
    with Session(engine) as session:
        return tuple(_kept(row) for row in session.scalars(wanted))


def log_of(engine: Engine, episode: int) -> tuple[Event, ...]:
    """Everything that happened to an episode, the oldest first."""
    wanted = select(EventRow).where(EventRow.episode_id == episode).order_by(EventRow.id)
    with Session(engine) as session:
        return tuple(_event(row) for row in session.scalars(wanted))


def open_logs(engine: Engine) -> Mapping[int, tuple[Event, ...]]:
    """What happened to each episode that is not over, by its id, the oldest first."""
    wanted = (
        select(EventRow)
        .join(EpisodeRow, EpisodeRow.id == EventRow.episode_id)
        .where(EpisodeRow.resolved_at.is_(None))
        .order_by(EventRow.id)
    )
    found: dict[int, list[Event]] = {}
    with Session(engine) as session:
        for row in session.scalars(wanted):
            found.setdefault(row.episode_id, []).append(_event(row))
    return {episode: tuple(events) for episode, events in found.items()}


def newest_event(engine: Engine) -> int:
    """A number that changes with whatever happens to an alert; 0 before the first."""
    with Session(engine) as session:
        return session.scalar(select(func.max(EventRow.id))) or 0


def _event(row: EventRow) -> Event:
    return Event(**{name: getattr(row, name) for name in Event.__slots__})


def _episode(row: EpisodeRow) -> Episode:
    fields: dict[str, Any] = {name: getattr(row, name) for name in Episode.__slots__}
    return Episode(**fields)


def _kept(row: EpisodeRow) -> Kept:
    return Kept(
        id=row.id,
        episode=_episode(row),
        facet=row.facet,
        kpi=row.kpi,
        domain=row.domain,
        role=row.role,
        unit_label=row.unit_label,
        title_fr=row.title_fr,
        title_en=row.title_en,
    )
