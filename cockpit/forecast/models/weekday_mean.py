"""The yardstick: the mean of the same weekday over the last eight weeks.

Simple enough to be checked by hand, hard to beat by much: it is printed beside every forecast, and
it takes over while the history is too short for Prophet.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from cockpit.series.model import ForecastPoint

if TYPE_CHECKING:
    from cockpit.forecast.calendar_fr import FrenchCalendar

NAME = "weekday_mean"
WEEKS = 8


def fit_predict(
    history: pd.DataFrame, horizon_days: int, *, calendar: FrenchCalendar | None = None
) -> tuple[ForecastPoint, ...]:
    """Mean of the last eight values of the same weekday, with the 10-90 % range of its errors.

    history: `day`, `value`, sorted by day. calendar is not used: this model knows only weekdays.
    Edge: a weekday never observed in these eight weeks has no point.
    """
    del calendar
    days = pd.DatetimeIndex(pd.to_datetime(history["day"]))
    values = pd.Series(history["value"].to_numpy(float), days)
    is_recent = days > days[-1] - timedelta(weeks=WEEKS)
    means = values[is_recent].groupby(days[is_recent].dayofweek).mean()
    low, high = _error_range(values, days)
    floor = 0.0 if values.min() >= 0 else -np.inf
    return tuple(
        ForecastPoint(
            day.date(),
            float(max(means[day.dayofweek] + low, floor)),
            float(means[day.dayofweek]),
            float(max(means[day.dayofweek] + high, floor)),
        )
        for day in pd.date_range(days[-1] + timedelta(days=1), periods=horizon_days)
        if day.dayofweek in means.index
    )


def _error_range(values: pd.Series[float], days: pd.DatetimeIndex) -> tuple[float, float]:
    """10 % and 90 % quantiles of value - mean of the same weekday over the weeks before it."""
    before = values.groupby(days.dayofweek).transform(
        lambda same: same.shift().rolling(WEEKS, min_periods=2).mean()
    )
    errors: npt.NDArray[np.float64] = (values - before).dropna().tail(WEEKS * 7).to_numpy()
    if errors.size == 0:
        return 0.0, 0.0
    low, high = np.quantile(errors, (0.1, 0.9))
    return float(min(low, 0.0)), float(max(high, 0.0))
