"""The engine's answer: the equal mean of its members.

Picking one champion per series loses two to three percent against the plain mean, and weights
learned from past errors win nothing (docs/decisions/021). A member is only ever dropped, by
`decide.py`, on the stored backtests.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from cockpit.forecast.models import (
    calreg,
    ets7,
    naive7,
    prophet_plain,
    prophet_rc,
    weekday_mean_8w,
)
from cockpit.forecast.prediction import Model, Prediction

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cockpit.forecast.calendar_fr import FrenchCalendar
    from cockpit.forecast.history import History

MODELS: Mapping[str, Model] = {
    module.NAME: module.fit_predict
    for module in (calreg, ets7, prophet_rc, weekday_mean_8w, naive7, prophet_plain)
}
MEMBERS = (calreg.NAME, ets7.NAME, prophet_rc.NAME)
NAME = "mean"
"""The combination's name beside those of its members in a backtest."""
ADJUSTMENT = "adjustment"
"""The part of the figure that the explaining member does not tell."""


def predict(
    history: History,
    horizon: int,
    *,
    calendar: FrenchCalendar,
    members: Sequence[str] = MEMBERS,
    beside: Sequence[str] = (),
) -> dict[str, Prediction]:
    """What each member expects, their equal mean under `NAME`, and what the models beside expect.

    beside: yardsticks, which are not averaged and read the history as it is. To the members, days
    marked to be excluded teach nothing. The mean's parts are those of the first member that
    can tell, and what the others change (`adjustment`); they add up to the mean.
    """
    taught = without_excluded(history, calendar)
    lag = (history.last - taught.last).days
    made = {
        name: _shifted(MODELS[name](taught, horizon + lag, calendar=calendar), lag)
        for name in members
    }
    others = {name: MODELS[name](history, horizon, calendar=calendar) for name in beside}
    return made | {NAME: _mean(list(made.values()))} | others


def without_excluded(history: History, calendar: FrenchCalendar) -> History:
    """The history with excluded days as holes; itself when nothing would be left."""
    excluded = calendar.excluded(history.days)
    return history.without(excluded) if excluded.any() else history


def _shifted(made: Prediction, lag: int) -> Prediction:
    """Without the first days: those that the history knows and that are excluded."""
    return Prediction(made.mean[lag:], {name: part[lag:] for name, part in made.parts.items()})


def _mean(made: Sequence[Prediction]) -> Prediction:
    mean = np.mean([one.mean for one in made], axis=0)
    told = next((one for one in made if one.parts), None)
    if told is None:
        return Prediction(mean)
    return Prediction(mean, {**told.parts, ADJUSTMENT: mean - told.mean})
