"""What is only expected: the first coming day on which a forecast reaches a level, how likely."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from cockpit.alerts.rule import Expected, Levels
from cockpit.series.status import high_is_bad

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from cockpit.alerts.model import Severity
    from cockpit.forecast.model import Forecast
    from cockpit.kpi.model import Kpi
    from cockpit.series.model import ForecastPoint

DEFAULT = Levels(amber=0.5)
"""As likely as not."""
_STALE_DAYS = 3
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


def crossing(
    coming: Forecast,
    points: Iterable[ForecastPoint],
    kpi: Kpi,
    condition: Expected,
    likely: Levels,
    today: date,
) -> Crossing | None:
    """The first coming day whose probability reaches a level of `likely`; None without one.

    points: those that may be drawn. A forecast older than three days, or of a KPI judged on a gap,
    says nothing. The day under way counts: it is not closed.
    """
    threshold = kpi.threshold
    is_fresh = (today - coming.origin).days <= _STALE_DAYS + 1
    if threshold is None or threshold.on != "value" or not is_fresh:
        return None
    until = today + timedelta(condition.within_days)
    for point in points:
        if not today <= point.day < until:
            continue
        for level, above in _levels(kpi, condition):
            found = probability(point, level, above=above)
            severity = _severity(found, likely)
            if severity is not None:
                return Crossing(point, level, above, found, severity)
    return None


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


def _levels(kpi: Kpi, condition: Expected) -> Iterator[tuple[float, bool]]:
    threshold = kpi.threshold
    if threshold is None:
        return
    is_red = condition.crossing == "red"
    main = threshold.red if is_red else threshold.amber
    low = threshold.low_red if is_red else threshold.low_amber
    if main is not None:
        yield main, high_is_bad(kpi)
    if low is not None:
        yield low, False


def _severity(found: float, likely: Levels) -> Severity | None:
    if likely.red is not None and found >= likely.red:
        return "red"
    return "amber" if likely.amber is not None and found >= likely.amber else None
