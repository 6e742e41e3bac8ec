"""What was said of each day beside what happened, from forecasts that never change."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from cockpit.errors import UnknownUnit
from cockpit.forecast.calendar_fr import Event
from cockpit.forecast.drift import judge, report
from cockpit.forecast.said import said
from cockpit.forecast.trust import overlay, trust
from cockpit.kpi.catalogue import KPIS
from cockpit.kpi.model import UnitId
from tests.forecast.overseen import (
    SITE,
    TODAY,
    VISITS,
    YESTERDAY,
    forecast,
    observed,
    published,
    replayed,
    visits,
)
from tests.support.hospital import Hospital, Row

KPI = KPIS[VISITS]
OLDER = [YESTERDAY - timedelta(days=17 * back) for back in range(2, 4)]


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COCKPIT_TODAY", TODAY.isoformat())


class TestOverlay:
    """Published each day of the last three weeks, 2 too high; replayed at two older origins, 4."""

    @pytest.fixture
    def running(self, hospital: Hospital) -> Hospital:
        hospital.deliver(visits())
        origins = [YESTERDAY - timedelta(days=back) for back in range(21)]
        hospital.publish(forecasts=list(map(forecast, origins)), past=replayed(OLDER, 4.0))
        return hospital

    @pytest.mark.parametrize("lead", [1, 3, 7])
    def test_each_day_is_beside_what_was_published_so_many_days_before(
        self, running: Hospital, lead: int
    ) -> None:
        days = overlay(running.warehouse.generation(), running.scope(), KPI, SITE, lead)
        shown = [one for one in days if not one.replayed]
        assert [one.day for one in shown][-1] == YESTERDAY
        assert len(shown) == 21 - lead
        assert {round(one.predicted - one.observed, 6) for one in shown} == {2.0}

    def test_days_before_the_first_published_forecast_are_said_to_be_replayed(
        self, running: Hospital
    ) -> None:
        days = overlay(running.warehouse.generation(), running.scope(), KPI, SITE, 1)
        older = [one for one in days if one.replayed]
        assert older
        assert {round(one.predicted - one.observed, 6) for one in older} == {4.0}
        assert max(one.day for one in older) < min(o.day for o in days if not o.replayed)

    def test_late_data_move_what_happened_never_what_was_said(self, running: Hospital) -> None:
        ask = (running.scope(), KPI, SITE, 1)
        before = overlay(running.warehouse.generation(), *ask)[-1]
        running.deliver([Row("ed_visits", "A1", YESTERDAY, "75+", "actual", 140.0)])
        running.publish(forecasts=[forecast(YESTERDAY, error=33.0, model="other")])
        after = overlay(running.warehouse.generation(), *ask)[-1]
        assert (before.observed, after.observed) == (observed(YESTERDAY), 140.0)
        assert after.predicted == before.predicted

    def test_another_scope_sees_nothing_of_it(self, running: Hospital) -> None:
        generation = running.warehouse.generation()
        with pytest.raises(UnknownUnit):
            said(generation, running.scope("director_B"), KPI, UnitId("A"))


class TestPanel:
    """Published each day, 2 too high; on 15 November 130 visits came, 30 more than usual."""

    odd = date(2026, 11, 15)

    @pytest.fixture
    def running(self, hospital: Hospital) -> Hospital:
        published(hospital)
        hospital.deliver([Row("ed_visits", "A1", self.odd, "75+", "actual", 130.0)])
        hospital.publish()
        return hospital

    def test_errors_stand_beside_those_of_last_week(self, running: Hospital) -> None:
        found = trust(running.warehouse.generation(), running.scope(), KPI, SITE)
        assert [one.days for one in found.errors] == [1, 7, 14, 28]
        assert all(one.mae < one.mae_naive for one in found.errors)
        assert (found.published, found.replayed) == (20, 0)

    def test_a_day_outside_the_interval_comes_with_its_marked_cause(
        self, running: Hospital
    ) -> None:
        events = [Event(self.odd, self.odd, "Match au stade", "effect")]
        found = trust(running.warehouse.generation(), running.scope(), KPI, SITE, events)
        (miss,) = found.misses
        assert (miss.day, miss.level, miss.cause) == (self.odd, 95, "Match au stade")
        assert found.coverage80 == pytest.approx(19 / 20)


class TestDrift:
    """Replayed each week of a year, wrong by 4 (0.57 of what last week is wrong by)."""

    @pytest.fixture
    def weeks(self) -> list[date]:
        return [YESTERDAY - timedelta(weeks=back) for back in range(1, 50)]

    def rows(self, weeks: list[date], recent: float) -> object:
        past = replayed(weeks[4:], 4.0)
        late = replayed(weeks[:4], recent)
        every = past.merge(late, how="outer").query("step <= 7")
        every["observed"] = [observed(day) for day in every["day"]]
        nothing = dict.fromkeys(("low80", "high80", "low95", "high95"), float("nan"))
        return every.assign(naive=every["observed"] + 7, replayed=True, **nothing)

    @pytest.mark.parametrize(
        ("recent", "level"), [(4.0, "ok"), (5.0, "ok"), (5.6, "warn"), (6.8, "alarm")]
    )
    def test_an_error_against_its_year_warns_at_1_3_and_alarms_at_1_6(
        self, weeks: list[date], recent: float, level: str
    ) -> None:
        found = judge(VISITS, SITE, self.rows(weeks, recent))  # type: ignore[arg-type]
        assert found.median12 == pytest.approx(4 / 7, rel=0.01)
        reasons = {"ok": (), "warn": ("error",), "alarm": ("error",)}[level]
        assert tuple(r for r in found.reasons if r == "error") == reasons
        assert (found.level == "alarm") is (level == "alarm")

    def test_the_report_counts_what_has_no_forecast_and_shows_every_series(
        self, hospital: Hospital
    ) -> None:
        published(hospital)
        blank = forecast(YESTERDAY, unit=UnitId("B"), points=(), status="refused", refused="Non.")
        hospital.publish(forecasts=[blank])
        found = report(hospital.warehouse.generation(), hospital.scope(), KPIS)
        assert found.refused == 0.5
        assert {line.drift.unit for line in found.lines} == {"A", "B"}
        assert found.count("unknown") >= 1

    def test_errors_that_all_go_one_way_move_the_tracking_signal(self, hospital: Hospital) -> None:
        published(hospital)
        found = report(hospital.warehouse.generation(), hospital.scope(), KPIS)
        assert found.lines[0].drift.tracking == pytest.approx(-(20**0.5) / 1.25)
