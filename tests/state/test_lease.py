"""One holder at a time, without comparing clocks."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import Engine

from cockpit import state
from cockpit.settings import Home
from cockpit.state import lease

PATIENCE = 0.2
TAKE = (
    "import sys; from pathlib import Path; from cockpit import state;"
    "from cockpit.settings import Home; from cockpit.state import lease;"
    "found = lease.take(state.engine(Home(Path(sys.argv[1]))), lease.Watch());"
    "print(found.token if found else 0)"
)


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return state.engine(Home(tmp_path))


def test_a_holder_that_beats_is_never_taken_over(engine: Engine) -> None:
    held, watch = lease.take(engine, lease.Watch()), lease.Watch()
    for _ in range(5):
        assert lease.take(engine, watch, PATIENCE) is None
        lease.renew(engine, held)
        time.sleep(PATIENCE / 2)
    assert lease.take(engine, watch, PATIENCE) is None
    lease.check(engine, held.token)


def test_a_silent_holder_is_taken_over_and_can_do_nothing_more(engine: Engine) -> None:
    held, watch = lease.take(engine, lease.Watch()), lease.Watch()
    assert lease.take(engine, watch, PATIENCE) is None
    time.sleep(PATIENCE)
    taken = lease.take(engine, watch, PATIENCE)
    assert (held.token, taken.token) == (1, 2)
    for late in (lambda: lease.renew(engine, held), lambda: lease.check(engine, held.token)):
        with pytest.raises(lease.LeaseLost):
            late()
    lease.give_up(engine, held)  # changes nothing
    assert lease.take(engine, lease.Watch()) is None


def test_what_is_given_up_or_left_by_a_dead_process_is_taken_at_once(
    engine: Engine, tmp_path: Path
) -> None:
    tokens = [
        int(subprocess.check_output([sys.executable, "-c", TAKE, str(tmp_path)])) for _ in range(2)
    ]
    held = lease.take(engine, lease.Watch())
    lease.give_up(engine, held)
    tokens += [held.token, lease.take(engine, lease.Watch()).token]
    assert tokens == [1, 2, 3, 4]


def test_two_that_see_the_same_silence_do_not_both_take(engine: Engine) -> None:
    lease.take(engine, lease.Watch())
    watches = [lease.Watch(), lease.Watch()]
    for watch in watches:
        lease.take(engine, watch, PATIENCE)
    time.sleep(PATIENCE)
    taken = [lease.take(engine, watch, PATIENCE) for watch in watches]
    assert [one is None for one in taken] == [False, True]
