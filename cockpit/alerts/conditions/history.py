"""The distance from the unit's own past: the same weekday of two years, in standard deviations.

FEDORU 2016, ORU Occitanie: level n when the value is beyond mean + n x SD of the same weekday.
"""

from __future__ import annotations

import numpy as np

from cockpit.alerts.conditions.compared import Asked, Compared
from cockpit.alerts.conditions.moving import moving, shifted
from cockpit.alerts.rule import History
from cockpit.kpi.model import Grain
from cockpit.kpi.panel import Values

_DUST = 1e-9
"""A past that never moved has a deviation of rounding errors, not of nothing."""


def compared(asked: Asked, condition: History) -> Compared:
    """Levels are standard deviations. Unknown under `fewest` known periods of the past."""
    judged, lag = asked.reader.judged(asked.grain), 7 if asked.grain is Grain.DAY else 1
    depth = condition.weeks if asked.grain is not Grain.MONTH else condition.weeks * 12 // 52
    own = asked.reader.closed(asked.grain, judged + depth * lag)
    values = asked.reader.values(asked.kpi, asked.units, own, asked.facet)
    mean, deviation = past(values, lag=lag, depth=depth, fewest=condition.fewest)
    return Compared(own.starts, own.ends, values, mean, deviation).last(judged)


def past(values: Values, *, lag: int, depth: int, fewest: int) -> tuple[Values, Values]:
    """Mean and standard deviation of the `depth` values before each, `lag` periods apart."""
    mean = np.full(values.shape, np.nan)
    deviation = np.full(values.shape, np.nan)
    for first in range(min(lag, values.shape[1])):
        cut = slice(first, None, lag)
        count, middle, spread = (shifted(one, 1) for one in moving(values[:, cut], depth))
        enough = count >= fewest
        mean[:, cut] = np.where(enough, middle, np.nan)
        deviation[:, cut] = np.where(enough, spread, np.nan)
    deviation[deviation <= _DUST * np.abs(mean)] = np.nan
    return mean, deviation
