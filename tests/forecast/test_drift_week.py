"""One drift report a week, made by itself after the forecasts of Monday morning, and kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from threading import Thread

import pytest

from cockpit import clock, refresh
from cockpit.forecast.drift import report
from cockpit.forecast.drift_week import make_weekly, week_of, weekly
from cockpit.kpi.catalogue import KPIS
from cockpit.kpi.model import Domain, UnitId
from cockpit.state import drift
from cockpit.state.database import engine
from cockpit.views.screens import fiabilite
from tests.forecast.overseen import TODAY, YESTERDAY, forecast, published
from tests.support.hospital import Hospital

SUNDAY, MONDAY = date(2026, 11, 22), date(2026, 11, 23)


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COCKPIT_TODAY", TODAY.isoformat())


@pytest.fixture
def running(hospital: Hospital) -> Hospital:
    """Site A is forecast; site B is refused."""
    published(hospital)
    blank = forecast(YESTERDAY, unit=UnitId("B"), points=(), status="refused", refused="Non.")
    hospital.publish(forecasts=[blank])
    return hospital


def made(hospital: Hospital) -> drift.KeptReport | None:
    return make_weekly(hospital.warehouse.generation(), hospital.scope(), KPIS)


def weeks(hospital: Hospital) -> list[str]:
    return [one.week for one in drift.kept(hospital.home)]


class TestWhen:
    def test_a_week_is_reported_once_and_the_next_one_from_its_monday(
        self, running: Hospital, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Sunday 22 November ends week 47; Monday 23 begins week 48."""
        assert made(running) is not None
        assert made(running) is None, "a restart makes no second one"
        monkeypatch.setenv("COCKPIT_TODAY", MONDAY.isoformat())
        assert made(running) is not None
        assert weeks(running) == ["2026-W48", "2026-W47"]

    def test_a_monday_that_was_missed_is_caught_up_by_the_next_forecasts(
        self, running: Hospital, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        made(running)
        monkeypatch.setenv("COCKPIT_TODAY", (MONDAY + timedelta(days=16)).isoformat())
        found = made(running)
        assert found is not None
        assert (found.week, found.as_of) == ("2026-W50", MONDAY + timedelta(days=15))
        assert weeks(running) == ["2026-W50", "2026-W47"], "a week without worker has none"

    @pytest.mark.parametrize(
        ("instant", "day"),
        [
            ("2026-11-23T04:59", SUNDAY),  # 05:59 in Paris, winter
            ("2026-11-23T05:00", MONDAY),
            ("2026-10-26T04:59", date(2026, 10, 25)),  # the Monday after the autumn change
            ("2026-10-26T05:00", date(2026, 10, 26)),
            ("2026-03-29T03:59", date(2026, 3, 28)),  # 05:59 on the day of the spring change
            ("2026-03-29T04:00", date(2026, 3, 29)),
            ("2026-03-30T03:59", date(2026, 3, 29)),
            ("2026-03-30T04:00", date(2026, 3, 30)),
        ],
    )
    def test_the_morning_begins_at_six_on_the_wall_whatever_the_change_of_hour(
        self, monkeypatch: pytest.MonkeyPatch, instant: str, day: date
    ) -> None:
        at = datetime.fromisoformat(instant).replace(tzinfo=UTC)
        monkeypatch.setattr(clock, "now", lambda: at)
        assert clock.forecast_day() == day

    @pytest.mark.parametrize(
        ("day", "week"),
        [
            (date(2026, 12, 31), "2026-W53"),
            (date(2027, 1, 3), "2026-W53"),
            (date(2027, 1, 4), "2027-W01"),
        ],
    )
    def test_a_week_is_that_of_its_thursday(self, day: date, week: str) -> None:
        assert week_of(day) == week

    @pytest.mark.slow
    def test_forecasts_of_the_morning_end_with_the_report(self, running: Hospital) -> None:
        running.home.structure.write_text("unit;parent;level;label\nG;;group;G\n", "utf-8")
        said: list[str] = []
        refresh.forecast_now(running.home, only=["bed_occupancy_rate"], on_step=said.append)
        assert weeks(running) == [], "a part of the forecasts is not the morning's"
        refresh.forecast_now(running.home, on_step=said.append)
        assert said[-1] == "Rapport de dérive : 2026-W47"
        assert weeks(running) == ["2026-W47"]


class TestKeeping:
    def test_two_workers_at_once_keep_one_report(self, running: Hospital) -> None:
        done: list[bool] = []
        state = engine(running.home)

        def work(at: int) -> None:
            one = drift.KeptReport("2026-W47", TODAY, datetime(2026, 11, 22, 7, at), "[]")
            done.append(drift.keep(state, one))

        threads = [Thread(target=work, args=(at,)) for at in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(done) == [False, False, False, True]
        assert weeks(running) == ["2026-W47"]

    def test_half_a_year_is_kept(self, running: Hospital) -> None:
        for back in range(30):
            day = MONDAY - timedelta(weeks=back)
            one = drift.KeptReport(week_of(day), day, datetime(2026, 11, 23, 7), "[]")
            drift.keep(engine(running.home), one)
        left = weeks(running)
        assert len(left) == drift.WEEKS_KEPT
        # the oldest were kept last: those that leave are the oldest weeks, not the first written
        assert left[0] == "2026-W48"
        assert left[-1] == week_of(MONDAY - timedelta(weeks=25))

    def test_a_reader_makes_no_state(self, hospital: Hospital) -> None:
        hospital.given("ed_visits A1 2026-11-21 75+ 3")
        ask = (hospital.warehouse.generation(), hospital.scope(), KPIS)
        assert weekly(*ask) == ()
        assert not (hospital.home.root / "state.db").exists()


def test_the_page_says_when_the_report_was_made_and_what_the_week_before_said(
    running: Hospital, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One of the two series warns this week (its interval held every day), none could before."""
    before = drift.KeptReport("2026-W46", SUNDAY, datetime(2026, 11, 16, 6, 30), "[]")
    drift.keep(engine(running.home), before)
    made(running)
    kept = weekly(running.warehouse.generation(), running.scope(), KPIS)
    said = fiabilite.drift_said(kept[0].report, kept)
    assert "Au 21/11/2026 : 0 en dérive, 1 à surveiller" in said
    assert "Rapport de la semaine fait le 22/11" in said
    assert "La semaine d'avant : 0 en dérive, 0 à surveiller." in said


class TestReading:
    def test_what_was_kept_comes_back_and_later_figures_do_not_move_it(
        self, running: Hospital, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ask = (running.warehouse.generation(), running.scope(), KPIS)
        expected = report(*ask)
        make_weekly(*ask)
        monkeypatch.setenv("COCKPIT_TODAY", (TODAY + timedelta(days=3)).isoformat())
        published(running, error=30.0)
        (found,) = weekly(running.warehouse.generation(), running.scope(), KPIS)
        assert found.report == expected
        assert (found.week, found.report.as_of) == ("2026-W47", YESTERDAY)
        assert found.report.refused == 0.5

    def test_each_reader_sees_the_series_of_his_scope(self, running: Hospital) -> None:
        made(running)
        generation = running.warehouse.generation()
        (found,) = weekly(generation, running.scope("director_B"), KPIS)
        assert [line.drift.unit for line in found.report.lines] == ["B"]
        assert found.report.refused == 1.0
        blind = replace(running.scope(), domains=frozenset({Domain.BEDS}))
        assert weekly(generation, blind, KPIS)[0].report.lines == ()
