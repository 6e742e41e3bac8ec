"""What falls into a drop folder: when it is told of, and how often."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cockpit.connect.config import load_sources
from cockpit.drops import Lookout
from cockpit.settings import Home
from cockpit.state import RunRecord
from tests.cli.conftest import VISITS


@pytest.fixture
def run(home: Home) -> RunRecord:
    """A reading that began a little after the files of the home were written."""
    at = datetime.now(UTC).replace(tzinfo=None) + timedelta(milliseconds=20)
    return RunRecord(source="urgences", started_at=at, ended_at=at, status="ok")


@pytest.fixture
def lookout(home: Home, run: RunRecord) -> Lookout:
    """After two looks at what was read already."""
    made = Lookout(home)
    watch(made, run)
    for _ in range(2):
        made.list_now()
    return made


def watch(lookout: Lookout, run: RunRecord) -> None:
    configs, _errors = load_sources(lookout.home)
    lookout.watch(configs, {run.source: run})


def told(lookout: Lookout, looks: int = 1, busy: tuple[str, ...] = ()) -> list[str]:
    lookout._rests.clear()  # ten seconds, each time
    for _ in range(looks):
        lookout.list_now()
    return [config.name for config in lookout.ready(busy)]


def drop(home: Home, name: str = "urgences-new.csv", text: str = VISITS) -> Path:
    path = home.drop / name
    path.write_text(text, "utf-8")
    return path


def test_what_lay_there_at_the_last_reading_is_not_read_again(lookout: Lookout) -> None:
    assert told(lookout, 3) == []


def test_what_fell_while_no_worker_ran_is_read(home: Home, run: RunRecord) -> None:
    lookout = Lookout(home)
    watch(lookout, replace(run, started_at=run.started_at - timedelta(hours=2)))
    assert told(lookout, 2) == ["urgences"]


def test_a_file_is_told_of_once_when_it_has_kept_still(home: Home, lookout: Lookout) -> None:
    drop(home)
    assert told(lookout) == []
    assert told(lookout) == ["urgences"]
    assert told(lookout, 5) == []  # landed or refused: not again


def test_a_file_that_grows_is_not_read_nor_is_another_beside_it(
    home: Home, lookout: Lookout
) -> None:
    drop(home, "urgences-whole.csv")
    growing = drop(home)
    for _ in range(4):
        assert told(lookout) == []
        with growing.open("a", encoding="utf-8") as more:
            more.write("03/03/2026;10;1\n")
    assert told(lookout, 2) == ["urgences"]


def test_a_file_put_in_the_place_of_another_is_read_whatever_its_date(
    home: Home, lookout: Lookout
) -> None:
    """Of the same size and of the same date as the first one: `cp -p` of a corrected export."""
    path = drop(home)
    assert told(lookout, 2) == ["urgences"]
    before = path.stat()
    other = drop(home, ".other", VISITS.replace("110", "999"))
    os.utime(other, ns=(before.st_atime_ns, before.st_mtime_ns))
    other.replace(path)
    assert told(lookout, 2) == ["urgences"]


@pytest.mark.parametrize("name", ["urgences-a.csv.part", ".urgences-a.csv", "autre.csv"])
def test_what_the_source_would_not_read_starts_nothing(
    home: Home, lookout: Lookout, name: str
) -> None:
    drop(home, name)
    assert told(lookout, 3) == []


def test_a_source_under_reading_is_told_of_when_that_reading_is_over(
    home: Home, lookout: Lookout
) -> None:
    drop(home)
    assert told(lookout, 2, busy=("urgences",)) == []
    assert told(lookout) == ["urgences"]


def test_files_that_follow_each_other_are_read_together(home: Home, lookout: Lookout) -> None:
    drop(home)
    assert told(lookout, 2) == ["urgences"]
    drop(home, "urgences-next.csv")
    for _ in range(2):
        lookout.list_now()
    assert lookout.ready(()) == []  # within ten seconds
    assert told(lookout) == ["urgences"]


@pytest.fixture
def _paused(home: Home) -> None:
    path = home.sources / "urgences.toml"
    path.write_text("paused = true\n" + path.read_text("utf-8"), "utf-8")


@pytest.mark.usefixtures("_paused")
def test_a_paused_source_is_not_watched(home: Home, lookout: Lookout) -> None:
    drop(home)
    assert told(lookout, 3) == []


def test_a_folder_that_is_gone_starts_nothing(home: Home, lookout: Lookout) -> None:
    for path in home.drop.iterdir():
        path.unlink()
    home.drop.rmdir()
    assert told(lookout, 2) == []
