"""What recent activity will be worth once coded: counted where it can be, aged where it cannot."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from cockpit.kpi.nowcast import completeness, estimate
from tests.support.hospital import Hospital, table
from tests.support.reading import rows, value

AS_OF = date(2026, 10, 31)


def inputs(text: str) -> pd.DataFrame:
    found = pd.DataFrame(table(text)).drop(columns="scenario")
    return found.assign(day=pd.to_datetime(found["day"]))


def by_key(found: pd.DataFrame) -> dict[tuple[str, str, str], float]:
    return {(r.unit, str(r.day.date()), r.facet): r.value for r in found.itertuples()}


class TestCounted:
    """A1 in March: 10 stays coded, 25 000 € (2 500 € each). 30 October: 4 closed, 1 coded 3 000 €."""

    FIGURES = """
    t2a_coded_eur A1 2026-03-02 GHS_HC   20000
    t2a_coded_eur A1 2026-03-02 GHS_AMBU 5000
    closed_stays  A1 2026-03-02 10
    coded_stays   A1 2026-03-02 10
    t2a_coded_eur A1 2026-10-30 GHS_HC   3000
    closed_stays  A1 2026-10-30 4
    coded_stays   A1 2026-10-30 1
    """

    def test_stays_not_coded_are_worth_the_units_usual_stay(self) -> None:
        found = by_key(estimate(inputs(self.FIGURES)))
        # three stays wait: 7 500 €, four fifths of it overnight
        assert found["A1", "2026-10-30", "GHS_HC"] == pytest.approx(3000 + 0.8 * 7500)
        assert found["A1", "2026-10-30", "GHS_AMBU"] == pytest.approx(0.2 * 7500)
        assert found["A1", "2026-03-02", "GHS_HC"] == 20000

    def test_a_day_with_nothing_coded_yet_is_estimated_too(self) -> None:
        found = by_key(estimate(inputs(self.FIGURES + "closed_stays A1 2026-10-31 2")))
        both = found["A1", "2026-10-31", "GHS_HC"] + found["A1", "2026-10-31", "GHS_AMBU"]
        assert both == pytest.approx(2 * 2500)

    def test_all_coded_is_left_as_it_is(self) -> None:
        settled = "\n".join(self.FIGURES.splitlines()[:5])
        assert by_key(estimate(inputs(settled))) == {
            ("A1", "2026-03-02", "GHS_HC"): 20000,
            ("A1", "2026-03-02", "GHS_AMBU"): 5000,
        }

    def test_more_coded_than_closed_is_not_taken_back(self) -> None:
        figures = self.FIGURES + "closed_stays A1 2026-10-29 1\ncoded_stays A1 2026-10-29 3\n"
        figures += "t2a_coded_eur A1 2026-10-29 GHS_HC 9000"
        assert by_key(estimate(inputs(figures)))["A1", "2026-10-29", "GHS_HC"] == 9000

    def test_a_unit_that_opened_lately_is_valued_by_its_own_stays(self) -> None:
        """A2 opened in October: two stays coded at 1 000 €, one waits."""
        figures = (
            self.FIGURES
            + """
        t2a_coded_eur A2 2026-10-20 GHS_HC 2000
        closed_stays  A2 2026-10-20 3
        coded_stays   A2 2026-10-20 2
        """
        )
        assert by_key(estimate(inputs(figures)))["A2", "2026-10-20", "GHS_HC"] == 3000

    def test_a_stay_is_valued_over_the_days_that_have_both_its_counts_and_its_value(self) -> None:
        """Counts go back a year, values began on 20 October: 2 stays coded for 5 000 €."""
        figures = """
        closed_stays  A1 2026-01-01..2026-06-30 5
        coded_stays   A1 2026-01-01..2026-06-30 5
        t2a_coded_eur A1 2026-10-20 GHS_HC 5000
        closed_stays  A1 2026-10-20 3
        coded_stays   A1 2026-10-20 2
        """
        found = by_key(estimate(inputs(figures)))
        assert found["A1", "2026-10-20", "GHS_HC"] == pytest.approx(7500)
        assert set(found) == {("A1", "2026-10-20", "GHS_HC")}


class TestAged:
    """Consultations of A1, with no count of stays: completed by the usual share at their age."""

    def test_a_week_old_is_55_percent_of_itself(self) -> None:
        figures = f"""
        t2a_coded_eur A1 {AS_OF - timedelta(days=7)} ACE 550
        t2a_coded_eur A1 {AS_OF} ACE 0
        """
        found = by_key(estimate(inputs(figures)))
        assert found["A1", "2026-10-24", "ACE"] == pytest.approx(1000)

    def test_too_early_takes_the_usual_of_that_weekday(self) -> None:
        """31 October 2026 is a Saturday. Saturdays of September brought 200 €: 96 % of it is to come."""
        figures = f"""
        t2a_coded_eur A1 2026-09-12 ACE 200
        t2a_coded_eur A1 2026-09-14 ACE 900
        t2a_coded_eur A1 {AS_OF} ACE 10
        """
        found = by_key(estimate(inputs(figures)))
        assert found["A1", "2026-10-31", "ACE"] == pytest.approx(10 + 0.96 * 200)

    def test_a_correction_below_zero_is_not_multiplied(self) -> None:
        figures = f"t2a_coded_eur A1 2026-10-24 ACE -100\nt2a_coded_eur A1 {AS_OF} ACE 0"
        assert by_key(estimate(inputs(figures)))["A1", "2026-10-24", "ACE"] == -100

    def test_completeness_grows_with_age_to_one(self) -> None:
        shares = completeness(np.array([0.0, 7.0, 30.0, 90.0, 400.0]))
        assert shares.tolist() == pytest.approx([0.04, 0.55, 0.97, 0.999, 1.0])
        assert (np.diff(completeness(np.arange(120.0))) >= 0).all()


def test_nothing_coded_is_nothing_estimated() -> None:
    assert estimate(inputs("closed_stays A1 2026-10-30 4")).empty


class TestPublished:
    """The estimate is published as a measure, provisional for sixty days, summed as any other."""

    def test_the_estimate_adds_up_over_units_and_is_provisional(self, hospital: Hospital) -> None:
        hospital.deliver(
            TestCounted.FIGURES
            + """
            t2a_coded_eur B1 2026-03-03 ACE 700
            t2a_coded_eur B1 2026-10-30 ACE 0
            """
        )
        generation = hospital.publish(derived=True)
        assert value(hospital, generation, "t2a_revenue", "2026-10", unit="A") == pytest.approx(
            10500
        )
        assert value(hospital, generation, "t2a_revenue", "2026-03") == pytest.approx(25700)
        found = rows(hospital, generation, "t2a_revenue", "2026-10-30", grain="day")
        assert found["status"].tolist() == ["provisional"]
