from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from cockpit.forecast.accounts import stored_landing
from cockpit.forecast.choose import Series, chosen, forecastable
from cockpit.forecast.combination import MEMBERS
from cockpit.forecast.model import Forecast
from cockpit.forecast.run import make_forecasts
from cockpit.forecast.store import latest
from cockpit.kpi.catalogue import KPIS
from cockpit.kpi.compute import series
from cockpit.kpi.model import Grain, UnitId
from tests.support.hospital import Hospital, kpi

LANDING = kpi("year_end_landing")


def all_forecasts(hospital: Hospital, on_step: Callable[[str], None] = str) -> list[Forecast]:
    """Every forecast of the newest generation."""
    batches = make_forecasts(
        hospital.warehouse.generation(), hospital.home.installation, on_step=on_step
    )
    return [one for batch in batches for one in batch.forecasts]


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COCKPIT_TODAY", "2026-11-22")


class TestDailyForecasts:
    """A1 sees 100 visits a day for 120 days, B1 for 60 days, both up to yesterday 21 November."""

    @pytest.fixture
    def hospital(self, hospital: Hospital) -> Hospital:
        hospital.given("""
            ed_visits A1 2026-07-25..2026-11-21 100
            ed_visits B1 2026-09-23..2026-11-21 100
        """)
        return hospital

    def test_every_level_with_data_gets_one_and_progress_is_told(self, hospital: Hospital) -> None:
        steps: list[str] = []
        made = all_forecasts(hospital, steps.append)
        assert "ed_visits" in steps
        found = {(one.kpi, one.unit): one for one in made if one.facet == ""}
        assert set(found) == {("ed_visits", unit) for unit in ("G", "A", "B", "P")}
        site_a, site_b = found["ed_visits", "A"], found["ed_visits", "B"]
        assert (site_a.status, site_b.status) == ("ok", "indicative")
        assert site_a.members == found["ed_visits", "P"].members == MEMBERS  # below a site too
        assert [point.mid for point in site_a.points] == pytest.approx([100.0] * 28, rel=0.02)
        assert site_a.points[0].day == date(2026, 11, 22)
        assert site_a.mape == pytest.approx(0, abs=1)
        assert site_a.mape_naive == pytest.approx(0)

    def test_poles_get_their_occupancy(self, hospital: Hospital) -> None:
        found = list(chosen(hospital.publish(), KPIS.values()))
        assert Series(kpi("bed_occupancy_rate"), UnitId("P")) in found
        assert Series(kpi("ed_visits"), UnitId("A"), "75+") in found
        assert Series(kpi("beds_closed_rate"), UnitId("P")) not in found

    def test_cumulated_and_special_figures_are_left_out(self) -> None:
        assert not forecastable(kpi("t2a_gap_to_target"))
        assert not forecastable(LANDING)
        assert not forecastable(kpi("beds_open"))  # decided, not foreseen
        assert forecastable(kpi("bed_occupancy_now"))


@pytest.mark.slow
class TestASourceThatStops:
    """B1 sees 100 visits a day for 60 days up to 21 November, then sends nothing more."""

    @staticmethod
    def _on(day: str, hospital: Hospital, monkeypatch: pytest.MonkeyPatch) -> list[Forecast]:
        monkeypatch.setenv("COCKPIT_TODAY", day)
        visits = kpi("ed_visits")
        batches = make_forecasts(
            hospital.warehouse.generation(),
            hospital.home.installation,
            kpis={visits.id: visits},
        )
        made = [one for batch in batches for one in batch.forecasts]
        hospital.publish(forecasts=made)
        return [one for one in made if one.facet == ""]

    def test_its_forecast_is_drawn_three_days_then_refused_and_told_once(
        self, hospital: Hospital, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        hospital.given("ed_visits B1 2026-09-23..2026-11-21 100")
        first = self._on("2026-11-22", hospital, monkeypatch)
        assert {one.status for one in first} == {"indicative"}
        assert self._on("2026-11-25", hospital, monkeypatch) == []
        self._on("2026-11-26", hospital, monkeypatch)
        shown = latest(
            hospital.warehouse.generation(), hospital.scope(), kpi("ed_visits"), UnitId("B")
        )
        assert shown is not None
        assert (shown.status, shown.points) == ("refused", ())
        assert shown.refused.endswith("les données s'arrêtent au 21/11/2026.")
        assert self._on("2026-11-27", hospital, monkeypatch) == []


class TestLandingOfAGeneration:
    """Site A, each month of 2025 and to October 2026: revenue 10 M€ (title 1), expenses 11 M€.

    Landing 120 - 132 = -12 M€; voted 10.5 x 12 - 11 x 12 = -6 M€. Site B has no accounts.
    """

    @pytest.fixture
    def hospital(self, hospital: Hospital) -> Hospital:
        hospital.deliver("""
            revenue_eur A1 2025-01..2026-10 1/731  10000000
            expense_eur A1 2025-01..2026-10 1/6411 11000000
            revenue_eur A1 2026-01..2026-12 1/731  @budget 10500000
            expense_eur A1 2026-01..2026-12 1/6411 @budget 11000000
        """)
        hospital.publish()
        hospital.publish(forecasts=all_forecasts(hospital))
        return hospital

    def test_the_result_is_stored_in_the_unit_of_the_kpi(self, hospital: Hospital) -> None:
        found = latest(hospital.warehouse.generation(), hospital.scope(), LANDING, UnitId("A"))
        assert found is not None
        assert found.origin == date(2026, 10, 31)
        assert [(point.day, point.mid) for point in found.points] == [
            (date(2026, 12, 31), pytest.approx(-12))
        ]

    def test_titles_and_budget_come_back_in_euros(self, hospital: Hospital) -> None:
        found = stored_landing(
            hospital.warehouse.generation(), hospital.scope(), LANDING, UnitId("A")
        )
        assert found is not None
        assert (found.p50, found.budget) == (pytest.approx(-12e6), pytest.approx(-6e6))
        assert [(t.side, t.title, t.realised, t.p50) for t in found.by_title] == [
            ("revenue", "1", pytest.approx(100e6), pytest.approx(120e6)),
            ("expense", "1", pytest.approx(110e6), pytest.approx(132e6)),
        ]

    def test_the_kpi_reads_the_landing_of_each_closed_month(self, hospital: Hospital) -> None:
        """Ten closed months, ten landings, all -12; and the budget -6 beside the last."""
        generation, scope = hospital.warehouse.generation(), hospital.scope()
        months = series(
            generation,
            scope,
            LANDING,
            UnitId("G"),
            start=date(2026, 1, 1),
            end=date(2026, 10, 31),
            grain=Grain.MONTH,
        )
        assert months["value"].tolist() == pytest.approx([-12] * 10)
        voted = series(
            generation,
            scope,
            LANDING,
            UnitId("G"),
            start=date(2026, 10, 1),
            end=date(2026, 10, 31),
            grain=Grain.MONTH,
            scenario="budget",
        )
        assert voted["value"].tolist() == pytest.approx([-6])

    def test_a_site_without_accounts_has_no_landing(self, hospital: Hospital) -> None:
        generation = hospital.warehouse.generation()
        assert stored_landing(generation, hospital.scope(), LANDING, UnitId("B")) is None
