"""Days that fool a calendar: clock changes, ISO week 53, 29 February, units that open and close."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from cockpit.kpi import bjml
from cockpit.kpi.model import Grain
from cockpit.kpi.windows import (
    add_months,
    month_end,
    period_end,
    period_start,
    periods,
    spanned,
    windows,
)
from tests.support.hospital import Hospital
from tests.support.reading import parts, rows, value


class TestClockChange:
    """29 March 2026 has 23 hours, 25 October 2026 has 25: both are one day."""

    @pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25"])
    def test_a_day_of_23_or_25_hours_is_one_day(self, hospital: Hospital, day: str) -> None:
        month = day[:7]
        generation = hospital.given(
            f"ed_visits A1 {month}-01..{month}-30 75+ 2\n"
            f"beds_open A1 {month}-01..{month}-30 10\n"
            f"patients_midnight A1 {month}-01..{month}-30 8"
        )
        around = f"{month}-24..{month}-30"
        found = rows(hospital, generation, "ed_visits", around, grain="day")
        assert found["value"].tolist() == [2] * 7
        assert date.fromisoformat(day) in set(found["period"])
        occupancy = rows(hospital, generation, "bed_occupancy_rate", day, grain="day")
        assert occupancy[["numerator", "denominator"]].to_numpy().tolist() == [[8, 10]]

    def test_the_weeks_of_the_clock_changes_have_seven_days(self, hospital: Hospital) -> None:
        generation = hospital.given("births A1 2026-01-01..2026-12-31 1")
        for when in ("2026-03-23..2026-04-05", "2026-10-19..2026-11-01"):
            found = rows(hospital, generation, "births", when, grain="week")
            assert found["value"].tolist() == [7, 7]


class TestWeek53:
    """2026 has 53 ISO weeks: its last one runs from 28 December 2026 to 3 January 2027."""

    def test_a_week_across_new_year_is_one_point_on_its_monday(self, hospital: Hospital) -> None:
        generation = hospital.given("births A1 2026-12-21..2027-01-10 1")
        found = rows(hospital, generation, "births", "2026-12-31..2027-01-04", grain="week")
        assert found["period"].tolist() == [date(2026, 12, 28), date(2027, 1, 4)]
        assert found["value"].tolist() == [7, 7]

    def test_the_bed_need_of_week_53_reads_week_52_of_years_without_it(
        self, hospital: Hospital
    ) -> None:
        """Weeks 52 of 2025, 2024 and 2023 had 10, 20 and 30 admissions a day; P25 of 21 days: 10."""
        generation = hospital.given(
            """
            ed_admissions A1 2025-12-22..2025-12-28 MED 10
            ed_admissions A1 2024-12-23..2024-12-29 MED 20
            ed_admissions A1 2023-12-25..2023-12-31 MED 30
            ed_admissions A1 2025-12-29..2026-01-04 MED 1
            """
        )
        for day in ("2026-12-28", "2027-01-03"):
            assert value(hospital, generation, "bjml", day, grain="day") == 10

    def test_every_iso_week_agrees_with_the_calendar_of_python(self) -> None:
        first = date(2018, 12, 20)
        days = [first + timedelta(days=i) for i in range(3700)]
        year, week = bjml.iso_weeks(np.array(days, dtype="datetime64[D]"))
        assert list(zip(year.tolist(), week.tolist(), strict=True)) == [
            tuple(day.isocalendar()[:2]) for day in days
        ]


class TestBedNeed:
    """The 25th percentile of admissions over the ISO week of the three years before."""

    def test_six_known_days_are_too_few_for_a_need(self, hospital: Hospital) -> None:
        generation = hospital.given("ed_admissions A1 2025-11-17..2025-11-22 MED 10")
        assert value(hospital, generation, "bjml", "2026-11-20", grain="day") is None

    def test_a_need_is_made_from_the_sum_of_sites_not_summed_from_theirs(
        self, hospital: Hospital
    ) -> None:
        """A admits 1 to 7 a day and B 7 to 1: always 8 together, while each needs 2.5 alone."""
        lines = [
            f"ed_admissions A1 2025-11-{17 + i} MED {1 + i}\n"
            f"ed_admissions B1 2025-11-{17 + i} MED {7 - i}"
            for i in range(7)
        ]
        generation = hospital.given("\n".join(lines))
        asked = {"when": "2026-11-20", "grain": "day"}
        assert value(hospital, generation, "bjml", **asked) == 8
        assert parts(hospital, generation, "bjml", **asked, by="unit") == {"A": 2.5, "B": 2.5}


class TestLeapYear:
    """29 February 2024."""

    def test_the_month_has_29_days_and_the_year_366(self, hospital: Hospital) -> None:
        generation = hospital.given("births A1 2024-01-01..2024-12-31 1")
        assert value(hospital, generation, "births", "2024-02") == 29
        assert value(hospital, generation, "births", "2024-06", grain="year") == 366

    def test_twelve_months_to_february_hold_366_days(self) -> None:
        own = spanned(windows([(date(2024, 2, 1), date(2024, 2, 29))]), "trailing_12m")
        assert (own.first, own.last) == (date(2023, 3, 1), date(2024, 2, 29))

    def test_a_year_before_29_february_is_28_february(self) -> None:
        assert add_months(date(2024, 2, 29), -12) == date(2023, 2, 28)
        assert month_end(date(2023, 2, 1)) == date(2023, 2, 28)
        assert add_months(date(2026, 1, 31), 1) == date(2026, 2, 28)
        assert add_months(date(2025, 11, 30), 3) == date(2026, 2, 28)


class TestPeriods:
    """Whole civil periods, whatever day is asked."""

    @pytest.mark.parametrize("grain", list(Grain))
    def test_periods_touch_and_never_overlap(self, grain: Grain) -> None:
        found = periods(date(2023, 11, 15), date(2027, 2, 3), grain)
        gaps = (found.starts[1:] - found.ends[:-1]).astype(int)
        assert set(gaps.tolist()) == {1}
        assert found.first <= date(2023, 11, 15)
        assert found.last >= date(2027, 2, 3)

    @pytest.mark.parametrize(
        ("grain", "first", "last"),
        [
            (Grain.DAY, "2026-12-31", "2026-12-31"),
            (Grain.WEEK, "2026-12-28", "2027-01-03"),
            (Grain.MONTH, "2026-12-01", "2026-12-31"),
            (Grain.QUARTER, "2026-10-01", "2026-12-31"),
            (Grain.YEAR, "2026-01-01", "2026-12-31"),
        ],
    )
    def test_the_period_of_new_years_eve(self, grain: Grain, first: str, last: str) -> None:
        day = date(2026, 12, 31)
        assert period_start(day, grain).isoformat() == first
        assert period_end(day, grain).isoformat() == last


class TestClosedUnit:
    """A2 closed on 30 June: 12 FTE and 8 beds until then; A1 has 10 FTE and 20 beds all year."""

    FIGURES = """
    fte_paid  A1 2026-01..2026-12 PNM/IDE 10
    fte_paid  A2 2026-01..2026-06 PNM/IDE 12
    beds_open A1 2026-01-01..2026-12-31 20
    beds_open A2 2026-01-01..2026-06-30 8
    absence_days A1 2026-01..2026-12 MO 31
    absence_days A2 2026-01..2026-06 MO 31
    """

    def test_fte_of_the_year_counts_half_of_a_unit_closed_in_june(self, hospital: Hospital) -> None:
        generation = hospital.given(self.FIGURES)
        asked = {"when": "2026-01", "grain": "year", "unit": "P"}
        assert value(hospital, generation, "fte_paid", **asked) == 10 + 12 / 2
        assert parts(hospital, generation, "fte_paid", **asked, by="unit") == {"A1": 10, "A2": 6}

    def test_beds_at_years_end_are_those_of_the_open_unit(self, hospital: Hospital) -> None:
        generation = hospital.given(self.FIGURES)
        asked = {"when": "2026-01", "grain": "year", "unit": "P"}
        assert value(hospital, generation, "beds_open", **asked) == 20
        assert parts(hospital, generation, "beds_open", **asked, by="unit") == {"A1": 20}

    def test_a_rate_of_the_year_weighs_the_months_that_the_unit_lived(
        self, hospital: Hospital
    ) -> None:
        generation = hospital.given(self.FIGURES)
        # FTE-days: 10 x 365 + 12 x 181; absences: 18 months of 31
        found = value(hospital, generation, "absence_rate", "2026-01", grain="year", unit="P")
        assert found == pytest.approx(100 * 18 * 31 / (10 * 365 + 12 * 181))
