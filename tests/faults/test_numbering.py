"""Several sources landed at once, each by its own process: every batch has its own number."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from cockpit.refresh import publish_landed
from cockpit.settings import Home
from cockpit.warehouse import landing
from tests.warehouse.installation import URGENCES, Installation

ROOT = Path(__file__).parents[2]
NAMES = ("a", "b", "c", "d")


def test_four_processes_landing_ten_files_each_give_forty_numbers(tmp_path: Path) -> None:
    """Source n has ten files of one day each; no two sources share a unit and a day."""
    texts = {name: URGENCES.replace("drop/urgences-*", f"drop/{name}-*") for name in NAMES}
    installation = Installation(Home(tmp_path), texts)
    for month, name in enumerate(NAMES, 1):
        for day in range(1, 11):
            path = installation.home.drop / f"{name}-{day:02d}.csv"
            path.write_text(f"jour;uf;passages\n{day:02d}/{month:02d}/2026;10;1\n", "utf-8")
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "cockpit.fetch", name], env=installation.environment(), cwd=ROOT
        )
        for name in NAMES
    ]
    assert [process.wait(60) for process in started] == [0, 0, 0, 0]
    numbers = [one.seq for one in landing.landed(installation.home.landing)]
    assert numbers == list(range(1, 41))
    assert publish_landed(installation.home) == (True, ())
    assert installation.total("GHT") == 40
