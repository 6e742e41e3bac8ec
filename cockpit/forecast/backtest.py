"""The error printed on the card: the same models, refitted in the past, against what came after."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from cockpit.forecast.models import prophet_fr, weekday_mean
from cockpit.series.model import ForecastPoint

if TYPE_CHECKING:
    import pandas as pd

    from cockpit.forecast.calendar_fr import FrenchCalendar

Model = Callable[..., tuple[ForecastPoint, ...]]

MODELS: Mapping[str, Model] = {
    prophet_fr.NAME: prophet_fr.fit_predict,
    weekday_mean.NAME: weekday_mean.fit_predict,
}

HORIZON_DAYS = 7
ORIGINS = 3
STEP_DAYS = 17  # not a multiple of 7, so that the origins do not share their weekday


def mape_at_7_days(
    history: pd.DataFrame, model: str, *, calendar: FrenchCalendar, origins: int = ORIGINS
) -> float | None:
    """Mean absolute error of the next seven days, in percent of what was observed.

    Sum of the errors over sum of the values, over the last origins, 17 days apart. The model sees
    nothing after each origin. None when the history leaves no room for it, or when the observed
    values are not all positive or zero (a percentage would mean nothing).
    """
    if history["value"].min() < 0:
        return None
    errors, observed = 0.0, 0.0
    for origin in _origins(history, origins):
        known = history[history["day"] <= origin]
        coming = history[history["day"] > origin].set_index("day")["value"]
        points = MODELS[model](known, HORIZON_DAYS, calendar=calendar)
        for point in points:
            if point.day in coming.index:
                errors += abs(float(coming[point.day]) - point.mid)
                observed += float(coming[point.day])
    return 100 * errors / observed if observed > 0 else None


def _origins(history: pd.DataFrame, count: int) -> list[object]:
    """Last days known at each origin; at least nine weeks of history stay before each."""
    last, first = history["day"].iloc[-1], history["day"].iloc[0]
    wanted = [last - timedelta(days=HORIZON_DAYS + STEP_DAYS * back) for back in range(count)]
    return [day for day in wanted if (day - first).days >= (weekday_mean.WEEKS + 1) * 7]


def coverage(history: pd.DataFrame, model: str, *, calendar: FrenchCalendar, origins: int) -> float:
    """Share of the observed values inside the 80 % interval over seven days; NaN without any."""
    inside: list[bool] = []
    for origin in _origins(history, origins):
        known = history[history["day"] <= origin]
        coming = history[history["day"] > origin].set_index("day")["value"]
        inside += [
            point.low <= float(coming[point.day]) <= point.high
            for point in MODELS[model](known, HORIZON_DAYS, calendar=calendar)
            if point.day in coming.index
        ]
    return float(np.mean(inside)) if inside else float("nan")
