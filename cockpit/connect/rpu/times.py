"""Dates and hours of the RPU, read on the wall clock of a French hospital, a column at once."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]

DAY_S = 86_400
ABSENT = -1
_HOUR_S = 3600
_EPOCH = date(1970, 1, 1)
_PARIS = ZoneInfo("Europe/Paris")
_OLDEST, _NEWEST = 1880, 2100
_DAY_TEXT = 10
_UNREADABLE = -(10**12)  # outweighs any real date or hour that it is added to


class _Days(dict[str, int]):
    """`31/01/2026` -> days since 1970-01-01; only real days are remembered."""

    def __missing__(self, text: str) -> int:
        found = _day(text)
        if found is None:
            return _UNREADABLE
        self[text] = found
        return found


class _Seconds(dict[str, int]):
    """` 14:05` or ` 14:05:59` -> seconds since midnight; only real hours are remembered."""

    def __missing__(self, text: str) -> int:
        parts = text[1:].split(":")
        padded = all(len(part) == 2 and part.isascii() and part.isdigit() for part in parts)  # noqa: PLR2004
        if not padded or text[:1] not in {" ", "T"} or len(parts) not in {2, 3}:
            return _UNREADABLE
        hour, minute, second = (int(part) for part in (*parts, "0")[:3])
        if hour > 23 or minute > 59 or second > 59:  # noqa: PLR2004 - a clock
            return _UNREADABLE
        self[text] = hour * _HOUR_S + minute * 60 + second
        return self[text]


def _day(text: str) -> int | None:
    digits = text[:2] + text[3:5] + text[6:]
    shaped = len(text) == _DAY_TEXT and text[2] == text[5] == "/"
    if not shaped or not (digits.isascii() and digits.isdigit()):
        return None
    try:
        found = date(int(text[6:]), int(text[3:5]), int(text[:2]))
    except ValueError:
        return None
    return (found - _EPOCH).days if _OLDEST <= found.year <= _NEWEST else None


class Clock:
    """Reads the dates of one file; what it remembers is bounded by the calendar and the clock."""

    def __init__(self) -> None:
        self._days = _Days()
        self._seconds = _Seconds()

    def day(self, text: str) -> int | None:
        """Days since 1970-01-01 of the date that a text begins with, None when there is none."""
        found = self._days[text[:_DAY_TEXT]]
        return None if found == _UNREADABLE else found

    def days(self, texts: list[str]) -> Ints:
        """Days since 1970-01-01 of dates `31/01/2026`; ABSENT (-1) is no real day of 1880-2100.

        31 December 1969, which would be -1 too, is given as the day before.
        """
        days = self._days
        found = np.fromiter((days[text] for text in texts), np.int64, len(texts))
        found[found == ABSENT] = ABSENT - 1
        return np.where(found == _UNREADABLE, ABSENT, found)

    def moments(self, texts: list[str]) -> Ints:
        """Seconds of the wall clock since 1970-01-01 of `31/01/2026 14:05[:59]`, or ABSENT."""
        days, seconds = self._days, self._seconds
        found = np.fromiter(
            (days[text[:10]] * DAY_S + seconds[text[10:]] for text in texts), np.int64, len(texts)
        )
        return np.where(found < 0, ABSENT, found)


def elapsed_s(start: Ints, end: Ints) -> Ints:
    """Seconds really elapsed between two readings of the wall clock in Paris; may be negative.

    In the night of October, 02:00-03:00 is read twice: the first reading is taken, and the second
    for an end that would otherwise come before its start.
    """
    began = start - _offset(start, fold=0)
    ended = end - _offset(end, fold=0)
    again = end - _offset(end, fold=1)
    chosen = np.where(ended > began, ended, np.where(again > began, again, ended))
    return np.asarray(chosen - began, np.int64)


def _offset(wall: Ints, *, fold: int) -> Ints:
    """Paris offset from UTC in seconds, found once per distinct hour."""
    hours, which = np.unique(wall // _HOUR_S, return_inverse=True)
    found = np.array([_hour_offset(hour, fold) for hour in hours.tolist()], np.int64)
    return np.asarray(found[which.reshape(-1)], np.int64)


@lru_cache(maxsize=1 << 16)
def _hour_offset(hour: int, fold: int) -> int:
    wall = datetime(1970, 1, 1, tzinfo=_PARIS) + timedelta(hours=hour)  # adds on the wall clock
    offset = wall.replace(fold=fold).utcoffset()
    return int(offset.total_seconds()) if offset else 0


def ages(born: Ints, on: Ints) -> Ints:
    """Age in whole years on a day; ABSENT where the birth day is unknown or impossible."""
    years = (_as_number(on) - _as_number(born)) // 10_000
    return np.where((born == ABSENT) | (years < 0) | (years > 130), ABSENT, years)  # noqa: PLR2004


def _as_number(days: Ints) -> Ints:
    """20260131 for that day: the difference of two, divided by 10,000, is an age in years."""
    found = days.astype("datetime64[D]")
    years, months = found.astype("datetime64[Y]"), found.astype("datetime64[M]")
    month = (months - years).astype(np.int64) + 1
    day = (found - months).astype(np.int64) + 1
    return np.asarray((years.astype(np.int64) + 1970) * 10_000 + month * 100 + day, np.int64)
