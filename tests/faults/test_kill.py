"""kill -9 of the refreshing process at any moment (faults F1 and F2).

Every file holds 600 rows (200 days of three units) whose figure is the number of the file; it
replaces the file before. Whatever the moment of the kill:

- the published state is one whole file: 600 rows, all of the same figure, and their exact sums;
- no file whose refresh had returned is lost;
- the next refresh needs no hand repair and ends on the last file.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from cockpit import state
from cockpit.settings import Home
from cockpit.warehouse import landing
from tests.faults.zygote import DAYS, UNITS, deliver
from tests.warehouse.installation import URGENCES, Installation

ROWS = DAYS * len(UNITS)
STATE = """
    SELECT (SELECT count(*) FROM g.observation), (SELECT min(value) FROM g.observation),
           (SELECT max(value) FROM g.observation),
           (SELECT sum(r.value) FROM g.rollup_day r JOIN g.unit u USING (unit_id) WHERE u.code = 'GHT'),
           (SELECT count(*) FROM g.batch b WHERE b.accepted <> 600),
           (SELECT count(DISTINCT batch_id) FROM g.observation)
"""


class Zygote:
    def __init__(self, installation: Installation) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.zygote"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=installation.environment(),
            cwd=Path(__file__).parents[2],
        )

    def kill_one_after(self, seconds: float, first: int) -> None:
        self.process.stdin.write(f"{first}\n")
        self.process.stdin.flush()
        pid = int(self.process.stdout.readline())
        time.sleep(seconds)
        os.kill(pid, signal.SIGKILL)
        assert self.process.stdout.readline() == "dead\n"

    def seconds_to_acknowledge(self, home: Home, number: int) -> float:
        """How long a process takes from its fork to the end of its first refresh."""
        self.process.stdin.write(f"{number}\n")
        self.process.stdin.flush()
        pid = int(self.process.stdout.readline())
        began = time.monotonic()
        acknowledged = home.root / "acknowledged"
        while not (acknowledged.exists() and acknowledged.stat().st_size):
            time.sleep(0.002)
        seconds = time.monotonic() - began
        os.kill(pid, signal.SIGKILL)
        assert self.process.stdout.readline() == "dead\n"
        return seconds

    def limited(self, number: int, size: int) -> None:
        self.process.stdin.write(f"{number} {size}\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline().strip().isdigit()
        assert self.process.stdout.readline() == "dead\n"

    def close(self) -> None:
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()


@pytest.fixture
def killed(tmp_path: Path) -> Iterator[tuple[Installation, Zygote, float]]:
    with killing(tmp_path) as ready:
        yield ready


@contextmanager
def killing(tmp_path: Path) -> Iterator[tuple[Installation, Zygote, float]]:
    """An installation with files published, what will refresh it, and how long that takes there:
    a process that has just started still imports its connector, so that one here is no measure."""
    installation = Installation(Home(tmp_path), {"urgences": URGENCES})
    deliver(installation.home, 1)
    installation.refresh()
    deliver(installation.home, 2)
    installation.refresh()
    zygote = Zygote(installation)
    yield installation, zygote, zygote.seconds_to_acknowledge(installation.home, 3)
    zygote.close()


def last_acknowledged(installation: Installation) -> int:
    path = installation.home.root / "acknowledged"
    done = path.read_text("utf-8").splitlines(keepends=True) if path.exists() else []
    return max((int(line) for line in done if line.endswith("\n")), default=2)


def published(installation: Installation) -> int:
    """The number of the file that is published, whole."""
    ((rows, low, high, total, odd, batches),) = installation.rows(STATE)
    assert (rows, odd, batches) == (ROWS, 0, 1)
    assert low == high
    assert total == ROWS * low
    return int(low)


def sweep(
    installation: Installation, zygote: Zygote, seconds: float, kills: int, seed: int = 20261121
) -> list[int]:
    """Kill `kills` times; what was published after each.

    Moments are drawn over a refresh and a fifth, however fast the machine is at that time.
    """
    seen = [published(installation)]
    moments = random.Random(seed)
    for _ in range(kills):
        zygote.kill_one_after(moments.uniform(0.0, 1.2 * seconds), seen[-1] + 1)
        seen.append(published(installation))
        assert seen[-1] >= max(last_acknowledged(installation), seen[-2])
    installation.refresh()
    assert published(installation) == len(list(installation.home.drop.glob("*.csv")))
    numbers = [one.seq for one in landing.landed(installation.home.landing)]
    assert numbers == sorted(set(numbers))
    return seen


def test_f02_eight_kills_lose_nothing_and_leave_nothing_half_done(killed):
    sweep(*killed, kills=8)


@pytest.mark.slow
def test_f02_a_thousand_kills_lose_nothing_and_leave_nothing_half_done(tmp_path, capsys):
    """Ten installations of a hundred kills each, two at a time: files stay few, refreshes short."""

    def hundred(seed: int) -> int:
        with killing(tmp_path / str(seed)) as ready:
            return sweep(*ready, kills=100, seed=seed)[-1]

    for seed in range(10):
        state.engine(Home(tmp_path / str(seed)))  # alembic is not made for two threads
    began = time.monotonic()
    with ThreadPoolExecutor(2) as pool:
        delivered = sum(pool.map(hundred, range(10)))
    took = time.monotonic() - began
    with capsys.disabled():
        print(f"\n1000 kill -9 in {took:.0f} s, {delivered} files published, 0 lost, 0 partial")
    assert delivered > 100  # the sweep reaches the end of a refresh often enough to mean something


@pytest.mark.slow
def test_f02_a_migration_killed_after_any_statement_is_done_again_whole(tmp_path):
    """The process that makes the state is killed after its first statement, its second..."""
    for statements in count(1):
        home = Home(tmp_path / str(statements))
        pid = os.fork()
        if pid == 0:
            _die_after(statements)
            state.engine(home)
            os._exit(0)
        _, status = os.waitpid(pid, 0)
        assert state.last_runs(state.engine(home)) == ()
        assert state.audit_lines(state.engine(home)) == ()
        if not os.WIFSIGNALED(status):
            break
    assert statements > 20


def _die_after(statements: int) -> None:
    done = count(1)

    def look(*_: object) -> None:
        if next(done) == statements:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "after_cursor_execute", look)
