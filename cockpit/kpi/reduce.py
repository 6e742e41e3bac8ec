"""One term over many windows: summed, last, or mean, as its measure says.

Every rule of aggregation over time lives here, once. Over units and facets everything sums, and
that has been done by the read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cockpit.kpi.gaps import Counts, incomplete, thin
from cockpit.kpi.measures import MEASURES
from cockpit.kpi.model import Measure, OverTime, Step, Term
from cockpit.kpi.panel import Daily, Days, Values
from cockpit.kpi.windows import Windows

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Reduced:
    """A term at every point. present: reported at least once in the window.

    partial: a day of the window is missing, a site on one of its days, or a unit on its last day.
    """

    values: Values
    present: Mask
    partial: Mask


@dataclass(frozen=True, slots=True)
class Points:
    """A KPI at every window: arrays of the same length as the windows.

    present: the KPI can be computed there; the other arrays mean nothing elsewhere.
    """

    values: Values
    numerators: Values
    denominators: Values
    present: Mask
    partial: Mask


def reduce(
    term: Term,
    daily: Daily,
    own: Windows,
    calendar: Days,
    *,
    whole: Days | None = None,
    sites: Sequence[Counts] = (),
) -> Reduced:
    """The value of `term` at each window, sign included.

    own: the windows after the term's span. calendar: the days on which the measure was reported
    anywhere in the site, the divisor of a mean: a unit closed in June counts for half a year, so
    that parts sum to the whole (ETPR of a year = sum of its months / 12).
    whole: for one part of a split, the days on which any part was reported: a last value is the
    one of the last day of the whole, and a part that was not reported that day has none.
    sites: the silences of each site, when several are summed.
    """
    measure = MEASURES[term.measure]
    how = term.over_time or measure.over_time
    first = np.searchsorted(daily.days, own.starts, side="left")
    stop = np.searchsorted(daily.days, own.ends, side="right")
    present = stop > first
    if how == "last" and whole is not None:
        present &= _same_last_day(daily.days, stop, whole, own)
    values = term.sign * _over(how, measure, daily, first, stop, calendar, own) * present
    if not len(daily.days):
        return Reduced(values, present, present)
    if how == "last":
        partial = thin(daily, measure.step, calendar)[np.maximum(stop - 1, 0)]
    else:
        partial = incomplete(daily, sites, own, measure.step)
    return Reduced(values, present, present & partial)


def covers(term: Term, own: Windows, calendar: Days) -> Mask:
    """Whether the hospital's history reaches back to the start of each window.

    Six months of revenue under a debt are no yearly revenue: the point is absent, not doubled.
    """
    if not len(calendar):
        return np.zeros(len(own), dtype=bool)
    begun = calendar[0] <= own.starts
    if MEASURES[term.measure].step == "day":
        return begun
    return begun & (_reported(calendar, own) >= _steps(own, "month"))


def _same_last_day(days: Days, stop: npt.NDArray[np.int64], whole: Days, own: Windows) -> Mask:
    if not len(days):
        return np.zeros(len(own), dtype=bool)
    at = np.searchsorted(whole, own.ends, side="right") - 1
    return days[np.maximum(stop - 1, 0)] == whole[np.maximum(at, 0)]


def _over(  # noqa: PLR0917 - the arrays of one reduction travel together
    how: OverTime,
    measure: Measure,
    daily: Daily,
    first: npt.NDArray[np.int64],
    stop: npt.NDArray[np.int64],
    calendar: Days,
    own: Windows,
) -> Values:
    if not len(daily.days):
        return np.zeros(len(own))
    if how == "last":
        return np.where(stop > first, daily.values[np.maximum(stop - 1, 0)], 0.0)
    if how == "mean":
        steps = _reported(calendar, own)
        return _sums(daily.values, first, stop) / np.maximum(steps, 1)
    weighted = measure.kind == "stock"
    values = daily.values * _days_in_step(daily.days, measure.step) if weighted else daily.values
    return _sums(values, first, stop)


def _sums(values: Values, first: npt.NDArray[np.int64], stop: npt.NDArray[np.int64]) -> Values:
    cumulated = np.concatenate(([0.0], np.cumsum(values)))
    return cumulated[stop] - cumulated[first]


def _reported(calendar: Days, own: Windows) -> npt.NDArray[np.int64]:
    stop = np.searchsorted(calendar, own.ends, side="right")
    return stop - np.searchsorted(calendar, own.starts, side="left")


def _days_in_step(days: Days, step: Step) -> Values:
    """Calendar days that one observation stands for: unit-days = level x these days."""
    if step == "day":
        return np.ones(len(days))
    months = days.astype("datetime64[M]")
    length = (months + 1).astype("datetime64[D]") - months.astype("datetime64[D]")
    return length.astype(float)


def _steps(own: Windows, step: Step) -> npt.NDArray[np.int64]:
    if step == "day":
        return (own.ends - own.starts).astype(np.int64) + 1
    months = own.ends.astype("datetime64[M]") - own.starts.astype("datetime64[M]")
    return months.astype(np.int64) + 1
