"""What a window lacks: days that are usually reported, sites and units that usually report.

Usual is what the four same weekdays before (the three months before) all did. A weekday on which
nothing ever comes is no gap (a clinic that is closed at weekends), nor is a public holiday of what
rests on Sundays. A day without a site that always reports is one: half of the hospital is no good
day. A unit that reports now and then is never missed.

Until four weeks (three months) are known, usual is what every day did, once there is a week (two
months) of them without exception: what then falls below is missed as long as it would be later on.
Before that week nothing is usual and nothing is missed: after two days, a unit that is absent may
as well be one that reports now and then.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, cached_property

import numpy as np
import numpy.typing as npt

from cockpit.kpi.model import Step
from cockpit.kpi.panel import Daily, Days
from cockpit.kpi.rest_days import public_holidays
from cockpit.kpi.windows import Windows, add_months
from cockpit.regions import ALSACE_MOSELLE

Counts = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

_LAGS: dict[Step, tuple[int, ...]] = {"day": (7, 14, 21, 28), "month": (1, 2, 3)}
_SILENT_DAYS: dict[Step, int] = {"day": 28, "month": 100}
_HABIT: dict[Step, int] = {"day": 7, "month": 2}
MISSED_FOR: dict[Step, int] = {"day": 7, "month": 1}
"""How long something usual is missed once it has stopped, in days (months)."""
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
    found = np.zeros(len(own), dtype=bool)
    if whole.absent.any():
        found = whole.in_windows(whole.absent & ~_rests(whole), own)
    silent = [one for one in sites if len(one)]
    if silent:
        starts, ends = numbers(own.starts, step), numbers(own.ends, step)
    for one in silent:
        found |= np.searchsorted(one, ends, "right") > np.searchsorted(one, starts, "left")
    return found


def silences(days: Days, step: Step) -> Counts:
    """When a site that had always reported did not: numbers of days (months) since 1970, sorted.

    days: when it reported. What follows its last report is silent for four weeks (three months).
    """
    if not len(days):
        return numbers(days, step)
    after = days[-1:] + np.timedelta64(_SILENT_DAYS[step], "D")
    axis = _axis(days, np.ones(len(days), dtype=np.int64), step, after)
    silent = axis.absent & ((axis.before > 0).all(axis=0) | _broken_off(axis)) & ~_rests(axis)
    return axis.origin + np.flatnonzero(silent)


def thin(daily: Daily, step: Step, history: Days) -> Mask:
    """Days that fewer units fed than each of the same days before, when all was alike then.

    history: all days on which the site reported, of which `daily` may hold the end only.
    """
    axis = _axis(daily.days, daily.parts, step)
    fewer = axis.fed < axis.before[0]
    if fewer.any():
        fewer &= (axis.before == axis.before[0]).all(axis=0)
        if step == "day":
            fewer &= _steady(axis)
    if len(history) and numbers(history[:1], step)[0] == axis.origin:
        fewer |= _broken_off(axis)
    return fewer[axis.at(daily.days)]


def _broken_off(axis: _Axis) -> Mask:
    """Days of a young history that fall below what every day before them had.

    axis: begins with the history.
    """
    found = np.zeros(len(axis.fed), dtype=bool)
    changed = np.flatnonzero(axis.fed != axis.fed[0])
    if len(changed) and _HABIT[axis.step] <= changed[0] < max(_LAGS[axis.step]):
        missed = slice(changed[0], changed[0] + MISSED_FOR[axis.step])
        found[missed] = axis.fed[missed] < axis.fed[0]
    return found


def _steady(axis: _Axis) -> Mask:
    """Whether each day from three weeks before to one week before was fed as a week earlier."""
    changed: Counts = np.cumsum(axis.fed != axis.before[0], dtype=np.int64)
    return _later(changed, _WEEK) == _later(changed, 3 * _WEEK + 1)


@dataclass(frozen=True)
class _Axis:
    """How many units fed every day (month) from `origin` on."""

    step: Step
    origin: int
    fed: Counts

    @cached_property
    def before(self) -> Counts:
        """What came before each day: one row per lag, 0 before the first day."""
        return np.array([_later(self.fed, lag) for lag in _LAGS[self.step]])

    @cached_property
    def absent(self) -> Mask:
        """Days on which nothing came."""
        return self.fed == 0

    def at(self, days: Days) -> Counts:
        """Where days stand on the axis."""
        return numbers(days, self.step) - self.origin

    def in_windows(self, days: Mask, own: Windows) -> Mask:
        """Whether each window holds one of these days."""
        seen = np.concatenate(([0], np.cumsum(days)))
        return seen[self.at(own.ends) + 1] > seen[self.at(own.starts)]


def _axis(days: Days, fed: Counts, step: Step, *reach: Days) -> _Axis:
    """reach: days that the axis must hold besides."""
    every = np.concatenate([numbers(one, step) for one in (days, *reach)])
    origin = int(every.min())
    dense = np.zeros(int(every.max()) - origin + 1, dtype=np.int64)
    dense[numbers(days, step) - origin] = fed
    return _Axis(step, origin, dense)


def numbers(days: Days, step: Step) -> Counts:
    """Days (months) since 1970."""
    return days.astype("datetime64[D]" if step == "day" else "datetime64[M]").astype(np.int64)


def _rests(axis: _Axis) -> Mask:
    """Days on which nothing is expected: weekdays that are never reported, public holidays."""
    if axis.step == "month":
        return np.zeros(len(axis.fed), dtype=bool)
    seen: Counts = np.cumsum(axis.fed > 0, dtype=np.int64)
    recent = _later(seen, 1) - _later(seen, 1 + max(_LAGS["day"]))
    never = (axis.before == 0).all(axis=0) & (recent >= _FEWEST_REPORTS)
    since_1970 = axis.origin + np.arange(len(axis.fed))
    sunday = np.arange(len(axis.fed)) - ((since_1970 + 3) % 7 + 1)  # 1 January 1970 was a Thursday
    sundays_off = (never & axis.absent)[np.maximum(sunday, 0)] & (sunday >= 0)
    return never | (sundays_off & _public(since_1970))


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
        for day in public_holidays(year, ALSACE_MOSELLE)
    ]
    return np.array(days, dtype="datetime64[D]").astype(np.int64)


def _later(values: Counts, lag: int) -> Counts:
    """The values `lag` steps earlier, 0 before the first."""
    return np.concatenate((np.zeros(min(lag, len(values)), dtype=np.int64), values[:-lag]))
