"""Exponential smoothing with a season of seven days (statsforecast's AutoETS).

The form is fixed: additive errors and season, no trend. Searching every form for each series costs
fifteen times more and is not more accurate on hospital series (docs/decisions/021).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cockpit.forecast.models.weekday_mean_8w import fit_predict as weekday_mean
from cockpit.forecast.prediction import Prediction, floor_of

if TYPE_CHECKING:
    from cockpit.forecast.calendar_fr import FrenchCalendar
    from cockpit.forecast.history import History

NAME = "ets7"
DAYS_KEPT = 546
_FORM = "ANA"
_FEWEST_DAYS = 28


def fit_predict(history: History, horizon: int, *, calendar: FrenchCalendar) -> Prediction:
    """Level and weekday season, smoothed over the last year and a half; calendar is not used.

    Holes take the mean of the same weekday around them. Edge: below four weeks, or a constant
    history (nothing to smooth), the weekday mean answers.
    """
    recent = history.tail(DAYS_KEPT)
    values = recent.filled
    if len(values) < _FEWEST_DAYS or np.ptp(values) == 0:
        return weekday_mean(history, horizon, calendar=calendar)
    # Imported here: two seconds and 200 MB that no reader of a screen should pay.
    from statsforecast.models import AutoETS  # noqa: PLC0415

    found = AutoETS(season_length=7, model=_FORM).forecast(y=values, h=horizon)
    return Prediction(np.maximum(found["mean"], floor_of(history)))
