"""People decide what a forecast is used for, and every decision stays in the log."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from cockpit import state
from cockpit.brief import brief
from cockpit.errors import BadRequest
from cockpit.forecast import oversight
from cockpit.forecast.said import observed
from cockpit.kpi.catalogue import KPIS
from cockpit.series.curve import curve
from cockpit.series.model import Period
from cockpit.series.trend import trend
from cockpit.state.forecasts import forecast_acts
from tests.forecast.overseen import SITE, TODAY, VISITS, YESTERDAY, forecast, published
from tests.support.hospital import Hospital

KEY = (VISITS, SITE, "")
KPI = KPIS[VISITS]
TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COCKPIT_TODAY", TODAY.isoformat())


@pytest.fixture
def running(hospital: Hospital) -> Hospital:
    return published(hospital)


class TestDrawing:
    """Visits of sixty days, and a forecast of the seven that follow."""

    def drawn(self, hospital: Hospital) -> list[date]:
        generation, scope = hospital.warehouse.generation(), hospital.scope()
        on_tile = trend(generation, scope, KPI, SITE, Period.DAY).forecast
        on_sheet = curve(generation, scope, KPI, SITE, Period.DAY).forecast
        assert on_tile == on_sheet
        return [point.day for point in on_tile]

    def test_a_forecast_begins_after_the_last_observed_day(self, running: Hospital) -> None:
        assert self.drawn(running)[0] == TODAY
        assert len(self.drawn(running)) == 7

    def test_what_was_switched_off_is_drawn_nowhere_until_it_is_on_again(
        self, running: Hospital
    ) -> None:
        before = self.drawn(running)
        oversight.switch(running.home, KEY, on=False, who="Mme Roy", reason="Travaux")
        assert self.drawn(running) == []
        oversight.switch(running.home, KEY, on=True, who="Mme Roy", reason="Travaux finis")
        assert self.drawn(running) == before

    def test_totals_of_weeks_are_not_drawn_after_days(self, hospital: Hospital) -> None:
        published(hospital, days=1)
        assert self.drawn(hospital)
        later = forecast(TODAY, status="weekly", model="week_mean_8w")
        hospital.publish(forecasts=[later])
        assert self.drawn(hospital) == []

    def test_the_brief_says_a_corrected_figure_with_its_author(self, running: Hospital) -> None:
        generation, scope = running.warehouse.generation(), running.scope("director_A")
        made = forecast(YESTERDAY)
        told = [line.text for line in brief(generation, scope).lines if line.kind == "coming"]
        assert "corrigé" not in told[0]
        oversight.override(
            running.home, made, day=TOMORROW, value=180, who="Dr Martin", reason="Match"
        )
        (line,) = [one for one in brief(generation, scope).lines if one.kind == "coming"]
        assert line.value == 180
        assert "corrigé par Dr Martin (modèle" in line.text_fr
        assert "corrected by Dr Martin" in line.text_en


class TestDecisions:
    def test_a_validation_speaks_of_the_models_that_were_validated(self, running: Hospital) -> None:
        made = forecast(YESTERDAY)
        oversight.validate(running.home, made, who="Dr Martin")
        stands = oversight.overseen(running.home, VISITS, SITE)
        assert stands.is_validated(made)
        assert not stands.is_validated(replace(made, members=("ets7",)))
        assert not stands.is_validated(replace(made, versions="engine 2"))

    def test_a_correction_keeps_both_figures_and_both_are_scored(self, running: Hospital) -> None:
        made = forecast(YESTERDAY)
        who = {"who": "Dr Martin", "reason": "Match au stade"}
        oversight.override(running.home, made, day=TODAY, value=110, **who)
        act = oversight.overseen(running.home, VISITS, SITE).overrides[TODAY]
        model = made.points[0].mid
        assert (act.value, act.predicted, act.origin) == (110, model, YESTERDAY)
        ask = (running.warehouse.generation(), running.scope(), KPI, SITE)
        known = observed(*ask, days=30)
        assert list(oversight.override_errors({TODAY: act}, known)) == []
        known[TODAY] = 112.0
        assert list(oversight.override_errors({TODAY: act}, known)) == [(act, 112.0)]

    def test_a_correction_is_withdrawn_not_erased(self, running: Hospital) -> None:
        made, who = forecast(YESTERDAY), {"who": "Dr Martin", "reason": "Match"}
        oversight.override(running.home, made, day=TODAY, value=110, **who)
        oversight.withdraw(running.home, KEY, day=TODAY, **who)
        assert oversight.overseen(running.home, VISITS, SITE).overrides == {}
        acts = forecast_acts(running.home, kpi=VISITS, unit=SITE)
        assert [act.act for act in acts] == ["withdraw", "override"]

    @pytest.mark.parametrize(
        ("changes", "what"),
        [
            ({"day": YESTERDAY}, "jour"),
            ({"day": TODAY + timedelta(days=40)}, "jour"),
            ({"value": float("nan")}, "valeur"),
            ({"value": -3.0}, "valeur"),
            ({"who": "  "}, "nom"),
            ({"reason": ""}, "motif"),
        ],
    )
    def test_a_correction_without_sense_name_or_reason_is_refused(
        self, running: Hospital, changes: dict[str, object], what: str
    ) -> None:
        given = {"day": TODAY, "value": 110.0, "who": "Dr Martin", "reason": "Match"}
        with pytest.raises(BadRequest) as refused:
            oversight.override(running.home, forecast(YESTERDAY), **(given | changes))
        assert refused.value.facts["field"] == what
        assert forecast_acts(running.home) == ()

    def test_switching_off_twice_is_refused(self, running: Hospital) -> None:
        oversight.switch(running.home, KEY, on=False, who="Mme Roy", reason="Travaux")
        with pytest.raises(BadRequest):
            oversight.switch(running.home, KEY, on=False, who="Mme Roy", reason="Encore")

    def test_every_act_is_also_in_the_audit(self, running: Hospital) -> None:
        oversight.switch(running.home, KEY, on=False, who="Mme Roy", reason="Travaux")
        (line,) = state.audit_lines(state.engine(running.home))
        assert (line.who, line.what, line.subject) == ("Mme Roy", "forecast", "ed_visits/A")
        assert line.sentence == "Prévision arrêtée. Travaux"


class TestReview:
    """Repeating last week is wrong by 7; the published forecasts by 2, or by 9."""

    def review(self, hospital: Hospital) -> list[str]:
        acts = oversight.review(hospital.warehouse.generation(), hospital.scope(), KPIS)
        return [act.reason for act in acts]

    def test_a_forecast_better_than_last_week_stays(self, running: Hospital) -> None:
        assert self.review(running) == []

    def test_fourteen_days_without_skill_switch_it_off_and_say_why(
        self, hospital: Hospital
    ) -> None:
        published(hospital, error=9.0)
        assert self.review(hospital) == [
            "14 jours sans gain : écart moyen 9,0 contre 7,0 en répétant la semaine d'avant."
        ]
        (act,) = forecast_acts(hospital.home)
        assert (act.who, act.act) == (oversight.WORKER, "off")
        assert self.review(hospital) == [], "it is off already"

    def test_five_bad_days_are_not_enough(self, hospital: Hospital) -> None:
        published(hospital, days=5, error=9.0)
        assert self.review(hospital) == []

    def test_who_switches_it_on_again_is_not_contradicted_by_the_same_days(
        self, hospital: Hospital
    ) -> None:
        published(hospital, error=9.0)
        self.review(hospital)
        oversight.switch(hospital.home, KEY, on=True, who="Mme Roy", reason="Cause connue")
        assert self.review(hospital) == []
