"""The traps of aggregation that a contrôleur de gestion knows, each on a table of a few lines."""

from __future__ import annotations

import pytest

from tests.support.hospital import Hospital
from tests.support.reading import parts, rows, value


class TestRatioOfSums:
    """Two wards, two days.

        unit  day  patients  beds   rate
        A1    1    9         10     90 %
        A1    2    5         10     50 %
        B1    1    40        40     100 %

    All: 54 / 60 = 90 %. The mean of the three rates is 80 %, of the wards' rates 85 %.
    """

    FIGURES = """
    patients_midnight A1 2026-03-01 9
    patients_midnight A1 2026-03-02 5
    patients_midnight B1 2026-03-01 40
    beds_open A1 2026-03-01 10
    beds_open A1 2026-03-02 10
    beds_open B1 2026-03-01 40
    """

    def test_a_rate_is_never_a_mean_of_rates_over_days_or_units(self, hospital: Hospital) -> None:
        generation = hospital.given(self.FIGURES)
        assert value(hospital, generation, "bed_occupancy_rate", "2026-03") == pytest.approx(90)
        assert value(
            hospital, generation, "bed_occupancy_rate", "2026-03", unit="A1"
        ) == pytest.approx(70)

    def test_more_than_all_beds_is_shown_as_it_is(self, hospital: Hospital) -> None:
        generation = hospital.given(
            "patients_midnight A1 2026-03-01 22\nbeds_open A1 2026-03-01 20"
        )
        assert value(hospital, generation, "bed_occupancy_rate", "2026-03") == pytest.approx(110)


class TestStock:
    """Ten open beds on Monday, twelve on Tuesday, eight on Wednesday; five more at B all along."""

    FIGURES = """
    beds_open A1 2026-03-02 10
    beds_open A1 2026-03-03 12
    beds_open A1 2026-03-04 8
    beds_open B1 2026-03-02..2026-03-04 5
    """

    @pytest.mark.parametrize("grain", ["week", "month", "quarter", "year"])
    def test_beds_add_up_between_wards_never_between_days(
        self, hospital: Hospital, grain: str
    ) -> None:
        generation = hospital.given(self.FIGURES)
        assert value(hospital, generation, "beds_open", "2026-03-04", grain=grain) == 8 + 5

    def test_the_last_value_is_the_one_of_the_window_not_of_the_data(
        self, hospital: Hospital
    ) -> None:
        generation = hospital.given(self.FIGURES + "beds_open A1 2026-04-01 99")
        assert value(hospital, generation, "beds_open", "2026-03") == 13

    def test_a_stock_turns_into_unit_days_only_where_a_rate_asks_for_it(
        self, hospital: Hospital
    ) -> None:
        generation = hospital.given(self.FIGURES + "bed_exits A1 2026-03-02 9")
        # 30 days x 9 exits / (10 + 12 + 8 + 15 bed-days)
        assert value(hospital, generation, "bed_turnover", "2026-03") == pytest.approx(6)


class TestFteDays:
    """Ten FTE in January (31 days), twenty in February (28): 310 + 560 FTE-days.

    A mean of months would weigh January as much as February: 15 x 59 = 885 days, not 870.
    """

    FIGURES = """
    fte_paid A1 2026-01 PNM/IDE 10
    fte_paid A1 2026-02 PNM/IDE 20
    absence_days A1 2026-01 MO 30
    absence_days A1 2026-02 MO 57
    """

    def test_fte_days_are_level_times_calendar_days(self, hospital: Hospital) -> None:
        generation = hospital.given(self.FIGURES)
        found = rows(hospital, generation, "absence_rate", "2026-01..2026-02", grain="quarter")
        assert found["denominator"].tolist() == [310 + 560]
        assert found["value"].tolist() == pytest.approx([10.0])

    def test_fte_of_a_quarter_is_the_mean_of_its_months(self, hospital: Hospital) -> None:
        generation = hospital.given(self.FIGURES)
        assert value(hospital, generation, "fte_paid", "2026-01..2026-02", grain="quarter") == 15

    def test_february_of_a_leap_year_has_29_fte_days(self, hospital: Hospital) -> None:
        generation = hospital.given("fte_paid A1 2024-02 10\nabsence_days A1 2024-02 MO 29")
        assert value(hospital, generation, "absence_rate", "2024-02") == pytest.approx(10)


class TestMedian:
    """Two units: 90 short visits (0-60) at A1, 10 long ones (60-120) at B1.

    Their medians are 30 and 90, of which the mean is 60. All together: the 50th of 100 lies
    50/90 into the first bin, 33.3 minutes.
    """

    FIGURES = """
    ed_los_minutes A1 2026-03-01 0-60   90
    ed_los_minutes B1 2026-03-01 60-120 10
    """

    def test_a_median_is_made_again_from_the_summed_histogram(self, hospital: Hospital) -> None:
        generation = hospital.given(self.FIGURES)
        assert parts(hospital, generation, "ed_los_median", "2026-03", by="unit") == {
            "A": pytest.approx(30),
            "B": pytest.approx(90),
        }
        assert value(hospital, generation, "ed_los_median", "2026-03") == pytest.approx(100 / 3)

    def test_a_month_is_not_the_median_of_its_days(self, hospital: Hospital) -> None:
        generation = hospital.given(self.FIGURES + "ed_los_minutes A1 2026-03-02 60-120 300")
        # 90 in the first bin, 310 in the second: the 200th lies 110/310 into it
        assert value(hospital, generation, "ed_los_median", "2026-03") == pytest.approx(
            60 + 60 * 110 / 310
        )

    def test_a_median_in_the_open_bin_is_its_lower_bound(self, hospital: Hospital) -> None:
        generation = hospital.given("ed_los_minutes A1 2026-03-01 1440- 3")
        assert value(hospital, generation, "ed_los_median", "2026-03") == 1440

    def test_bins_are_ordered_by_their_bounds_not_by_their_names(self, hospital: Hospital) -> None:
        generation = hospital.given(
            """
            ed_los_minutes A1 2026-03-01 1000-1440 1
            ed_los_minutes A1 2026-03-01 240-360   1
            ed_los_minutes A1 2026-03-01 60-120    3
            """
        )
        # the 2.5th of 5 lies in 60-120 although "60" sorts after "1000" as text
        assert value(hospital, generation, "ed_los_median", "2026-03") == 60 + 60 * 2.5 / 3

    def test_visits_that_lasted_nothing_are_no_median(self, hospital: Hospital) -> None:
        generation = hospital.given("ed_los_minutes A1 2026-03-01 0-60 0")
        assert value(hospital, generation, "ed_los_median", "2026-03") is None


class TestWeights:
    """Two invoices: 100 EUR paid in 60 days, 900 EUR in 20 days.

    Weighted by amount: (6000 + 18000) / 1000 = 24 days; the simple mean is 40.
    """

    def test_a_large_invoice_weighs_more_than_a_small_one(self, hospital: Hospital) -> None:
        generation = hospital.given(
            """
            supplier_paid_eur      A1 2026-03 PHARMACIE 100
            supplier_paid_eur      A2 2026-03 TRAVAUX   900
            supplier_paid_eur_days A1 2026-03 PHARMACIE 6000
            supplier_paid_eur_days A2 2026-03 TRAVAUX   18000
            """
        )
        assert value(hospital, generation, "supplier_payment_days", "2026-03") == 24


class TestSpans:
    """Revenue and expenses of three years, and a budget that is not twelve equal months."""

    FIGURES = """
    work_accidents A1 2025-01..2025-12 1
    work_accidents A1 2026-01 7
    hours_worked   A1 2025-01..2026-01 1000
    expense_eur A1 2025-01..2025-12 1/641 100
    expense_eur A1 2026-01 1/641 150
    expense_eur A1 2026-02 1/641 90
    revenue_eur A1 2026-01..2026-02 1/73 100
    expense_eur A1 2026-01 1/641 @budget 180
    expense_eur A1 2026-02..2026-12 1/641 @budget 20
    revenue_eur A1 2026-01..2026-12 1/73 @budget 100
    """

    @pytest.fixture
    def generation(self, hospital: Hospital):
        return hospital.given(self.FIGURES)

    def test_twelve_months_end_with_the_month_that_is_read(self, hospital, generation) -> None:
        # February 2025 to January 2026: 11 accidents of 2025 and 7
        found = rows(hospital, generation, "work_accident_frequency", "2026-01")
        assert found["numerator"].tolist() == [11 + 7]
        assert found["denominator"].tolist() == [12_000]

    def test_execution_is_read_against_the_voted_year(self, hospital, generation) -> None:
        # 240 spent of 180 + 11 x 20 = 400
        found = value(hospital, generation, "eprd_execution_rate", "2026-02")
        assert found == pytest.approx(60)

    def test_the_budget_profile_is_not_months_out_of_twelve(self, hospital, generation) -> None:
        # 200 of 400 was planned by February; two twelfths would be 16.7 %
        found = value(hospital, generation, "eprd_execution_rate", "2026-02", scenario="budget")
        assert found == pytest.approx(50)

    def test_variance_is_an_impact_on_the_result(self, hospital, generation) -> None:
        # revenue as planned; 240 spent for 200 planned: the result is 40 worse
        found = value(hospital, generation, "eprd_variance", "2026-02")
        assert found == pytest.approx(-0.040)

    def test_a_running_total_starts_again_in_january(self, hospital, generation) -> None:
        # January: nothing of 2025 is carried over
        found = rows(hospital, generation, "eprd_execution_rate", "2026-01")
        assert found["numerator"].tolist() == [150]


class TestNegative:
    """A credit note in March, larger than the month's own expenses."""

    def test_a_negative_amount_is_summed_as_it_is(self, hospital: Hospital) -> None:
        generation = hospital.given(
            """
            expense_eur A1 2026-03 1/641 100
            expense_eur A1 2026-03 2/602 -250
            """
        )
        assert value(hospital, generation, "expense_by_title", "2026-03") == -150
        assert parts(hospital, generation, "expense_by_title", "2026-03", by="facet") == {
            "1": 100,
            "2": -250,
        }

    def test_debt_over_a_negative_self_financing_means_nothing(self, hospital: Hospital) -> None:
        """Twelve months of -9 under a debt of 100: "-0.9 year" would read as better than ten."""
        generation = hospital.given(
            """
            debt_eur A1 2026-03 100
            revenue_eur A1 2025-04..2026-03 1/73 90
            expense_eur A1 2025-04..2026-03 1/641 99
            """
        )
        assert value(hospital, generation, "caf_rate", "2026-03") == pytest.approx(-10)
        assert value(hospital, generation, "debt_repayment_years", "2026-03") is None


class TestEstablishmentOnly:
    """One stay that crossed two units of A, another in one, and one stay of B.

    mco_stays     A 2   B 1            passages  A1 2  A2 1  B1 1
    mco_nights    A 9   B 3            nights    A1 4  A2 5  B1 3
    """

    FIGURES = """
    mco_stays    A  2026-03-05 HC 2
    mco_stays    B  2026-03-05 HC 1
    mco_nights   A  2026-03-05    9
    mco_nights   B  2026-03-05    3
    mco_passages A1 2026-03-05 HC 2
    mco_passages A2 2026-03-05 HC 1
    mco_passages B1 2026-03-05 HC 1
    mco_passage_nights A1 2026-03-05 4
    mco_passage_nights A2 2026-03-05 5
    mco_passage_nights B1 2026-03-05 3
    """

    def test_stays_are_counted_once_at_a_site_and_passages_below(self, hospital: Hospital) -> None:
        generation = hospital.given(self.FIGURES)
        assert value(hospital, generation, "mco_stays", "2026-03") == 3
        assert value(hospital, generation, "mco_stays", "2026-03", unit="A") == 2
        assert value(hospital, generation, "mco_stays", "2026-03", unit="P") == 3

    def test_a_split_of_a_site_shows_passages_one_of_the_group_stays(
        self, hospital: Hospital
    ) -> None:
        generation = hospital.given(self.FIGURES)
        assert parts(hospital, generation, "mco_stays", "2026-03", by="unit") == {"A": 2, "B": 1}
        below = parts(hospital, generation, "mco_stays", "2026-03", unit="P", by="unit")
        assert below == {"A1": 2, "A2": 1}

    def test_length_of_stay_below_a_site_divides_passages(self, hospital: Hospital) -> None:
        generation = hospital.given(self.FIGURES)
        assert value(hospital, generation, "alos_full", "2026-03", unit="A") == pytest.approx(4.5)
        assert value(hospital, generation, "alos_full", "2026-03", unit="P") == pytest.approx(3)
