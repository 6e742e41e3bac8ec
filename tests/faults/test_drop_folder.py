"""A real worker and a file that falls into the drop folder of a source read once a year."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from cockpit.settings import Home
from tests.faults.working import runs, until, working
from tests.warehouse.installation import URGENCES, Installation

pytestmark = pytest.mark.slow

YEARLY = URGENCES.replace("*/15 * * * *", "0 3 1 1 *")


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    made = Installation(Home(tmp_path), {"urgences": YEARLY})
    made.drop("urgences-1.csv", "01/03/2026;10;5")
    return made


def count(installation: Installation) -> int:
    return len(runs(installation, "urgences"))


def test_a_dropped_file_is_read_within_seconds_and_a_refused_one_only_once(
    installation: Installation,
) -> None:
    with working(installation):
        until(lambda: installation.number and installation.visits())
        time.sleep(6)  # a look at the sources, two at the folder
        assert count(installation) == 1
        installation.drop("urgences-2.csv", "02/03/2026;10;6")
        until(lambda: count(installation) == 2, 15)
        until(lambda: len(installation.visits()) == 2, 15)
        (installation.home.drop / "urgences-3.csv").write_text("rien de lisible\n", "utf-8")
        until(lambda: count(installation) == 3, 25)
        assert runs(installation, "urgences")[0].status == "failed"
        time.sleep(20)
        assert count(installation) == 3


def test_a_file_that_is_being_written_is_read_once_whole(installation: Installation) -> None:
    """Nine lines in nine seconds: every moment is the end of a line."""
    with working(installation):
        until(lambda: installation.number and installation.visits())
        time.sleep(6)
        path = installation.home.drop / "urgences-2.csv"
        with path.open("w", encoding="utf-8") as slow:
            slow.write("jour;uf;passages\n")
            for day in range(2, 11):
                slow.write(f"{day:02}/03/2026;10;6\n")
                slow.flush()
                time.sleep(1)
                assert count(installation) == 1
        until(lambda: len(installation.visits()) == 10, 15)
        assert count(installation) == 2
