"""Prophet with the calendar, corrected for the recent level.

Weekly season, public holidays and the turn of the year, school breaks, marked events. With two
full years of history it also learns the season of the year and a stiff trend; with less, both would
be invented, and the slow movement is taken away first. What it misses lately is `recency.ahead`.
Its own interval is not used: it covers too little where levels shift.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cockpit.forecast.models.calreg import DAYS_KEPT, slow_level
from cockpit.forecast.parts import add_up
from cockpit.forecast.prediction import Prediction, is_multiplicative

if TYPE_CHECKING:
    from prophet import Prophet

    from cockpit.forecast.calendar_fr import FrenchCalendar
    from cockpit.forecast.history import Days, History, Values

NAME = "prophet_rc"
_YEARLY_FROM_DAYS = 730


def fit_predict(history: History, horizon: int, *, calendar: FrenchCalendar) -> Prediction:
    """Expected values with their parts: level, trend, season, weekday, calendar.

    Repeatable: the same history gives the same values.
    """
    kept = history.tail(DAYS_KEPT)
    observed = np.log(kept.values) if is_multiplicative(history) else kept.values
    days = np.concatenate([kept.days, kept.coming(horizon)])
    yearly = len(kept) >= _YEARLY_FROM_DAYS
    target = observed if yearly else observed - slow_level(observed)
    fitted = _fitted(target, days, calendar, yearly=yearly)
    return add_up(history, observed, fitted, horizon, has_trend=yearly)


def _fitted(
    target: Values, days: Days, calendar: FrenchCalendar, *, yearly: bool
) -> dict[str, Values]:
    """Prophet's own components on every day: weekday, calendar and, with years enough, season."""
    terms = {n: c for n, c in calendar.terms(days).items() if not n.startswith("weekday:")}
    every = pd.DataFrame({"ds": pd.DatetimeIndex(days)} | terms)
    known = every[: len(target)].assign(y=target).dropna(subset=["y"])
    learnt = [name for name in terms if known[name].any()]
    model = _new_model(yearly=yearly)
    for name in learnt:
        model.add_regressor(name, prior_scale=1.0, standardize=False)
    # A fixed seed: the optimiser starts from the same point at every run.
    model.fit(known, seed=1)
    said = model.predict(every)
    found = {"season": said["trend"].to_numpy(float)}
    if yearly:
        found["season"] = found["season"] + said["yearly"].to_numpy(float)
    found["weekday"] = said["weekly"].to_numpy(float)
    for group in dict.fromkeys(name.partition(":")[0] for name in learnt):
        found[group] = np.sum(
            [said[n].to_numpy(float) for n in learnt if n.startswith(f"{group}:")], axis=0
        )
    return found


def _new_model(*, yearly: bool) -> Prophet:
    return silent_prophet()(
        growth="linear" if yearly else "flat",
        n_changepoints=12,
        changepoint_range=0.95,
        changepoint_prior_scale=0.01,
        yearly_seasonality=5 if yearly else False,
        weekly_seasonality=3,
        daily_seasonality=False,
        uncertainty_samples=0,
    )


def silent_prophet() -> type[Prophet]:
    """Prophet's class; imported here because it costs a second and 100 MB to every reader.

    It announces each fit, and that plotly is absent: our own log says enough.
    """
    for name in ("cmdstanpy", "prophet", "prophet.plot", "prophet.forecaster"):
        logging.getLogger(name).disabled = True
    from prophet import Prophet  # noqa: PLC0415

    return Prophet
