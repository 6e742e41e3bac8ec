"""Working days, and planned activity at an equal number of them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from cockpit.series.contributions import contributions
from cockpit.series.model import Period, Window
from cockpit.series.trend import trend
from cockpit.series.workdays import equal_days, public_holidays, working_days
from tests.support.hospital import Hospital, kpi
from tests.support.reading import span


def month(text: str) -> Window:
    return Window(*span(text))


class TestMay:
    """May 2026 has 21 weekdays, of which Fridays 1 and 8, Thursday 14 (Ascension) and Monday 25
    (Whit Monday) are off: 17. May 2025 has 22, of which Thursdays 1, 8 and 29 are off: 19.
    """

    def test_working_days_of_may(self) -> None:
        assert working_days(month("2026-05")) == 17
        assert working_days(month("2025-05")) == 19

    @pytest.mark.parametrize("by", ["unit", "facet"])
    def test_a_may_of_two_days_less_is_compared_at_equal_days(
        self, hospital: Hospital, by: str
    ) -> None:
        """1 900 visits in May 2025 are 1 700 at 17 days: 1 751 is 3 % up, not 7.8 % down."""
        generation = hospital.given(
            """
            outpatient_visits A1 2025-05-05 CARDIO 1000
            outpatient_visits A2 2025-05-05 ORL    900
            outpatient_visits A1 2026-05-04 CARDIO 951
            outpatient_visits A2 2026-05-04 ORL    800
            outpatient_visits A1 2026-05-31 CARDIO 0
            """
        )
        scope, one = hospital.scope(), kpi("outpatient_visits")
        change = trend(generation, scope, one, "P", Period.MONTH).last_year
        assert change is not None
        assert change.adjusted
        assert change.reference == pytest.approx(1700)
        assert change.relative == pytest.approx(3.0)
        parts = contributions(generation, scope, one, "P", Period.MONTH, against="last_year", by=by)
        assert sum(part.total for part in parts) == pytest.approx(change.delta)
        assert [part.before for part in parts] == pytest.approx([1000 * 17 / 19, 900 * 17 / 19])

    def test_the_month_before_is_not_adjusted(self, hospital: Hospital) -> None:
        generation = hospital.given(
            """
            outpatient_visits A1 2025-12-05 CARDIO 100
            outpatient_visits A1 2026-01-05 CARDIO 90
            outpatient_visits A1 2026-01-31 CARDIO 0
            """
        )
        (part,) = contributions(
            generation, hospital.scope(), kpi("outpatient_visits"), "A1", Period.MONTH
        )
        assert (part.before, part.total) == (100, -10)

    def test_emergencies_and_rates_are_not_planned(self) -> None:
        now, then = month("2026-05"), month("2025-05")
        assert equal_days(kpi("ed_visits"), now, then) == 1
        assert equal_days(kpi("bed_occupancy_rate"), now, then) == 1
        assert equal_days(kpi("outpatient_visits"), now, then) == pytest.approx(17 / 19)

    def test_a_week_is_compared_by_weekday(self) -> None:
        now = Window(date(2026, 5, 11), date(2026, 5, 17))
        then = Window(date(2025, 5, 12), date(2025, 5, 18))
        assert equal_days(kpi("outpatient_visits"), now, then) == 1


class TestHolidays:
    """Eleven public holidays in France, two more in Alsace-Moselle."""

    @pytest.mark.parametrize("year", [2024, 2026, 2027])
    def test_there_are_eleven_and_thirteen(self, year: int) -> None:
        france = public_holidays(year)
        alsace = public_holidays(year, "alsace-moselle")
        # Ascension may fall on 1 or 8 May: the days are then fewer than the holidays
        assert len(france) in {10, 11}
        easter_monday = next(day for day in france if day.month in {3, 4})
        good_friday = easter_monday - timedelta(days=3)
        assert alsace - france == {date(year, 12, 26), good_friday}

    def test_good_friday_works_except_in_alsace(self) -> None:
        april = month("2026-04")
        assert working_days(april) == 21
        assert working_days(april, region="alsace-moselle") == 20

    def test_a_window_across_new_year_knows_both_years(self) -> None:
        # 24 and 31 December are worked, 25 December and 1 January are off
        assert working_days(Window(date(2026, 12, 24), date(2027, 1, 4))) == 6

    def test_a_saturday_works_nobody(self) -> None:
        assert working_days(Window(date(2026, 5, 2), date(2026, 5, 3))) == 0
