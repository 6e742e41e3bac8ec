"""Prophet as it comes out of the box: what the engine is compared with, never shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from cockpit.forecast.models.prophet_rc import silent_prophet
from cockpit.forecast.prediction import Prediction

if TYPE_CHECKING:
    from cockpit.forecast.calendar_fr import FrenchCalendar
    from cockpit.forecast.history import History

NAME = "prophet"


def fit_predict(history: History, horizon: int, *, calendar: FrenchCalendar) -> Prediction:
    """Expected values of an untouched Prophet, without draws; calendar is not used."""
    del calendar
    model = silent_prophet()(uncertainty_samples=0)
    frame = pd.DataFrame({"ds": pd.DatetimeIndex(history.days), "y": history.values})
    model.fit(frame.dropna(), seed=1)
    coming = pd.DataFrame({"ds": pd.DatetimeIndex(history.coming(horizon))})
    return Prediction(model.predict(coming)["yhat"].to_numpy(float))
