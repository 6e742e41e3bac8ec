"""What a window lacks: days that are usually reported, sites and units that usually report.

Usual is what the four same weekdays before (the three months before) all did. A weekday on which
nothing ever comes is no gap (a clinic that is closed at weekends), nor is a public holiday of what
rests on Sundays. A day without a site that always reports is one: half of the hospital is no good
day. A unit that reports now and then is never missed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import numpy as np
import numpy.typing as npt

from cockpit.kpi.model import Step
from cockpit.kpi.panel import Daily, Days
from cockpit.kpi.rest_days import public_holidays
from cockpit.kpi.windows import Windows, add_months

Counts = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

_LAGS: dict[Step, tuple[int, ...]] = {"day": (7, 14, 21, 28), "month": (1, 2, 3)}
_SILENT_DAYS: dict[Step, int] = {"day": 28, "month": 100}
_FEWEST_REPORTS = 4
_WEEK = 7


def reading_from(first: date, steps: Iterable[Step]) -> date:
    """The day from which to read, to know what is usual on `first`."""
    if "month" in set(steps):
        return add_months(first, -max(_LAGS["month"]))
    return first - timedelta(days=max(_LAGS["day"]))


def incomplete(daily: Daily, sites: Sequence[Counts], own: Windows, step: Step) -> Mask:
    """Whether each window misses a day (a month) or a site.

    daily: at least one day. sites: the silences of each site, when several are summed.
    """
    whole = _axis(daily.days, daily.parts, step, own.starts, own.ends)
    found = whole.in_windows(whole.absent & ~_rests(whole), own)
    starts, ends = _numbers(own.starts, step), _numbers(own.ends, step)
    for silent in sites:
        found |= np.searchsorted(silent, ends, "right") > np.searchsorted(silent, starts, "left")
    return found


def silences(days: Days, step: Step) -> Counts:
    """When a site that had always reported did not: numbers of days (months) since 1970, sorted.

    days: when it reported. What follows its last report is silent for four weeks (three months).
    """
    if not len(days):
        return _numbers(days, step)
    after = days[-1:] + np.timedelta64(_SILENT_DAYS[step], "D")
    axis = _axis(days, np.ones(len(days), dtype=np.int64), step, after)
    silent = axis.absent & (axis.before > 0).all(axis=0) & ~_rests(axis)
    return axis.origin + np.flatnonzero(silent)


def thin(daily: Daily, step: Step) -> Mask:
    """Days that fewer units fed than each of the same days before, when all was alike then."""
    axis = _axis(daily.days, daily.parts, step)
    alike = (axis.before == axis.before[0]).all(axis=0)
    if step == "day":
        alike &= _steady(axis)
    return (alike & (axis.fed < axis.before[0]))[axis.at(daily.days)]


def _steady(axis: _Axis) -> Mask:
    """Whether each day from three weeks before to one week before was fed as a week earlier."""
    changed: Counts = np.cumsum(axis.fed != axis.before[0], dtype=np.int64)
    return _later(changed, _WEEK) == _later(changed, 3 * _WEEK + 1)


@dataclass(frozen=True, slots=True)
class _Axis:
    """How many units fed every day (month) from `origin` on, and what came before each.

    before: one row per lag, 0 before the first day.
    """

    step: Step
    origin: int
    fed: Counts
    before: Counts

    @property
    def absent(self) -> Mask:
        """Days on which nothing came."""
        return self.fed == 0

    def at(self, days: Days) -> Counts:
        """Where days stand on the axis."""
        return _numbers(days, self.step) - self.origin

    def in_windows(self, days: Mask, own: Windows) -> Mask:
        """Whether each window holds one of these days."""
        seen = np.concatenate(([0], np.cumsum(days)))
        return seen[self.at(own.ends) + 1] > seen[self.at(own.starts)]


def _axis(days: Days, fed: Counts, step: Step, *reach: Days) -> _Axis:
    """reach: days that the axis must hold besides."""
    every = np.concatenate([_numbers(one, step) for one in (days, *reach)])
    origin = int(every.min())
    dense = np.zeros(int(every.max()) - origin + 1, dtype=np.int64)
    dense[_numbers(days, step) - origin] = fed
    return _Axis(step, origin, dense, np.array([_later(dense, lag) for lag in _LAGS[step]]))


def _numbers(days: Days, step: Step) -> Counts:
    return days.astype("datetime64[D]" if step == "day" else "datetime64[M]").astype(np.int64)


def _rests(axis: _Axis) -> Mask:
    """Days on which nothing is expected: weekdays that are never reported, public holidays."""
    if axis.step == "month":
        return np.zeros(len(axis.fed), dtype=bool)
    seen: Counts = np.cumsum(axis.fed > 0, dtype=np.int64)
    recent = _later(seen, 1) - _later(seen, 1 + max(_LAGS["day"]))
    never = (axis.before == 0).all(axis=0) & (recent >= _FEWEST_REPORTS)
    numbers = axis.origin + np.arange(len(axis.fed))
    sunday = np.arange(len(axis.fed)) - ((numbers + 3) % 7 + 1)  # 1 January 1970 was a Thursday
    sundays_off = (never & axis.absent)[np.maximum(sunday, 0)] & (sunday >= 0)
    return never | (sundays_off & _public(numbers))


def _public(numbers: Counts) -> Mask:
    """Public holidays, those of Alsace-Moselle too: a gap that is not told is the lesser harm."""
    ends = numbers[[0, -1]].astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64)
    first, last = (1970 + ends).tolist()
    return np.isin(numbers, _holidays(first, last))


@cache
def _holidays(first_year: int, last_year: int) -> Counts:
    days = [
        day
        for year in range(first_year, last_year + 1)
        for day in public_holidays(year, alsace_moselle=True)
    ]
    return np.array(days, dtype="datetime64[D]").astype(np.int64)


def _later(values: Counts, lag: int) -> Counts:
    """The values `lag` steps earlier, 0 before the first."""
    return np.concatenate((np.zeros(min(lag, len(values)), dtype=np.int64), values[:-lag]))
