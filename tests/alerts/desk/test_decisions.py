"""What was decided, and the figure four weeks before and after."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from cockpit import state
from cockpit.alerts.desk import decisions
from cockpit.alerts.desk.decisions import Decision, Effect, Kept
from cockpit.errors import BadRequest, OutOfScope
from cockpit.settings import Home
from tests.support.hospital import Hospital, kpi

BEDS = Decision(
    at=datetime(2026, 8, 20, 8),
    who="anne",
    what="Ouvrir dix places de SMR",
    owner="bruno",
    due=date(2026, 9, 14),
    kpi="downstream_waiting",
    unit="A",
    expected=-9.0,
)


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return state.engine(Home(tmp_path / "state"))


class TestLog:
    def test_a_decision_comes_back_as_it_was_taken(self, engine: Engine) -> None:
        first = decisions.decide(engine, BEDS)
        second = decisions.decide(engine, replace(BEDS, kpi="", unit="", expected=None))
        assert [kept.id for kept in decisions.decisions(engine)] == [second, first]
        assert decisions.decisions(engine)[1] == Kept(first, BEDS, None)

    def test_the_day_it_was_done_takes_the_place_of_the_day_it_was_due(
        self, engine: Engine
    ) -> None:
        done = decisions.carried_out(engine, decisions.decide(engine, BEDS), date(2026, 9, 21))
        assert (done.from_day, Kept(1, BEDS, None).from_day) == (date(2026, 9, 21), BEDS.due)
        with pytest.raises(BadRequest):
            decisions.carried_out(engine, 99, date(2026, 9, 21))

    @pytest.mark.parametrize(
        "wrong",
        [
            {"what": "  "},
            {"what": "x" * 1001},
            {"owner": ""},
            {"unit": ""},
            {"kpi": "", "unit": ""},
            {"expected": float("nan")},
            {"episode": 12},
        ],
    )
    def test_what_nobody_could_follow_is_refused(
        self, engine: Engine, wrong: dict[str, object]
    ) -> None:
        with pytest.raises(BadRequest):
            decisions.decide(engine, replace(BEDS, **wrong))  # type: ignore[arg-type]
        assert decisions.decisions(engine) == ()


class TestEffect:
    """Site A waits with 20 patients to 13 September, 12 from the 14th on.

    Visits: 10 a day, then 14.
    """

    @pytest.fixture
    def hospital(self, hospital: Hospital) -> Hospital:
        hospital.given("""
            downstream_waiting A1 2026-08-01..2026-09-13 20
            downstream_waiting A1 2026-09-14..2026-10-31 12
            ed_visits A1 2026-08-01..2026-09-13 18-74 10
            ed_visits A1 2026-09-14..2026-10-31 18-74 14
        """)
        return hospital

    def effect(
        self, hospital: Hospital, today: date, role: str = "director_ght", **more: object
    ) -> Effect | None:
        decided = replace(BEDS, **more)  # type: ignore[arg-type]
        return decisions.effect(
            hospital.warehouse.generation(),
            hospital.scope(role),
            kpi(decided.kpi),
            Kept(1, decided, None),
            today,
        )

    def test_a_stock_is_the_mean_of_its_days(self, hospital: Hospital) -> None:
        found = self.effect(hospital, date(2026, 11, 1))
        assert found is not None
        assert (found.before.start, found.after.end) == (date(2026, 8, 17), date(2026, 10, 11))
        assert (found.was, found.now, found.change) == (20, 12, -8)

    def test_visits_are_summed_over_the_four_weeks(self, hospital: Hospital) -> None:
        found = self.effect(hospital, date(2026, 11, 1), kpi="ed_visits", expected=None)
        assert found is not None
        assert (found.was, found.now) == (280, 392)

    def test_until_the_four_weeks_are_over_whole_weeks_are_compared_and_it_says_so(
        self, hospital: Hospital
    ) -> None:
        """On 1 October, 17 days are known: two weeks on each side."""
        found = self.effect(hospital, date(2026, 10, 1), kpi="ed_visits", expected=None)
        assert found is not None
        assert (found.before.start, found.after.end) == (date(2026, 8, 31), date(2026, 9, 27))
        assert (found.was, found.now) == (140, 196)
        assert found.cautions[0] == "14 jours sur 28 : à relire"

    def test_nothing_is_said_before_a_week(self, hospital: Hospital) -> None:
        assert self.effect(hospital, date(2026, 9, 20)) is None
        assert self.effect(hospital, date(2026, 9, 1)) is None

    def test_days_without_data_are_told(self, hospital: Hospital) -> None:
        found = self.effect(hospital, date(2026, 11, 20), due=date(2026, 10, 12))
        assert found is not None
        assert "Des jours manquent dans les données." in found.cautions

    def test_another_calendar_on_one_side_is_told(self, hospital: Hospital) -> None:
        """Before 14 September 2026, fifteen days of summer holidays; none after."""
        found = self.effect(hospital, date(2026, 11, 1))
        assert found is not None
        assert any("vacances scolaires avant, 0 après" in one for one in found.cautions)

    def test_a_role_that_does_not_see_the_figure_has_no_effect(self, hospital: Hospital) -> None:
        with pytest.raises(OutOfScope):
            self.effect(hospital, date(2026, 11, 1), "daf")
