"""F8 to F10: several processes want to refresh. One does, the others say so; nothing is loaded twice."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cockpit.errors import WarehouseBusy
from tests.warehouse.installation import Installation

ROOT = Path(__file__).parents[2]
REFRESH = """
import json, sys
from cockpit.errors import WarehouseBusy
from cockpit.refresh import refresh
from cockpit.settings import home
sys.stdin.readline()
try:
    print(json.dumps({"published": refresh(home(), forecasts=False).published}))
except WarehouseBusy as error:
    print(json.dumps({"busy": error.sentence()}))
"""
HOLD = """
import os, signal
from cockpit.settings import home
from cockpit.warehouse.publish import publish, publishing

def change(connection):
    connection.execute("INSERT INTO facet SELECT 1000, 'held'")
    print("building", flush=True)
    os.kill(os.getpid(), signal.SIGSTOP)

with publishing(home().generations):
    publish(home(), change)
"""


def start(script: str, installation: Installation) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=installation.environment(),
        cwd=ROOT,
    )


@pytest.mark.parametrize("at_once", [2, pytest.param(4, marks=pytest.mark.slow)])
def test_f09_processes_at_once_load_every_batch_once(installation, at_once):
    """Ten files of one visit each: 10 visits, ten batches, whoever wins."""
    for day in range(10):
        installation.drop(f"urgences-{day}.csv", f"{day + 1:02d}/03/2026;10;1")
    processes = [start(REFRESH, installation) for _ in range(at_once)]
    answers = [json.loads(process.communicate("go\n", timeout=60)[0]) for process in processes]
    assert sum(bool(answer.get("published")) for answer in answers) == 1
    assert installation.total("GHT") == 10
    assert installation.rows("SELECT count(*), count(DISTINCT file) FROM g.batch") == [(10, 10)]


def test_f08_a_frozen_holder_blocks_nobody_from_reading_and_ends_whole_when_it_wakes(installation):
    installation.drop("urgences-1.csv", "01/03/2026;10;5")
    installation.refresh()
    number = installation.number
    with start(HOLD, installation) as holder:
        assert holder.stdout.readline() == "building\n"
        _wait_until_stopped(holder.pid)
        installation.drop("urgences-2.csv", "02/03/2026;10;6")
        with pytest.raises(WarehouseBusy):
            installation.refresh()
        assert installation.visits() == {("10", "2026-03-01"): 5}
        os.kill(holder.pid, signal.SIGCONT)
        assert holder.wait(timeout=60) == 0
    assert installation.number == number + 1
    assert installation.rows("SELECT code FROM g.facet WHERE facet_id = 1000") == [("held",)]
    installation.refresh()
    assert installation.visits() == {("10", "2026-03-01"): 5, ("10", "2026-03-02"): 6}


def _wait_until_stopped(pid: int) -> None:
    while Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "T":
        time.sleep(0.01)
