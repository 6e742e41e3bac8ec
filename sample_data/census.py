"""Patients present at midnight, ward by ward, and those whom no ward could take.

The medical wards fill one another, so they are first played as one pool, day after day: exits,
planned entries, then the emergencies that free beds allow; the others wait on a stretcher. The pool
is then shared between the wards. The other wards follow their own level.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from sample_data.beds_open import Beds
from sample_data.emergency import Visits
from sample_data.hospital import MEDICAL, PAEDIATRIC, WARDS, Uf
from sample_data.noise import Counts, Series, ar1, by_month, by_weekday
from sample_data.seasons import Seasons
from sample_data.stories import flu_core, heat_week, story

WEEK_OF_EXITS: Final = (0.93, 1.02, 1.04, 1.07, 1.42, 0.82, 0.70)
_WEEK_OF_PLANNED: Final = (1.45, 1.25, 1.15, 1.10, 0.80, 0.35, 0.90)
_PLANNED: Final = 12.3
_MEDICAL_SHARE: Final = 0.62
_MEAN_STAY: Final = 6.6
_SIGMA: Final = 0.85
_CHIR_WEEK: Final = (1.01, 1.12, 1.15, 1.11, 0.95, 0.84, 0.82)
_CHIR_MONTHS: Final = (1.0, 1.0, 1.02, 1.0, 0.98, 1.03, 0.97, 0.93, 1.0, 1.03, 1.03, 0.96)
_PAEDIATRIC_MONTHS: Final = (0.90, 0.82, 0.74, 0.68, 0.62, 0.60, 0.55, 0.50, 0.62, 0.75, 0.88, 0.95)
# Daily standard deviation and memory of the occupancy, by discipline.
_LEVELS: Final = {
    "UHCD": (0.07, 0.3),
    "SC": (0.10, 0.75),
    "CHIR": (0.055, 0.7),
    "OBST": (0.10, 0.6),
    "SMR": (0.022, 0.985),
    "USLD": (0.012, 0.99),
    "PSY": (0.035, 0.95),
    "MED": (0.07, 0.75),
}


@dataclass(frozen=True)
class Census:
    """present: patients at midnight, per simulated day and ward (as WARDS).

    backlog: patients admitted by the emergency departments for whom no medical bed was found.
    medical: occupancy of the open medical beds, per day. called, came: planned patients of the
    medical wards who were to enter that day, and those who found a bed.
    """

    present: Counts
    backlog: Counts
    medical: Series
    called: Counts
    came: Counts


def census(time: Seasons, seen: Visits, beds: Beds) -> Census:
    """Play every night."""
    medical = [i for i, uf in enumerate(WARDS) if uf in MEDICAL]
    open_beds = beds.open[:, medical].sum(axis=1)
    pool = _pool(time, seen.admitted.sum(axis=1), open_beds)
    present = pool.present
    wards = np.zeros(beds.open.shape, dtype=np.int64)
    alone = [i for i, uf in enumerate(WARDS) if uf not in MEDICAL or uf.code in PAEDIATRIC]
    for i in alone:
        wards[:, i] = _alone(time, WARDS[i], beds.open[:, i], present / open_beds)
    shared = [i for i in medical if i not in alone]
    rest = present - wards[:, [i for i in medical if i in alone]].sum(axis=1)
    wards[:, shared] = _share(time, shared, beds.open, rest)
    occupancy = wards[:, medical].sum(axis=1) / open_beds
    return Census(wards, pool.backlog, occupancy, pool.called, pool.came)


@dataclass(frozen=True)
class _Pool:
    """The medical wards as one, per day."""

    present: Counts
    backlog: Counts
    called: Counts
    came: Counts


def _pool(time: Seasons, admitted: Counts, open_beds: Counts) -> _Pool:
    rng = time.rng("pool")
    planned = _planned(rng, time)
    heat = np.r_[0.0, time.between(*heat_week(time.end))[:-1]]
    demand = np.rint(admitted * _MEDICAL_SHARE + 3 * heat).astype(int)
    week = by_weekday(time.weekday, WEEK_OF_EXITS)
    helped = np.rint(5 * _plan(time)).astype(int)
    longer = 1 + 0.06 * np.minimum(time.flu, 1.2)
    remaining = rng.exponential(_MEAN_STAY, 230)
    present, backlog, came = (np.zeros_like(admitted) for _ in range(3))
    crowded, waiting = False, 0
    for day, beds in enumerate(open_beds.tolist()):
        remaining = remaining - week[day] * (1.10 if crowded else 1.0)
        remaining = remaining[remaining > 0]
        came[day], taken, waiting = _entries(
            rng,
            beds - len(remaining),
            (int(planned[day]), int(demand[day]), waiting),
            int(helped[day]),
        )
        entries = int(came[day]) + taken
        stays = rng.lognormal(np.log(_MEAN_STAY) - _SIGMA**2 / 2, _SIGMA, entries)
        remaining = np.concatenate([remaining, stays * longer[day]])
        present[day], backlog[day] = len(remaining), waiting
        crowded = len(remaining) > 0.95 * beds
    return _Pool(present, backlog, planned, came)


def _plan(time: Seasons) -> Series:
    """1 from the worst days of the flu story to its end: planned stays are put off."""
    return time.between(flu_core(time.end)[0], story(time.end, "flu").end)


def _planned(rng: np.random.Generator, time: Seasons) -> Counts:
    rate = _PLANNED * by_weekday(time.weekday, _WEEK_OF_PLANNED)
    rate = rate * np.where(time.holiday == 1, 0.35, 1.0) * np.where(time.month == 8, 0.82, 1.0)
    rate = rate * np.where(time.strike == 1, 0.4, 1.0) * (1 - 0.55 * _plan(time))
    counts: Counts = rng.poisson(rate)
    return counts


def _entries(
    rng: np.random.Generator, free: int, asked: tuple[int, int, int], helped: int
) -> tuple[int, int, int]:
    """Planned patients first, within the free beds; then emergencies in beds that suit them.

    helped: patients whom surgery or another hospital takes while the tension plan is on. Returns
    the planned patients and the emergencies who enter, and those who go on waiting.
    """
    planned, emergencies, waiting = asked
    free = max(0, free)
    if waiting >= 6:
        planned = round(planned * 0.75)
    planned = min(planned, int(free * 0.60) + 2)
    suitable = max(0, int(max(0, free - planned) * 0.80) - int(rng.poisson(2.0)))
    elsewhere = int(rng.binomial(10, 0.40)) + int(0.45 * waiting)
    demand = emergencies + waiting
    sheltered = min(demand, helped)
    taken = min(demand - sheltered, suitable + elsewhere)
    return planned, taken, demand - sheltered - taken


def _alone(time: Seasons, uf: Uf, open_beds: Counts, medical: Series) -> Counts:
    sigma, memory = _LEVELS[uf.discipline]
    level = uf.occupancy + ar1(time.rng(f"census-{uf.code}"), len(time.days), memory, sigma)
    if uf.discipline == "CHIR":
        season = by_weekday(time.weekday, _CHIR_WEEK) * by_month(time.yearday, _CHIR_MONTHS)
        level = level * season * np.where(time.holiday == 1, 0.88, 1.0)
        level = level + 0.9 * np.maximum(medical - 0.97, 0)
    elif uf.code == "5130":
        level = level + by_month(time.yearday, _PAEDIATRIC_MONTHS) - 0.72
        level = level + 0.06 * (time.bronchiolitis - 0.15)
    elif uf.discipline == "UHCD":
        level = level + 0.5 * (medical - 0.90)
    elif uf.discipline == "SC":
        level = level + 0.05 * time.flu + 0.3 * (medical - 0.90)
    ceiling = open_beds + np.where(uf.discipline in {"UHCD", "CHIR"}, 1, 0)
    present: Counts = np.rint(np.clip(open_beds * level, 0, ceiling)).astype(np.int64)
    return present


def _share(time: Seasons, shared: list[int], open_beds: Counts, total: Counts) -> Counts:
    """Cut the pool between its wards: the fullest wards stay the fullest."""
    usable = open_beds[:, shared].astype(float)
    told = story(time.end, "outbreak")
    frozen = time.between(told.start, told.end)
    hot = time.between(*heat_week(time.end))
    weights = np.zeros_like(usable)
    for j, i in enumerate(shared):
        uf = WARDS[i]
        rng = time.rng(f"census-{uf.code}")
        own = ar1(rng, len(time.days), 0.8, 0.035)
        beds = usable[:, j] - 7 * frozen * (uf.code == told.unit)
        weights[:, j] = beds * (uf.occupancy + own) * (1 + 0.10 * hot * (uf.code == "2110"))
    part = weights / weights.sum(axis=1, keepdims=True)
    ceiling = np.ceil(usable * 1.06)
    raw = np.minimum(part * total[:, None], ceiling)
    left = total - raw.sum(axis=1)
    room = np.maximum(ceiling - raw, 1e-9)
    raw = raw + room * np.clip(left / room.sum(axis=1), 0, 1)[:, None]
    present: Counts = np.rint(raw).astype(np.int64)
    return present
