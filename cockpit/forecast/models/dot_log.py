"""Dynamic optimised Theta on logarithms: a season that is a share of the level, a damped growth.

Beside `dot` it errs elsewhere, and the mean of the two is better than either.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cockpit.forecast.models import dot
from cockpit.forecast.months import log_unit
from cockpit.forecast.prediction import Prediction

if TYPE_CHECKING:
    from cockpit.forecast.months import Months

NAME = "dot_log"


def fit_predict(history: Months, horizon: int) -> Prediction:
    """As `dot`, on log(1 + value / 5 % of the mean). Edge: a series below zero is left to `dot`."""
    values = history.filled
    unit = log_unit(values)
    if unit is None:
        return dot.fit_predict(history, horizon)
    mean = unit * np.expm1(dot.theta(np.log1p(values / unit), horizon))
    return Prediction(np.maximum(mean, 0.0))
