"""What a rule looked at over a range at one unit, and where its levels stood: for a curve."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from cockpit.alerts import ahead, past_ladder
from cockpit.alerts.by_day import days_of, judged_over
from cockpit.alerts.rule import Expected, Ladder
from cockpit.kpi.model import Grain

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from cockpit.alerts.judge import Judged
    from cockpit.alerts.model import Severity
    from cockpit.alerts.observe import Reader
    from cockpit.alerts.rule import Rule
    from cockpit.kpi.model import UnitId


class Seen(NamedTuple):
    """One known period: its first and last day, and its figure in the KPI's unit."""

    start: date
    end: date
    value: float


@dataclass(frozen=True, slots=True)
class Line:
    """One level over the same periods, in the KPI's unit; NaN where it had none."""

    severity: Severity
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Followed:
    """periods: those of the range that are known, oldest first. A ladder follows a number of rules.
    cumulated: figures run from 1 January."""

    grain: Grain
    periods: tuple[Seen, ...]
    lines: tuple[Line, ...]
    cumulated: bool = False


def followed(rule: Rule, reader: Reader, unit: UnitId, book: Iterable[Rule] = ()) -> Followed:
    """The figures that a rule judged at a unit; no period where it has nothing to judge."""
    if isinstance(rule.when, Ladder):
        return _counted(rule.when, reader, unit, book)
    if isinstance(rule.when, Expected):
        return _expected(rule, rule.when, reader, unit)
    found = judged_over(rule, reader, units=(unit,))
    return Followed(Grain.DAY, (), ()) if found is None else _judged(found, reader)


def _judged(found: Judged, reader: Reader) -> Followed:
    compared = found.compared
    values, base, step = compared.values[0], compared.base[0], compared.step[0]
    starts, ends = compared.starts.astype(object), compared.ends.astype(object)
    first = reader.tried_from or reader.until
    kept = [at for at in range(len(starts)) if starts[at] >= first and np.isfinite(values[at])]
    lines = tuple(
        Line(level.severity, tuple(float(base[at] + level.limit * step[at]) for at in kept))
        for level in found.levels[0]
    )
    seen = tuple(Seen(starts[at], ends[at], float(values[at])) for at in kept)
    return Followed(found.grain, seen, lines, compared.cumulated)


def _expected(rule: Rule, when: Expected, reader: Reader, unit: UnitId) -> Followed:
    """The KPI day by day, with what the forecast would have had to cross that day."""
    kpi = reader.known.get(str(rule.kpi))
    if kpi is None:
        return Followed(Grain.DAY, (), ())
    days = days_of(reader)[1:]
    own = reader.closed(Grain.DAY, len(days))
    values = reader.values(kpi, (unit,), own, rule.facet)[0]
    kept = [at for at in range(len(days)) if np.isfinite(values[at])]
    crossed = [ahead.limits(when, kpi, unit, reader, days[at])(days[at]) for at in kept]
    severity: Severity = "red" if when.crossing == "red" else "amber"
    lines = tuple(
        Line(severity, tuple(one[place][0] if place < len(one) else np.nan for one in crossed))
        for place in range(max(map(len, crossed), default=0))
    )
    seen = tuple(Seen(days[at], days[at], float(values[at])) for at in kept)
    return Followed(Grain.DAY, seen, lines)


def _counted(when: Ladder, reader: Reader, unit: UnitId, book: Iterable[Rule]) -> Followed:
    """How many of the rules spoke each day."""
    spoken = past_ladder.climbed(when, (unit,), reader, book)
    days, counts = spoken.days[1:], spoken.measured[0, 1:]
    seen = tuple(Seen(day, day, float(n)) for day, n in zip(days, counts, strict=True))
    amber = Line("amber", (float(when.orange),) * len(days))
    red = Line("red", (float(when.red),) * len(days))
    return Followed(Grain.DAY, seen, (amber, red) if when.red > when.orange else (red,))
