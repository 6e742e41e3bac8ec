"""The calendar of the hospital: weekdays, holidays, school, epidemics, heat and snow.

Simulation begins two months before the first exported day, so that the wards are already full.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import holidays
import numpy as np
import pandas as pd
from vacances_scolaires_france import SchoolHolidayDates

from sample_data.noise import Counts, Series, stream
from sample_data.stories import flu_core, heat_week, story

WARM_UP = date(2022, 11, 1)
FIRST = date(2023, 1, 1)
ZONE = "B"
# Winter (year of its January): day of the peak and size, 1 being an ordinary epidemic.
_FLU = {
    2023: (date(2022, 12, 26), 0.8),
    2024: (date(2024, 1, 22), 0.7),
    2025: (date(2025, 1, 3), 1.25),
    2026: (date(2025, 12, 30), 1.0),
}
_BRONCHIOLITIS = {2023: 1.2, 2024: 0.9, 2025: 0.8, 2026: 0.8}
_STOMACH_FLU = {2023: (1, 10), 2024: (2, 5), 2025: (4, 5), 2026: (2, 1)}


@dataclass(frozen=True)
class Seasons:
    """One value per simulated day, from WARM_UP to the last 31 December.

    flu, bronchiolitis, stomach_flu: size of the wave (0 outside). crisis: 1 on the eleven worst
    days of the flu story, less on the days around them.
    heat, snow, strike, school, holiday, after_holiday, bridge: 0 or 1.
    """

    end: date
    seed: int
    days: pd.DatetimeIndex
    weekday: Counts
    month: Counts
    yearday: Series
    years: Series
    holiday: Series
    after_holiday: Series
    bridge: Series
    school: Series
    working: Series
    flu: Series
    bronchiolitis: Series
    stomach_flu: Series
    heat: Series
    snow: Series
    strike: Series
    crisis: Series

    def between(self, start: date, end: date) -> Series:
        """1 from start to end included."""
        inside = (self.days >= pd.Timestamp(start)) & (self.days <= pd.Timestamp(end))
        return inside.astype(float)

    def rng(self, name: str) -> np.random.Generator:
        """The random stream of one part of the hospital."""
        return stream(self.seed, name)


def seasons(end: date, seed: int) -> Seasons:
    """The calendar of a demonstration that ends on `end`; simulated to the end of that year."""
    days = pd.date_range(WARM_UP, date(end.year, 12, 31), freq="D")
    weekday = days.day_of_week.to_numpy(dtype=np.int64)
    off = _public_holidays(days)
    snow = story(end, "snow").start
    return Seasons(
        end=end,
        seed=seed,
        days=days,
        weekday=weekday,
        month=days.month.to_numpy(dtype=np.int64),
        yearday=days.day_of_year.to_numpy(dtype=float),
        years=((days - pd.Timestamp(FIRST)).days.to_numpy(dtype=float)) / 365.25,
        holiday=off,
        after_holiday=np.r_[0.0, off[:-1]],
        bridge=_bridges(off, weekday),
        school=_school(days),
        working=np.where((weekday < 5) & (off == 0), 1.0, 0.0),
        flu=_flu(days, end),
        bronchiolitis=_bronchiolitis(days),
        stomach_flu=_stomach_flu(days),
        heat=_heat(days, end, seed),
        snow=_snow(days, end, seed),
        strike=_flag(days, {snow}),
        crisis=_crisis(days, end),
    )


def _flag(days: pd.DatetimeIndex, chosen: set[date]) -> Series:
    return days.isin(pd.to_datetime(sorted(chosen))).astype(float)


def _window(days: pd.DatetimeIndex, start: date, end: date) -> Series:
    return ((days >= pd.Timestamp(start)) & (days <= pd.Timestamp(end))).astype(float)


def _crisis(days: pd.DatetimeIndex, end: date) -> Series:
    core = _window(days, *flu_core(end))
    shoulders = np.convolve(core, (0.25, 0.5, 1.0, 0.5, 0.25), "same")
    return np.where(core == 1, 1.0, np.minimum(shoulders, 0.6))


def _public_holidays(days: pd.DatetimeIndex) -> Series:
    years = range(days[0].year, days[-1].year + 1)
    return _flag(days, set(holidays.country_holidays("FR", years=years)))


def _bridges(off: Series, weekday: Counts) -> Series:
    after_thursday = (np.r_[0.0, off[:-1]] == 1) & (weekday == 4)
    before_tuesday = (np.r_[off[1:], 0.0] == 1) & (weekday == 0)
    return np.asarray((after_thursday | before_tuesday).astype(float))


def _school(days: pd.DatetimeIndex) -> Series:
    calendar = SchoolHolidayDates()
    off: set[date] = set()
    for year in range(days[0].year, days[-1].year + 1):
        try:
            off |= set(calendar.holidays_for_year_and_zone(year, ZONE))
        except ValueError:  # the ministry has not published that year yet
            continue
    return _flag(days, off)


def _wave(days: pd.DatetimeIndex, peak: date, up: float, down: float) -> Series:
    distance = (days - pd.Timestamp(peak)).days.to_numpy(dtype=float)
    width = np.where(distance < 0, up, down)
    wave: Series = np.exp(-((distance / width) ** 2) / 2)
    return wave


def _flu(days: pd.DatetimeIndex, end: date) -> Series:
    told = story(end, "flu")
    total = np.zeros(len(days))
    for winter in range(days[0].year, days[-1].year + 2):
        peak, size = _FLU.get(winter, (date(winter, 1, 10), 0.9))
        if winter == told.end.year:
            peak, size = told.start + timedelta(days=8), 1.0
        total += size * _wave(days, peak, 15, 22)
    return total


def _bronchiolitis(days: pd.DatetimeIndex) -> Series:
    total = np.zeros(len(days))
    for winter in range(days[0].year, days[-1].year + 2):
        peak = date(winter - 1, 12, 5)
        total += _BRONCHIOLITIS.get(winter, 0.85) * _wave(days, peak, 18, 20)
    return total


def _stomach_flu(days: pd.DatetimeIndex) -> Series:
    total = np.zeros(len(days))
    for year in range(days[0].year, days[-1].year + 1):
        total += _wave(days, date(year, *_STOMACH_FLU.get(year, (1, 25))), 16, 20)
    return total


def _heat(days: pd.DatetimeIndex, end: date, seed: int) -> Series:
    """None to two heat waves a summer; the August story always has its own."""
    rng = stream(seed, "heat")
    monday, sunday = heat_week(end)
    hot = _window(days, monday, sunday)
    for year in range(days[0].year, days[-1].year + 1):
        for _ in range(int(rng.integers(0, 3))):
            start = date(year, 6, 20) + timedelta(days=int(rng.integers(0, 38)))
            length = int(rng.integers(4, 9))
            hot = np.maximum(hot, _window(days, start, start + timedelta(days=length)))
    return hot


def _snow(days: pd.DatetimeIndex, end: date, seed: int) -> Series:
    rng = stream(seed, "snow")
    fallen = {story(end, "snow").start}
    for year in range(days[0].year, days[-1].year + 1):
        for _ in range(int(rng.integers(0, 3))):
            fallen.add(date(year, 1, 5) + timedelta(days=int(rng.integers(0, 50))))
    return _flag(days, fallen)
