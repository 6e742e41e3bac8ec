"""The curve of a KPI sheet: same numbers as the series, last year beside, budget where it speaks."""

from __future__ import annotations

from datetime import date, timedelta

from cockpit.kpi.model import Grain
from cockpit.series.curve import curve
from cockpit.series.model import Period
from tests.support.hospital import Hospital, kpi
from tests.support.reading import rows


def days(points) -> list[date]:
    """Days of points."""
    return [point.day for point in points]


class TestDays:
    """One visit a day in November 2025, two in November 2026 to the 20th."""

    FIGURES = """
    ed_visits A1 2025-11-01..2025-11-30 75+ 1
    ed_visits A1 2026-11-01..2026-11-20 75+ 2
    """

    def test_last_year_is_drawn_at_this_years_day(self, hospital: Hospital) -> None:
        generation = hospital.given(self.FIGURES)
        found = curve(generation, hospital.scope(), kpi("ed_visits"), "A", Period.DAY)
        assert found.grain == Grain.DAY
        assert days(found.points)[-1] == date(2026, 11, 20)
        assert {point.value for point in found.points} == {2}
        # 364 days before 20 November 2026 is 21 November 2025
        assert days(found.last_year)[-1] == date(2026, 11, 20)
        assert {point.value for point in found.last_year} == {1}

    def test_what_may_move_begins_the_day_after_what_is_settled(self, hospital: Hospital) -> None:
        hospital.describe(provisional_d=6)
        generation = hospital.given(self.FIGURES)
        found = curve(generation, hospital.scope(), kpi("ed_visits"), "A", Period.DAY)
        assert found.provisional_from == date(2026, 11, 15)

    def test_weeks_end_on_the_last_day(self, hospital: Hospital) -> None:
        generation = hospital.given(self.FIGURES)
        found = curve(generation, hospital.scope(), kpi("ed_visits"), "A", Period.WEEK)
        assert [(p.day.day, p.value) for p in found.points] == [(6, 12), (13, 14), (20, 14)]


class TestFiftyThreeWeeks:
    """Visits: 100 plus the ISO week, every day of 2026 (53 weeks) and of the first days of 2027."""

    def test_week_by_week_last_year_is_the_week_of_the_same_number(
        self, hospital: Hospital
    ) -> None:
        every = [date(2025, 12, 1) + timedelta(days=n) for n in range(460)]
        generation = hospital.given(
            "\n".join(f"ed_visits A1 {day} 75+ {100 + day.isocalendar().week}" for day in every)
        )
        found = curve(generation, hospital.scope(), kpi("ed_visits"), "A", Period.DAY)
        now = {point.day: point.value for point in found.points}
        then = {point.day: point.value for point in found.last_year}
        assert max(now) == date(2027, 3, 5)
        assert then == now


class TestYears:
    """One birth a day from 2023 to 28 February 2025; 2024 is a leap year."""

    def test_a_year_to_date_is_drawn_with_the_same_dates_of_last_year(
        self, hospital: Hospital
    ) -> None:
        generation = hospital.given("births A1 2023-01-01..2025-02-28 1")
        found = curve(generation, hospital.scope(), kpi("births"), "A", Period.YEAR)
        assert [p.value for p in found.points] == [365, 366, 59]
        # to 29 February 2024, the end of February as this year
        assert [p.value for p in found.last_year] == [365, 60]
        assert days(found.last_year) == [date(2024, 12, 31), date(2025, 2, 28)]


class TestMonths:
    """A budget of 100 a month under expenses of 90 from January 2025 to October 2026."""

    FIGURES = """
    expense_eur A1 2025-01..2026-10 1/641 90
    expense_eur A1 2025-01..2026-12 1/641 @budget 100
    """

    def test_the_budget_stands_beside_the_months(self, hospital: Hospital) -> None:
        generation = hospital.given(self.FIGURES)
        found = curve(generation, hospital.scope(), kpi("payroll"), "A", Period.MONTH)
        assert len(found.points) == len(found.budget) == 22
        assert {p.value for p in found.budget} == {100}
        assert days(found.points)[-1] == date(2026, 10, 31)

    def test_rolling_months_hold_twelve(self, hospital: Hospital) -> None:
        generation = hospital.given(self.FIGURES)
        found = curve(generation, hospital.scope(), kpi("payroll"), "A", Period.ROLLING)
        assert found.points[-1].value == 12 * 90

    def test_the_curve_is_the_series(self, hospital: Hospital) -> None:
        generation = hospital.given(self.FIGURES)
        found = curve(generation, hospital.scope(), kpi("payroll"), "A", Period.MONTH)
        points = rows(hospital, generation, "payroll", "2025-01..2026-10", unit="A")
        assert [p.value for p in found.points] == points["value"].tolist()


def test_a_kpi_that_nothing_feeds_has_an_empty_curve(hospital: Hospital) -> None:
    generation = hospital.given("births A1 2026-11-20 1")
    found = curve(generation, hospital.scope(), kpi("ed_visits"), "A", Period.DAY)
    assert (found.points, found.last_year, found.budget, found.forecast) == ((), (), (), ())
