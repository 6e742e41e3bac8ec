"""Percentiles, medians and tension: the arithmetic under the special KPIs."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.kpi import bjml, histogram
from tests.kpi.worked_special import FRIDAY, made, tense_friday
from tests.support.hospital import Hospital
from tests.support.reading import parts, rows, value

DAY = {"when": str(FRIDAY), "grain": "day"}


class TestHistogram:
    """Quantiles are linear inside their bin."""

    EDGES = [(0.0, 30.0), (30.0, 60.0), (60.0, float("inf"))]

    @pytest.mark.parametrize(
        ("counts", "share", "expected"),
        [
            ((4, 4, 0), 0.5, 30.0),  # on the edge
            ((2, 6, 0), 0.5, 30 + 30 * 2 / 6),
            ((0, 0, 5), 0.5, 60.0),  # nothing says how far the open bin goes
            ((10, 0, 0), 0.25, 7.5),
            ((0, 3, 0), 0.5, 45.0),
        ],
    )
    def test_quantile(self, counts: tuple[int, ...], share: float, expected: float) -> None:
        column = np.array(counts, dtype=float)[:, None]
        assert histogram.quantiles(self.EDGES, column, share, 1).tolist() == [expected]

    def test_nothing_has_no_median(self) -> None:
        empty = np.zeros((3, 1))
        assert np.isnan(histogram.quantiles(self.EDGES, empty, 0.5, 1)).all()
        assert np.isnan(histogram.quantiles([], np.zeros((0, 2)), 0.5, 2)).all()

    @settings(max_examples=60, deadline=None)
    @given(st.lists(st.integers(0, 50), min_size=3, max_size=3), st.floats(0.05, 0.95))
    def test_a_quantile_lies_in_the_bin_that_holds_its_rank(
        self, counts: list[int], share: float
    ) -> None:
        total = sum(counts)
        if total == 0:
            return
        column = np.array(counts, dtype=float)[:, None]
        found = float(histogram.quantiles(self.EDGES, column, share, 1)[0])
        below = sum(n for n, (_, high) in zip(counts, self.EDGES, strict=True) if high <= found)
        upto = sum(n for n, (low, _) in zip(counts, self.EDGES, strict=True) if low <= found)
        assert below <= share * total + 1e-9
        assert upto >= share * total - 1e-9


class TestBedNeed:
    """`needs` on bare arrays: 21 days of one ISO week."""

    def test_the_percentile_is_the_one_of_numpy_over_all_days_together(self) -> None:
        weeks = [date.fromisocalendar(year, 47, 1) for year in (2023, 2024, 2025)]
        days = [monday + timedelta(days=i) for monday in weeks for i in range(7)]
        values = np.arange(21, dtype=float) * 3 % 17
        found = bjml.needs(
            np.array(days, dtype="datetime64[D]"), values, np.array([FRIDAY], dtype="datetime64[D]")
        )
        assert found.tolist() == [np.percentile(values, 25)]

    def test_a_month_reads_the_need_of_the_week_of_its_last_day(self, hospital: Hospital) -> None:
        """30 November 2026 is a Monday of week 49."""
        generation = hospital.given(
            """
            ed_admissions A1 2025-12-01..2025-12-07 MED 12
            ed_admissions A1 2025-11-17..2025-11-30 MED 5
            """
        )
        assert value(hospital, generation, "bjml", "2026-11") == 12

    def test_the_gap_is_absent_on_a_day_without_a_bed_count(self, hospital: Hospital) -> None:
        generation = hospital.given(
            """
            ed_admissions A1 2025-11-17..2025-11-23 MED 5
            beds_available_0800 A1 2026-11-19 MED 9
            """
        )
        found = rows(hospital, generation, "bjml_gap", "2026-11-18..2026-11-20", grain="day")
        assert [(row.period.day, row.value) for row in found.itertuples()] == [(19, 4)]


class TestTension:
    """Twenty-six alternating Fridays, then one that stands out: worked_special.tense_friday."""

    def test_the_group_is_as_tense_as_its_worst_site(self, hospital: Hospital) -> None:
        generation = hospital.given(tense_friday())
        assert value(hospital, generation, "het_tension_index", **DAY) == 3
        assert parts(hospital, generation, "het_tension_index", **DAY, by="unit") == {
            "A": 3,
            "B": 0,
        }

    def test_fewer_than_four_known_indicators_say_nothing(self, hospital: Hospital) -> None:
        kept = [line for line in tense_friday().splitlines()
                if line.startswith(("ed_visits ", "ed_present"))]  # fmt: skip
        generation = hospital.given("\n".join(kept))
        assert value(hospital, generation, "het_tension_index", **DAY) is None

    def test_too_short_a_past_says_nothing(self, hospital: Hospital) -> None:
        oldest = str(FRIDAY - timedelta(days=7 * 26))
        kept = [line for line in tense_friday().splitlines() if oldest not in line]
        generation = hospital.given("\n".join(kept))
        assert value(hospital, generation, "het_tension_index", **DAY) is None

    def test_a_past_that_never_moved_has_no_level(self, hospital: Hospital) -> None:
        """3 of 10 admitted every Friday: a standard deviation of rounding dust is none."""
        lines = []
        for back in range(27):
            day = FRIDAY - timedelta(days=7 * back)
            admitted = 4 if back == 0 else 3
            lines += [
                f"ed_visits A1 {day} 75+ 10",
                f"ed_present_15h A1 {day} 5",
                f"ed_admissions A1 {day} MED {admitted}",
                f"ed_visits_known_outcome A1 {day} 10",
            ]
        generation = hospital.given("\n".join(lines))
        assert value(hospital, generation, "het_tension_index", **DAY) == 0

    def test_a_budget_has_no_tension(self, hospital: Hospital) -> None:
        generation = hospital.given(tense_friday())
        found = value(hospital, generation, "het_tension_index", **DAY, scenario="budget")
        assert found is None


class TestStored:
    """What the worker stored is read as it was known then."""

    ORIGINS = (
        made("year_end_landing", date(2026, 8, 31), -1.0),
        made("year_end_landing", date(2026, 9, 30), -3.2),
        made("year_end_landing", date(2026, 9, 30), -2.0, facet="budget"),
    )

    def test_a_month_reads_the_landing_known_at_its_end(self, hospital: Hospital) -> None:
        hospital.deliver("births A1 2026-09-01 1")
        generation = hospital.publish(forecasts=self.ORIGINS)
        found = rows(hospital, generation, "year_end_landing", "2026-07..2026-09")
        assert dict(zip(found["period"], found["value"], strict=True)) == {
            date(2026, 8, 1): -1.0,
            date(2026, 9, 1): -3.2,
        }

    def test_the_voted_result_is_the_landing_of_the_budget(self, hospital: Hospital) -> None:
        hospital.deliver("births A1 2026-09-01 1")
        generation = hospital.publish(forecasts=self.ORIGINS)
        asked = {"name": "year_end_landing", "when": "2026-09"}
        assert value(hospital, generation, **asked, scenario="budget") == -2.0
        assert value(hospital, generation, **asked, scenario="plan") is None

    def test_a_site_without_a_forecast_has_none(self, hospital: Hospital) -> None:
        hospital.deliver("births A1 2026-09-01 1")
        generation = hospital.publish(forecasts=self.ORIGINS)
        assert parts(hospital, generation, "year_end_landing", "2026-09", by="unit") == {}
