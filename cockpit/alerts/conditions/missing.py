"""Days without data at a unit that used to give some, while its source goes on."""

from __future__ import annotations

import numpy as np

from cockpit.alerts.conditions.compared import Asked, Compared
from cockpit.alerts.rule import Missing
from cockpit.kpi.panel import Values


def compared(asked: Asked, _condition: Missing) -> Compared:
    """Levels are periods in a row without data; unknown at a unit that never gave any."""
    own = asked.reader.closed(asked.grain, asked.reader.judged(asked.grain))
    values = silent_for(asked.reader.values(asked.kpi, asked.units, own, asked.facet))
    return Compared(own.starts, own.ends, values, np.zeros_like(values), np.ones_like(values))


def silent_for(values: Values) -> Values:
    """How many unknown values in a row end at each; NaN before the first known one."""
    width = values.shape[1]
    places = np.where(np.isnan(values), -1, np.arange(width))
    last = np.maximum.accumulate(places, axis=1)
    return np.where(last < 0, np.nan, np.arange(width) - last)
