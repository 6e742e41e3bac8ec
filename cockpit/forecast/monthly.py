"""The monthly engine: three models, their mean, and intervals from their own past errors.

Members are `dot`, `dot_log` and `ets12`; the forecast is their equal mean. A member leaves a
series only when its own rolling backtest says so. Intervals are split conformal: how far the same
mean fell at past origins, pooled by how far ahead. No native interval is used.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from cockpit.forecast import reasons
from cockpit.forecast.conformal import rank_quantile
from cockpit.forecast.models import dot, dot_log, ets12
from cockpit.forecast.months import YEAR, Months

if TYPE_CHECKING:
    from cockpit.forecast.gate import Status
    from cockpit.forecast.history import Values
    from cockpit.forecast.prediction import Prediction

FEWEST_MONTHS = 12
FULL_MONTHS = 24
NAIVE = "naive12"
COVERAGES = (0.5, 0.8, 0.95)

_ORIGINS = 18
_DROPPED_ABOVE = 1.5
_FEWEST_ORIGINS = 8
_BUCKETS = ((1, 3), (4, 6), (7, 12))


class MonthlyModel(Protocol):
    """One file of `models/` that reads months."""

    def __call__(self, history: Months, horizon: int) -> Prediction:
        """Expected values of the `horizon` months that follow the history."""


MEMBERS: Mapping[str, MonthlyModel] = {
    dot.NAME: dot.fit_predict,
    dot_log.NAME: dot_log.fit_predict,
    ets12.NAME: ets12.fit_predict,
}


@dataclass(frozen=True, eq=False)
class Backtest:
    """What would have been said at past origins, one row per origin and one column per step.

    predicted: by member. observed: NaN where it is not known yet. scale: mean absolute error of
    the seasonal naive over the history (the denominator of MASE), in the KPI's unit.
    """

    predicted: Mapping[str, Values]
    observed: Values
    scale: float

    def mean_of(self, members: tuple[str, ...]) -> Values:
        """The equal mean of some members."""
        mean: Values = np.mean([self.predicted[name] for name in members], axis=0)
        return mean

    def mase(self, members: tuple[str, ...]) -> float | None:
        """Mean absolute error over every origin and step, in seasonal naive errors; None when a
        member was not refitted (two years of history leave no room) or nothing can be measured."""
        if not self.predicted.keys() >= set(members):
            return None
        errors = np.abs(self.observed - self.mean_of(members))
        if not self.scale or np.isnan(errors).all():
            return None
        return float(np.nanmean(errors) / self.scale)


@dataclass(frozen=True, eq=False)
class MonthlyForecast:
    """mid: one per coming month. half_widths: by coverage. members: name -> weight.

    status: "ok", "indicative" (12 to 23 months of history, or last year's months did better) or
    "refused"; said: its sentence.
    mase and mase_naive: over the last origins; None when there is no room to measure.
    """

    mid: Values
    half_widths: Mapping[float, Values]
    members: Mapping[str, float]
    status: Status
    said: str = ""
    mase: float | None = None
    mase_naive: float | None = None
    floor: float = -np.inf

    def range_at(self, coverage: float) -> tuple[Values, Values]:
        """Low and high of an interval; a count is never below zero."""
        half = self.half_widths[coverage]
        return np.maximum(self.mid - half, self.floor), self.mid + half


def forecast_months(
    history: Months, horizon: int = YEAR, *, days: Values | None = None
) -> MonthlyForecast:
    """The `horizon` months that follow, with intervals.

    days: working days of each month known and to come, for planned activity: what is forecast is
    the activity of a working day. Below 12 months: refused, with a sentence. Below 24: last year's
    months again, marked indicative.
    Cost: about 0.2 CPU-s with its backtest.
    """
    if len(history) < FEWEST_MONTHS:
        return refused(reasons.FEW_MONTHS.format(months=len(history)))
    weights = np.ones(len(history) + horizon) if days is None else days / days.mean()
    even = Months(history.first, history.values / weights[: len(history)])
    tested = backtest(even, horizon)
    names, status, said = _chosen(tested, len(history))
    every = {**predict_all(even, horizon), NAIVE: naive(even, horizon)}
    mid = np.mean([every[name] for name in names], axis=0)
    coming = weights[len(history) :]
    return MonthlyForecast(
        mid * coming,
        {key: half * coming for key, half in half_widths(tested, names, mid).items()},
        {name: 1 / len(names) for name in names},
        status,
        said,
        tested.mase(names),
        tested.mase((NAIVE,)),
        0.0 if even.filled.min() >= 0 else -np.inf,
    )


def _chosen(tested: Backtest, months: int) -> tuple[tuple[str, ...], Status, str]:
    """What is averaged, how far to trust it, and why in a sentence."""
    if months < FULL_MONTHS:
        return (NAIVE,), "indicative", reasons.MONTHS_REPEATED.format(months=months)
    names = members_of(tested)
    best, plain = tested.mase(names), tested.mase((NAIVE,))
    measured = len(tested.observed) >= _FEWEST_ORIGINS
    if measured and best is not None and plain is not None and best > plain:
        # Said, not obeyed: switching to the naive on its own past costs 4 % on public series.
        return names, "indicative", reasons.LAST_YEAR_BETTER
    return names, "ok", ""


def predict_all(history: Months, horizon: int) -> dict[str, Values]:
    """What each member says."""
    return {name: fit(history, horizon).mean for name, fit in MEMBERS.items()}


def naive(history: Months, horizon: int) -> Values:
    """The same month of last year."""
    return np.resize(history.filled[-YEAR:], horizon)


def backtest(history: Months, horizon: int = YEAR, *, origins: int = _ORIGINS) -> Backtest:
    """The members refitted at the last origins, a month apart; nothing after an origin is seen.

    Origins keep at least two years behind them (one when that leaves none).
    """
    total = len(history)
    fewest = FULL_MONTHS if total > FULL_MONTHS else FEWEST_MONTHS
    known = range(max(fewest, total - origins), total)
    names = (*(MEMBERS if total > FULL_MONTHS else ()), NAIVE)
    predicted: dict[str, list[Values]] = {name: [] for name in names}
    observed = np.full((len(known), horizon), np.nan)
    for row, months in enumerate(known):
        past = history.head(months)
        said = predict_all(past, horizon) if len(names) > 1 else {}
        for name, rows in predicted.items():
            rows.append(naive(past, horizon) if name == NAIVE else said[name])
        coming = history.values[months : months + horizon]
        observed[row, : len(coming)] = coming
    tables = {name: np.reshape(rows, (len(known), horizon)) for name, rows in predicted.items()}
    return Backtest(tables, observed, seasonal_scale(history))


def seasonal_scale(history: Months) -> float:
    """Mean absolute change from the same month of the year before."""
    values = history.filled
    return float(np.abs(values[YEAR:] - values[:-YEAR]).mean()) if len(values) > YEAR else 0.0


def members_of(tested: Backtest) -> tuple[str, ...]:
    """The members kept: one that erred half as much again as the best over eight origins leaves."""
    names = tuple(name for name in MEMBERS if name in tested.predicted)
    if len(tested.observed) < _FEWEST_ORIGINS or not names:
        return tuple(MEMBERS)
    errors = {
        name: float(np.nanmean(np.abs(tested.observed - tested.predicted[name]))) for name in names
    }
    best = min(errors.values())
    return tuple(name for name in names if errors[name] <= _DROPPED_ABOVE * best)


def half_widths(tested: Backtest, members: tuple[str, ...], mid: Values) -> dict[float, Values]:
    """Half the width of each interval at each step, by split conformal over past origins.

    An error counts as a multiple of the square root of what was expected, so that a busy month
    has a wider range; steps are pooled by bucket, and a bucket never has less than a nearer one.
    """
    known = tuple(name for name in members if name in tested.predicted) or (NAIVE,)
    expected = tested.mean_of(known)
    scores = np.abs(tested.observed - expected) / _weight(expected)
    return {
        coverage: _half_width(scores, coverage, len(mid)) * _weight(mid) for coverage in COVERAGES
    }


def _half_width(scores: Values, coverage: float, horizon: int) -> Values:
    half = np.zeros(horizon)
    widest = 0.0
    for first, last in _BUCKETS:
        pool = scores[:, first - 1 : last]
        known = pool[~np.isnan(pool)]
        if len(known):
            widest = max(widest, rank_quantile(known, coverage))
        half[first - 1 :] = widest
    return half


def _weight(expected: Values) -> Values:
    floor = np.nanmean(np.abs(expected)) / YEAR or 1.0
    return np.sqrt(np.maximum(np.abs(expected), floor))


def refused(said: str) -> MonthlyForecast:
    """No forecast, and why."""
    empty = np.empty(0)
    return MonthlyForecast(empty, dict.fromkeys(COVERAGES, empty), {}, "refused", said)
