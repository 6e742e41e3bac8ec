"""The value itself against fixed levels."""

from __future__ import annotations

import numpy as np

from cockpit.alerts.conditions.compared import Asked, Compared
from cockpit.alerts.rule import Fixed


def compared(asked: Asked, _condition: Fixed) -> Compared:
    """Levels are in the KPI's unit."""
    own = asked.reader.closed(asked.grain, asked.reader.judged(asked.grain))
    values = asked.reader.values(asked.kpi, asked.units, own, asked.facet)
    return Compared(own.starts, own.ends, values, np.zeros_like(values), np.ones_like(values))
