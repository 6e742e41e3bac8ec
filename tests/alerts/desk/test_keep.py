"""What generations say and people do, kept in a real state database."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from cockpit import state
from cockpit.alerts.desk import keep
from cockpit.alerts.desk.life import Act
from cockpit.alerts.model import Alert
from cockpit.errors import BadRequest
from cockpit.kpi.model import UnitId
from cockpit.settings import Home
from tests.support import mailroom

NOW = datetime(2026, 11, 22, 6, 0)
BOARDERS = replace(mailroom.BOARDERS, severity="amber")
OTHER = replace(BOARDERS, unit=UnitId("B"), unit_label="Site B")


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return state.engine(Home(tmp_path))


def said(engine: Engine, generation: int, *alerts: Alert, **more: object) -> list[str]:
    at = NOW + timedelta(hours=generation)
    happened = keep.record(engine, generation, at, alerts, **more)
    return [f"{one.event.what} {one.kept.episode.unit}" for one in happened]


def test_a_generation_is_recorded_once(engine: Engine) -> None:
    assert said(engine, 1, BOARDERS, OTHER) == ["opened A", "opened B"]
    assert said(engine, 1, BOARDERS, OTHER) == []
    assert said(engine, 2, BOARDERS, OTHER) == []
    assert said(engine, 1) == []  # an older one neither
    assert [one.episode.unit for one in keep.open_episodes(engine)] == ["A", "B"]
    assert keep.last_recorded(engine) == (2, NOW + timedelta(hours=2))


def test_numbers_that_start_again_are_recorded_and_tell_nothing_twice(engine: Engine) -> None:
    """`generations/` was emptied: 60, then 1 an hour later, then 2."""
    late = NOW + timedelta(hours=100)
    said(engine, 60, BOARDERS)
    assert keep.record(engine, 1, late, [BOARDERS]) == ()
    (again,) = keep.record(engine, 2, late + timedelta(hours=1), [BOARDERS, OTHER])
    assert (again.event.what, again.kept.episode.unit) == ("opened", "B")
    assert said(engine, 60) == []  # noted before: its silence ends nothing
    assert keep.record(engine, 1, late, []) == ()
    assert len(keep.open_episodes(engine)) == 2


def test_a_clock_set_back_does_not_silence_the_desk(engine: Engine) -> None:
    said(engine, 1, BOARDERS)
    happened = keep.record(engine, 2, NOW - timedelta(days=400), [BOARDERS, OTHER])
    assert [one.event.what for one in happened] == ["opened"]


def test_a_generation_older_in_both_that_was_never_noted_stays_out(engine: Engine) -> None:
    said(engine, 3, BOARDERS)
    assert said(engine, 2) == []
    assert len(keep.open_episodes(engine)) == 1


def test_the_same_generations_in_order_give_the_same_history(tmp_path: Path) -> None:
    red = replace(BOARDERS, severity="red")
    days = [(), (BOARDERS,), (red, OTHER), (red,), (replace(red, back=True),), (), (BOARDERS,)]

    def replayed(name: str) -> list[object]:
        engine = state.engine(Home(tmp_path / name))
        for number, alerts in enumerate(days, start=1):
            said(engine, number, *alerts)
            said(engine, number, *alerts)
        return [
            (one, keep.log_of(engine, one.id))
            for unit in "AB"
            for one in keep.history(engine, BOARDERS.rule, unit)
        ]

    first = replayed("one")
    assert first == replayed("two")
    assert [[event.what for event in log] for _, log in first] == [
        ["opened"],
        ["opened", "worse", "recovering", "resolved"],
        ["opened", "resolved"],
    ]


def test_what_cannot_be_judged_stays_as_it_is(engine: Engine) -> None:
    said(engine, 1, BOARDERS)
    silenced = lambda rule, _unit: rule == BOARDERS.rule  # noqa: E731
    assert said(engine, 2, held=silenced) == []
    assert said(engine, 3, OTHER, held=silenced) == []
    assert [one.episode.unit for one in keep.open_episodes(engine)] == ["A"]
    assert said(engine, 4) == ["resolved A"]


def test_an_act_is_kept_with_its_author(engine: Engine) -> None:
    said(engine, 1, BOARDERS)
    (episode,) = keep.open_episodes(engine)
    taken = keep.act(engine, episode.id, Act(at=NOW, who="claire", deed="acknowledge"))
    assert taken.episode.acknowledged_by == "claire"
    assert keep.open_episodes(engine) == (taken,)
    assert [(one.what, one.who) for one in keep.log_of(engine, episode.id)] == [
        ("opened", "chiffres"),
        ("acknowledge", "claire"),
    ]


def test_an_act_on_nothing_is_refused_and_leaves_nothing(engine: Engine) -> None:
    said(engine, 1, BOARDERS)
    with pytest.raises(BadRequest):
        keep.act(engine, 99, Act(at=NOW, who="claire", deed="acknowledge"))
    with pytest.raises(BadRequest):
        keep.act(engine, 1, Act(at=NOW, who="claire", deed="assign"))
    assert len(keep.log_of(engine, 1)) == 1


def test_what_follows_an_event_is_kept_with_it_or_not_at_all(engine: Engine) -> None:
    def fails(_session: object, _happened: object) -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        said(engine, 1, BOARDERS, follow=fails)
    assert keep.open_episodes(engine) == ()
    assert said(engine, 1, BOARDERS) == ["opened A"]
