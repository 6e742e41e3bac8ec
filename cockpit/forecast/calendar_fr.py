"""The calendar that moves hospital activity: public holidays, school breaks, the hospital's events.

French by default; the public holidays of another country serve the public series that the models
are measured on, and a hospital across the border.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from vacances_scolaires_france import SchoolHolidayDates, UnsupportedYearException

from cockpit.forecast.history import Days, Values
from cockpit.kpi.rest_days import public_holidays
from cockpit.regions import METROPOLE

Zone = Literal["A", "B", "C", "none"]
Flags = npt.NDArray[np.bool_]

_MONTH_HARMONICS = 6
_MONTH_DAYS = 365.25 / 12
_WEEKEND = 5


@dataclass(frozen=True, slots=True)
class Event:
    """Days that the hospital marked, both ends included.

    use: "effect" is learned and expected again on the days to come that bear the same label;
    "exclude" days teach nothing (a strike, a computer breakdown).
    """

    first: date
    last: date
    label: str
    use: Literal["effect", "exclude"]


@dataclass(frozen=True, slots=True)
class FrenchCalendar:
    """The calendar of one installation: `holidays` and `school_zone` of cockpit.toml.

    region: see cockpit/regions.py. zone: "none" outside the three school zones (each overseas place
    has its own calendar). month_cycle: the series also follows the days of the month (payroll,
    payments received). events: those that the hospital marked for this series.
    """

    region: str = METROPOLE
    zone: Zone = "B"
    month_cycle: bool = False
    events: tuple[Event, ...] = ()

    def terms(self, days: Days) -> dict[str, Values]:
        """What each day is, as columns 0/1 (or a wave) named `group:detail`; groups are parts.

        weekday:0 (Monday) to 6; holiday:*; school:*; month:*; event:LABEL. A column that is 0
        on every day is left out by those who fit.
        """
        ordinal = pd.DatetimeIndex(days)
        found = {f"weekday:{n}": ordinal.dayofweek.to_numpy() == n for n in range(7)}
        found |= _holiday_terms(ordinal, self.is_holiday(days))
        found["school:break"] = self.is_school_break(days)
        columns = {name: flags.astype(float) for name, flags in found.items()}
        columns |= dict(self._month_terms(ordinal)) if self.month_cycle else {}
        return columns | {f"event:{label}": flags for label, flags in self._event_terms(days)}

    def is_holiday(self, days: Days) -> Flags:
        """Public holidays of the region."""
        return np.isin(days, _holidays(self.region, *_years(days)))

    def is_school_break(self, days: Days) -> Flags:
        """School holidays of the zone. Edge: none beyond the years that the ministry published."""
        if self.zone == "none":
            return np.zeros(len(days), dtype=bool)
        return np.isin(days, _school_breaks(self.zone, *_years(days)))

    def excluded(self, days: Days) -> Flags:
        """Days that teach nothing."""
        marked = [e for e in self.events if e.use == "exclude"]
        return _covered(days, marked)

    def _event_terms(self, days: Days) -> Iterator[tuple[str, Values]]:
        lasting = [e for e in self.events if e.use == "effect"]
        for label in sorted({event.label for event in lasting}):
            same = [event for event in lasting if event.label == label]
            yield label, _covered(days, same).astype(float)

    @staticmethod
    def _month_terms(days: pd.DatetimeIndex) -> Iterator[tuple[str, Values]]:
        turn = 2 * np.pi * (days.day.to_numpy() - 1) / _MONTH_DAYS
        for order in range(1, _MONTH_HARMONICS + 1):
            yield f"month:sin{order}", np.sin(order * turn)
            yield f"month:cos{order}", np.cos(order * turn)


def _holiday_terms(days: pd.DatetimeIndex, off: Flags) -> dict[str, Flags]:
    """Holidays and what surrounds them; the turn of the year is apart, its eves count too."""
    worked = (days.dayofweek < _WEEKEND) & ~off
    weekday = days.dayofweek.to_numpy()
    before, after = np.append(off[1:], values=False), np.insert(off[:-1], 0, values=False)
    month, day = days.month.to_numpy(), days.day.to_numpy()
    christmas = (month == 12) & (day >= 24) & (day <= 26)  # noqa: PLR2004 - a date
    turn = ((month == 12) & (day >= 27)) | ((month == 1) & (day <= 2))  # noqa: PLR2004 - a date
    friday, monday = weekday == 4, weekday == 0  # noqa: PLR2004 - a weekday
    return {
        "holiday:weekday": off & (weekday < _WEEKEND) & ~christmas,
        "holiday:weekend": off & (weekday >= _WEEKEND),
        "holiday:monday": off & monday,
        "holiday:eve": before & worked,
        "holiday:after": after & worked,
        "holiday:bridge": worked & ((friday & after) | (monday & before)),
        "holiday:christmas": christmas,
        "holiday:25": christmas & (day == 25),  # noqa: PLR2004 - a date
        "holiday:turn": turn & ~off,
    }


def _covered(days: Days, events: Sequence[Event]) -> Flags:
    found = np.zeros(len(days), dtype=bool)
    for event in events:
        found |= (days >= np.datetime64(event.first)) & (days <= np.datetime64(event.last))
    return found


def _years(days: Days) -> tuple[int, int]:
    return days[0].astype(object).year, days[-1].astype(object).year


@lru_cache(maxsize=64)
def _holidays(region: str, first: int, last: int) -> Days:
    """The public holidays of these years. Raises NotImplementedError for an unknown region."""
    found = frozenset[date]().union(*(public_holidays(y, region) for y in range(first, last + 1)))
    return np.array(sorted(found), dtype="datetime64[D]")


@lru_cache(maxsize=64)
def _school_breaks(zone: Zone, first: int, last: int) -> Days:
    dates = SchoolHolidayDates()

    def is_off(day: date) -> bool:
        try:
            return bool(dates.is_holiday_for_zone(day, zone))
        except UnsupportedYearException:
            return False

    every = np.arange(np.datetime64(f"{first}-01-01"), np.datetime64(f"{last + 1}-01-01"))
    return np.array([day for day in every if is_off(day.astype(object))], dtype="datetime64[D]")
