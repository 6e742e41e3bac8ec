"""What is only expected: the first coming day on which a forecast reaches a level, how likely."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from cockpit.alerts.rule import Expected, Levels
from cockpit.kpi.model import Grain
from cockpit.series.status import high_is_bad

if TYPE_CHECKING:
    from cockpit.alerts.model import Severity
    from cockpit.alerts.observe import Reader
    from cockpit.forecast.model import Forecast
    from cockpit.kpi.model import Kpi, UnitId
    from cockpit.series.model import ForecastPoint

DEFAULT = Levels(amber=0.5)
"""As likely as not."""
_STALE_DAYS = 3
_HABIT_DAYS, _FEWEST_WEEKS = 728, 26
_EPOCH_WEEKDAY = 3  # 1 January 1970, a Thursday
_LEAST, _MOST = 0.01, 0.99
"""A calibrated 95 % interval says nothing of what is beyond it: never "certain"."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """The first day likely enough. probability: 0-1. level: reached, in the KPI's unit."""

    point: ForecastPoint
    level: float
    above: bool
    probability: float
    severity: Severity


Limits = Callable[[date], Sequence[tuple[float, bool]]]
"""Of a day: the levels that may be crossed, in the KPI's unit, and whether above them is bad."""


def crossing(
    coming: Forecast, days: int, likely: Levels, today: date, limits: Limits
) -> Crossing | None:
    """The first of the coming `days` likely enough to reach a level; None without one.

    likely: probabilities. A forecast older than three days says nothing. The day under way counts:
    it is not closed.
    """
    if is_stale(coming, today):
        return None
    for point in coming.points:
        if not today <= point.day < today + timedelta(days):
            continue
        for level, above in limits(point.day):
            found = probability(point, level, above=above)
            severity = _severity(found, likely)
            if severity is not None:
                return Crossing(point, level, above, found, severity)
    return None


def is_stale(coming: Forecast, today: date) -> bool:
    """Whether it is more than three days older than one of this morning."""
    return (today - coming.origin).days > _STALE_DAYS + 1


def limits(
    condition: Expected, kpi: Kpi, unit: UnitId, reader: Reader, today: date | None = None
) -> Limits:
    """What a rule looks out for: its own level, so many deviations from habit, or the KPI's own.

    A KPI judged on a gap has no level of its own that a forecast could cross. today: a day of the
    reader's range, whose habits are those of the two years before it; None: the reader's own.
    """
    if condition.level is not None:
        own = [(condition.level, high_is_bad(kpi))]
        return lambda _day: own
    if condition.deviations is not None:
        return _habits(kpi, unit, reader, condition.deviations, today or reader.until)
    fixed = _own_levels(kpi, condition)
    return lambda _day: fixed


def _habits(kpi: Kpi, unit: UnitId, reader: Reader, deviations: float, today: date) -> Limits:
    """Mean and standard deviation of each weekday over two years, at least half a year of them."""
    back = (reader.until - (reader.tried_from or reader.until)).days
    own = reader.closed(Grain.DAY, _HABIT_DAYS + back)
    before = (np.datetime64(today, "D") - own.starts).astype(int)
    past = (before > 0) & (before <= _HABIT_DAYS)
    values = reader.values(kpi, (unit,), own)[0]
    above = high_is_bad(kpi)
    weekdays = (own.starts.astype("datetime64[D]").astype(int) + _EPOCH_WEEKDAY) % 7
    found: dict[int, list[tuple[float, bool]]] = {}
    for weekday in range(7):
        known = values[past & (weekdays == weekday) & ~np.isnan(values)]
        if len(known) >= _FEWEST_WEEKS:
            away = deviations * known.std(ddof=1)
            found[weekday] = [(float(known.mean() + (away if above else -away)), above)]
    return lambda day: found.get(day.weekday(), [])


def probability(point: ForecastPoint, level: float, *, above: bool) -> float:
    """How likely the day is beyond the level, from its calibrated intervals (0.01 to 0.99).

    Between two quantiles it is read on a straight line.
    """
    known = [(share, value) for share, value in _quantiles(point) if value is not None]
    shares, values = np.array(known).T
    values = np.maximum.accumulate(values)
    if values[0] == values[-1]:
        below = float(level > values[0])
    else:
        below = float(np.interp(level, values, shares, left=0.0, right=1.0))
    return float(np.clip(1 - below if above else below, _LEAST, _MOST))


def _quantiles(point: ForecastPoint) -> tuple[tuple[float, float | None], ...]:
    return (
        (0.025, point.low95),
        (0.1, point.low),
        (0.25, point.low50),
        (0.5, point.mid),
        (0.75, point.high50),
        (0.9, point.high),
        (0.975, point.high95),
    )


def _own_levels(kpi: Kpi, condition: Expected) -> list[tuple[float, bool]]:
    threshold = kpi.threshold
    if threshold is None or threshold.on != "value":
        return []
    is_red = condition.crossing == "red"
    main = threshold.red if is_red else threshold.amber
    low = threshold.low_red if is_red else threshold.low_amber
    both = ((main, high_is_bad(kpi)), (low, False))
    return [(level, above) for level, above in both if level is not None]


def _severity(found: float, likely: Levels) -> Severity | None:
    if likely.red is not None and found >= likely.red:
        return "red"
    return "amber" if likely.amber is not None and found >= likely.amber else None
