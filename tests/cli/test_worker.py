"""When a source is due, on the wall clock of Paris."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from cockpit import worker
from cockpit.connect.config import SourceConfig, load_source
from cockpit.settings import Home
from cockpit.state import RunRecord


@pytest.fixture
def daily(home: Home) -> SourceConfig:
    """Every day at 06:00."""
    path = home.sources / "urgences.toml"
    path.write_text(path.read_text("utf-8").replace("*/15 * * * *", "0 6 * * *"), "utf-8")
    return load_source(path)


def ran(text: str) -> dict[str, RunRecord]:
    at = datetime.fromisoformat(text)
    return {"urgences": RunRecord(source="urgences", started_at=at, ended_at=at, status="ok")}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_a_source_that_never_ran_is_due(daily: SourceConfig) -> None:
    assert worker.due([daily], {}, at("2026-03-03T02:00")) == ("urgences",)


@pytest.mark.parametrize(
    ("last", "now", "is_due"),
    [
        ("2026-03-02T05:00", "2026-03-03T04:59", False),  # winter: 06:00 is 05:00 UTC
        ("2026-03-02T05:00", "2026-03-03T05:00", True),
        ("2026-03-28T05:00", "2026-03-29T04:00", True),  # the hour changes on 29 March 2026
        ("2026-10-24T04:00", "2026-10-25T04:30", False),  # and back on 25 October
        ("2026-10-24T04:00", "2026-10-25T05:00", True),
        ("2026-03-02T05:00", "2026-03-09T12:00", True),  # a stopped machine catches up once
    ],
)
def test_six_in_the_morning_is_six_in_paris(
    daily: SourceConfig, last: str, now: str, is_due: bool
) -> None:
    assert bool(worker.due([daily], ran(last), at(now))) is is_due
