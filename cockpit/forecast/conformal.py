"""Intervals by split conformal calibration: as wide as past forecasts were wrong, no wider.

Every method's own interval covers too much or too little on hospital series; the errors of past
forecasts at the same distance, whose days have come, bring the coverage to what is announced
(Vovk 2005; measured in docs/decisions/021). An error is counted in square roots of the forecast for
counts, whose chance grows so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

    from cockpit.forecast.history import Values

LEVELS = (50, 80, 95)
BUCKETS = ((1, 7), (8, 14), (15, 28))
FEWEST_ORIGINS = 6
_FEWEST_ERRORS = 20
_HALF_LIFE_DAYS = 180


@dataclass(frozen=True, slots=True)
class Calibration:
    """Half widths in units of `unit_of`: one per bucket of steps and level.

    A bucket without errors enough takes the widest of those before it.
    """

    widths: Mapping[tuple[int, int], float]
    stretch: float = 1.0

    def interval(self, predicted: Values, steps: Values, level: int) -> tuple[Values, Values]:
        """(low, high) around the predicted values, `steps` days ahead."""
        half = np.array([self._width(int(step), level) for step in steps]) * unit_of(predicted)
        return predicted - self.stretch * half, predicted + self.stretch * half

    def _width(self, step: int, level: int) -> float:
        reached = [self.widths[first, level] for first, _ in BUCKETS if first <= max(step, 1)]
        return reached[-1]


def unit_of(predicted: Values) -> Values:
    """What an error is counted in: the square root of a positive forecast, at least 1."""
    unit: Values = np.sqrt(np.maximum(predicted, 1.0))
    return unit


def calibrate(rows: pd.DataFrame, *, stretch: float = 1.0) -> Calibration | None:
    """The calibration that past forecasts allow; None below six origins.

    rows: `origin`, `day`, `step`, `predicted`, `observed`, of one model. The caller passes only
    days that had come when the interval is made. Recent errors weigh more.
    """
    origins = rows["origin"].nunique()
    if origins < FEWEST_ORIGINS:
        return None
    widths: dict[tuple[int, int], float] = {}
    for place, (first, last) in enumerate(BUCKETS):
        near = rows[rows["step"].between(first, last)]
        for level in LEVELS:
            known = len(near) >= _FEWEST_ERRORS
            found = _quantile(near, level / 100) if known else 0.0
            # The largest errors of a few origins fall short of the tail that is still to be seen.
            found *= 1 + 1 / origins if level == LEVELS[-1] else 1.0
            before = widths[BUCKETS[place - 1][0], level] if place else found
            widths[first, level] = found if known else before
    return Calibration(widths, stretch)


def rank_quantile(sizes: Values, share: float) -> float:
    """The size that a new one stays under with that probability (split conformal, all of them
    weighing the same): the largest when they are few, NaN without any."""
    if not len(sizes):
        return float("nan")
    rank = int(np.ceil(share * (len(sizes) + 1)))
    return float(np.sort(sizes)[min(rank, len(sizes)) - 1])


def _quantile(rows: pd.DataFrame, level: float) -> float:
    """The weighted quantile of the errors, with the correction for a finite number of them."""
    predicted = rows["predicted"].to_numpy(float)
    errors = np.abs(rows["observed"].to_numpy(float) - predicted) / unit_of(predicted)
    days = rows["day"].to_numpy().astype("datetime64[D]")
    weights = 0.5 ** ((days.max() - days).astype(int) / _HALF_LIFE_DAYS)
    order = np.argsort(errors)
    reached = np.cumsum(weights[order]) / weights.sum()
    wanted = min(level * (1 + 1 / len(errors)), 1.0)
    place = min(int(np.searchsorted(reached, wanted - 1e-12)), len(errors) - 1)
    return float(errors[order][place])
