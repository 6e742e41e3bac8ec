"""The monthly report on noise: which rules disturb people, for how long, for what use.

What counts is what people were told (the episodes of the desk), not what figures would have said.
Beside each rule, the level that would have halved its firings over a range of the past while
keeping every one that somebody found useful (tried by `dryrun.py`).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from cockpit import clock, state
from cockpit.alerts.by_day import judged_over
from cockpit.alerts.desk.votes import votes
from cockpit.alerts.dryrun import tried, with_levels
from cockpit.alerts.judge import condition_of
from cockpit.alerts.reach import levels_of
from cockpit.alerts.rule import Levels
from cockpit.kpi.model import Domain, UnitId
from cockpit.state.alert_models import AlertEpisode, AlertEvent

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from cockpit.access.scope import Scope
    from cockpit.alerts.dryrun import Firing
    from cockpit.alerts.judge import Judged
    from cockpit.alerts.observe import Reader
    from cockpit.alerts.reach import Level
    from cockpit.alerts.rule import Rule
    from cockpit.kpi.model import Kpi
    from cockpit.warehouse.attach import Generation

FLAP_DAYS = 7
_TAKEN = ("acknowledge", "assign")
_MOST_TRIED = 40
_FEWEST_FIRINGS = 4
"""Half of fewer is no news."""


class Told(NamedTuple):
    """One episode. opened, over: naive UTC; over None while it is open. taken: by somebody."""

    id: int
    rule: str
    facet: str
    unit: str
    since: date
    as_of: date
    opened: datetime
    over: datetime | None
    taken: bool


@dataclass(frozen=True, slots=True)
class Noise:
    """A rule over a month. fired: episodes opened in it. hours: median duration, until now for
    what is still open. taken: share acknowledged or assigned. flaps: opened again within seven days
    of their end. useful, useless: votes."""

    rule: str
    fired: int
    hours: float
    taken: float
    flaps: int
    useful: int
    useless: int


@dataclass(frozen=True, slots=True)
class Quieter:
    """A level that would halve the firings. level: "amber", "red", "low_amber" or "low_red".

    value: in steps of the condition (the KPI's unit for a fixed level). before, after: firings at
    the units that have the rule's own levels. apart: the others, which no level of the rule moves.
    """

    level: str
    value: float
    before: int
    after: int
    apart: tuple[UnitId, ...] = ()


def told(generation: Generation, scope: Scope, first: date, last: date) -> tuple[Told, ...]:
    """The episodes of the scope opened on these days of Paris, and those of the week before, oldest
    first."""
    start = datetime.combine(first - timedelta(days=FLAP_DAYS + 1), datetime.min.time())
    stop = datetime.combine(last + timedelta(days=2), datetime.min.time())
    wanted = (
        select(AlertEpisode)
        .where(AlertEpisode.opened_at < stop)
        .where((AlertEpisode.resolved_at.is_(None)) | (AlertEpisode.resolved_at >= start))
        .order_by(AlertEpisode.id)
    )
    with Session(state.engine(generation.home)) as session:
        rows = [row for row in session.scalars(wanted) if _is_seen(row, generation, scope)]
        taken = set(
            session.scalars(
                select(AlertEvent.episode_id)
                .where(AlertEvent.what.in_(_TAKEN))
                .where(AlertEvent.episode_id.in_([row.id for row in rows]))
            )
        )
        return tuple(_told(row, taken=row.id in taken) for row in rows)


def _is_seen(row: AlertEpisode, generation: Generation, scope: Scope) -> bool:
    is_within = generation.units.is_within(UnitId(row.unit), scope.roots)
    return is_within and Domain(row.domain) in scope.domains


def _told(row: AlertEpisode, *, taken: bool) -> Told:
    key = (row.id, row.rule, row.facet, row.unit, row.since, row.as_of)
    return Told(*key, row.opened_at, row.resolved_at, taken)


def report(
    generation: Generation, scope: Scope, first: date, last: date, now: datetime
) -> tuple[Noise, ...]:
    """The rules that opened an episode of the scope on these days of Paris, the noisiest first.

    now: naive UTC, until when what is open has lasted.
    """
    known = told(generation, scope, first, last)
    of_month = [one for one in known if first <= clock.in_paris(one.opened).date() <= last]
    again = _again(known)
    cast = votes(state.engine(generation.home), (one.id for one in of_month))
    by_rule: dict[str, list[Told]] = defaultdict(list)
    for one in of_month:
        by_rule[one.rule].append(one)
    found = []
    for rule, episodes in by_rule.items():
        ids = {one.id for one in episodes}
        own = [one.useful for one in cast if one.episode in ids]
        found.append(
            Noise(
                rule=rule,
                fired=len(episodes),
                hours=median(_hours(one, now) for one in episodes),
                taken=sum(one.taken for one in episodes) / len(episodes),
                flaps=len(again & ids),
                useful=sum(own),
                useless=len(own) - sum(own),
            )
        )
    return tuple(sorted(found, key=lambda one: (-one.fired, -one.flaps, one.rule)))


def _hours(one: Told, now: datetime) -> float:
    return ((one.over or now) - one.opened).total_seconds() / 3600


def _again(known: Iterable[Told]) -> set[int]:
    """Ids of the episodes opened within a week of the end of the same rule at the same unit."""
    last: dict[tuple[str, str, str], datetime | None] = {}
    found = set()
    for one in known:
        key = (one.rule, one.facet, one.unit)
        before = last.get(key)
        if before is not None and one.opened - before <= timedelta(days=FLAP_DAYS):
            found.add(one.id)
        last[key] = one.over
    return found


def useful_days(
    generation: Generation, scope: Scope, rule: str, first: date, last: date
) -> tuple[tuple[str, date], ...]:
    """Unit and first day of the episodes of a rule that somebody found useful, and nobody less."""
    own = {one.id: one for one in told(generation, scope, first, last) if one.rule == rule}
    score: dict[int, int] = defaultdict(int)
    for one in votes(state.engine(generation.home), own):
        score[one.episode] += 1 if one.useful else -1
    return tuple((own[n].unit, own[n].since) for n, sum_ in score.items() if sum_ > 0)


def quieter(
    rule: Rule, reader: Reader, useful: Collection[tuple[str, date]] = ()
) -> Quieter | None:
    """The nearest level that would have halved the firings of the range of a reader.

    Units with levels of their own are left out: the level of the rule says nothing there. useful:
    unit and day of what must still speak. None when no level does both, when the rule cannot be
    tried, or when it hardly ever spoke.
    """
    judged = judged_over(rule, reader)
    if judged is None:
        return None
    kpi = reader.known[str(rule.kpi)]
    condition, own = condition_of(rule, kpi)
    levels = levels_of(rule, kpi, condition, own)
    plain, apart = _plain(judged, levels)
    before = tried(rule, reader, units=plain)
    if len(before) < _FEWEST_FIRINGS:
        return None
    for value, variant in _variants(rule, kpi, levels, before):
        after = tried(variant, reader, units=plain)
        if not _keeps(after, useful, before):
            return None
        if 2 * len(after) <= len(before):
            name = _field(variant.levels, value)
            return Quieter(name, value, len(before), len(after), apart)
    return None


def _plain(
    judged: Judged, levels: tuple[Level, ...]
) -> tuple[tuple[UnitId, ...], tuple[UnitId, ...]]:
    """The units at these levels, and those that have their own."""
    each = dict(zip(judged.units, judged.levels, strict=True))
    plain = tuple(unit for unit, own in each.items() if own == levels)
    return plain, tuple(unit for unit in each if unit not in plain)


def _variants(
    rule: Rule, kpi: Kpi, levels: tuple[Level, ...], before: Sequence[Firing]
) -> Iterator[tuple[float, Rule]]:
    """The rule with its mildest level further and further away."""
    spoken = [one for one in levels if one.severity == "red" or rule.least == "amber"]
    mildest = spoken[0]
    is_amber = mildest.severity == "amber"
    worse = next((one for one in spoken if _is_worse(one, mildest)), None)
    for value in _candidates([one for one in before if _is_beyond(one, mildest)], mildest):
        red = None if worse is None else _further(value, worse)
        yield (
            value,
            with_levels(
                rule, kpi, amber=value if is_amber else None, red=red if is_amber else value
            ),
        )


def _field(levels: Levels, value: float) -> str:
    return next(name for name in Levels.model_fields if getattr(levels, name) == value)


def _is_worse(one: Level, mildest: Level) -> bool:
    return one.severity == "red" != mildest.severity and one.above == mildest.above


def _further(value: float, red: Level) -> float:
    return max(value, red.limit) if red.above else min(value, red.limit)


def _is_beyond(one: Firing, level: Level) -> bool:
    return one.peak >= level.limit if level.above else one.peak < level.limit


def _candidates(firings: Sequence[Firing], level: Level) -> list[float]:
    """How far the firings went, three digits, from the nearest to the level to the furthest."""
    peaks = {float(f"{one.peak:.3g}") for one in firings} | {
        float(f"{one.measured:.3g}") for one in firings
    }
    beyond = {one for one in peaks if (one > level.limit if level.above else one < level.limit)}
    ordered = sorted(beyond, reverse=not level.above)
    step = max(1, len(ordered) // _MOST_TRIED)
    return ordered[::step]


def _keeps(
    after: Iterable[Firing], useful: Collection[tuple[str, date]], before: Iterable[Firing]
) -> bool:
    """Whether each useful firing of before still speaks before its end."""
    spans = [
        (one.fired, one.over or date.max, one.unit)
        for one in before
        if any(unit == one.unit and _covers(one, day) for unit, day in useful)
    ]
    return all(
        any(one.unit == unit and start <= one.fired < end for one in after)
        for start, end, unit in spans
    )


def _covers(one: Firing, day: date) -> bool:
    return one.since <= day < (one.over or date.max)
