"""Exponential smoothing with a season of seven days (statsforecast's AutoETS).

The form is fixed: additive errors and season, no trend. Searching every form for each series costs
fifteen times more and is not more accurate on hospital series (docs/decisions/021).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cockpit.forecast.history import History
from cockpit.forecast.models import calreg
from cockpit.forecast.models.weekday_mean_8w import fit_predict as weekday_mean
from cockpit.forecast.prediction import Prediction, floor_of, is_multiplicative

if TYPE_CHECKING:
    from cockpit.forecast.calendar_fr import FrenchCalendar
    from cockpit.forecast.history import Values

NAME = "ets7"
DAYS_KEPT = 546
_CALENDAR_FROM_DAYS = 365
_FORM = "ANA"
_FEWEST_DAYS = 28


def fit_predict(history: History, horizon: int, *, calendar: FrenchCalendar) -> Prediction:
    """Level and weekday season, smoothed over the last year and a half.

    From a year of history on, what `calreg` says of holidays, school breaks and events is taken
    away first and put back on the coming days: else a closed day moves the level and is not
    expected again. Holes take the mean of the same weekday around them. Edge: below four weeks, or
    a constant history (nothing to smooth), the weekday mean answers.
    """
    if len(history) < _CALENDAR_FROM_DAYS:
        return _smoothed(history, horizon, calendar=calendar)
    kept, shares = history.tail(calreg.DAYS_KEPT), is_multiplicative(history)
    observed = np.log(kept.values) if shares else kept.values
    groups = calreg.calendar_effects(kept, observed, horizon, calendar=calendar)
    apart = [effect for name, effect in groups.items() if name != "weekday"]
    effects = np.sum([np.zeros(len(kept) + horizon), *apart], axis=0)
    even, coming = observed - effects[: len(kept)], effects[len(kept) :]
    plain = History(kept.first, np.exp(even) if shares else even)
    mean = _smoothed(plain, horizon, calendar=calendar).mean
    whole: Values = mean * np.exp(coming) if shares else mean + coming
    return Prediction(np.maximum(whole, floor_of(history)))


def _smoothed(history: History, horizon: int, *, calendar: FrenchCalendar) -> Prediction:
    recent = history.tail(DAYS_KEPT)
    values = recent.filled
    if len(values) < _FEWEST_DAYS or np.ptp(values) == 0:
        return weekday_mean(history, horizon, calendar=calendar)
    # Imported here: two seconds and 200 MB that no reader of a screen should pay.
    from statsforecast.models import AutoETS  # noqa: PLC0415

    found = AutoETS(season_length=7, model=_FORM).forecast(y=values, h=horizon)
    return Prediction(np.maximum(found["mean"], floor_of(history)))
