"""The mean of the same weekday over the last eight weeks.

Simple enough to be checked by hand, hard to beat by much: it takes over while the history is too
short for a calendar.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cockpit.forecast.prediction import Prediction

if TYPE_CHECKING:
    from cockpit.forecast.calendar_fr import FrenchCalendar
    from cockpit.forecast.history import History

NAME = "weekday_mean_8w"
WEEKS = 8


def fit_predict(history: History, horizon: int, *, calendar: FrenchCalendar) -> Prediction:
    """Mean of the last eight values of the same weekday; calendar is not used.

    Parts: the mean of the eight weeks, and what the weekday adds. Edge: a weekday that was never
    observed in these weeks takes the mean of the others.
    """
    del calendar
    recent = history.values[-7 * WEEKS :]
    means = np.full(7, np.nan)
    for place in range(1, 8):
        same = recent[-place::-7]
        if not np.isnan(same).all():
            means[-place] = np.nanmean(same)
    level = np.nanmean(means)
    means = np.where(np.isnan(means), level, means)
    mean = np.resize(means, horizon)
    return Prediction(mean, {"level": np.full(horizon, level), "weekday": mean - level})
