"""A part that has a forecast of its own is decided apart from the whole."""

from __future__ import annotations

import json
import math
from datetime import timedelta
from typing import Any

import pytest
from typer.testing import CliRunner

from cockpit.cli import app
from cockpit.errors import BadRequest
from cockpit.forecast import oversight
from cockpit.forecast.accounts import stored_landing
from cockpit.forecast.said import said
from cockpit.forecast.store import latest, newest, newest_parts
from cockpit.kpi.catalogue import KPIS
from cockpit.kpi.model import KpiId
from cockpit.series.model import ForecastPoint
from cockpit.state.forecasts import forecast_acts
from tests.forecast.overseen import DAYS, SITE, TODAY, VISITS, YESTERDAY, forecast, observed
from tests.support.hospital import Hospital, Row

OLD = "75+"
KPI = KPIS[VISITS]
WHOLE, PART = (VISITS, SITE, ""), (VISITS, SITE, OLD)
WHO = {"who": "Dr Martin", "reason": "Match"}


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COCKPIT_TODAY", TODAY.isoformat())


def visits() -> list[Row]:
    """Each day 40 patients of 75 and over fewer than the 100 (or 107) of the whole."""
    days = [TODAY - timedelta(days=back) for back in range(1, DAYS + 1)]
    young = [Row("ed_visits", "A1", day, "18-74", "actual", 40.0) for day in days]
    return [
        *young,
        *(Row("ed_visits", "A1", day, OLD, "actual", observed(day) - 40) for day in days),
    ]


def part(origin_back: int, error: float) -> Any:
    """What was said of those of 75 and over, `error` above what will be observed."""
    made = forecast(YESTERDAY - timedelta(days=origin_back), error=error)
    lower = [
        ForecastPoint(one.day, one.low - 40, one.mid - 40, one.high - 40) for one in made.points
    ]
    return forecast(made.origin, error=error, facet=OLD, points=tuple(lower))


@pytest.fixture
def running(hospital: Hospital) -> Hospital:
    """The whole is wrong by 2 each day, its part by 9; repeating last week is wrong by 7."""
    hospital.deliver(visits())
    wholes = [forecast(YESTERDAY - timedelta(days=back)) for back in range(21)]
    hospital.publish(forecasts=[*wholes, *(part(back, 9.0) for back in range(21))])
    return hospital


class TestReading:
    def test_a_part_has_its_own_forecast_errors_and_observed_days(self, running: Hospital) -> None:
        generation, scope = running.warehouse.generation(), running.scope()
        whole = latest(generation, scope, KPI, SITE)
        found = latest(generation, scope, KPI, SITE, OLD)
        assert whole is not None
        assert found is not None
        assert (whole.facet, found.facet) == ("", OLD)
        assert found.points[0].mid == observed(TODAY) - 40 + 9
        rows = said(generation, scope, KPI, SITE, facet=OLD)
        assert set(rows["predicted"] - rows["observed"]) == {9.0}
        assert set(rows["observed"]) == {60.0, 67.0}

    def test_lists_of_wholes_and_of_parts_do_not_mix(self, running: Hospital) -> None:
        ask = (running.warehouse.generation(), running.scope(), KPIS)
        assert [made.facet for _, made in newest(*ask)] == [""]
        assert [made.facet for _, made in newest_parts(*ask)] == [OLD]

    def test_a_part_outside_the_scope_is_in_no_list(self, running: Hospital) -> None:
        ask = (running.warehouse.generation(), running.scope("director_B"), KPIS)
        assert newest_parts(*ask) == ()


class TestDecisions:
    def test_a_validated_part_does_not_validate_the_whole(self, running: Hospital) -> None:
        made = part(0, 9.0)
        oversight.validate(running.home, made, who="Dr Martin")
        assert oversight.overseen(running.home, *PART).is_validated(made)
        assert oversight.overseen(running.home, *WHOLE).validated is None

    def test_a_corrected_part_leaves_the_whole_as_it_is(self, running: Hospital) -> None:
        oversight.override(running.home, part(0, 9.0), day=TODAY, value=50, **WHO)
        act = oversight.overseen(running.home, *PART).overrides[TODAY]
        assert (act.facet, act.value, act.predicted) == (OLD, 50, observed(TODAY) - 40 + 9)
        assert oversight.overseen(running.home, *WHOLE).overrides == {}
        with pytest.raises(BadRequest):
            oversight.withdraw(running.home, WHOLE, day=TODAY, **WHO)
        oversight.withdraw(running.home, PART, day=TODAY, **WHO)
        assert oversight.overseen(running.home, *PART).overrides == {}

    def test_a_part_that_is_off_is_not_drawn_the_whole_still_is(self, running: Hospital) -> None:
        ask = (running.warehouse.generation(), running.scope(), KPI, SITE)
        oversight.switch(running.home, PART, on=False, who="Mme Roy", reason="Travaux")
        assert oversight.drawable(*ask, facet=OLD) == ()
        assert len(oversight.drawable(*ask)) == 7
        oversight.switch(running.home, WHOLE, on=False, who="Mme Roy", reason="Travaux")
        oversight.switch(running.home, PART, on=True, who="Mme Roy", reason="Travaux finis")
        assert len(oversight.drawable(*ask, facet=OLD)) == 7
        assert oversight.drawable(*ask) == ()


class TestReview:
    def test_only_the_part_that_lost_its_skill_stops(self, running: Hospital) -> None:
        ask = (running.warehouse.generation(), running.scope(), KPIS)
        (act,) = oversight.review(*ask)
        assert (act.kpi, act.unit, act.facet) == PART
        assert "9,0 contre 7,0" in act.reason
        assert oversight.review(*ask) == [], "it is off already"
        oversight.switch(running.home, PART, on=True, who="Mme Roy", reason="Cause connue")
        assert oversight.review(*ask) == [], "the same days do not judge it twice"


class TestLanding:
    """Result -12 M€: 120 of revenue, 132 of expenses, of which 80 of title 1."""

    kpi = KPIS[KpiId("year_end_landing")]

    @pytest.fixture
    def landed(self, running: Hospital) -> Hospital:
        facets = {"": -12.0, "revenue": 120.0, "revenue/1": 120.0}
        facets |= {"expense": 132.0, "expense/1": 80.0, "expense/3": 52.0}
        facets |= {f"realised/{name}": value / 2 for name, value in facets.items() if name}
        origin, last = YESTERDAY.replace(month=10, day=31), YESTERDAY.replace(month=12, day=31)
        running.publish(
            forecasts=[
                forecast(
                    origin,
                    kpi=self.kpi.id,
                    facet=name,
                    model="landing",
                    points=(ForecastPoint(last, value - 1, value, value + 1),),
                )
                for name, value in facets.items()
            ]
        )
        return running

    def test_a_title_that_is_off_keeps_what_is_booked_and_hides_what_is_expected(
        self, landed: Hospital
    ) -> None:
        oversight.switch(
            landed.home, (self.kpi.id, SITE, "expense/1"), on=False, who="M. Roy", reason="Paie"
        )
        ask = (landed.warehouse.generation(), landed.scope(), self.kpi, SITE)
        found = stored_landing(*ask)
        assert found is not None
        titles = {(one.side, one.title): one for one in found.by_title}
        stopped, kept = titles["expense", "1"], titles["expense", "3"]
        assert stopped.realised == pytest.approx(40e6)
        assert math.isnan(stopped.p50)
        assert kept.p50 == pytest.approx(52e6)
        assert found.p50 == pytest.approx(-12e6)
        oversight.switch(
            landed.home, (self.kpi.id, SITE, "expense"), on=False, who="M. Roy", reason="Paie"
        )
        again = stored_landing(*ask)
        assert again is not None
        assert [one.side for one in again.by_side] == ["revenue"]


def test_each_command_takes_the_part(running: Hospital, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COCKPIT_HOME", str(running.home.root))
    where, who = ("--unit", SITE, "--facet", OLD), ("--by", "Dr Martin", "--reason", "Match")

    def run(*words: str) -> Any:
        done = CliRunner().invoke(app, ["forecast", *words, "--json"])
        assert done.exit_code == 0, done.stderr
        return json.loads(done.stdout)

    assert run("validate", VISITS, *where, *who)["facet"] == OLD
    run("override", VISITS, *where, *who, "--day", "2026-11-24", "--value", "50")
    run("switch", VISITS, "off", *where, *who)
    listed = run("decisions", *where)
    assert [(one["act"], one["facet"]) for one in listed] == [
        ("off", OLD),
        ("override", OLD),
        ("validate", OLD),
    ]
    assert run("show", VISITS, *where)["off"] is True
    assert run("show", VISITS, "--unit", SITE)["off"] is False
    assert forecast_acts(running.home, facet="") == ()
