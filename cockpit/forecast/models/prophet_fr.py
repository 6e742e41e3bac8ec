"""Prophet with the French calendar, then corrected for the recent level.

Weekly and yearly seasons, public holidays of the region, school breaks of the zone. Fitted on the
logarithm when every value is above zero (a holiday takes away a share, not a number). The trend is
kept stiff on purpose: the recent level is the correction's business. Prophet's own interval is not
used: it covers too little on series whose level shifts; the interval comes from
past errors (`recency.py`), which also makes a fit exactly repeatable.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from cockpit.forecast.recency import recency
from cockpit.series.model import ForecastPoint

if TYPE_CHECKING:
    from prophet import Prophet

    from cockpit.forecast.calendar_fr import FrenchCalendar

NAME = "prophet_fr"
YEARS_KEPT = 3
_YEARLY_FROM_DAYS = 730
_SCHOOL = "vacances"
_MONTH_DAYS = 365.25 / 12


def fit_predict(
    history: pd.DataFrame, horizon_days: int, *, calendar: FrenchCalendar
) -> tuple[ForecastPoint, ...]:
    """One point per day after the last observed one, with an 80 % interval.

    history: `day`, `value`, sorted by day; only the last three years are used.
    Never below 0 when the history never was. Repeatable: the same history gives the same points.
    """
    frame = _prepared(history)
    use_log = bool((frame["y"] > 0).all())
    target = frame.assign(y=np.log(frame["y"])) if use_log else frame
    days = pd.date_range(frame["ds"].iloc[0], frame["ds"].iloc[-1] + timedelta(days=horizon_days))
    fitted = _seasonal(target, days, calendar)
    observed = fitted[days.isin(frame["ds"])]
    recent = recency(target["y"].to_numpy(float) - observed)
    ahead = fitted[-horizon_days:] + recent.shift
    ranges = np.array([recent.range_at(step) for step in range(1, horizon_days + 1)])
    quantiles = np.column_stack([ahead + ranges[:, 0], ahead, ahead + ranges[:, 1]])
    values = np.exp(quantiles) if use_log else quantiles
    if (frame["y"] >= 0).all():
        values = np.maximum(values, 0.0)
    return _points(days[-horizon_days:], values)


def _points(days: pd.DatetimeIndex, values: npt.NDArray[np.float64]) -> tuple[ForecastPoint, ...]:
    return tuple(
        ForecastPoint(day.date(), float(low), float(mid), float(high))
        for day, (low, mid, high) in zip(days, values, strict=True)
    )


def _prepared(history: pd.DataFrame) -> pd.DataFrame:
    frame = pd.DataFrame(
        {"ds": pd.to_datetime(history["day"]), "y": history["value"].astype(float)}
    ).dropna()
    oldest = frame["ds"].iloc[-1] - pd.DateOffset(years=YEARS_KEPT)
    kept: pd.DataFrame = frame[frame["ds"] > oldest].reset_index(drop=True)
    return kept


def _seasonal(
    target: pd.DataFrame, days: pd.DatetimeIndex, calendar: FrenchCalendar
) -> npt.NDArray[np.float64]:
    """What Prophet expects on each of `days`, known and to come."""
    every = pd.DataFrame({"ds": days, _SCHOOL: calendar.school_break([d.date() for d in days])})
    special = calendar.special_days(days[0].date(), days[-1].date())
    model = _new_model(special, span_days=(days[-1] - days[0]).days)
    model.add_regressor(_SCHOOL, prior_scale=1.0, standardize=False)
    if calendar.month_cycle:
        model.add_seasonality("mois", period=_MONTH_DAYS, fourier_order=6)
    # A fixed seed: the optimiser starts from the same point at every run.
    model.fit(target.merge(every, on="ds"), seed=1)
    fitted: npt.NDArray[np.float64] = model.predict(every)["yhat"].to_numpy(float)
    return fitted


def _new_model(special: pd.DataFrame, *, span_days: int) -> Prophet:
    """An unfitted Prophet; imported here because it costs a second and 100 MB to every reader."""
    _hush()
    from prophet import Prophet  # noqa: PLC0415

    return Prophet(
        growth="linear",
        n_changepoints=12,
        changepoint_range=0.8,
        changepoint_prior_scale=0.001,
        yearly_seasonality=5 if span_days >= _YEARLY_FROM_DAYS else False,
        weekly_seasonality=3,
        daily_seasonality=False,
        holidays=special if len(special) else None,
        holidays_prior_scale=1.0,
        uncertainty_samples=0,
    )


def _hush() -> None:
    """Prophet and CmdStan announce each fit, and that plotly is absent; our own log says enough."""
    for name in ("cmdstanpy", "prophet", "prophet.plot", "prophet.forecaster"):
        logging.getLogger(name).disabled = True
