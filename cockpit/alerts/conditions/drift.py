"""A slow slide that no single day shows: the mean of the last periods against those before.

Days are compared over whole weeks, so that the weekday changes nothing. The two means must also be
`deviations` standard errors apart: a small percentage of a noisy figure is chance.
"""

from __future__ import annotations

import numpy as np

from cockpit.alerts.conditions.compared import Asked, Compared
from cockpit.alerts.conditions.moving import moving, shifted
from cockpit.alerts.rule import Drift
from cockpit.kpi.model import Grain
from cockpit.kpi.panel import Values

_MOST_MISSING = 0.2


def compared(asked: Asked, condition: Drift) -> Compared:
    """Levels are percent of the mean before; the figure shown is the mean of the last periods."""
    length = condition.periods
    if asked.grain is Grain.DAY:
        length = max(7, length - length % 7)
    judged = asked.reader.judged(asked.grain)
    own = asked.reader.closed(asked.grain, judged + 2 * length)
    values = asked.reader.values(asked.kpi, asked.units, own, asked.facet)
    mean, error = rolling(values, length)
    before, error_before = shifted(mean, length), shifted(error, length)
    apart = np.abs(mean - before) >= condition.deviations * np.hypot(error, error_before)
    shown = np.where(apart, mean, before)  # no slide: the figure is what it was
    found = Compared(own.starts, own.ends, shown, before, np.abs(before) / 100)
    return found.last(judged)


def rolling(values: Values, length: int) -> tuple[Values, Values]:
    """Mean of the last `length` values and its standard error; NaN with a fifth missing."""
    count, mean, deviation = moving(values, length)
    enough = count >= max(2, (1 - _MOST_MISSING) * length)
    error = deviation / np.sqrt(np.maximum(count, 1))
    return np.where(enough, mean, np.nan), np.where(enough, error, np.nan)
