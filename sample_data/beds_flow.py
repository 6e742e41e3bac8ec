"""What happens in the wards: exits, the 08:00 snapshot, patients kept too long or elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from sample_data.beds_open import Beds
from sample_data.census import WEEK_OF_EXITS, Census
from sample_data.hospital import WARDS, Uf
from sample_data.noise import Counts, Series, ar1, by_weekday
from sample_data.seasons import Seasons
from sample_data.stories import flu_core, story

_EXIT_WEEKS: Final = {
    "MED": WEEK_OF_EXITS,
    "CHIR": (0.92, 0.98, 1.05, 1.12, 1.50, 0.88, 0.55),
    "SMR": (1.05, 1.15, 1.15, 1.15, 1.60, 0.60, 0.30),
    "PSY": (1.10, 1.15, 1.10, 1.10, 1.55, 0.60, 0.40),
}
_FLAT: Final = (1.0,) * 7
_SECOND_SITE_BOARDERS: Final = 0.15
_AGE_OF_BOARDERS: Final = (0.02, 0.43, 0.55)
# Share of the inpatients who have been there too long, by ward; others of medicine: 7 %.
_LONG: Final = {"2120": 0.21, "2170": 0.14, "2110": 0.10, "3130": 0.11, "1310": 0.14}
# Patients waiting for rehabilitation, home care and nursing homes, on an ordinary day.
_DOWNSTREAM: Final = {
    "2110": (3.3, 0.4, 1.2),
    "2120": (5.4, 0.3, 3.2),
    "2130": (1.4, 0.5, 0.3),
    "2170": (2.6, 0.3, 1.6),
    "3130": (2.8, 0.3, 0.6),
    "4110": (3.7, 0.3, 0.6),
}
_FOREVER: Final = date(2200, 1, 1)
DOWNSTREAM: Final = ("SMR", "HAD", "EHPAD")


@dataclass(frozen=True)
class Flow:
    """Per simulated day and ward (as WARDS): exits of the ward, and stocks at 08:00.

    left: exits to outside the hospital. exit_nights: nights of the passages that end that day.
    night_entries, night_exits: those of the day that were over at 08:00.
    """

    exits: Counts
    left: Counts
    exit_nights: Counts
    eligible: Counts
    before_noon: Counts
    present_24h: Counts
    dated: Counts
    long_stays: Counts
    outliers: Counts
    frozen: Counts
    night_entries: Counts
    night_exits: Counts
    present_8h: Counts
    available_8h: Counts
    downstream: Counts


@dataclass(frozen=True)
class Boarders:
    """Patients admitted without a bed: at 08:00 (day, site, age as AGES), nights (day, site)."""

    at_8h: Counts
    nights: Counts


def boarders(time: Seasons, nights: Census) -> Boarders:
    """Last evening's backlog and, when the wards were full, those of the night."""
    rng = time.rng("boarders")
    full = 1 / (1 + np.exp(-(nights.medical - 0.93) / 0.02))
    waiting = nights.backlog + rng.poisson(0.6 + 3.0 * full)
    waiting = np.r_[waiting[:1], waiting[:-1]]
    core = time.between(*flu_core(time.end)) == 1
    waiting = np.where(core, np.clip(waiting, 12, 17) + rng.integers(0, 3, len(waiting)), waiting)
    second = rng.binomial(waiting, _SECOND_SITE_BOARDERS)
    sites = np.stack([waiting - second, second], axis=1)
    slept = np.minimum(sites, rng.poisson(0.55 * sites + 0.1))
    return Boarders(rng.multinomial(sites, _AGE_OF_BOARDERS), slept)


def flow(time: Seasons, beds: Beds, nights: Census) -> Flow:
    """Exits and stocks of every ward."""
    wards = [_ward(time, uf, beds.open[:, i], nights, i) for i, uf in enumerate(WARDS)]
    names = Flow.__dataclass_fields__
    return Flow(**{name: np.stack([ward[name] for ward in wards], axis=1) for name in names})


def _ward(time: Seasons, uf: Uf, open_beds: Counts, nights: Census, i: int) -> dict[str, Counts]:
    rng = time.rng(f"flow-{uf.code}")
    present = nights.present[:, i]
    exits = _exits(rng, time, uf, present)
    left = rng.binomial(exits, uf.leaves)
    eligible = rng.binomial(left, 0.965 if uf.discipline in {"MED", "SMR", "SC"} else 0.995)
    stayed = rng.binomial(present, 0.80 if uf.stay_days > 2 else 0.25)
    frozen = _frozen(rng, time, uf)
    came, gone = _night(rng, entries(present, exits), np.minimum(exits, _before(present)))
    at_8h = _before(present) + came - gone
    return {
        "exits": exits,
        "left": left,
        "exit_nights": _nights(rng, uf, exits, present, _pace(time, uf)),
        "eligible": eligible,
        "before_noon": rng.binomial(eligible, _before_noon(time, uf)),
        "present_24h": stayed,
        "dated": rng.binomial(stayed, _dated(rng, time)),
        "long_stays": _long(rng, time, uf, present),
        "outliers": _outliers(rng, time, uf, present, nights.medical),
        "frozen": frozen,
        "night_entries": came,
        "night_exits": gone,
        "present_8h": at_8h,
        "available_8h": np.maximum(open_beds - at_8h - frozen, 0),
        "downstream": _downstream(rng, time, uf),
    }


def _exits(rng: np.random.Generator, time: Seasons, uf: Uf, present: Counts) -> Counts:
    """Exits that agree with the census and, over the years, with the length of stay."""
    before = _before(present)
    week = by_weekday(time.weekday, _EXIT_WEEKS.get(uf.discipline, _FLAT))
    must = np.maximum(before - present, 0)
    goal = present.sum() / uf.stay_days
    week = week / _pace(time, uf)
    scale = 1.0
    exits = must
    for _ in range(4):
        expected = scale * before / uf.stay_days * week / week.mean()
        exits = np.maximum(rng.poisson(expected), must)
        scale *= goal / max(exits.sum(), 1)
    return np.asarray(exits, dtype=np.int64)


def _pace(time: Seasons, uf: Uf) -> Series:
    """Relative length of stay: geriatrics gains 0.8 day once rehabilitation has room."""
    told = story(time.end, "downstream")
    return 1 - 0.078 * time.between(told.start, _FOREVER) * (uf.code == told.unit)


def _nights(
    rng: np.random.Generator, uf: Uf, exits: Counts, present: Counts, pace: Series
) -> Counts:
    """Nights of the stays that end, whose sum is the sum of the nights spent."""
    spread = rng.gamma(np.maximum(exits, 1) * 1.5, uf.stay_days / 1.5) * (exits > 0) * pace
    scaled = spread * present.sum() / max(spread.sum(), 1)
    nights: Counts = np.rint(scaled).astype(np.int64)
    return nights


def _before_noon(time: Seasons, uf: Uf) -> Series:
    base = 0.24 + {"CHIR": 0.05, "OBST": 0.06, "SMR": 0.22}.get(uf.discipline, 0.0)
    share: Series = base + 0.008 * time.years + np.where(time.weekday >= 5, -0.03, 0.006)
    return share


def _dated(rng: np.random.Generator, time: Seasons) -> Series:
    own = rng.normal(0, 0.07)
    rising = 0.52 + 0.075 * time.years + own + ar1(rng, len(time.days), 0.9, 0.02)
    dated: Series = np.clip(rising - np.where(time.weekday >= 5, 0.05, 0), 0.05, 0.97)
    return dated


def _long(rng: np.random.Generator, time: Seasons, uf: Uf, present: Counts) -> Counts:
    medical = {"MED": 0.07, "CHIR": 0.045, "SC": 0.06}.get(uf.discipline, 0.0)
    share = np.clip(_LONG.get(uf.code, medical) + ar1(rng, len(time.days), 0.97, 0.025), 0, 1)
    told = story(time.end, "downstream")
    relief = 1 - 0.20 * time.between(told.start, told.end) * (uf.code in _DOWNSTREAM)
    long: Counts = np.rint(present * share * relief * (medical > 0)).astype(np.int64)
    return long


def _outliers(
    rng: np.random.Generator, time: Seasons, uf: Uf, present: Counts, medical: Series
) -> Counts:
    """Patients of another discipline: surgery and gynaecology shelter medicine when it is full."""
    host = {"CHIR": 2.2, "MED": 0.8, "OBST": 0.2}.get(uf.discipline, 0.0)
    crowded = 1 + np.clip((medical - 0.93) / 0.02, 0, 1)
    share = np.clip(0.024 * host * crowded * (1 + 0.9 * time.crisis), 0, 0.6)
    outliers: Counts = rng.binomial(present, share)
    return outliers


def _frozen(rng: np.random.Generator, time: Seasons, uf: Uf) -> Counts:
    told = story(time.end, "outbreak")
    usual = {"2110": 0.5, "2130": 0.35, "2160": 0.5, "1310": 0.3, "2120": 0.35}.get(uf.code, 0.0)
    level = usual * (1 + ar1(rng, len(time.days), 0.93, 1.0))
    frozen = np.rint(np.clip(level, 0, 2)).astype(np.int64)
    if uf.code == told.unit:
        frozen = np.where(time.between(told.start, told.end) == 1, 8, frozen)
    return frozen


def _before(present: Counts) -> Counts:
    """Those of the midnight before."""
    before: Counts = np.r_[present[:1], present[:-1]]
    return before


def entries(present: Counts, exits: Counts) -> Counts:
    """Those who entered each day: what the census gained, plus those who left."""
    came: Counts = present - _before(present) + exits
    return came


def _night(rng: np.random.Generator, came: Counts, exits: Counts) -> tuple[Counts, Counts]:
    """Entries and exits of the day that are over at 08:00."""
    return rng.binomial(came, 0.06), rng.binomial(exits, 0.02)


def _downstream(rng: np.random.Generator, time: Seasons, uf: Uf) -> Counts:
    usual = _DOWNSTREAM.get(uf.code)
    if usual is None:
        return np.zeros((len(time.days), 3), dtype=np.int64)
    told = story(time.end, "downstream")
    since = time.between(told.start, _FOREVER)
    relief = np.stack([1 - 0.42 * since, np.ones_like(since), 1 - 0.05 * since], axis=1)
    drift = np.stack([ar1(rng, len(time.days), 0.96, 0.22) for _ in DOWNSTREAM], axis=1)
    level = np.array(usual) * np.exp(drift) * relief * (1 + 0.12 * time.flu[:, None])
    waiting: Counts = np.rint(level).astype(np.int64)
    return waiting
