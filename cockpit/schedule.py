"""When a source is read: its cron schedule on the wall clock of Paris, and the tries in between.
What falls into a drop folder meanwhile is read at once (see cockpit/drops.py).

A time that the spring change of hour skips is moved to the hour after; one that the autumn change
gives twice is kept once, unless the schedule runs at every hour. A machine that was off reads each
source once when it comes back, however many times it missed.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from croniter import croniter

from cockpit import clock

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cockpit.connect.config import SourceConfig
    from cockpit.state import RunRecord

BACK_OFF = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 30, 60))
"""Waits after failures in a row that may be tried again; the last one goes on."""

_CHANGE = timedelta(hours=1)
_MINUTE = timedelta(minutes=1)


def due(
    configs: Sequence[SourceConfig], last: dict[str, RunRecord], now: datetime
) -> tuple[str, ...]:
    """Names of the sources whose next time has come; one that never ran is due at once.

    now: aware.
    """
    return tuple(
        config.name
        for config in configs
        if not config.paused
        and (config.name not in last or next_time(config, last[config.name]) <= now)
    )


def next_time(config: SourceConfig, last: RunRecord) -> datetime:
    """When to read again, aware: the next time of the schedule, or a new try before it."""
    started = last.started_at.replace(tzinfo=UTC)
    planned = next_planned(config.schedule, started)
    if not last.tries:
        return planned
    wait = BACK_OFF[min(last.tries, len(BACK_OFF)) - 1]
    return min(planned, last.ended_at.replace(tzinfo=UTC) + wait)


def tries_that_wait(seconds: float) -> int:
    """How many failures in a row make a wait of at least so many seconds, as far as any does."""
    enough = (at for at, wait in enumerate(BACK_OFF) if wait.total_seconds() >= seconds)
    return 1 + next(enough, len(BACK_OFF) - 1)


def next_planned(schedule: str, after: datetime) -> datetime:
    """First time of a cron schedule after an aware instant, in UTC."""
    best: datetime | None = None
    for wall in _walls(schedule, after):
        earliest = wall.replace(tzinfo=clock.PARIS).astimezone(UTC)
        if best and earliest >= best:
            break
        later = [at for at in _instants(wall, hourly=_is_hourly(schedule)) if at > after]
        best = min([*later, best] if best else later, default=None)
    assert best is not None  # a schedule always has a next time: its fields were checked
    return best


def _walls(schedule: str, after: datetime) -> Iterator[datetime]:
    """Times on the wall, in order, from an hour before: that hour may come again."""
    wall = after.astimezone(clock.PARIS).replace(tzinfo=None)
    times = croniter(schedule, wall - _CHANGE - _MINUTE)
    while True:
        yield times.get_next(datetime)


def _instants(wall: datetime, *, hourly: bool) -> Iterator[datetime]:
    """One instant, two when this hour comes twice and the schedule runs at every hour."""
    first = wall.replace(tzinfo=clock.PARIS)
    yield first.astimezone(UTC)
    again = first.replace(fold=1)
    if hourly and again.astimezone(UTC) - first.astimezone(UTC) == _CHANGE:
        yield again.astimezone(UTC)


def _is_hourly(schedule: str) -> bool:
    return schedule.split()[1].startswith("*")
