"""Two reader processes read through many publishes: no error, never half a state.

Every file is 600 rows of one figure, the number of the file; a reader that sees two figures, or
another number of rows, has seen half a state.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.zygote import deliver
from tests.warehouse.installation import Installation


def reader(installation: Installation) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.reading"],
        stdout=subprocess.PIPE,
        text=True,
        env=installation.environment(),
        cwd=Path(__file__).parents[2],
    )
    assert process.stdout.readline() == "ready\n"
    return process


def read_through(installation: Installation, publishes: int) -> list[dict]:
    deliver(installation.home, 1)
    installation.refresh("urgences")
    readers = [reader(installation) for _ in range(2)]
    first = installation.number
    number = 1
    while installation.number < first + publishes:
        number += 1
        deliver(installation.home, number)
        installation.refresh("urgences")
    (installation.home.root / "stop").touch()
    return [json.loads(process.communicate(timeout=30)[0]) for process in readers]


@pytest.mark.slow
def test_two_readers_through_six_publishes_meet_no_error(installation):
    for answer in read_through(installation, 6):
        assert answer["errors"] == []
        assert answer["generations"] > 2


@pytest.mark.slow
def test_two_readers_through_fifty_publishes_meet_no_error(installation, capsys):
    answers = read_through(installation, 50)
    with capsys.disabled():
        print("\n50 publishes:", answers)
    for answer in answers:
        assert answer["errors"] == []
        assert answer["generations"] > 15
