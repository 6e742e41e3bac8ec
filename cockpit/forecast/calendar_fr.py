"""The French calendar that moves hospital activity: public holidays and school breaks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

import pandas as pd
from vacances_scolaires_france import SchoolHolidayDates, UnsupportedYearException

from cockpit.series.workdays import public_holidays

if TYPE_CHECKING:
    from collections.abc import Sequence

Region = Literal["metropole", "alsace-moselle"]
Zone = Literal["A", "B", "C"]

_YEAR_END = {(12, 24), (12, 25), (12, 31), (1, 1)}


@dataclass(frozen=True, slots=True)
class FrenchCalendar:
    """The calendar of one installation: `holidays` and `school_zone` of cockpit.toml.

    month_cycle: the series also follows the days of the month (payroll, payments received).
    """

    region: Region = "metropole"
    zone: Zone = "B"
    month_cycle: bool = False

    def public_holidays(self, first: date, last: date) -> tuple[date, ...]:
        """Public holidays from first to last, both included, sorted."""
        local = self.region == "alsace-moselle"
        years = range(first.year, last.year + 1)
        found = set().union(*(public_holidays(year, alsace_moselle=local) for year in years))
        return tuple(sorted(day for day in found if first <= day <= last))

    def special_days(self, first: date, last: date) -> pd.DataFrame:
        """Days whose activity differs, as Prophet wants them: `ds`, `holiday`, `upper_window`.

        Holidays are pooled: a single one comes back only three times in three years, too few to
        learn its own effect. The turn of the year is apart, it works the other way (eves count).
        `upper_window` 1 lets the day after differ too.
        """
        years = range(first.year, last.year + 1)
        turn = {date(year, month, day) for year in years for month, day in _YEAR_END}
        ordinary = set(self.public_holidays(first, last)) - turn
        rows = [(day, "ferie", 1) for day in ordinary]
        rows += [(day, "fin_annee", 0) for day in turn if first <= day <= last]
        frame = pd.DataFrame(sorted(rows), columns=["ds", "holiday", "upper_window"])
        return frame.assign(ds=pd.to_datetime(frame["ds"]), lower_window=0)

    def school_break(self, days: Sequence[date]) -> list[float]:
        """1.0 on a day of school holidays of the zone, else 0.0.

        Edge: 0.0 beyond the years that the ministry has published.
        """
        dates = SchoolHolidayDates()

        def is_off(day: date) -> float:
            try:
                return float(dates.is_holiday_for_zone(day, self.zone))
            except UnsupportedYearException:
                return 0.0

        return [is_off(day) for day in days]
