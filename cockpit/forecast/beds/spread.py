"""How far off the outlook usually is, and what follows: intervals and chances.

Split conformal: an interval is the forecast plus or minus a quantile of the absolute errors of the
past origins, at the same distance; a chance counts the same errors, taken both ways.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from cockpit.forecast.conformal import rank_quantile

if TYPE_CHECKING:
    from cockpit.forecast.history import Values

HORIZON_DAYS = 14
EDGES = (0, 1, 3, 7, HORIZON_DAYS)
"""Steps whose errors are pooled: the first day, days 2-3, 4-7, 8-14."""
FEWEST_ERRORS = 8
_FEWEST_ORIGINS = 6


class Spread:
    """Past errors by distance. errors: (origins, HORIZON_DAYS), oldest first, NaN where unknown."""

    def __init__(self, errors: Values) -> None:
        self._pools = [_known(errors[:, start:stop]) for start, stop in pairwise(EDGES)]

    @property
    def is_enough(self) -> bool:
        """Whether every distance has errors enough."""
        return all(len(pool) >= FEWEST_ERRORS for pool in self._pools)

    def half_width(self, share: float) -> Values:
        """Half of the `share` interval of each coming day."""
        each = [rank_quantile(np.abs(pool), share) for pool in self._pools]
        return np.repeat(each, np.diff(EDGES))

    def chance_above(self, margins: Values) -> Values:
        """Chance that each margin, known up to these errors, is above zero."""
        found = np.empty(HORIZON_DAYS)
        for pool, (start, stop) in zip(self._pools, pairwise(EDGES), strict=True):
            both = np.concatenate([pool, -pool])
            for step in range(start, stop):
                above = np.count_nonzero(margins[step] + both > 0)
                found[step] = (above + 0.5) / (len(both) + 1)
        return found


def coverage(errors: Values, share: float = 0.80) -> float | None:
    """Share of errors inside the interval that was known at their origin; None before six origins.

    Each origin is judged with the origins before it only, as a reader would have been told.
    """
    inside: list[bool] = []
    for origin in range(_FEWEST_ORIGINS, len(errors)):
        before = Spread(errors[:origin])
        if before.is_enough:
            now = np.abs(errors[origin])
            inside += (now <= before.half_width(share))[~np.isnan(now)].tolist()
    return float(np.mean(inside)) if inside else None


def _known(errors: Values) -> Values:
    flat = errors.ravel()
    kept: Values = flat[~np.isnan(flat)]
    return kept
