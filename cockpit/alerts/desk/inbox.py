"""What a reader finds of the alerts: where each stands, who has it, what is new; and what they do.

inbox(generation, scope, now)   the alerts that the scope sees, with what people did of them
take(...)                       an act on some of them, by who may see them
ended(...)                      the last ones that are over
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

from cockpit import state
from cockpit.alerts import lateness
from cockpit.alerts.desk import keep
from cockpit.alerts.desk.waiting import waiting
from cockpit.alerts.store import active
from cockpit.errors import BadRequest
from cockpit.i18n import mark
from cockpit.kpi.model import Domain, UnitId

if TYPE_CHECKING:
    from datetime import datetime

    from cockpit.access.scope import Scope
    from cockpit.alerts.desk.keep import Follow, Kept
    from cockpit.alerts.desk.life import Act, Event, Stage
    from cockpit.alerts.model import Alert
    from cockpit.kpi.units import UnitTree
    from cockpit.settings import Home
    from cockpit.warehouse.attach import Generation

BUDGET = 5
"""Open matters that a role is shown at once; the others are folded."""
LONGEST_TEXT = 500
_STIRRED = frozenset({"opened", "worse"})
_IN_HAND = frozenset({"acknowledge", "assign"})


@dataclass(frozen=True, slots=True)
class Item:
    """One alert and where people have led it.

    kept: its episode; None for one that only a larger scope can act on. stirred: when it opened or
    grew worse for the last time. held: the act that took it in hand; put_off: that put it to sleep.
    remarks: how many comments. is_judged: False for an episode that a late source keeps from being
    judged (`alert` holds its last words and says since when): no screen counts it. waiting: under a
    late source, those that wait for it and that nobody has. Instants are naive UTC.
    """

    alert: Alert
    stage: Stage = "firing"
    kept: Kept | None = None
    stirred: datetime | None = None
    held: Event | None = None
    put_off: Event | None = None
    remarks: int = 0
    is_judged: bool = True
    waiting: tuple[Item, ...] = ()

    @property
    def is_taken(self) -> bool:
        """Somebody has it in hand, or asked not to hear of it."""
        has = self.kept is not None and bool(self.kept.episode.acknowledged_by)
        return has or self.stage == "snoozed"

    @property
    def who(self) -> str:
        """The person who has it; "" while nobody."""
        if self.kept is None:
            return ""
        return self.kept.episode.assignee or self.kept.episode.acknowledged_by

    def is_new(self, since: datetime) -> bool:
        """Whether it opened or grew worse after that, and nobody has it."""
        return self.stirred is not None and self.stirred > since and not self.is_taken


def inbox(generation: Generation, scope: Scope, now: datetime) -> tuple[Item, ...]:
    """The alerts that the scope sees, in their order, then what waits for a late source and that
    somebody has or put off; what nobody has waits under its source. now: naive UTC.

    A state that cannot be read leaves the alerts as their figures say them.
    """
    engine = state.engine(generation.home)
    try:
        kept = {_key(one): one for one in keep.open_episodes(engine)}
        logs = keep.open_logs(engine)
    except (SQLAlchemyError, OSError):
        kept, logs = {}, {}
    items = [
        _item(one, kept.get((one.rule, one.facet, one.unit)), logs, now)
        for one in active(generation, scope)
    ]
    under: dict[str, list[Item]] = {
        item.alert.facet: [] for item in items if item.alert.rule == lateness.RULE
    }
    apart: list[Item] = []
    for one in waiting(generation, scope, kept.values()):
        held = replace(_item(one.alert, one.kept, logs, now), is_judged=False)
        is_open = held.stage == "firing" and not held.is_taken
        (under.get(one.source, apart) if is_open else apart).append(held)
    return (*(_with(item, under) for item in items), *apart)


def each(items: Iterable[Item]) -> Iterator[Item]:
    """Every item, those that wait for a late source after it."""
    for item in items:
        yield item
        yield from item.waiting


def _with(item: Item, under: Mapping[str, Sequence[Item]]) -> Item:
    """A late source with those that wait for it."""
    if item.alert.rule != lateness.RULE:
        return item
    return replace(item, waiting=tuple(under[item.alert.facet]))


def _key(kept: Kept) -> keep.Key:
    return (kept.episode.rule, kept.facet, kept.episode.unit)


def _item(
    alert: Alert, kept: Kept | None, logs: Mapping[int, tuple[Event, ...]], now: datetime
) -> Item:
    if kept is None:
        return Item(alert)
    log = logs.get(kept.id, ())
    return Item(
        alert,
        kept.episode.stage(now),
        kept,
        stirred=max((one.at for one in log if one.what in _STIRRED), default=None),
        held=_last(log, _IN_HAND),
        put_off=_last(log, {"snooze"}),
        remarks=sum(one.what == "comment" for one in log),
    )


def _last(log: Sequence[Event], acts: Iterable[str]) -> Event | None:
    wanted = frozenset(acts)
    return next((one for one in reversed(log) if one.what in wanted), None)


def mark_of(home: Home) -> int:
    """A number that changes with any act and any episode; 0 when the state cannot be read."""
    try:
        return keep.newest_event(state.engine(home))
    except (SQLAlchemyError, OSError):
        return 0


def may_touch(kept: Kept, units: UnitTree, scope: Scope) -> bool:
    """Whether the role sees this episode: its family and its unit."""
    seen = units.is_within(UnitId(kept.episode.unit), scope.roots)
    return seen and Domain(kept.domain) in scope.domains


def take(
    generation: Generation,
    scope: Scope,
    episodes: Iterable[int],
    done: Act,
    follow: Follow = keep.nothing_follows,
) -> None:
    """One act on some open episodes, all or, when one is not of the scope, none.

    Those that ended meanwhile are left out. follow: what is written with the act (see `keep.act`).
    Raises BadRequest (not seen, all over, meaningless).
    """
    engine = state.engine(generation.home)
    wanted = set(episodes)
    found = [one for one in keep.open_episodes(engine) if one.id in wanted]
    allowed = [one for one in found if may_touch(one, generation.units, scope)]
    if not allowed or len(allowed) < len(found):
        raise BadRequest(field="alerte", expected=mark("une alerte ouverte de votre liste"))
    written = replace(done, reason=_line(done.reason), to=_line(done.to))
    for one in allowed:
        keep.act(engine, one.id, written, follow=follow)


def _line(text: str) -> str:
    """A text on one line. Raises BadRequest when it is too long."""
    line = " ".join(text.split())
    if len(line) > LONGEST_TEXT:
        raise BadRequest(field="texte", expected=mark("un texte de 500 caractères au plus"))
    return line


def ended(
    generation: Generation, scope: Scope, now: datetime, *, days: int = 30, most: int = 20
) -> tuple[Kept, ...]:
    """The episodes that the scope sees and that ended within so many days, the last one first."""
    closed = keep.closed_episodes(state.engine(generation.home))
    since = now - timedelta(days=days)
    recent = [one for one in closed if (one.episode.resolved_at or since) > since]
    return tuple(one for one in recent if may_touch(one, generation.units, scope))[:most]
