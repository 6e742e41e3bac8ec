"""What a history allows: a forecast, a weaker one marked so, or none, and why in a sentence.

A wrong curve is worse than none. Rules and levels: docs/decisions/021.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal

import numpy as np

from cockpit.forecast import reasons
from cockpit.forecast.combination import MEMBERS
from cockpit.forecast.models import weekday_mean_8w

if TYPE_CHECKING:
    from cockpit.forecast.history import History
    from cockpit.kpi.model import Kpi

Status = Literal["ok", "indicative", "naive", "range", "weekly", "refused"]
"""indicative: short history, weekday mean. naive: nothing beats last week. range: too wide for a
single figure. weekly: totals of weeks, the days are mostly chance. refused: no forecast."""

SHORTEST_DAYS = 28
WHOLE_DAYS = 90
STALE_DAYS = 3
GAP_SHARE = 0.20
GAP_DAYS = 14
SMALLEST_COUNT = 5.0
_RECENT_DAYS = 56
_HALF_YEAR_DAYS = 182
_SHIFT_WINDOWS = (7, 10)
_SHIFT_SIGMAS = 3.0
_SHIFT_FEWEST_DAYS = 84
_SHIFT_SMALLEST = 0.05
_YEAR_DAYS = 365


@dataclass(frozen=True, slots=True)
class Verdict:
    """status: what may be shown. sentence: why, in French; "" when all is well. members: models."""

    status: Status
    sentence: str = ""
    members: tuple[str, ...] = MEMBERS


def verdict(history: History, kpi: Kpi, today: date) -> Verdict:
    """What may be forecast from this history of daily values.

    today: the civil day; yesterday is the last day that can be complete.
    """
    refused = (
        _too_short(history) or _stale(history, today) or _gaps(history) or _zeros(history, kpi)
    )
    if refused:
        return _refused(refused)
    known = _days_known(history)
    if known < WHOLE_DAYS:
        sentence = reasons.INDICATIVE.format(days=known)
        return Verdict("indicative", sentence, (weekday_mean_8w.NAME,))
    if _is_tiny(history, kpi):
        sentence = reasons.TINY.format(count=f"{SMALLEST_COUNT:.0f}")
        return Verdict("weekly", sentence, (weekday_mean_8w.NAME,))
    return Verdict("ok")


def usual_weekdays(history: History) -> frozenset[int]:
    """Weekdays (Monday 0) that the last half year reports at least one week in two.

    A treasury balance has no week-end: its Saturdays are not missing and are not forecast.
    """
    half_year = history.tail(_HALF_YEAR_DAYS)
    weeks = max(1, len(half_year) // 7)
    weekdays = _weekdays(half_year)[half_year.observed]
    found = Counter(int(weekday) for weekday in weekdays)
    return frozenset(weekday for weekday, times in found.items() if times >= weeks / 2)


def level_shift(history: History) -> str:
    """The banner of a sudden change of level, in French; "" without one.

    The last seven and ten days, each day against the mean of its weekday over the eight weeks
    before them, stand further than three usual deviations of such means over the last year.
    """
    return _banner(history, up=reasons.LEVEL_UP, down=reasons.LEVEL_DOWN)


def capacity_change(open_beds: History) -> str:
    """The banner of beds that opened or closed lately, in French; "" without: same rule."""
    return _banner(open_beds, up=reasons.BEDS_UP, down=reasons.BEDS_DOWN)


def _banner(history: History, *, up: str, down: str) -> str:
    share = _lasting_shift(history)
    if share is None:
        return ""
    told = up if share > 0 else down
    return told.format(share=f"{100 * abs(share):.0f}", days=_SHIFT_WINDOWS[-1])


def _lasting_shift(history: History) -> float | None:
    """The change as a share of the level before it; None when both windows do not show it."""
    if len(history) < _SHIFT_FEWEST_DAYS:
        return None
    shares = [_shift(history, days) for days in _SHIFT_WINDOWS]
    return None if None in shares else shares[-1]


def _shift(history: History, days: int) -> float | None:
    """The change of the last days as a share of the level before them; None when it is usual.

    Weekdays are taken away first, so that ten days hold as much of each.
    """
    values = history.filled - _weekday_effects(history)
    means = np.convolve(values, np.ones(days) / days, "valid")[_RECENT_DAYS:]
    before = np.convolve(values, np.ones(_RECENT_DAYS) / _RECENT_DAYS, "valid")[: len(means)]
    gaps = (means - before)[-_YEAR_DAYS:]
    now, level = float(gaps[-1]), float(before[-1])
    usual = 1.4826 * float(np.median(np.abs(gaps[:-days])))
    if abs(now) <= max(_SHIFT_SIGMAS * usual, _SHIFT_SMALLEST * abs(level)) or level == 0:
        return None
    return now / abs(level)


def _weekday_effects(history: History) -> np.ndarray:
    weekdays, values = _weekdays(history), history.values
    known = [w for w in range(7) if (history.observed & (weekdays == w)).any()]
    means = np.full(7, np.nanmean(values))
    for weekday in known:
        means[weekday] = np.nanmean(values[weekdays == weekday])
    found: np.ndarray = means[weekdays] - means.mean()
    return found


def is_count(kpi: Kpi) -> bool:
    """Whether the KPI counts things: not a rate, not an amount."""
    return not kpi.denominator and kpi.unit not in {"%", "€", "k€", "M€"}


def _refused(sentence: str) -> Verdict:
    return Verdict("refused", sentence, ())


def _days_known(history: History) -> int:
    """Days that teach: those observed, and the week-ends of a service that closes then. A day
    that stands alone before a long stop does not make a history."""
    says_which = len(history.tail(_HALF_YEAR_DAYS)) >= SHORTEST_DAYS
    per_week = (says_which and len(usual_weekdays(history))) or 7
    return min(len(history), round(7 / per_week * int(history.observed.sum())))


def _too_short(history: History) -> str:
    known = _days_known(history)
    if known >= SHORTEST_DAYS:
        return ""
    return reasons.TOO_SHORT.format(days=known, fewest=SHORTEST_DAYS)


def _stale(history: History, today: date) -> str:
    late = (today - timedelta(days=1) - history.last).days
    if late <= STALE_DAYS:
        return ""
    # The day, not how long ago: the sentence is kept, and stays true the days after.
    return reasons.STOPPED_ON.format(day=f"{history.last:%d/%m/%Y}")


def _gaps(history: History) -> str:
    recent = history.observed[-_RECENT_DAYS:]
    usual = np.isin(_weekdays(history)[-_RECENT_DAYS:], list(usual_weekdays(history)))
    missing = int((usual & ~recent).sum())
    if missing > GAP_SHARE * usual.sum() or _longest_gap(recent) >= GAP_DAYS:
        return reasons.MISSING.format(missing=missing, days=_RECENT_DAYS)
    return ""


def _zeros(history: History, kpi: Kpi) -> str:
    """Zeros of the last days, twice as many as a year ever had in a row, in a count that is not
    rare: a source that writes 0 when it stops, or a service that closed; neither is a fall to
    forecast."""
    values = history.values[history.observed]
    others = np.flatnonzero(values != 0)
    if not is_count(kpi) or not len(others):
        return ""
    zeros = len(values) - 1 - int(others[-1])
    usual = int(np.diff(others[-_YEAR_DAYS:]).max(initial=1)) - 1
    before = values[: len(values) - zeros][-_RECENT_DAYS:]
    if zeros < max(2 * usual + 1, STALE_DAYS) or before.mean() < SMALLEST_COUNT:
        return ""
    since: date = history.days[history.observed][-zeros].astype(object)
    # The day, not how many: as above.
    return reasons.ZEROS.format(day=f"{since:%d/%m/%Y}")


def _longest_gap(observed: np.ndarray) -> int:
    places = np.flatnonzero(observed)
    return int(np.diff(places).max(initial=1)) - 1


def _is_tiny(history: History, kpi: Kpi) -> bool:
    """A count below five a day is mostly chance; a rate or an amount is not a count."""
    if not is_count(kpi) or np.nanmin(history.values) < 0:
        return False
    return float(np.nanmean(history.values[-_RECENT_DAYS:])) < SMALLEST_COUNT


def _weekdays(history: History) -> np.ndarray:
    found: np.ndarray = (history.first.weekday() + np.arange(len(history))) % 7
    return found
