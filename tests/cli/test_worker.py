"""When a source is due, on the wall clock of Paris."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from cockpit import clock, schedule
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
    assert schedule.due([daily], {}, at("2026-03-03T02:00")) == ("urgences",)


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
    assert bool(schedule.due([daily], ran(last), at(now))) is is_due


def planned(cron: str, start: str, end: str) -> list[str]:
    """Every time between two instants, on the wall clock of Paris."""
    found, now = [], at(start)
    while (now := schedule.next_planned(cron, now)) < at(end):
        found.append(now.astimezone(clock.PARIS).strftime("%d %H:%M"))
    return found


@pytest.mark.parametrize(
    ("cron", "start", "end", "expected"),
    [
        # 29 March 2026: 02:00 becomes 03:00. 25 October 2026: 03:00 becomes 02:00.
        (
            "30 2 * * *",
            "2026-03-28T00:00",
            "2026-03-31T00:00",
            ["28 02:30", "29 03:30", "30 02:30"],
        ),
        (
            "30 2 * * *",
            "2026-10-24T00:00",
            "2026-10-27T00:00",
            ["24 02:30", "25 02:30", "26 02:30"],
        ),
        ("30 2,3 * * *", "2026-03-28T12:00", "2026-03-29T12:00", ["29 03:30"]),
        ("30 * * * *", "2026-03-28T23:45", "2026-03-29T02:00", ["29 01:30", "29 03:30"]),
        (
            "30 * * * *",
            "2026-10-24T23:45",
            "2026-10-25T02:45",
            ["25 02:30", "25 02:30", "25 03:30"],
        ),
        ("0 22 L * *", "2026-01-31T22:00", "2026-04-01T00:00", ["28 22:00", "31 22:00"]),
    ],
)
def test_f24_a_change_of_hour_neither_skips_nor_repeats(
    cron: str, start: str, end: str, expected: list[str]
) -> None:
    assert planned(cron, start, end) == expected


@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25"])
def test_f24_a_source_of_half_past_two_runs_once_that_night(daily: SourceConfig, day: str) -> None:
    """A look every minute from 23:00 UTC the day before, a run recorded each time one is due."""
    config = daily.model_copy(update={"schedule": "30 2 * * *"})
    now = at(f"{day}T00:00") - timedelta(hours=1)
    last, count = ran((now - timedelta(hours=12)).strftime("%Y-%m-%dT%H:%M")), 0
    for _ in range(8 * 60):
        now += timedelta(minutes=1)
        if schedule.due([config], last, now):
            last, count = ran(now.strftime("%Y-%m-%dT%H:%M")), count + 1
    assert count == 1


@pytest.mark.parametrize(
    ("tries", "minutes"), [(0, None), (1, 1), (2, 2), (3, 5), (4, 15), (5, 30), (6, 60), (40, 60)]
)
def test_a_source_that_may_answer_later_is_tried_again_later_and_later(
    daily: SourceConfig, tries: int, minutes: int | None
) -> None:
    """It failed at 05:00 UTC and took a minute; its next time is tomorrow 06:00 in Paris."""
    run = replace(ran("2026-03-02T05:00")["urgences"], status="failed", tries=tries)
    run = replace(run, ended_at=run.started_at + timedelta(minutes=1))
    expected = at("2026-03-03T05:00")
    if minutes is not None:
        expected = at("2026-03-02T05:01") + timedelta(minutes=minutes)
    assert schedule.next_time(daily, run) == expected


def test_a_new_try_never_comes_after_the_next_time_of_the_schedule(daily: SourceConfig) -> None:
    often = daily.model_copy(update={"schedule": "*/15 * * * *"})
    run = replace(ran("2026-03-02T05:00")["urgences"], status="failed", tries=6)
    assert schedule.next_time(often, run) == at("2026-03-02T05:15")


@pytest.mark.parametrize(("seconds", "tries"), [(0, 1), (60, 1), (61, 2), (900, 4), (86_400, 6)])
def test_what_a_source_asks_to_wait_is_granted_by_the_next_longer_wait(
    seconds: float, tries: int
) -> None:
    assert schedule.tries_that_wait(seconds) == tries
