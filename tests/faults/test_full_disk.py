"""F5: the disk fills up, before or in the middle. What was published stays published.

The generations live on a file system of their own in memory, as small as needed.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest

from cockpit.errors import DiskFull
from cockpit.settings import Home
from cockpit.warehouse.publish import publish
from tests.warehouse.installation import Installation

OnDisk = Callable[[int], Installation]


@pytest.fixture
def on_disk_of(tmp_path: Path) -> Iterator[OnDisk]:
    """An installation whose generations have so many megabytes."""
    folder = tmp_path / "generations"
    folder.mkdir()

    def make(size_mb: int) -> Installation:
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={size_mb}m", "tmpfs", str(folder)], check=False
        )
        if mounted.returncode:
            pytest.skip("mounting a file system needs root")
        installation = Installation(Home(tmp_path))
        installation.drop("urgences-1.csv", "01/03/2026;10;5")
        installation.refresh()
        return installation

    if os.geteuid() != 0:
        pytest.skip("mounting a file system needs root")
    yield make
    subprocess.run(["umount", str(folder)], check=False)


def test_f05_a_refresh_does_not_start_without_room(on_disk_of):
    installation = on_disk_of(40)
    before, number = installation.rows(), installation.number
    filler = installation.home.generations / "filler"
    filler.write_bytes(bytes(30 << 20))
    installation.drop("urgences-2.csv", "02/03/2026;10;6")
    with pytest.raises(DiskFull, match="Mo"):
        installation.refresh()
    assert (installation.rows(), installation.number) == (before, number)
    filler.unlink()
    assert installation.refresh().published
    assert installation.visits() == {("10", "2026-03-01"): 5, ("10", "2026-03-02"): 6}


def test_f05_a_disk_that_fills_up_during_the_build_publishes_nothing(on_disk_of):
    installation = on_disk_of(40)
    before, number = installation.rows(), installation.number

    def fills_up(connection: duckdb.DuckDBPyConnection) -> None:
        connection.execute("CREATE TABLE big AS SELECT random() AS x FROM range(20_000_000)")

    with pytest.raises((DiskFull, duckdb.Error)):
        publish(installation.home, fills_up)
    assert (installation.rows(), installation.number) == (before, number)
    assert [p.name for p in installation.home.generations.glob(".build*")] == []
    installation.drop("urgences-2.csv", "02/03/2026;10;6")
    assert installation.refresh().published
