from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from cockpit.forecast.accounts import stored_landing
from cockpit.forecast.landing_run import landing_forecasts
from cockpit.forecast.model import Forecast
from cockpit.forecast.monthly_run import monthly_forecasts
from cockpit.forecast.store import latest, parts
from cockpit.kpi.catalogue import KPIS
from cockpit.kpi.model import UnitId
from tests.support.hospital import Hospital, kpi

LANDING = kpi("year_end_landing")
A = UnitId("A")
Make = Callable[[], list[Forecast]]


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COCKPIT_TODAY", "2026-11-22")


class TestLandingIsMadeOnce:
    """Site A, 2025 and to October 2026: revenue 10 M€ a month, expenses 11 M€; voted 10.5 and 11.

    Landing 120 - 132 = -12 M€, against -6 voted.
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
        hospital.publish(forecasts=self._make(hospital))
        return hospital

    @staticmethod
    def _make(hospital: Hospital) -> list[Forecast]:
        generation = hospital.warehouse.generation()
        return list(landing_forecasts(generation, hospital.scope(), KPIS, A))

    def test_each_closed_month_has_its_own(self, hospital: Hospital) -> None:
        stored = parts(hospital.warehouse.generation(), hospital.scope(), LANDING, A)
        months = [one.origin.month for one in stored if not one.facet]
        assert months == list(range(1, 11))

    def test_titles_sides_and_chances_come_back(self, hospital: Hospital) -> None:
        found = stored_landing(hospital.warehouse.generation(), hospital.scope(), LANDING, A)
        assert found is not None
        assert found.closed_months == 10
        assert [side.p50 for side in found.by_side] == pytest.approx([120e6, 132e6])
        assert found.p50 == pytest.approx(-12e6)
        assert found.usual_error is None  # ten months before these ten leave no past origin
        assert found.probability_below_budget == pytest.approx(1)
        assert [title.title for title in found.by_title] == ["1", "1"]

    def test_the_same_accounts_are_not_forecast_again(self, hospital: Hospital) -> None:
        assert self._make(hospital) == []

    def test_a_restated_month_makes_a_new_landing_and_keeps_the_old_one(
        self, hospital: Hospital
    ) -> None:
        """October's revenue goes from 10 to 4 M€: 94 / (10/12) = 112.8 of revenue, -19.2 M€."""
        before = parts(hospital.warehouse.generation(), hospital.scope(), LANDING, A)
        hospital.given("revenue_eur A1 2026-10 1/731 4000000")
        made = self._make(hospital)
        revision = "landing_ets12_profile@2026-11-21"
        assert {(one.origin, one.model) for one in made} == {(date(2026, 10, 31), revision)}
        hospital.publish(forecasts=made)
        generation = hospital.warehouse.generation()
        found = stored_landing(generation, hospital.scope(), LANDING, A)
        assert found is not None
        assert (found.closed_months, found.p50) == (10, pytest.approx(-19.2e6))
        after = parts(generation, hospital.scope(), LANDING, A)
        assert [one for one in after if one.model != revision] == list(before)
        newest = latest(generation, hospital.scope(), LANDING, A)
        assert newest is not None
        assert newest.points[0].mid == pytest.approx(-19.2)
        assert self._make(hospital) == []

    def test_a_new_vote_makes_a_new_landing(self, hospital: Hospital) -> None:
        hospital.given("revenue_eur A1 2026-12 1/731 @budget 20500000")
        (whole,) = [one for one in self._make(hospital) if one.facet == "budget"]
        assert whole.points[0].mid == pytest.approx(4)


class TestMonthsToCome:
    """Site A to October 2026: 10 M€ of staff and 1 M€ of drugs a month since 2024; 100 FTE."""

    @pytest.fixture
    def hospital(self, hospital: Hospital) -> Hospital:
        hospital.given("""
            expense_eur A1 2024-01..2026-10 1/6411 10000000
            expense_eur A1 2024-01..2026-10 2/602  1000000
            fte_paid    A1 2026-01..2026-10 doctors 100
        """)
        return hospital

    @staticmethod
    def _make(hospital: Hospital, name: str) -> dict[str, Forecast]:
        generation = hospital.warehouse.generation()
        found = monthly_forecasts(generation, hospital.scope(), kpi(name), A)
        return {one.facet: one for one in found}

    def test_titles_add_up_to_the_whole_and_to_the_year(self, hospital: Hospital) -> None:
        made = self._make(hospital, "expense_by_title")
        assert set(made) == {"", "1", "2", "year", "year/1", "year/2"}
        whole, staff, drugs = (made[facet].points for facet in ("", "1", "2"))
        assert (len(whole), whole[0].day) == (12, date(2026, 11, 1))
        for total, *split in zip(whole, staff, drugs, strict=True):
            assert total.mid == pytest.approx(sum(part.mid for part in split))
        assert made["year"].points[0].mid == pytest.approx(132e6)
        assert made["year"].points[0].day == date(2026, 12, 31)

    def test_a_short_history_is_refused_with_its_sentence(self, hospital: Hospital) -> None:
        (made,) = self._make(hospital, "fte_paid").values()
        assert (made.status, made.points) == ("refused", ())
        assert made.refused == "10 mois d'historique : il en faut 12 pour une prévision mensuelle."

    def test_accounts_that_stop_are_refused_once_and_come_back(
        self, hospital: Hospital, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """October is the newest month; three more may be awaited: the fourth closes with February.

        A source that promises 36 hours owes it on 3 March.
        """
        hospital.describe(stale_after_h=36)
        hospital.publish(forecasts=list(self._make(hospital, "expense_by_title").values()))
        monkeypatch.setenv("COCKPIT_TODAY", "2027-03-01")
        assert self._make(hospital, "expense_by_title") == {}
        monkeypatch.setenv("COCKPIT_TODAY", "2027-03-03")
        made = self._make(hospital, "expense_by_title")
        assert set(made) == {"", "1", "2"}
        assert {one.status for one in made.values()} == {"refused"}
        assert made[""].refused == "Pas de prévision : les données s'arrêtent au 31/10/2026."
        hospital.publish(forecasts=list(made.values()))
        assert self._make(hospital, "expense_by_title") == {}
        hospital.given("expense_eur A1 2026-11 1/6411 10000000")
        assert self._make(hospital, "expense_by_title")["1"].status == "ok"

    def test_accounts_that_are_promised_late_are_awaited(
        self, hospital: Hospital, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A source that promises its months within 75 days owes December in mid-March."""
        hospital.describe(stale_after_h=75 * 24)
        hospital.publish()
        monkeypatch.setenv("COCKPIT_TODAY", "2027-03-20")
        assert self._make(hospital, "expense_by_title")[""].status == "ok"

    def test_the_same_months_are_not_forecast_again(self, hospital: Hospital) -> None:
        hospital.publish(forecasts=list(self._make(hospital, "expense_by_title").values()))
        assert self._make(hospital, "expense_by_title") == {}

    @pytest.mark.slow
    def test_an_expense_moved_from_a_title_to_another_is_forecast_again(
        self, hospital: Hospital
    ) -> None:
        """The whole has not moved: 11 M€ in October."""
        hospital.publish(forecasts=list(self._make(hospital, "expense_by_title").values()))
        hospital.given(
            "expense_eur A1 2026-10 1/6411 9000000\nexpense_eur A1 2026-10 2/602 2000000"
        )
        again = self._make(hospital, "expense_by_title")
        assert {"", "1", "2"} <= set(again)

    def test_another_kpi_has_no_monthly_forecast(self, hospital: Hospital) -> None:
        assert self._make(hospital, "cash_position") == {}
