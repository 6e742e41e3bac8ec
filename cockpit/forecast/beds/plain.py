"""The forecast of a series by itself: what the flow model must beat, the ED admissions it reads.

The calendar regression, quick enough (some milliseconds) to be played again at each past origin of
each ward; the mean of the same weekdays below three months of history.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cockpit.forecast.combination import without_excluded
from cockpit.forecast.history import History
from cockpit.forecast.models import calreg, weekday_mean_8w

if TYPE_CHECKING:
    from datetime import date

    from cockpit.forecast.calendar_fr import FrenchCalendar
    from cockpit.forecast.history import Values

_CALENDAR_FROM_DAYS = 90
SHORTEST_DAYS = 28


def predict(first: date, values: Values, horizon: int, calendar: FrenchCalendar) -> Values | None:
    """The `horizon` days after the last of `values`, never below 0; None under four weeks.

    first: day of the first value. values: one per day, NaN where nothing was transmitted. Days that
    the calendar excludes teach nothing.
    """
    whole = History(first, values)
    known = np.flatnonzero(whole.observed)
    if len(known) < SHORTEST_DAYS:
        return None
    history = whole.between(first, whole.last)
    if history is None or len(history) < SHORTEST_DAYS:
        return None
    taught = without_excluded(history, calendar)
    late = (whole.last - taught.last).days
    model = calreg if len(taught) >= _CALENDAR_FROM_DAYS else weekday_mean_8w
    made = model.fit_predict(taught, horizon + late, calendar=calendar)
    mean: Values = np.maximum(made.mean[late:], 0.0)
    return mean
