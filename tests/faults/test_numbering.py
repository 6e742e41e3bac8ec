"""Several sources landed at once, each by its own process: every batch has its own number."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from cockpit.refresh import publish_landed
from cockpit.settings import Home
from cockpit.warehouse import landing
from tests.warehouse.installation import URGENCES, Installation

ROOT = Path(__file__).parents[2]
SLOW = pytest.mark.slow


@pytest.mark.parametrize(("names", "files"), [("ab", 5), pytest.param("abcd", 10, marks=SLOW)])
def test_processes_landing_at_once_give_every_batch_its_number(
    tmp_path: Path, names: str, files: int
) -> None:
    """Each source has files of one day each; no two sources share a unit and a day."""
    texts = {name: URGENCES.replace("drop/urgences-*", f"drop/{name}-*") for name in names}
    installation = Installation(Home(tmp_path), texts)
    for month, name in enumerate(names, 1):
        for day in range(1, files + 1):
            path = installation.home.drop / f"{name}-{day:02d}.csv"
            path.write_text(f"jour;uf;passages\n{day:02d}/{month:02d}/2026;10;1\n", "utf-8")
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "cockpit.fetch", name], env=installation.environment(), cwd=ROOT
        )
        for name in names
    ]
    assert [process.wait(60) for process in started] == [0] * len(names)
    numbers = [one.seq for one in landing.landed(installation.home.landing)]
    assert numbers == list(range(1, len(names) * files + 1))
    assert publish_landed(installation.home) == (True, ())
    assert installation.total("GHT") == len(names) * files
