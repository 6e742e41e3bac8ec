"""How long patients stay in the emergency departments, and who is there at 15:00.

Every visit is drawn with its hour and its duration, counted, and forgotten: exports hold no visit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from sample_data.emergency import SITES, Visits
from sample_data.noise import Counts, Series, by_weekday
from sample_data.seasons import Seasons

EDGES: Final = (*range(0, 480, 30), 480, 540, 600, 720, 840, 960, 1200, 1440)
BINS: Final = tuple(f"{a}-{b}" for a, b in zip(EDGES, (*EDGES[1:], ""), strict=True))
_ARRIVALS: Final = (
    *(2.06, 1.66, 1.33, 1.15, 1.00, 0.95, 1.05, 1.79, 4.02, 5.78, 6.62, 6.31),
    *(5.40, 5.71, 6.51, 6.26, 6.14, 6.41, 6.41, 5.97, 5.82, 4.89, 3.99, 2.77),
)
# Median minutes and log standard deviation: sent home, admitted to a ward, admitted to the UHCD.
_DURATIONS: Final = ((142.0, 0.75), (320.0, 0.60), (890.0, 0.45))
_LONGEST: Final = 72 * 60


@dataclass(frozen=True)
class EmergencyTimes:
    """Counts per simulated day and site (as SITES).

    histogram: third axis as BINS, over visits whose duration is known. known_outcome, valid,
    over_8h, left: visits. admitted_minutes, admitted_valid: minutes and patients admitted.
    """

    histogram: Counts
    valid: Counts
    known_outcome: Counts
    over_8h: Counts
    left: Counts
    present_15h: Counts
    admitted_minutes: Counts
    admitted_valid: Counts


def emergency_times(time: Seasons, seen: Visits, boarders: Counts) -> EmergencyTimes:
    """Durations that grow with the patients waiting for a bed. boarders: day, site."""
    per_site = [_site(time, seen, boarders, site) for site in range(len(SITES))]
    names = EmergencyTimes.__dataclass_fields__
    return EmergencyTimes(
        **{name: np.stack([site[name] for site in per_site], axis=1) for name in names}
    )


def _site(time: Seasons, seen: Visits, boarders: Counts, site: int) -> dict[str, Counts]:
    rng = time.rng(f"emergency-times-{SITES[site]}")
    total, admitted = seen.total[:, site], seen.admitted[:, site]
    uhcd = seen.admitted_to[:, site, 0]
    kinds = np.stack([total - admitted, admitted - uhcd, uhcd], axis=1)
    day, kind = _one_per_visit(kinds)
    minutes = _minutes(rng, time, boarders[:, site], day, kind)
    valid = rng.random(len(day)) < _completeness(time, 0.99)[day]
    counted = _count(day[valid], kind[valid], minutes[valid], len(time.days))
    missing = rng.binomial(kinds[:, 0], 0.03 / 0.78)
    return {
        **counted,
        "known_outcome": total - missing,
        "left": rng.binomial(kinds[:, 0], _leaving(time, boarders[:, site])),
        "present_15h": _present(rng, day, minutes, len(time.days)),
    }


def _one_per_visit(kinds: Counts) -> tuple[Counts, Counts]:
    days, width = kinds.shape
    day = np.repeat(np.arange(days), kinds.sum(axis=1))
    kind = np.repeat(np.tile(np.arange(width), days), kinds.ravel())
    return day, kind


def _minutes(
    rng: np.random.Generator, time: Seasons, boarders: Counts, day: Counts, kind: Counts
) -> Series:
    median = np.array([m for m, _ in _DURATIONS])[kind]
    sigma = np.array([s for _, s in _DURATIONS])[kind]
    waiting = 9.0 * np.maximum(boarders - 3, 0)
    busy = np.where(time.weekday == 0, 1.12, 0.98) * (1 + 0.06 * interns_new(time))
    drawn = median * np.exp(rng.normal(0.0, 1.0, len(day)) * sigma)
    longer = (waiting * rng.gamma(9, 1 / 9, len(waiting)))[day] * np.where(kind > 0, 2.2, 1.0)
    minutes: Series = np.clip(drawn + longer, 4, None)
    crisis = 1 + 0.50 * time.crisis[day] * (kind > 0)
    return np.minimum(minutes * busy[day] * crisis, _LONGEST)


def interns_new(time: Seasons) -> Series:
    """1 during the three weeks that follow the interns' change, on 2 May and 2 November."""
    day = time.days.day.to_numpy()
    new = np.isin(time.month, (5, 11)) & (day >= 2) & (day < 23)
    return new.astype(float)


def _completeness(time: Seasons, settled: float) -> Series:
    """Share of visits whose exit time is known: worse on the last days, bad on the outage day."""
    age = np.array([(time.end - d).days for d in time.days.date])
    share = np.where((age >= 0) & (age < 4), settled, settled + (1 - settled) / 2)
    return np.asarray(share, dtype=float)


def _leaving(time: Seasons, boarders: Counts) -> Series:
    base = 0.034 * by_weekday(time.weekday, (1.15, 1.0, 0.97, 0.97, 0.98, 0.96, 0.97))
    leaving: Series = base + 0.0028 * np.maximum(boarders - 3, 0)
    return leaving


def _count(day: Counts, kind: Counts, minutes: Series, days: int) -> dict[str, Counts]:
    which = np.searchsorted(EDGES, minutes, side="right") - 1
    histogram = np.bincount(day * len(EDGES) + which, minlength=days * len(EDGES))
    admitted = kind > 0
    return {
        "histogram": histogram.reshape(days, len(EDGES)),
        "valid": np.bincount(day, minlength=days),
        "over_8h": np.bincount(day[minutes > 480], minlength=days),
        "admitted_minutes": np.bincount(
            day[admitted], weights=np.rint(minutes[admitted]), minlength=days
        ).astype(np.int64),
        "admitted_valid": np.bincount(day[admitted], minlength=days),
    }


def _present(rng: np.random.Generator, day: Counts, minutes: Series, days: int) -> Counts:
    hours = np.cumsum(_ARRIVALS) / sum(_ARRIVALS)
    hour = np.searchsorted(hours, rng.random(len(day)))
    arrived = hour * 60 + rng.integers(0, 60, len(day))
    left = arrived + minutes
    there = np.zeros(days, dtype=np.int64)
    for nights in range(4):
        at = nights * 1440 + 15 * 60
        inside = (arrived <= at) & (left > at)
        there[nights:] += np.bincount(day[inside], minlength=days)[: days - nights]
    return there
