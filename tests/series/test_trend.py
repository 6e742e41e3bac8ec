"""The figure of a tile: its value, what it is compared with, and that it is the engine's own."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from cockpit.kpi import read
from cockpit.kpi.catalogue import KPIS, home_kpis
from cockpit.kpi.model import Grain, UnitId
from cockpit.series.across import across, breakdown, year_of
from cockpit.series.model import Period, Status, Window
from cockpit.series.trend import trend, trends
from tests.kpi.worked import FIGURES
from tests.kpi.worked_special import made
from tests.support.hospital import Hospital, kpi
from tests.support.reading import rows, value


class TestSameNumbers:
    """One KPI has one number, however many are asked for together: worked.py, February 2026."""

    def test_a_tile_is_the_point_of_the_series(self, hospital: Hospital) -> None:
        generation = hospital.given(FIGURES)
        found = trends(generation, hospital.scope(), tuple(KPIS.values()), "G", Period.MONTH)
        february = Window(date(2026, 2, 1), date(2026, 2, 28))
        seen = [one for one in found if one.window == february]
        assert len(seen) > 60
        for one in seen:
            point = rows(hospital, generation, one.kpi, "2026-02").iloc[0]
            assert one.value == pytest.approx(point["value"]), one.kpi.id
            assert one.numerator == pytest.approx(point["numerator"]), one.kpi.id
            assert one.partial == (point["status"] == "partial"), one.kpi.id

    @pytest.mark.parametrize("period", list(Period))
    def test_many_together_are_the_same_as_each_alone(
        self, hospital: Hospital, period: Period
    ) -> None:
        generation = hospital.given(LONG)
        kpis = [kpi(name) for name in ("debt_ratio", "ed_visits", "eprd_execution_rate", "fte_paid",
                                       "bjml", "turnover_rate", "ed_los_median")]  # fmt: skip
        together = trends(generation, hospital.scope(), kpis, "G", period)
        alone = [trend(generation, hospital.scope(), one, "G", period) for one in kpis]
        for one, other in zip(together, alone, strict=True):
            assert one == other

    @pytest.mark.parametrize("name", ["debt_ratio", "caf_rate", "work_accident_frequency",
                                      "eprd_execution_rate"])  # fmt: skip
    def test_last_year_reads_the_twelve_months_before_last_year(
        self, hospital: Hospital, name: str
    ) -> None:
        """A month read with its own twelve months needs two years behind it."""
        generation = hospital.given(LONG)
        found = trend(generation, hospital.scope(), kpi(name), "G", Period.MONTH)
        assert found.window == Window(date(2026, 10, 1), date(2026, 10, 31))
        assert found.last_year is not None
        assert found.last_year.reference == pytest.approx(
            value(hospital, generation, name, "2025-10")
        )
        points = rows(hospital, generation, name, "2025-10..2026-10")
        assert [point.value for point in found.spark] == pytest.approx(points["value"].tolist())


LONG = """
debt_eur       A1 2023-01..2026-10 800
revenue_eur    A1 2023-01..2024-12 1/73 100
revenue_eur    A1 2025-01..2026-10 1/73 130
expense_eur    A1 2023-01..2025-06 1/641 90
expense_eur    A1 2025-07..2026-10 1/641 110
expense_eur    A1 2023-01..2026-12 1/641 @budget 100
work_accidents A1 2023-01..2026-10 2
hours_worked   A1 2023-01..2024-06 1000
hours_worked   A1 2024-07..2026-10 2000
fte_paid       A1 2023-01..2026-10 PNM/IDE 50
staff_entries  A1 2023-01..2026-10 PNM/IDE 1
staff_exits    A1 2023-01..2026-10 PNM/IDE 2
headcount      A1 2023-01..2026-10 TITULAIRE 60
ed_visits      A1 2023-11-01..2026-11-20 75+ 40
ed_admissions  A1 2023-11-01..2026-11-20 MED 9
ed_los_minutes A1 2025-01-01..2026-11-20 0-60 5
"""


class TestWindow:
    """Visits to 20 November 2026 at A, to the 18th at B1; B2 reports none."""

    FIGURES = """
    ed_visits A1 2026-11-01..2026-11-20 75+ 10
    ed_visits B1 2026-11-01..2026-11-18 75+ 4
    ed_visits B1 2026-11-11 0-17 2
    ed_present_15h B2 2026-11-20 5
    """

    def test_a_site_shows_its_own_last_day_not_the_newest_of_all(self, hospital: Hospital) -> None:
        generation = hospital.given(self.FIGURES)
        found = trend(generation, hospital.scope(), kpi("ed_visits"), "B", Period.DAY)
        assert found.window == Window(date(2026, 11, 18), date(2026, 11, 18))
        assert (found.value, found.previous.reference) == (4, 6)
        assert found.previous.window == Window(date(2026, 11, 11), date(2026, 11, 11))

    def test_a_site_late_with_its_payroll_shows_its_last_month(self, hospital: Hospital) -> None:
        generation = hospital.given(
            "fte_paid A1 2026-01..2026-10 PNM/IDE 10\nfte_paid B1 2026-01..2026-09 PNM/IDE 5"
        )
        scope = hospital.scope()
        found = trend(generation, scope, kpi("fte_paid"), "B", Period.MONTH)
        assert (found.window.end, found.value) == (date(2026, 9, 30), 5)
        # the mean of its own nine months, not nine tenths of it
        year = trend(generation, scope, kpi("fte_paid"), "B", Period.YEAR)
        assert (year.window.end, year.value) == (date(2026, 9, 30), 5)

    def test_a_unit_that_never_reported_is_unavailable_never_zero(self, hospital: Hospital) -> None:
        generation = hospital.given(self.FIGURES)
        found = trend(generation, hospital.scope(), kpi("ed_visits"), "B2", Period.DAY)
        assert (found.value, found.status, found.spark) == (None, Status.UNAVAILABLE, ())

    def test_a_week_is_seven_days_that_end_on_the_last_day(self, hospital: Hospital) -> None:
        generation = hospital.given(self.FIGURES)
        found = trend(generation, hospital.scope(), kpi("ed_visits"), "A", Period.WEEK)
        assert (found.value, found.window.days, found.partial) == (70, 7, False)

    def test_the_sparkline_ends_with_the_figure(self, hospital: Hospital) -> None:
        generation = hospital.given(self.FIGURES)
        found = trend(generation, hospital.scope(), kpi("ed_visits"), "A", Period.DAY)
        assert len(found.spark) == 20  # thirty days asked, twenty known
        assert (found.spark[-1].day, found.spark[-1].value) == (date(2026, 11, 20), 10)

    def test_a_table_of_units_has_one_window(self, hospital: Hospital) -> None:
        generation = hospital.given(self.FIGURES)
        found = across(generation, hospital.scope(), [kpi("ed_visits")], ["A", "B"], Period.WEEK)
        assert found == {"A": {"ed_visits": 70}, "B": {"ed_visits": 20}}
        alone = across(
            generation, hospital.scope("director_B"), [kpi("ed_visits")], ["B"], Period.WEEK
        )
        assert alone == {"B": {"ed_visits": 28}}


class TestAcross:
    """A monthly KPI that reads twelve months, beside a daily one that is ahead of it."""

    def test_twelve_months_are_read_whole_beside_a_newer_kpi(self, hospital: Hospital) -> None:
        generation = hospital.given(LONG)
        kpis = [kpi("ed_visits"), kpi("debt_ratio")]
        found = across(generation, hospital.scope(), kpis, ["A"], Period.MONTH)
        assert found["A"]["debt_ratio"] == pytest.approx(100 * 800 / (12 * 130))

    def test_a_breakdown_sums_to_the_whole(self, hospital: Hospital) -> None:
        generation = hospital.given(FIGURES)
        scope, one = hospital.scope(), kpi("expense_by_title")
        window = year_of(generation, one)
        assert window == Window(date(2026, 1, 1), date(2026, 2, 28))
        titles = breakdown(generation, scope, one, "G", window)
        assert titles == {"1": 700 + 900 + 200, "2": 200, "3": 150, "4": 150}
        accounts = breakdown(generation, scope, one, "G", window, under="4")
        assert accounts == {"4/6811": 120, "4/675": 30}


class TestTarget:
    """A budget is compared over the same window; a target needs none."""

    def test_payroll_is_compared_with_its_budget_of_the_same_months(
        self, hospital: Hospital
    ) -> None:
        generation = hospital.given(
            """
            expense_eur A1 2026-01..2026-10 1/641 103
            expense_eur A1 2026-01..2026-06 1/641 @budget 100
            expense_eur A1 2026-07..2026-12 1/641 @budget 90
            """
        )
        found = trend(generation, hospital.scope(), kpi("payroll"), "A", Period.YEAR)
        assert found.value == 1030
        assert found.target.kind == "budget"
        assert found.target.reference == 6 * 100 + 4 * 90
        assert found.target.relative == pytest.approx(100 * 70 / 960)
        assert found.status == Status.RED

    def test_a_landing_is_compared_with_the_voted_result(self, hospital: Hospital) -> None:
        """-2.9 M€ expected for -2.0 voted: 0.9 worse is red; it must not be its own reference."""
        hospital.deliver("revenue_eur A1 2026-10 1/73 3\nexpense_eur A1 2026-10 1/641 3")
        generation = hospital.publish(
            forecasts=[
                made("year_end_landing", date(2026, 10, 31), -2.9),
                made("year_end_landing", date(2026, 10, 31), -2.0, facet="budget"),
            ]
        )
        found = trend(generation, hospital.scope(), kpi("year_end_landing"), "G", Period.MONTH)
        assert found.target.reference == -2.0
        assert found.target.delta == pytest.approx(-0.9)

    def test_an_adjusted_target_is_not_answered_from_memory(self, hospital: Hospital) -> None:
        generation = hospital.given("absence_days A1 2026-10 MO 31\nfte_paid A1 2026-10 PNM/IDE 10")
        one = kpi("absence_rate")
        stricter = replace(one, target=5.0)
        seen = [
            trend(generation, hospital.scope(), each, "A", Period.MONTH).target.reference
            for each in (one, stricter)
        ]
        assert seen == [one.target, 5.0]

    def test_a_rate_changes_in_points_and_a_count_in_percent(self, hospital: Hospital) -> None:
        generation = hospital.given(
            """
            births A1 2026-11-13 20
            births A1 2026-11-20 25
            patients_midnight A1 2026-11-13 80
            patients_midnight A1 2026-11-20 90
            beds_open A1 2026-11-13..2026-11-20 100
            """
        )
        births, occupancy = trends(
            generation,
            hospital.scope(),
            [kpi("births"), kpi("bed_occupancy_rate")],
            "A",
            Period.DAY,
        )
        assert (births.previous.delta, births.previous.relative) == (5, 25)
        assert occupancy.previous.delta == pytest.approx(10)
        assert occupancy.previous.relative is None


class TestProvisional:
    """Visits to 20 November whose last six days may still move."""

    def test_the_last_days_of_a_source_may_move(self, hospital: Hospital) -> None:
        hospital.describe(provisional_d=6)
        generation = hospital.given("ed_visits A1 2026-10-01..2026-11-20 75+ 1")
        found = rows(hospital, generation, "ed_visits", "2026-11-13..2026-11-15", grain="day")
        assert found["status"].tolist() == ["consolidated", "consolidated", "provisional"]
        scope, one = hospital.scope(), kpi("ed_visits")
        assert trend(generation, scope, one, "A", Period.DAY).provisional
        assert not trend(generation, scope, one, "A", Period.MONTH).provisional

    def test_a_kpi_is_as_settled_as_its_slowest_source(self, hospital: Hospital) -> None:
        hospital.describe("quick")
        hospital.describe("slow", provisional_d=10)
        hospital.deliver("or_used_minutes A1 2026-11-01..2026-11-20 8", source="quick")
        hospital.deliver("or_open_minutes A1 2026-11-01..2026-11-20 10", source="slow")
        generation = hospital.publish()
        found = rows(
            hospital, generation, "or_occupancy_rate", "2026-11-01..2026-11-20", grain="day"
        )
        days = {row.period: row.status for row in found.itertuples()}
        assert days[date(2026, 11, 10)] == "consolidated"
        assert days[date(2026, 11, 11)] == "provisional"

    def test_a_site_behind_the_others_has_not_settled_their_days(self, hospital: Hospital) -> None:
        """Two days may move. A reports until 20 November, B until the 18th: B's file to come will
        correct its 17th and 18th, so the sum has settled on the 16th."""
        hospital.describe(provisional_d=2)
        generation = hospital.given(
            "ed_visits A1 2026-10-01..2026-11-20 75+ 1\ned_visits B1 2026-10-01..2026-11-18 75+ 1"
        )

        def settled(unit: str, **asked: str) -> int:
            found = rows(
                hospital, generation, "ed_visits", "2026-11-10..2026-11-18", grain="day",
                unit=unit, **asked,
            )  # fmt: skip
            return max(day.day for day in found[found["status"] == "consolidated"]["period"])

        assert (settled("A"), settled("B"), settled("B1"), settled("G")) == (18, 16, 16, 16)
        found = rows(
            hospital, generation, "ed_visits", "2026-11-17", grain="day", unit="G", by="unit"
        )
        assert dict(zip(found["unit"], found["status"], strict=True)) == {
            "A": "consolidated",
            "B": "provisional",
        }

    def test_what_only_the_group_reports_may_move_too(self, hospital: Hospital) -> None:
        hospital.describe(provisional_d=2)
        generation = hospital.given(
            "cash_eur G 2026-10-01..2026-11-20 5000000\ncredit_lines_eur G 2026-10-01..2026-11-20 0"
        )
        cash = rows(hospital, generation, "cash_position", "2026-11-18..2026-11-20", grain="day")
        assert cash["status"].tolist() == ["consolidated", "provisional", "provisional"]

    def test_a_site_that_stopped_holds_nothing_back(self, hospital: Hospital) -> None:
        """B's last day is the 5th: missed for a week, then the sum is what A says of it. B's own
        last two days were never confirmed."""
        hospital.describe(provisional_d=2)
        generation = hospital.given(
            "ed_visits A1 2026-10-01..2026-11-20 75+ 1\ned_visits B1 2026-10-01..2026-11-05 75+ 1"
        )
        found = rows(hospital, generation, "ed_visits", "2026-11-12..2026-11-20", grain="day")
        assert found["status"].tolist() == [
            "partial", *["consolidated"] * 6, "provisional", "provisional",
        ]  # fmt: skip
        alone = rows(
            hospital, generation, "ed_visits", "2026-11-03..2026-11-05", grain="day", unit="B"
        )
        assert alone["status"].tolist() == ["consolidated", "provisional", "provisional"]


def test_a_day_series_over_a_month_is_its_month(hospital: Hospital) -> None:
    generation = hospital.given("births A1 2026-01-01..2026-03-31 3\nbirths B1 2026-02-10 4")
    days = rows(hospital, generation, "births", "2026-01-01..2026-03-31", grain="day")
    months = rows(hospital, generation, "births", "2026-01..2026-03")
    by_month = days["value"].groupby([day.month for day in days["period"]]).sum()
    assert by_month.tolist() == months["value"].tolist() == [93, 88, 93]
    assert Grain("day") == Grain.DAY
    assert max(days["period"]) - min(days["period"]) == timedelta(days=89)


def test_the_home_is_one_statement_that_is_written_once(hospital: Hospital) -> None:
    """Eight figures with their comparisons and curves, whatever the period and the reader."""
    generation = hospital.given(
        "ed_visits A1 2025-10-01..2026-11-20 75+ 3\nboarders_0800 A1 2025-10-01..2026-11-20 MED 2"
    )
    read._written.cache_clear()
    for role in ("director_ght", "director_A"):
        for period in Period:
            trends(generation, hospital.scope(role), home_kpis(), UnitId("A"), period)
    counted = read._written.cache_info()
    assert (counted.hits + counted.misses, counted.misses) == (2 * len(Period), 1)
