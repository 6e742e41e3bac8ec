"""Two indicators that should agree: a census counted twice, revenue from two applications."""

from __future__ import annotations

import numpy as np

from cockpit.alerts.conditions.compared import Asked, Compared
from cockpit.alerts.rule import Reconciliation


def compared(asked: Asked, condition: Reconciliation) -> Compared:
    """Levels are percent of the other indicator; unknown where it is not fed."""
    own = asked.reader.closed(asked.grain, asked.reader.judged(asked.grain))
    values = asked.reader.values(asked.kpi, asked.units, own, asked.facet)
    other = asked.reader.known.get(condition.other)
    if other is None:
        return Compared(own.starts, own.ends, values, values, np.full_like(values, np.nan))
    expected = asked.reader.values(other, asked.units, own)
    return Compared(own.starts, own.ends, values, expected, np.abs(expected) / 100)
