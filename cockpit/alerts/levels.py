"""Amber or red: a value against the KPI's own threshold, and since when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from cockpit.kpi.model import Grain, Kpi
from cockpit.series.status import high_is_bad

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cockpit.alerts.model import Rule, Severity

_ORDER: dict[Severity | None, int] = {None: 0, "amber": 1, "red": 2}
_LONGEST_DAYS = {
    Grain.DAY: 1,
    Grain.WEEK: 7,
    Grain.MONTH: 31,
    Grain.QUARTER: 92,
    Grain.YEAR: 366,
}


@dataclass(frozen=True, slots=True)
class Observed:
    """One closed period: its first and last day, the value, what a gap is read against.

    cumulated: value and reference run from 1 January to `end`.
    """

    start: date
    end: date
    value: float
    reference: float | None = None
    cumulated: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """The level that a rule found: level is in the KPI's unit, run counts the periods beyond it.

    above: the value is too high (else too low). open_start: the run reaches the first period that
    was read, and may be older.
    """

    severity: Severity
    since: Observed
    last: Observed
    run: int
    level: float
    above: bool
    open_start: bool = False


@dataclass(frozen=True, slots=True)
class _Level:
    severity: Severity
    limit: float
    above: bool

    def reached(self, measured: float) -> bool:
        """Reached counts above, not below: the same sides as `cockpit/series/status.py`."""
        return measured >= self.limit if self.above else measured < self.limit


def verdict(points: Sequence[Observed], kpi: Kpi, rule: Rule, grain: Grain) -> Verdict | None:
    """What the rule says of these closed periods, oldest first; None when it keeps silent.

    Red speaks when the last `set_for` periods are all red, else amber when they are all at least
    amber. `since` is the first period of the run at that severity or worse; a missing period ends
    the run (what is unknown is not bad).
    """
    for wanted in ("red", "amber"):
        if _ORDER[wanted] < _ORDER[rule.least]:
            continue
        run = _run(points, kpi, rule, wanted, grain)
        level = _level_met(kpi, rule, run[-1], wanted) if run else None
        if level and len(run) >= rule.set_for:
            return Verdict(
                severity=wanted,
                since=run[0],
                last=run[-1],
                run=len(run),
                level=_in_kpi_unit(kpi, run[-1], level),
                above=level.above,
                open_start=len(run) == len(points) > 1,
            )
    return None


def _run(
    points: Sequence[Observed], kpi: Kpi, rule: Rule, wanted: Severity, grain: Grain
) -> list[Observed]:
    run: list[Observed] = []
    for point in reversed(points):
        follows = not run or run[-1].start - point.start <= timedelta(_LONGEST_DAYS[grain])
        if not follows or not _level_met(kpi, rule, point, wanted):
            break
        run.append(point)
    return run[::-1]


def _level_met(kpi: Kpi, rule: Rule, point: Observed, wanted: Severity) -> _Level | None:
    """The level of the KPI at the wanted severity or worse that the point reaches."""
    measured = _measured(kpi, point)
    if measured is None:
        return None
    at_least = [level for level in _levels(kpi, rule) if _ORDER[level.severity] >= _ORDER[wanted]]
    reached = [level for level in at_least if level.reached(measured)]
    return min(reached, key=lambda level: _ORDER[level.severity], default=None)


def _levels(kpi: Kpi, rule: Rule) -> list[_Level]:
    threshold = kpi.threshold
    if threshold is None:
        return []
    above = high_is_bad(kpi)
    found: list[tuple[Severity, float | None, bool]] = [
        ("amber", threshold.amber, above),
        ("red", threshold.red, above),
    ]
    if rule.side == "both":
        found += [("amber", threshold.low_amber, False), ("red", threshold.low_red, False)]
    return [_Level(name, limit, side) for name, limit, side in found if limit is not None]


def _measured(kpi: Kpi, point: Observed) -> float | None:
    """What the levels are compared with: the value, or its gap to the reference."""
    threshold = kpi.threshold
    if threshold is None or threshold.on == "value":
        return point.value
    if point.reference is None:
        return None
    gap = point.value - point.reference
    if threshold.on == "gap":
        return gap
    return 100 * gap / abs(point.reference) if point.reference else None


def _in_kpi_unit(kpi: Kpi, point: Observed, level: _Level) -> float:
    threshold = kpi.threshold
    if threshold is None or threshold.on == "value" or point.reference is None:
        return level.limit
    if threshold.on == "gap":
        return point.reference + level.limit
    return point.reference + abs(point.reference) * level.limit / 100
