"""A number that moved says so: what a delivery replaces, what it leaves, what is noted."""

from __future__ import annotations

from datetime import date

import pytest

from cockpit.series import restated
from cockpit.series.model import Period, Window
from cockpit.series.trend import trend
from tests.support.hospital import Hospital, kpi
from tests.support.reading import parts, value

MARCH = Window(date(2026, 3, 1), date(2026, 3, 31))


def notes(hospital: Hospital, generation, name: str, unit: str, window: Window = MARCH) -> list:
    """unit, day, before, after of each restatement of a KPI."""
    found = restated.log(generation, hospital.scope(), kpi(name), unit, window)
    return [
        (row.unit, row.day.date().isoformat(), row.before, row.after) for row in found.itertuples()
    ]


class TestMonth:
    """A payroll month is delivered again: IDE 10 becomes 11, AS 4 is withdrawn, B1 stays."""

    def test_a_restated_month_replaces_the_month_and_is_noted(self, hospital: Hospital) -> None:
        hospital.deliver(
            """
            fte_paid A1 2026-03 PNM/IDE 10
            fte_paid A1 2026-03 PNM/AS  4
            fte_paid B1 2026-03 PNM/IDE 5
            fte_paid A1 2026-02 PNM/IDE 9
            """,
            replace="month",
        )
        before = hospital.publish()
        assert value(hospital, before, "fte_paid", "2026-03") == 19
        hospital.deliver(
            "fte_paid A1 2026-03 PNM/IDE 11\nfte_paid B1 2026-03 PNM/IDE 5", replace="month"
        )
        after = hospital.publish()
        assert value(hospital, after, "fte_paid", "2026-03") == 16
        assert value(hospital, after, "fte_paid", "2026-02") == 9
        assert notes(hospital, after, "fte_paid", "G") == [("A1", "2026-03-01", 14, 11)]
        seen = trend(after, hospital.scope(), kpi("fte_paid"), "G", Period.MONTH)
        assert seen.restated
        assert not trend(after, hospital.scope(), kpi("fte_paid"), "B", Period.MONTH).restated

    def test_a_unit_left_out_of_its_month_is_withdrawn(self, hospital: Hospital) -> None:
        hospital.deliver(
            "fte_paid A1 2026-03 PNM/IDE 10\nfte_paid B1 2026-03 PNM/IDE 5", replace="month"
        )
        hospital.publish()
        hospital.deliver("fte_paid A1 2026-03 PNM/IDE 10", replace="month")
        after = hospital.publish()
        assert parts(hospital, after, "fte_paid", "2026-03", by="unit") == {"A": 10}
        (note,) = notes(hospital, after, "fte_paid", "G")
        assert note[:3] == ("B1", "2026-03-01", 5)
        assert note[3] is None or note[3] != note[3]

    def test_only_the_measures_of_the_delivery_are_replaced(self, hospital: Hospital) -> None:
        hospital.deliver(
            "fte_paid A1 2026-03 PNM/IDE 10\nabsence_days A1 2026-03 MO 31", replace="month"
        )
        hospital.publish()
        hospital.deliver("absence_days A1 2026-03 MO 62", replace="month")
        after = hospital.publish()
        assert value(hospital, after, "absence_rate", "2026-03") == pytest.approx(20)


class TestRows:
    """A daily source delivers rows: a late row of one unit leaves the others alone."""

    def test_a_late_row_of_one_unit_does_not_wipe_the_others(self, hospital: Hospital) -> None:
        hospital.deliver("ed_visits A1 2026-03-05 75+ 3\ned_visits B1 2026-03-05 75+ 4")
        hospital.publish()
        hospital.deliver("ed_visits A2 2026-03-05 75+ 2")
        after = hospital.publish()
        assert parts(hospital, after, "ed_visits", "2026-03-05", grain="day", by="unit") == {
            "A": 5, "B": 4,
        }  # fmt: skip

    def test_a_row_delivered_again_replaces_all_facets_of_its_unit_and_day(
        self, hospital: Hospital
    ) -> None:
        hospital.deliver("ed_visits A1 2026-03-05 75+ 3\ned_visits A1 2026-03-05 0-17 2")
        hospital.publish()
        hospital.deliver("ed_visits A1 2026-03-05 75+ 6")
        after = hospital.publish()
        assert value(hospital, after, "ed_visits", "2026-03-05", grain="day") == 6
        assert notes(hospital, after, "ed_visits", "A") == [("A1", "2026-03-05", 5, 6)]

    def test_the_same_figures_again_change_nothing(self, hospital: Hospital) -> None:
        figures = "ed_visits A1 2026-03-01..2026-03-09 75+ 3\ned_visits B1 2026-03-05 75+ 4"
        hospital.deliver(figures, file="visits.csv")
        before = hospital.publish()
        hospital.deliver(figures, file="visits.csv")
        hospital.deliver(figures, file="visits-copy.csv")
        after = hospital.publish()
        assert after.id > before.id
        for day in ("2026-03-05", "2026-03-09"):
            asked = {"when": day, "grain": "day"}
            assert value(hospital, after, "ed_visits", **asked) == value(
                hospital, before, "ed_visits", **asked
            )
        assert notes(hospital, after, "ed_visits", "G") == []

    def test_a_budget_leaves_what_happened_alone(self, hospital: Hospital) -> None:
        hospital.deliver("expense_eur A1 2026-03 1/641 90")
        hospital.publish()
        hospital.deliver("expense_eur A1 2026-03 1/641 @budget 100")
        after = hospital.publish()
        assert value(hospital, after, "payroll", "2026-03") == 90
        assert value(hospital, after, "payroll", "2026-03", scenario="budget") == 100
        assert notes(hospital, after, "payroll", "A") == []


class TestProvisional:
    """Visits of which the last six days may move: only what was settled is a restatement."""

    FIGURES = "ed_visits A1 2026-03-01..2026-03-20 75+ 3"

    def test_a_day_that_may_still_move_is_no_restatement(self, hospital: Hospital) -> None:
        hospital.describe(provisional_d=6)
        hospital.given(self.FIGURES)
        after = hospital.given("ed_visits A1 2026-03-10..2026-03-21 75+ 4")
        # the 21st is delivered: settled up to the 15th
        noted = [day for _, day, _, _ in notes(hospital, after, "ed_visits", "A")]
        assert noted == [f"2026-03-{day}" for day in range(10, 16)]

    def test_an_old_day_corrected_alone_is_a_restatement(self, hospital: Hospital) -> None:
        """A file of 2 March only, sent on the 21st: its own last day does not make it recent."""
        hospital.describe(provisional_d=6)
        hospital.given(self.FIGURES)
        after = hospital.given("ed_visits A1 2026-03-02 75+ 9")
        assert notes(hospital, after, "ed_visits", "A") == [("A1", "2026-03-02", 3, 9)]


class TestMark:
    """A figure is marked when anything that feeds it was restated, even outside its own month."""

    def test_a_year_to_date_is_moved_by_an_earlier_month(self, hospital: Hospital) -> None:
        hospital.given(
            """
            t2a_estimated_eur A1 2026-01-15 GHS_HC 500
            t2a_estimated_eur A1 2026-03-15 GHS_HC 500
            t2a_estimated_eur A1 2026-03-31 GHS_HC 0
            t2a_estimated_eur A1 2026-01-31 GHS_HC @budget 900
            """
        )
        after = hospital.given("t2a_estimated_eur A1 2026-01-15 GHS_HC 400")
        scope = hospital.scope()
        assert trend(after, scope, kpi("t2a_gap_to_target"), "A", Period.MONTH).restated
        assert not trend(after, scope, kpi("t2a_revenue"), "A", Period.MONTH).restated

    def test_passages_restated_below_do_not_mark_the_stays_of_the_site(
        self, hospital: Hospital
    ) -> None:
        hospital.given("mco_stays A 2026-03-05 HC 2\nmco_passages A1 2026-03-05 HC 3")
        after = hospital.given("mco_passages A1 2026-03-05 HC 4")
        scope, one = hospital.scope(), kpi("mco_stays")
        assert not trend(after, scope, one, "A", Period.DAY).restated
        assert trend(after, scope, one, "P", Period.DAY).restated

    def test_a_site_is_not_marked_by_another(self, hospital: Hospital) -> None:
        hospital.given("births A1 2026-03-05 2\nbirths B1 2026-03-05 2")
        after = hospital.given("births B1 2026-03-05 3")
        assert notes(hospital, after, "births", "A") == []
        assert notes(hospital, after, "births", "G") == [("B1", "2026-03-05", 2, 3)]
