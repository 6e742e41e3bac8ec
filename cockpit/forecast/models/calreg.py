"""A regression on the calendar, corrected for the recent level.

Weekday, public holidays and their neighbours, the turn of the year, school holidays, marked events:
what a director would name. The slow movement of the series is taken away first (a running median of
four weeks), so that a wave or a closed ward does not pass for an effect of the calendar. Recent
days weigh more, a day out of line weighs less. The level of the days to come is `recency.ahead`.
Source of the recipe and what was measured: docs/decisions/021.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cockpit.forecast import recency
from cockpit.forecast.parts import add_up
from cockpit.forecast.prediction import Prediction, is_multiplicative

if TYPE_CHECKING:
    import numpy.typing as npt

    from cockpit.forecast.calendar_fr import FrenchCalendar
    from cockpit.forecast.history import Days, History, Values

NAME = "calreg"
DAYS_KEPT = 3 * 366
_HALF_LIFE_DAYS = 365
_LEVEL_DAYS, _SMOOTH_DAYS = 29, 15
_FEWEST_IN_LEVEL = 10
_PENALTY = {"weekday": 0.2}
_OTHER_PENALTY = 1.0
_ROUNDS = 3
_OUT_OF_LINE = 3.5
_LEAST_SHARE = 0.1


def fit_predict(history: History, horizon: int, *, calendar: FrenchCalendar) -> Prediction:
    """Expected values with their parts: level, trend, weekday, holiday, school, event, month.

    Logarithms when every value is above zero: a holiday takes away a share, not a number.
    """
    kept = history.tail(DAYS_KEPT)
    observed = np.log(kept.values) if is_multiplicative(history) else kept.values
    groups = calendar_effects(kept, observed, horizon, calendar=calendar)
    return add_up(history, observed, groups, horizon)


def calendar_effects(
    history: History, observed: Values, horizon: int, *, calendar: FrenchCalendar
) -> dict[str, Values]:
    """What weekdays, holidays, school breaks, events do (one entry each) to every day of the
    history and to the `horizon` days that follow, on the scale of `observed`."""
    days = np.concatenate([history.days, history.coming(horizon)])
    names, terms = _known_terms(calendar, days, history.observed)
    effects = terms * _effects(names, terms[: len(history)], observed - slow_level(observed))
    return {
        group: effects[:, [name.startswith(f"{group}:") for name in names]].sum(axis=1)
        for group in dict.fromkeys(name.partition(":")[0] for name in names)
    }


def slow_level(observed: Values) -> Values:
    """The slow movement: a running median of four weeks, smoothed; no hole."""
    series = pd.Series(observed)
    middle = series.rolling(_LEVEL_DAYS, center=True, min_periods=_FEWEST_IN_LEVEL).median()
    whole = middle.interpolate(limit_direction="both").fillna(series.median())
    smooth: Values = whole.rolling(_SMOOTH_DAYS, center=True, min_periods=1).mean().to_numpy()
    return smooth


def _known_terms(
    calendar: FrenchCalendar, days: Days, observed: npt.NDArray[np.bool_]
) -> tuple[list[str], Values]:
    """The columns that the history can teach: those that differ on at least one observed day."""
    every = calendar.terms(days)
    names = [name for name, column in every.items() if column[: len(observed)][observed].any()]
    return names, np.column_stack([every[name] for name in names])


def _effects(names: list[str], terms: Values, target: Values) -> Values:
    """Weighted ridge regression; days out of line are weighed down in the next round."""
    known = ~np.isnan(target)
    y = np.where(known, target, 0.0)
    age = np.arange(len(target))[::-1]
    by_age = known * 0.5 ** (age / _HALF_LIFE_DAYS)
    penalty = np.diag([_PENALTY.get(n.partition(":")[0], _OTHER_PENALTY) for n in names])
    least = _LEAST_SHARE * float(np.nanstd(target))  # without noise nothing is out of line
    weights: Values = by_age
    effects: Values = np.zeros(len(names))
    for _ in range(_ROUNDS):
        weighted = terms * weights[:, None]
        effects = np.asarray(np.linalg.solve(weighted.T @ terms + penalty, weighted.T @ y), float)
        missed = np.where(known, y - terms @ effects, np.nan)
        limit = _OUT_OF_LINE * max(recency.spread(missed), least)
        size = np.maximum(np.abs(np.nan_to_num(missed)), 1e-12)
        weights = np.asarray(by_age * np.minimum(limit / size, 1.0) ** 2)
    return effects
