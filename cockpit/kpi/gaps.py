"""What a window lacks: days that are usually reported, units that usually report.

A weekday on which nothing came for four weeks is no gap (a clinic that is closed at weekends). A
day that fewer units fed than every same weekday of the four weeks before is one, and so is a month
that fewer units fed than each of the three months before: half of the hospital is no good day.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from cockpit.kpi.model import Step
from cockpit.kpi.panel import Daily, Days
from cockpit.kpi.windows import Windows, add_months

Counts = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

_LAGS: dict[Step, tuple[int, ...]] = {"day": (7, 14, 21, 28), "month": (1, 2, 3)}
_FEWEST_REPORTS = 4


def reading_from(first: date, steps: Iterable[Step]) -> date:
    """The day from which to read, to know what is usual on `first`."""
    if "month" in set(steps):
        return add_months(first, -max(_LAGS["month"]))
    return first - timedelta(days=max(_LAGS["day"]))


def lacking(daily: Daily, own: Windows, step: Step) -> Mask:
    """Whether each window misses a day (a month) or a unit. daily: at least one day."""
    days, starts, ends = (_numbers(one, step) for one in (daily.days, own.starts, own.ends))
    origin = min(int(days[0]), int(starts.min()))
    parts = np.zeros(max(int(days[-1]), int(ends.max())) - origin + 1, dtype=np.int64)
    parts[days - origin] = daily.parts
    gaps = np.concatenate(([0], np.cumsum(_gaps(parts, step))))
    return gaps[ends - origin + 1] > gaps[starts - origin]


def _numbers(days: Days, step: Step) -> Counts:
    return days.astype("datetime64[D]" if step == "day" else "datetime64[M]").astype(np.int64)


def _gaps(parts: Counts, step: Step) -> Mask:
    before = np.array([_later(parts, lag) for lag in _LAGS[step]])
    regular = (before == before[0]).all(axis=0)
    absent = parts == 0
    if step == "day":
        seen: Counts = np.cumsum(parts > 0, dtype=np.int64)
        recent = _later(seen, 1) - _later(seen, 1 + max(_LAGS[step]))
        absent &= ~(regular & (before[0] == 0) & (recent >= _FEWEST_REPORTS))
    return absent | (regular & (parts < before[0]))


def _later(values: Counts, lag: int) -> Counts:
    """The values `lag` steps earlier, 0 before the first."""
    return np.concatenate((np.zeros(min(lag, len(values)), dtype=np.int64), values[:-lag]))
