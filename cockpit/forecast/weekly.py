"""Totals of weeks, for a series whose days are mostly chance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from cockpit.series.model import ForecastPoint

if TYPE_CHECKING:
    from cockpit.forecast.history import History, Values

NAME = "week_mean_8w"
WEEKS = 8
_AHEAD = 4
_LEVELS = (0.5, 0.8, 0.95)
_FEWEST_ERRORS = 6


@dataclass(frozen=True, slots=True)
class Weeks:
    """points: one per coming week, at its Monday, in totals. wape: past error in percent."""

    points: tuple[ForecastPoint, ...]
    wape: float | None


def forecast(history: History) -> Weeks:
    """The next four whole weeks: mean of the last eight, with the range of its past errors.

    A day that was not transmitted counts as the mean of its weekday around it. Edge: no points
    before eight whole weeks.
    """
    totals, monday = _totals(history)
    if len(totals) < WEEKS:
        return Weeks((), None)
    mean = float(totals[-WEEKS:].mean())
    before = np.convolve(totals, np.ones(WEEKS) / WEEKS, "valid")[:-1]
    errors = np.abs(totals[WEEKS:] - before)
    half = _half_widths(errors, mean)
    low, high = [max(mean - one, 0.0) for one in half], [mean + one for one in half]
    points = tuple(
        ForecastPoint(
            monday + timedelta(weeks=week), low[1], mean, high[1], low[0], high[0], low[2], high[2]
        )
        for week in range(_AHEAD)
    )
    observed = float(totals[WEEKS:].sum())
    return Weeks(points, 100 * float(errors.sum()) / observed if observed else None)


def _half_widths(errors: Values, mean: float) -> list[float]:
    """From past errors; with few of them, what chance alone gives (a Poisson count)."""
    if len(errors) >= _FEWEST_ERRORS:
        return [float(np.quantile(errors, level)) for level in _LEVELS]
    return [z * float(np.sqrt(max(mean, 1.0))) for z in (0.674, 1.282, 1.96)]


def _totals(history: History) -> tuple[Values, date]:
    """Totals of whole weeks, oldest first, and the Monday that follows the last one."""
    skipped = -history.first.weekday() % 7
    values = history.filled[skipped:]
    whole = len(values) // 7
    monday = history.first + timedelta(days=skipped + 7 * whole)
    return values[: 7 * whole].reshape(-1, 7).sum(axis=1), monday
