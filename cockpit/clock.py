"""What time it is in Paris: the only caller of the system clock.

`COCKPIT_TODAY=2026-11-21` freezes the day (tests, demonstrations, replays).
"""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
_FROZEN = "COCKPIT_TODAY"
_NIGHT = timedelta(hours=6)


def now() -> datetime:
    """The instant, in UTC; at 07:30 Paris time of the frozen day when one is set."""
    frozen = os.environ.get(_FROZEN)
    if frozen:
        morning = datetime.fromisoformat(frozen).replace(hour=7, minute=30, tzinfo=PARIS)
        return morning.astimezone(UTC)
    return datetime.now(UTC)


def today() -> date:
    """The civil day in Paris."""
    return now().astimezone(PARIS).date()


def forecast_day() -> date:
    """The day whose forecasts are wanted: it begins at six, once the night's deliveries are in.

    Six on the wall of Paris, so that no change of hour moves it.
    """
    return (now().astimezone(PARIS) - _NIGHT).date()


def yesterday() -> date:
    """The last complete civil day in Paris."""
    return today() - timedelta(days=1)


def utc_naive(instant: datetime) -> datetime:
    """UTC without zone: how instants are stored."""
    return instant.astimezone(UTC).replace(tzinfo=None)


def in_paris(stored: datetime) -> datetime:
    """A stored instant (naive UTC) on the wall clock of Paris."""
    return stored.replace(tzinfo=UTC).astimezone(PARIS)
