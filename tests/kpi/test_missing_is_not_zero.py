"""What was not reported is absent, never 0; what was reported without a facet is 0 of it."""

from __future__ import annotations

from datetime import date

import pytest

from cockpit.kpi.compute import series
from cockpit.kpi.model import Grain
from tests.support.hospital import Hospital, kpi
from tests.support.reading import parts, rows, value

VISITS = """
ed_visits A1 2026-03-01 18-74 7
ed_visits A1 2026-03-01 75+   3
ed_visits A1 2026-03-02 18-74 8
ed_visits B1 2026-03-01 18-74 5
"""


class TestMissing:
    """A1 reported 1 March (7 adults, 3 old) and 2 March (8 adults, nobody old); B1 only 1 March."""

    def test_a_day_that_nobody_reported_has_no_point(self, hospital: Hospital) -> None:
        generation = hospital.given(VISITS)
        found = rows(
            hospital, generation, "ed_visits", "2026-03-01..2026-03-04", grain="day", unit="A1"
        )
        assert found["period"].tolist() == [date(2026, 3, 1), date(2026, 3, 2)]
        assert found["value"].tolist() == [10, 8]

    def test_a_facet_that_did_not_occur_that_day_counts_zero(self, hospital: Hospital) -> None:
        generation = hospital.given(VISITS)
        found = rows(
            hospital, generation, "ed_visits", "2026-03-01..2026-03-03", grain="day", unit="A1",
            by="facet",
        )  # fmt: skip
        assert list(zip(found["facet"], found["value"], strict=True)) == [
            ("18-74", 7), ("18-74", 8), ("75+", 3), ("75+", 0),
        ]  # fmt: skip
        share = value(
            hospital, generation, "ed_visits_75_share", "2026-03-02", grain="day", unit="A1"
        )
        assert share == 0

    def test_a_rate_without_its_denominator_is_absent(self, hospital: Hospital) -> None:
        generation = hospital.given(VISITS + "ed_visits_over_8h A1 2026-03-01 4")
        assert value(hospital, generation, "ed_los_over_8h_rate", "2026-03") is None

    def test_a_rate_over_a_zero_denominator_is_absent(self, hospital: Hospital) -> None:
        generation = hospital.given("patients_midnight A1 2026-03-01 2\nbeds_open A1 2026-03-01 0")
        assert value(hospital, generation, "bed_occupancy_rate", "2026-03") is None

    def test_a_zero_that_was_reported_is_a_zero(self, hospital: Hospital) -> None:
        generation = hospital.given("births A1 2026-03-01 0")
        assert value(hospital, generation, "births", "2026-03") == 0

    def test_a_kpi_that_nothing_feeds_has_no_point(self, hospital: Hospital) -> None:
        generation = hospital.given(VISITS)
        found = rows(hospital, generation, "births", "2026-03", grain="day")
        assert found.empty
        assert list(found.columns) == ["period", "value", "numerator", "denominator", "status"]

    def test_a_unit_that_reported_nothing_is_no_part(self, hospital: Hospital) -> None:
        generation = hospital.given(VISITS)
        assert parts(hospital, generation, "ed_visits", "2026-03-02", grain="day", by="unit") == {
            "A": 8
        }

    def test_a_stock_that_a_unit_did_not_report_on_the_last_day_is_not_carried_over(
        self, hospital: Hospital
    ) -> None:
        """A1 has 10 beds on 1 and 2 March, A2 has 4 on 1 March: on 2 March 10 are known, not 14."""
        generation = hospital.given(
            "beds_open A1 2026-03-01..2026-03-02 10\nbeds_open A2 2026-03-01 4"
        )
        assert value(hospital, generation, "beds_open", "2026-03", unit="P") == 10
        assert parts(hospital, generation, "beds_open", "2026-03", unit="P", by="unit") == {
            "A1": 10
        }

    def test_an_older_part_of_a_difference_of_stocks_is_not_carried_over_either(
        self, hospital: Hospital
    ) -> None:
        """P's credit lines were last told by A2, 0 on 7 March: A1's 1 of the day before is gone."""
        generation = hospital.given(
            """
            cash_eur         A1 2026-03-01 9
            credit_lines_eur A1 2026-03-06 1
            credit_lines_eur A2 2026-03-07 0
            """
        )
        assert value(hospital, generation, "cash_position", "2026-03", unit="P") == 9
        assert parts(hospital, generation, "cash_position", "2026-03", unit="P", by="unit") == {
            "A1": 9, "A2": 0,
        }  # fmt: skip

    def test_a_result_needs_both_sides_somewhere(self, hospital: Hospital) -> None:
        """Expenses alone are no result; a unit without revenue has one once the site has revenue."""
        generation = hospital.given("expense_eur A1 2026-01 1/641 100")
        assert value(hospital, generation, "eprd_variance", "2026-01") is None
        generation = hospital.given(
            """
            revenue_eur A2 2026-01 1/73 300
            revenue_eur A2 2026-01 1/73 @budget 250
            expense_eur A1 2026-01 1/641 @budget 90
            """
        )
        assert value(hospital, generation, "eprd_variance", "2026-01") == pytest.approx(0.040)
        assert parts(
            hospital, generation, "eprd_variance", "2026-01", unit="P", by="unit"
        ) == pytest.approx({"A1": -0.010, "A2": 0.050})

    def test_a_question_without_a_day_has_no_point(self, hospital: Hospital) -> None:
        generation = hospital.given(VISITS)
        found = series(
            generation, hospital.scope(), kpi("ed_visits"), "G",
            start=date(2026, 3, 2), end=date(2026, 3, 1), grain=Grain.DAY,
        )  # fmt: skip
        assert found.empty


class TestFacets:
    """Expenses of title 1 at two depths, and of title 2."""

    FIGURES = """
    expense_eur A1 2026-01 1/6411 60
    expense_eur A1 2026-01 1/6451 30
    expense_eur A2 2026-01 1/6411 10
    expense_eur A1 2026-01 2/602  25
    """

    def test_a_title_holds_its_accounts(self, hospital: Hospital) -> None:
        generation = hospital.given(self.FIGURES)
        assert parts(hospital, generation, "expense_by_title", "2026-01", by="facet") == {
            "1": 100, "2": 25,
        }  # fmt: skip
        assert parts(
            hospital, generation, "expense_by_title", "2026-01", by="facet", facet="1"
        ) == {"1/6411": 70, "1/6451": 30}
        assert value(hospital, generation, "expense_by_title", "2026-01", facet="1/6451") == 30

    def test_a_facet_is_not_the_beginning_of_another(self, hospital: Hospital) -> None:
        generation = hospital.given(
            "fte_paid A1 2026-01 PNM/IDE 10\nfte_paid A1 2026-01 PNM/IDEC 3"
        )
        assert value(hospital, generation, "fte_paid", "2026-01", facet="PNM/IDE") == 10

    def test_a_rate_by_facet_keeps_the_denominator_whole_when_it_has_not_that_facet(
        self, hospital: Hospital
    ) -> None:
        """56 days of absence over 10 FTE x 28 days: 20 %, of which 15 % for sickness."""
        generation = hospital.given(
            """
            absence_days A1 2026-02 MO  42
            absence_days A1 2026-02 MAT 14
            fte_paid     A1 2026-02 PNM/IDE 6
            fte_paid     A1 2026-02 PNM/AS  4
            """
        )
        assert parts(hospital, generation, "absence_rate", "2026-02", by="facet") == {
            "MO": pytest.approx(15), "MAT": pytest.approx(5),
        }  # fmt: skip


class TestSpecialByFacet:
    """What cannot be split by facet has no part: the value of the whole is nobody's part."""

    def test_a_median_has_no_part_by_facet(self, hospital: Hospital) -> None:
        generation = hospital.given(
            "ed_los_minutes A1 2026-03-01 0-60 4\ned_los_minutes A1 2026-03-01 60-120 4"
        )
        assert parts(hospital, generation, "ed_los_median", "2026-03", by="facet") == {}
        assert value(hospital, generation, "ed_los_median", "2026-03", facet="0-60") is None

    @pytest.mark.parametrize("name", ["het_tension_index", "year_end_landing", "forecast_quality"])
    def test_a_stored_or_site_index_has_no_part_by_facet(
        self, hospital: Hospital, name: str
    ) -> None:
        from tests.kpi.worked_special import SPECIAL

        example = SPECIAL[name]
        hospital.deliver(
            example.figures
            + """
            ed_visits A3 2026-11-20 75+ 3
            revenue_eur A3 2026-10 1/73 3
            expense_eur A3 2026-10 1/64 3
            """
        )
        generation = hospital.publish(forecasts=example.forecasts)
        when = str(example.day)
        assert value(hospital, generation, name, when, grain=example.grain) is not None
        assert parts(hospital, generation, name, when, grain=example.grain, by="facet") == {}

    def test_the_bed_need_is_split_by_destination(self, hospital: Hospital) -> None:
        generation = hospital.given(
            """
            ed_admissions A1 2025-11-17..2025-11-23 MED  9
            ed_admissions A1 2025-11-17..2025-11-23 CHIR 2
            beds_available_0800 A1 2026-11-20 MED  7
            beds_available_0800 A1 2026-11-20 CHIR 5
            """
        )
        asked = {"grain": "day", "by": "facet"}
        assert parts(hospital, generation, "bjml", "2026-11-20", **asked) == {"MED": 9, "CHIR": 2}
        assert parts(hospital, generation, "bjml_gap", "2026-11-20", **asked) == {
            "MED": 7 - 9, "CHIR": 5 - 2,
        }  # fmt: skip
