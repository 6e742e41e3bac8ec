"""Whether an alert was worth hearing of: one vote per person and episode."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from cockpit import state
from cockpit.alerts.desk import keep
from cockpit.alerts.desk.votes import Vote, vote, votes
from cockpit.errors import BadRequest
from cockpit.settings import Home
from tests.alerts.desk.test_keep import BOARDERS

NOW = datetime(2026, 11, 22, 6)


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    found = state.engine(Home(tmp_path))
    keep.record(found, 1, NOW, [BOARDERS])
    return found


def cast(who: str, *, useful: bool, why: str = "", episode: int = 1) -> Vote:
    return Vote(episode=episode, at=NOW, who=who, useful=useful, why=why)


def test_a_person_who_votes_again_has_one_vote_the_last(engine: Engine) -> None:
    vote(engine, cast("anne", useful=True))
    vote(engine, cast("bruno", useful=False, why="  déjà su "))
    vote(engine, cast("anne", useful=False))
    assert [(v.who, v.useful, v.why) for v in votes(engine, [1])] == [
        ("bruno", False, "déjà su"),
        ("anne", False, ""),
    ]


def test_a_vote_on_nothing_and_an_endless_reason_are_refused(engine: Engine) -> None:
    with pytest.raises(BadRequest):
        vote(engine, cast("anne", useful=True, episode=99))
    with pytest.raises(BadRequest):
        vote(engine, cast("anne", useful=True, why="x" * 401))
    assert votes(engine, [1, 99]) == ()
