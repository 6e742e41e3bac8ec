"""kill -9 of the refreshing process at any moment (faults F1 and F2 of docs/security.md).

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
from pathlib import Path

import pytest

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

    def close(self) -> None:
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()


@pytest.fixture
def killed(tmp_path: Path) -> Iterator[tuple[Installation, Zygote, float]]:
    """An installation with one file published, what will refresh it, and how long that takes."""
    installation = Installation(Home(tmp_path), {"urgences": URGENCES})
    deliver(installation.home, 1)
    installation.refresh()
    deliver(installation.home, 2)
    start = time.monotonic()
    installation.refresh()
    seconds = time.monotonic() - start
    zygote = Zygote(installation)
    yield installation, zygote, seconds
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


def sweep(installation: Installation, zygote: Zygote, seconds: float, kills: int) -> list[int]:
    """Kill `kills` times; what was published after each.

    Moments are drawn over two and a half refreshes, however fast the machine is at that time.
    """
    seen = [2]
    moments = random.Random(20261121)
    for _ in range(kills):
        zygote.kill_one_after(moments.uniform(0.0, 2.5 * seconds), seen[-1] + 1)
        seen.append(published(installation))
        assert seen[-1] >= max(last_acknowledged(installation), seen[-2])
    installation.refresh()
    assert published(installation) == len(list(installation.home.drop.glob("*.csv")))
    numbers = [one.seq for one in landing.landed(installation.home.landing)]
    assert numbers == sorted(set(numbers))
    return seen


def test_eight_kills_lose_nothing_and_leave_nothing_half_done(killed):
    sweep(*killed, kills=8)


@pytest.mark.slow
def test_a_hundred_kills_lose_nothing_and_leave_nothing_half_done(killed, capsys):
    seen = sweep(*killed, kills=100)
    with capsys.disabled():
        print(f"\n100 kill -9, {seen[-1]} files delivered, 0 lost, 0 half published")
    assert seen[-1] > 30  # the sweep reaches the end of a refresh often enough to mean something
