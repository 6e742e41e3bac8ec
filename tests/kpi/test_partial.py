"""A figure that lacks days or units says so: half of the hospital is not a good day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from cockpit.kpi.model import UnitId
from cockpit.kpi.units import Unit, UnitTree
from tests.support.hospital import UNITS, Hospital
from tests.support.reading import rows


def status(hospital: Hospital, generation, name: str, when: str, **asked) -> str:
    """The status of the only point."""
    found = rows(hospital, generation, name, when, **asked)
    assert len(found) == 1
    return found["status"].iloc[0]


class TestMissingDays:
    """Births every day of March 2026 but the 17th."""

    def test_a_month_without_one_of_its_days_is_partial(self, hospital: Hospital) -> None:
        generation = hospital.given(
            "births A1 2026-02-01..2026-03-16 1\nbirths A1 2026-03-18..2026-03-31 1"
        )
        assert status(hospital, generation, "births", "2026-02") == "consolidated"
        assert status(hospital, generation, "births", "2026-03") == "partial"

    def test_a_year_under_way_is_partial(self, hospital: Hospital) -> None:
        generation = hospital.given("fte_paid A1 2026-01..2026-06 PNM/IDE 1")
        assert status(hospital, generation, "fte_paid", "2026-01", grain="year") == "partial"
        assert status(hospital, generation, "fte_paid", "2026-05") == "consolidated"

    def test_the_first_year_of_history_is_partial(self, hospital: Hospital) -> None:
        generation = hospital.given("births A1 2026-03-10..2026-12-31 1")
        assert status(hospital, generation, "births", "2026-03") == "partial"

    def test_a_histogram_without_one_of_its_days_is_partial(self, hospital: Hospital) -> None:
        generation = hospital.given(
            "ed_los_minutes A1 2026-02-01..2026-02-28 0-60 4\n"
            "ed_los_minutes A1 2026-03-01..2026-03-30 0-60 4"
        )
        assert status(hospital, generation, "ed_los_median", "2026-02") == "consolidated"
        assert status(hospital, generation, "ed_los_median", "2026-03") == "partial"


class TestClosedOnWeekends:
    """Consultations from Monday to Friday, 2 February to 27 March 2026, except Tuesday 24 March."""

    @pytest.fixture
    def generation(self, hospital: Hospital):
        weeks = ["2026-02-02", "2026-02-09", "2026-02-16", "2026-02-23", "2026-03-02",
                 "2026-03-09", "2026-03-16"]  # fmt: skip
        lines = [
            f"outpatient_visits A1 {day}..{day[:-2]}{int(day[-2:]) + 4:02} 10" for day in weeks
        ]
        lines += [
            "outpatient_visits A1 2026-03-23 10",
            "outpatient_visits A1 2026-03-25..2026-03-27 10",
        ]
        return hospital.given("\n".join(lines))

    def test_a_weekend_that_is_never_reported_is_not_missing(self, hospital, generation) -> None:
        asked = {"name": "outpatient_visits", "grain": "week"}
        assert status(hospital, generation, when="2026-03-09", **asked) == "consolidated"

    def test_a_public_holiday_is_not_missing_where_sundays_are_off(
        self, hospital: Hospital
    ) -> None:
        """Whit Monday, 25 May 2026; an emergency department works that day."""
        weeks = ["2026-04-20", "2026-04-27", "2026-05-04", "2026-05-11", "2026-05-18"]
        mondays = [date.fromisoformat(day) for day in weeks]
        lines = [f"outpatient_visits A1 {day}..{day + timedelta(days=4)} 9" for day in mondays]
        lines += [
            "outpatient_visits A1 2026-05-26..2026-05-29 9",
            "outpatient_visits A1 2026-06-01 9",
        ]
        lines += [
            "ed_visits A1 2026-04-20..2026-05-24 75+ 9",
            "ed_visits A1 2026-05-26..2026-05-31 75+ 9",
        ]
        generation = hospital.given("\n".join(lines))
        asked = {"when": "2026-05-25", "grain": "week"}
        assert status(hospital, generation, "outpatient_visits", **asked) == "consolidated"
        assert status(hospital, generation, "ed_visits", **asked) == "partial"

    def test_a_working_day_that_usually_is_reported_is_missing(self, hospital, generation) -> None:
        asked = {"name": "outpatient_visits", "grain": "week"}
        assert status(hospital, generation, when="2026-03-23", **asked) == "partial"


class TestMissingSite:
    """A and B report visits every day from 1 February; B's file of 20 March did not come."""

    FIGURES = """
    ed_visits A1 2026-02-01..2026-03-20 75+ 100
    ed_visits B1 2026-02-01..2026-03-19 75+ 60
    """

    def test_a_day_without_a_site_that_always_reports_is_partial(self, hospital: Hospital) -> None:
        generation = hospital.given(self.FIGURES)
        found = rows(hospital, generation, "ed_visits", "2026-03-18..2026-03-20", grain="day")
        assert found["value"].tolist() == [160, 160, 100]
        assert found["status"].tolist() == ["consolidated", "consolidated", "partial"]

    def test_the_site_that_reported_is_whole(self, hospital: Hospital) -> None:
        generation = hospital.given(self.FIGURES)
        asked = {"when": "2026-03-20", "grain": "day", "unit": "A"}
        assert status(hospital, generation, "ed_visits", **asked) == "consolidated"

    def test_a_site_that_closed_for_good_is_missed_for_a_week(self, hospital: Hospital) -> None:
        generation = hospital.given(self.FIGURES + "ed_visits A1 2026-03-21..2026-03-31 75+ 100")
        found = rows(hospital, generation, "ed_visits", "2026-03-20..2026-03-31", grain="day")
        assert found["status"].tolist() == ["partial"] * 7 + ["consolidated"] * 5

    def test_units_that_report_now_and_then_are_not_missed(self, hospital: Hospital) -> None:
        """A1 every day, A2 and B1 every third day: nothing is usual about them."""
        days = [
            f"births {unit} 2026-02-{day:02} 1" for unit in ("A2", "B1") for day in range(1, 28, 3)
        ]
        generation = hospital.given("births A1 2026-01-01..2026-02-28 1\n" + "\n".join(days))
        for unit in ("G", "A", "P"):
            assert status(hospital, generation, "births", "2026-02", unit=unit) == "consolidated"

    def test_a_ward_that_a_census_misses_is_told(self, hospital: Hospital) -> None:
        """Beds are counted in every ward: on the last day A2's 4 are missing. Patients who stay
        long are counted where there are some: nothing is missing."""
        generation = hospital.given(
            """
            beds_open A1 2026-02-01..2026-03-05 10
            beds_open A2 2026-02-01..2026-03-04 4
            long_stays_present A1 2026-02-01..2026-03-05 1
            long_stays_present A2 2026-02-20 1
            long_stays_present A2 2026-03-01..2026-03-04 1
            """
        )
        asked = {"when": "2026-03-05", "grain": "day", "unit": "P"}
        assert status(hospital, generation, "beds_open", **asked) == "partial"
        assert status(hospital, generation, "long_stays_present", **asked) == "consolidated"

    def test_a_budget_lacks_no_day(self, hospital: Hospital) -> None:
        """A target given month by month under daily revenue."""
        generation = hospital.given(
            """
            t2a_estimated_eur A1 2026-01-01..2026-02-28 ACE 5
            t2a_estimated_eur A1 2026-01-01 ACE @budget 150
            t2a_estimated_eur A1 2026-02-01 ACE @budget 140
            """
        )
        assert status(hospital, generation, "t2a_gap_to_target", "2026-02") == "consolidated"

    def test_a_month_of_payroll_without_a_site_is_partial(self, hospital: Hospital) -> None:
        generation = hospital.given(
            "fte_paid A1 2025-10..2026-03 PNM/IDE 10\nfte_paid B1 2025-10..2026-02 PNM/IDE 5"
        )
        assert status(hospital, generation, "fte_paid", "2026-02") == "consolidated"
        assert status(hospital, generation, "fte_paid", "2026-03") == "partial"
        assert status(hospital, generation, "fte_paid", "2026-03", unit="A") == "consolidated"

    @pytest.mark.parametrize("when", ["2026-03-20", "2026-03-01..2026-03-20"])
    def test_a_status_does_not_depend_on_how_much_is_asked(
        self, hospital: Hospital, when: str
    ) -> None:
        generation = hospital.given(
            "beds_open A1 2026-02-01..2026-03-20 10\nbeds_open B1 2026-02-01..2026-03-19 6"
        )
        found = rows(hospital, generation, "beds_open", when, grain="day")
        assert found["status"].iloc[-1] == "partial"


class TestYoungHistory:
    """A and B report visits and open beds from 1 March 2026; B stops at the given day."""

    def given(self, hospital: Hospital, stops: str) -> Any:
        return hospital.given(
            f"""
            ed_visits A1 2026-03-01..2026-03-31 75+ 100
            ed_visits B1 2026-03-01..{stops} 75+ 60
            beds_open A1 2026-03-01..2026-03-31 10
            beds_open B1 2026-03-01..{stops} 6
            """
        )

    def statuses(self, hospital: Hospital, generation: Any, name: str) -> list[str]:
        found = rows(hospital, generation, name, "2026-03-01..2026-03-31", grain="day")
        return found["status"].tolist()

    @pytest.mark.parametrize("name", ["ed_visits", "beds_open"])
    @pytest.mark.parametrize("days", [7, 20, 27])
    def test_after_a_week_without_a_hole_a_site_that_stops_is_missed_for_a_week(
        self, hospital: Hospital, name: str, days: int
    ) -> None:
        found = self.statuses(hospital, self.given(hospital, f"2026-03-{days:02}"), name)
        missed = [index + 1 for index, one in enumerate(found) if one == "partial"]
        assert missed == list(range(days + 1, min(days + 7, 31) + 1))

    @pytest.mark.parametrize("name", ["ed_visits", "beds_open"])
    def test_after_two_days_nothing_is_usual_and_nothing_is_missed(
        self, hospital: Hospital, name: str
    ) -> None:
        found = self.statuses(hospital, self.given(hospital, "2026-03-02"), name)
        assert set(found) == {"consolidated"}

    def test_a_unit_closed_on_its_first_weekend_is_not_missed(self, hospital: Hospital) -> None:
        """From Monday 2 March; the day hospital A2 rests on Saturday 7 and Sunday 8."""
        generation = hospital.given(
            """
            beds_open A1 2026-03-02..2026-03-16 10
            beds_open A2 2026-03-02..2026-03-06 4
            beds_open A2 2026-03-09..2026-03-13 4
            beds_open A2 2026-03-16 4
            """
        )
        assert set(self.statuses(hospital, generation, "beds_open")) == {"consolidated"}

    def test_two_months_make_a_habit(self, hospital: Hospital) -> None:
        generation = hospital.given(
            "fte_paid A1 2026-01..2026-04 PNM/IDE 10\nfte_paid B1 2026-01..2026-02 PNM/IDE 5"
        )
        found = rows(hospital, generation, "fte_paid", "2026-01..2026-04")
        assert found["status"].tolist() == ["consolidated"] * 2 + ["partial", "consolidated"]

    def test_the_middle_of_a_long_history_is_not_its_beginning(self, hospital: Hospital) -> None:
        """A2 has boarders now and then; a split by facet reads from 1 March on, and those of its
        first ten days make no habit."""
        generation = hospital.given(
            """
            boarders_0800 A1 2026-01-01..2026-03-31 MED 3
            boarders_0800 A2 2026-01-20..2026-01-22 MED 1
            boarders_0800 A2 2026-03-01..2026-03-10 MED 1
            """
        )
        found = rows(
            hospital, generation, "boarders_now", "2026-03-01..2026-03-31", grain="day", by="facet"
        )
        assert set(found["status"]) == {"consolidated"}


class TestMerge:
    """A1 and A2 count beds until 10 March 2026, then the unit that takes them over; A3 always."""

    LAST = date(2026, 3, 10)

    def merged(self, root: Path, into: str, units: str = "A1 A2") -> Hospital:
        closed = units.split()
        tree = [
            replace(one, parent=UnitId(into), valid_to=self.LAST) if one.id in closed else one
            for one in UNITS
        ]
        if into not in UNITS:
            opened = self.LAST + timedelta(days=1)
            tree.append(Unit(UnitId(into), UnitId("P"), "uf", "UF reprise", valid_from=opened))
        return Hospital(root, units=UnitTree(tuple(tree)))

    def statuses(self, hospital: Hospital, figures: str, unit: str, last: int = 20) -> list[str]:
        generation = hospital.given(figures)
        days = f"2026-03-08..2026-03-{last}"
        found = rows(hospital, generation, "beds_open", days, grain="day", unit=unit)
        return found["status"].tolist()

    BEFORE = """
    beds_open A1 2026-02-01..2026-03-10 10
    beds_open A2 2026-02-01..2026-03-10 4
    beds_open A3 2026-02-01..2026-03-20 5
    """

    @pytest.mark.parametrize("unit", ["N", "P", "A", "G"])
    def test_the_unit_that_takes_over_is_whole_from_its_first_day(
        self, tmp_path: Path, unit: str
    ) -> None:
        hospital = self.merged(tmp_path, "N")
        figures = self.BEFORE + "beds_open N 2026-03-11..2026-03-20 14"
        assert set(self.statuses(hospital, figures, unit)) == {"consolidated"}

    @pytest.mark.parametrize("unit", ["A1", "P", "G"])
    def test_so_is_one_that_goes_on_with_another(self, tmp_path: Path, unit: str) -> None:
        hospital = self.merged(tmp_path, "A1", "A2")
        figures = self.BEFORE + "beds_open A1 2026-03-11..2026-03-20 14"
        assert set(self.statuses(hospital, figures, unit)) == {"consolidated"}

    def test_a_merged_unit_that_did_not_report_is_still_missed_before_the_merge(
        self, tmp_path: Path
    ) -> None:
        """A2's 4 beds of 9 March are missing: the merge does not make the total right."""
        hospital = self.merged(tmp_path, "N")
        figures = """
        beds_open A1 2026-02-01..2026-03-10 10
        beds_open A2 2026-02-01..2026-03-08 4
        beds_open A2 2026-03-10 4
        beds_open N  2026-03-11..2026-03-12 14
        """
        found = self.statuses(hospital, figures, "P", 12)
        assert found == ["consolidated", "partial", *["consolidated"] * 3]

    def test_the_new_unit_is_missed_as_its_parts_were(self, tmp_path: Path) -> None:
        """N's file of the 12th did not come."""
        hospital = self.merged(tmp_path, "N")
        figures = self.BEFORE + "beds_open N 2026-03-11 14\nbeds_open N 2026-03-13..2026-03-20 14"
        found = self.statuses(hospital, figures, "A")
        assert [day + 8 for day, one in enumerate(found) if one == "partial"] == [12]

    def test_a_code_changed_twice_stands_for_one_unit(self, tmp_path: Path) -> None:
        """A1 became N, then M on the 14th: the day on which A3 says nothing is told."""
        first = Unit(
            UnitId("N"), UnitId("M"), "uf", "UF", valid_from=date(2026, 3, 11),
            valid_to=date(2026, 3, 14),
        )  # fmt: skip
        second = Unit(UnitId("M"), UnitId("P"), "uf", "UF", valid_from=date(2026, 3, 15))
        hospital = self.merged(tmp_path, "N", "A1")
        kept = [one for one in hospital.units if one.id != "N"]
        hospital = Hospital(tmp_path, units=UnitTree((*kept, first, second)))
        figures = """
        beds_open A1 2026-02-01..2026-03-10 10
        beds_open N  2026-03-11..2026-03-14 10
        beds_open M  2026-03-15..2026-03-20 10
        beds_open A3 2026-02-01..2026-03-19 5
        """
        assert self.statuses(hospital, figures, "A") == [*["consolidated"] * 12, "partial"]
