""" "Où ?": the parts of a change sum to the change, whatever opened or closed meanwhile."""

from __future__ import annotations

import pytest

from cockpit.series.contributions import contributions
from cockpit.series.model import Contribution, Period
from cockpit.series.trend import trend
from tests.support.hospital import Hospital, kpi


def found(
    hospital: Hospital, generation, name: str, unit: str, period: Period, **asked
) -> dict[str, Contribution]:
    """The parts by code, and a check that they sum to what the tile says."""
    one, scope = kpi(name), hospital.scope()
    parts = contributions(generation, scope, one, unit, period, **asked)
    seen = trend(generation, scope, one, unit, period)
    change = seen.last_year if asked.get("against") == "last_year" else seen.previous
    assert sum(part.total for part in parts) == pytest.approx(change.delta)
    for part in parts:
        if part.rate is not None:
            assert part.rate + part.mix == pytest.approx(part.total)
    return {part.code: part for part in parts}


class TestAdditive:
    """Births of September and October: A1 30 then 40, A2 10 then 4; P 40 then 44."""

    FIGURES = """
    births A1 2026-09-15 30
    births A2 2026-09-15 10
    births A1 2026-10-15 40
    births A2 2026-10-15 4
    births A3 2026-10-31 0
    """

    def test_each_part_is_its_own_difference_largest_first(self, hospital: Hospital) -> None:
        generation = hospital.given(self.FIGURES)
        parts = found(hospital, generation, "births", "P", Period.MONTH)
        assert {code: part.total for code, part in parts.items()} == {"A1": 10, "A2": -6}
        assert list(parts) == ["A1", "A2"]
        assert parts["A2"].label == "UF A2"


class TestRatio:
    """Occupancy: A1 90/100 then 90/100, A2 20/40 then 54/60.

    P was 110/140 = 78.6 % and is 144/160 = 90 %. A1 did not change but for its weight.
    """

    def test_a_ward_that_did_not_change_has_no_rate_effect(self, hospital: Hospital) -> None:
        generation = hospital.given(
            """
            patients_midnight A1 2026-11-13 90
            beds_open         A1 2026-11-13 100
            patients_midnight A2 2026-11-13 20
            beds_open         A2 2026-11-13 40
            patients_midnight A1 2026-11-20 90
            beds_open         A1 2026-11-20 100
            patients_midnight A2 2026-11-20 54
            beds_open         A2 2026-11-20 60
            """
        )
        parts = found(hospital, generation, "bed_occupancy_rate", "P", Period.DAY)
        assert parts["A1"].rate == pytest.approx(0)
        # weights of A2: 40/140 then 60/160; its rate moved by 40 points
        assert parts["A2"].rate == pytest.approx((40 / 140 + 60 / 160) / 2 * 40)
        assert parts["A2"].before == pytest.approx(50)

    def test_a_unit_that_opened_is_all_mix(self, hospital: Hospital) -> None:
        """A1 has 80/100 twice; A2 opens with 10/50: P falls from 80 % to 60 %."""
        generation = hospital.given(
            """
            patients_midnight A1 2026-11-13 80
            beds_open         A1 2026-11-13 100
            patients_midnight A1 2026-11-20 80
            beds_open         A1 2026-11-20 100
            patients_midnight A2 2026-11-20 10
            beds_open         A2 2026-11-20 50
            """
        )
        parts = found(hospital, generation, "bed_occupancy_rate", "P", Period.DAY)
        assert (parts["A2"].before, parts["A2"].after) == (None, 20)
        assert parts["A2"].rate == 0
        assert parts["A2"].total < 0

    def test_a_unit_that_closed_keeps_the_sum_exact(self, hospital: Hospital) -> None:
        generation = hospital.given(
            """
            patients_midnight A1 2026-11-13 80
            beds_open         A1 2026-11-13 100
            patients_midnight A2 2026-11-13 50
            beds_open         A2 2026-11-13 50
            patients_midnight A1 2026-11-20 85
            beds_open         A1 2026-11-20 100
            """
        )
        parts = found(hospital, generation, "bed_occupancy_rate", "P", Period.DAY)
        assert parts["A2"].after is None
        assert "" not in parts

    def test_a_rate_by_motive_of_its_numerator_only(self, hospital: Hospital) -> None:
        """Absence 30 + 15 days then 30 + 31 of 10 FTE: all of the change is maternity's."""
        generation = hospital.given(
            """
            fte_paid A1 2026-09..2026-10 PNM/IDE 10
            absence_days A1 2026-09 MO  30
            absence_days A1 2026-09 MAT 15
            absence_days A1 2026-10 MO  31
            absence_days A1 2026-10 MAT 31
            """
        )
        parts = found(hospital, generation, "absence_rate", "A", Period.MONTH, by="facet")
        assert parts["MO"].total == pytest.approx(0)
        assert parts["MAT"].total == pytest.approx(10 - 5)


class TestLeft:
    """What no part explains is said, not hidden."""

    def test_stays_of_a_site_are_not_the_passages_of_its_units(self, hospital: Hospital) -> None:
        """A had 10 stays then 12; its pole counts 15 passages then 18, A3 none."""
        generation = hospital.given(
            """
            mco_stays A 2026-09-15 HC 10
            mco_stays A 2026-10-15 HC 12
            mco_stays A 2026-10-31 HC 0
            mco_passages A1 2026-09-15 HC 15
            mco_passages A1 2026-10-15 HC 18
            """
        )
        parts = found(hospital, generation, "mco_stays", "A", Period.MONTH)
        assert {code: part.total for code, part in parts.items()} == {"P": 3, "": -1}

    def test_a_median_has_no_parts(self, hospital: Hospital) -> None:
        generation = hospital.given(
            "ed_los_minutes A1 2026-11-13 0-60 4\ned_los_minutes A1 2026-11-20 60-120 4"
        )
        assert (
            contributions(generation, hospital.scope(), kpi("ed_los_median"), "A", Period.DAY) == ()
        )

    def test_a_change_without_a_past_has_no_parts(self, hospital: Hospital) -> None:
        generation = hospital.given("births A1 2026-11-20 3")
        assert contributions(generation, hospital.scope(), kpi("births"), "A", Period.DAY) == ()


class TestSameWindowAsTheTile:
    """P's last day is the 18th while its site goes on to the 20th."""

    def test_the_parts_explain_the_day_that_the_tile_shows(self, hospital: Hospital) -> None:
        generation = hospital.given(
            """
            births A1 2026-11-11 2
            births A1 2026-11-18 5
            births A3 2026-11-11..2026-11-20 1
            """
        )
        parts = found(hospital, generation, "births", "P", Period.DAY)
        assert {code: part.total for code, part in parts.items()} == {"A1": 3}

    def test_fte_of_a_year_splits_with_a_unit_that_closed(self, hospital: Hospital) -> None:
        generation = hospital.given(
            """
            fte_paid A1 2025-01..2026-10 PNM/IDE 10
            fte_paid A2 2025-01..2025-06 PNM/IDE 12
            fte_paid B1 2025-01..2026-10 PNM/IDE 3
            """
        )
        parts = found(hospital, generation, "fte_paid", "P", Period.ROLLING, against="last_year")
        # November 2024 to October 2025: ten months known, six of them with A2
        assert parts["A2"].before == pytest.approx(12 * 6 / 10)
        assert parts["A2"].after is None
