"""Which days feed a point: its own period, the twelve months that end with it, the year so far.

Windows are pairs of days, both included, held as two sorted arrays so that a whole curve is cut at
once.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from cockpit.kpi.model import Grain, Span
from cockpit.kpi.panel import Days


@dataclass(frozen=True, slots=True)
class Windows:
    """starts[i] to ends[i], both included, are the days of point i."""

    starts: Days
    ends: Days

    def __len__(self) -> int:
        """How many points."""
        return len(self.starts)

    @property
    def first(self) -> date:
        """The earliest day of all windows."""
        return _day(self.starts.min())

    @property
    def last(self) -> date:
        """The latest day of all windows."""
        return _day(self.ends.max())


def windows(pairs: list[tuple[date, date]]) -> Windows:
    """From pairs (first day, last day)."""
    starts = np.array([start for start, _ in pairs], dtype="datetime64[D]")
    ends = np.array([end for _, end in pairs], dtype="datetime64[D]")
    return Windows(starts, ends)


def together(several: Sequence[Windows]) -> Windows:
    """Every window of several, for one read."""
    starts = np.concatenate([one.starts for one in several])
    return Windows(starts, np.concatenate([one.ends for one in several]))


def spanned(own: Windows, span: Span) -> Windows:
    """The days that a term with this span reads for each point."""
    if span == "period":
        return own
    months = own.ends.astype("datetime64[M]")
    years = own.ends.astype("datetime64[Y]")
    january = years.astype("datetime64[D]")
    if span == "ytd":
        return Windows(january, own.ends)
    if span == "year":
        december = ((years + 1).astype("datetime64[D]").astype(np.int64) - 1).astype(
            "datetime64[D]"
        )
        return Windows(january, december)
    return Windows((months - 11).astype("datetime64[D]"), own.ends)


def period_start(day: date, grain: Grain) -> date:
    """First day of the civil period that holds `day`; weeks are ISO, Monday first."""
    match grain:
        case Grain.DAY:
            return day
        case Grain.WEEK:
            return day - timedelta(days=day.weekday())
        case Grain.MONTH:
            return day.replace(day=1)
        case Grain.QUARTER:
            return date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)
        case Grain.YEAR:
            return date(day.year, 1, 1)


def period_end(day: date, grain: Grain) -> date:
    """Last day of the civil period that holds `day`."""
    start = period_start(day, grain)
    match grain:
        case Grain.DAY:
            return start
        case Grain.WEEK:
            return start + timedelta(days=6)
        case Grain.MONTH:
            return month_end(start)
        case Grain.QUARTER:
            return month_end(add_months(start, 2))
        case Grain.YEAR:
            return date(start.year, 12, 31)


def periods(start: date, end: date, grain: Grain) -> Windows:
    """Every civil period that holds at least one day of [start, end], whole."""
    return windows(list(_periods(start, end, grain)))


def _periods(start: date, end: date, grain: Grain) -> Iterator[tuple[date, date]]:
    first = period_start(start, grain)
    while first <= end:
        last = period_end(first, grain)
        yield first, last
        first = last + timedelta(days=1)


def month_end(day: date) -> date:
    """Last day of the month of `day`."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def add_months(day: date, months: int) -> date:
    """The same day `months` later, or the last day of a shorter month."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _day(stamp: np.datetime64) -> date:
    return stamp.astype("datetime64[D]").astype(object)
