"""The ten stories of the sample hospital raise their alert on the right day, and little else does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from bench.alert_stories import AWAITED, Proof, prove
from bench.alerts import MOST_FALSE, RULES, UNITS, rules
from cockpit import clock
from cockpit.access.scope import Scope
from cockpit.alerts import rulebook
from cockpit.alerts.dryrun import watched
from cockpit.alerts.evaluate import evaluate
from cockpit.alerts.observe import Reader
from cockpit.answers.visit import scope_of
from cockpit.cli import sample
from cockpit.kpi.installed import kpis_of
from cockpit.settings import Home
from cockpit.warehouse.attach import Generation, Warehouse
from sample_data.stories import STORIES

pytestmark = pytest.mark.slow
END = date(2026, 11, 21)


@pytest.fixture(autouse=True, scope="module")
def _today() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COCKPIT_TODAY", "2026-11-22")
        yield


@pytest.fixture(scope="module")
def generation(tmp_path_factory: pytest.TempPathFactory) -> Generation:
    home = Home(tmp_path_factory.mktemp("sample")).prepare()
    sample.build(home, forecasts=False)
    return Warehouse(home).generation()


@pytest.fixture(scope="module")
def scope(generation: Generation) -> Scope:
    return scope_of(generation, None)


@pytest.fixture(scope="module")
def proof(generation: Generation, scope: Scope) -> Proof:
    return prove(generation, scope, END)


def test_each_story_has_its_awaited_alert() -> None:
    assert set(AWAITED) == {story.id for story in STORIES(END)}
    assert {one.rule for one in AWAITED.values()} <= rulebook.shipped().keys()


def test_the_ten_stories_raise_their_alert_on_the_right_day(proof: Proof) -> None:
    for one in proof.found:
        print(one.story.id, one.story.start, one.awaited.rule, one.firing and one.firing.fired)
    assert [one.story.id for one in proof.found if one.firing is None] == []


def test_the_evaluation_of_the_next_morning_says_them(
    generation: Generation, scope: Scope, proof: Proof
) -> None:
    known, book = kpis_of(generation.home.kpis), rulebook.shipped()
    for one in proof.found:
        assert one.firing is not None
        said = evaluate(
            generation,
            scope,
            known.values(),
            one.firing.until + timedelta(days=1),
            rules=[book[one.awaited.rule]],
        )
        fired = {(alert.rule, alert.unit, alert.fired) for alert in said.alerts}
        assert (one.awaited.rule, one.firing.unit, one.firing.fired) in fired


def test_at_most_one_red_situation_a_week_is_no_story(proof: Proof) -> None:
    alerts, situations = len(proof.red) / proof.weeks, proof.situations / proof.weeks
    print(
        f"{situations:.2f} situations, {alerts:.2f} alerts a week",
        Counter(f.rule for f in proof.red),
    )
    assert situations <= MOST_FALSE


def test_the_benched_rules_are_as_many_at_as_many_units(
    generation: Generation, scope: Scope
) -> None:
    given = rules(generation, scope)
    known = {str(one): kpi for one, kpi in kpis_of(generation.home.kpis).items()}
    reader = Reader(generation, scope, clock.today(), known)
    assert len(given) == RULES
    assert {len(watched(rule, reader)) for rule in given} == {UNITS}
