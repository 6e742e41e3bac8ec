"""Activity revenue by exit day: its final value, and what is coded of it on the last day.

A stay is worth money only once it is coded; half of a week's stays still wait seven days later.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from sample_data.activity import DAY_WARDS, Activity
from sample_data.beds_flow import Flow
from sample_data.emergency import SITES, Visits
from sample_data.hospital import MCO_WARDS, UF, WARDS
from sample_data.noise import Counts, Series
from sample_data.seasons import Seasons
from sample_data.stories import CODING_LAG_DAYS, story

ITEMS: Final = ("GHS_HC", "GHS_AMBU", "SEANCES", "ACE", "URG", "MO_DMI")
# Last year's total by item in M€; the tariffs of each earlier year were a little lower.
TOTALS: Final = {
    "GHS_HC": 67.7,
    "GHS_AMBU": 11.0,
    "SEANCES": 6.8,
    "ACE": 9.5,
    "URG": 3.9,
    "MO_DMI": 7.0,
}
_TARIFF_GROWTH: Final = 0.022
UNITS: Final = tuple(
    dict.fromkeys(
        [uf.code for uf in MCO_WARDS] + [uf.code for uf in DAY_WARDS] + ["3150", "8130", *SITES]
    )
)
_DAY_VALUE: Final = {"4140": 1150.0, "5120": 700.0, "2140": 700.0, "3110": 900.0, "5130": 480.0}
_AGES: Final = (0, 3, 7, 15, 20, 30, 60, 90)
_SHARES: Final = (0.04, 0.28, 0.55, 0.80, 0.90, 0.97, 0.995, 0.999)
_SPEED: Final = {"CHIR": 1.2, "AMBU": 1.2, "UHCD": 1.1}
_SLOW: Final = {"2120": 0.8, "5130": 0.85, "5140": 0.85, "2170": 0.9, "1310": 0.85}
DELAYS: Final = (0, 3, 7, 15, 20, 30, 60, 90)
DELAY_BINS: Final = tuple(
    f"{low}-{high}" for low, high in zip(DELAYS, (*DELAYS[1:], ""), strict=True)
)


@dataclass(frozen=True)
class Revenue:
    """Per simulated day and unit (as UNITS). final, coded: euros by item (third axis as ITEMS).

    closed, coded_stays: passages (HC and same-day). delays: coded passages by DELAY_BINS.
    """

    final: Series
    coded: Series
    closed: Counts
    coded_stays: Counts
    delays: Counts


def revenue(time: Seasons, flow: Flow, done: Activity, seen: Visits) -> Revenue:
    """Value every passage, session, visit and consultation, then code them as `end` sees them."""
    final = _final(time, flow, done, seen)
    closed = _closed(flow, done)
    share = np.stack([_share(time, unit) for unit in UNITS], axis=1)
    rng = time.rng("coding")
    coded_stays = rng.binomial(closed, np.clip(share, 0, 1))
    by_stay = np.divide(coded_stays, closed, out=np.zeros(closed.shape), where=closed > 0)
    ordinary = _curve(_age(time))[:, None]
    coded = final * ordinary[:, :, None]
    coded[:, :, :2] = final[:, :, :2] * by_stay[:, :, None]
    recent = np.where(_age(time) < 20, 1 / 1.012, 1.0)
    return Revenue(
        final=final,
        coded=np.round(coded * recent[:, None, None], 2),
        closed=closed,
        coded_stays=coded_stays,
        delays=_delays(time, coded_stays),
    )


def _closed(flow: Flow, done: Activity) -> Counts:
    closed = np.zeros((len(flow.exits), len(UNITS)), dtype=np.int64)
    for i, uf in enumerate(WARDS):
        if uf.code in UNITS:
            closed[:, UNITS.index(uf.code)] += flow.exits[:, i]
    for i, uf in enumerate(DAY_WARDS):
        closed[:, UNITS.index(uf.code)] += done.day_stays[:, i]
    return closed


def _final(time: Seasons, flow: Flow, done: Activity, seen: Visits) -> Series:
    rng = time.rng("tariffs")
    value = np.zeros((len(time.days), len(UNITS), len(ITEMS)))

    def add(unit: str, item: str, counts: Counts, euros: float) -> None:
        noisy = rng.gamma(np.maximum(counts, 1) * 2.5, euros / 2.5) * (counts > 0)
        value[:, UNITS.index(unit), ITEMS.index(item)] += noisy

    for i, uf in enumerate(WARDS):
        if uf.code in UNITS:
            add(uf.code, "GHS_HC", flow.exits[:, i], uf.stay_eur)
    for i, uf in enumerate(DAY_WARDS):
        add(uf.code, "GHS_AMBU", done.day_stays[:, i], _DAY_VALUE.get(uf.code, 520.0))
    add("3150", "SEANCES", done.dialysis, 380.0)
    add("3160", "SEANCES", done.chemotherapy, 330.0)
    add("8130", "ACE", done.visits.sum(axis=1), 50.0)
    for i, unit in enumerate(SITES):
        add(unit, "URG", seen.total[:, i], 65.0)
    add("3160", "MO_DMI", done.chemotherapy, 800.0)
    add("4110", "MO_DMI", done.scheduled, 180.0)
    add("3110", "MO_DMI", flow.exits[:, [uf.code for uf in WARDS].index("3110")], 500.0)
    return _calibrated(time, value)


def _calibrated(time: Seasons, value: Series) -> Series:
    """Scale each item to its yearly total, at tariffs that change every 1 March."""
    last = time.days.year.to_numpy() == time.end.year
    tariff_year = time.days.year.to_numpy() - (time.month < 3)
    tariffs = (1 + _TARIFF_GROWTH) ** (tariff_year - time.end.year).astype(float)
    value = value * tariffs[:, None, None]
    for i, item in enumerate(ITEMS):
        value[:, :, i] *= TOTALS[item] * 1e6 / value[last, :, i].sum()
    return value


def _age(time: Seasons) -> Series:
    age: Series = (np.datetime64(time.end) - time.days.to_numpy()).astype("timedelta64[D]")
    return age.astype(float)


def _curve(age: Series) -> Series:
    share: Series = np.where(age < 0, 0.0, np.interp(age, _AGES, _SHARES, right=1.0))
    return share


def _share(time: Seasons, unit: str) -> Series:
    """Share of the passages coded, by exit day: each unit has its pace, and August is slow."""
    uf = UF[unit]
    speed = _SLOW.get(unit, _SPEED.get(uf.discipline, 1.0))
    lag = CODING_LAG_DAYS if unit == story(time.end, "coding").unit else 0
    day = time.days.day.to_numpy()
    age = _age(time)
    interns = np.isin(time.month, (5, 11)) & (day >= 2) & (day < 23)
    share = _curve(age * speed - lag) - np.where((time.month == 8) & (age < 30), 0.08, 0.0)
    return np.asarray(np.clip(share - np.where(interns & (age < 30), 0.05, 0.0), 0, 1) * (age >= 0))


def _delays(time: Seasons, coded_stays: Counts) -> Counts:
    """Cut the coded passages by delay; nobody was coded later than the last day."""
    rng = time.rng("coding-delays")
    bounds = np.array([*DELAYS, 400.0])
    delays = np.zeros((*coded_stays.shape, len(DELAYS)), dtype=np.int64)
    age = np.maximum(_age(time), 0)
    for j, unit in enumerate(UNITS):
        uf = UF[unit]
        speed = _SLOW.get(unit, _SPEED.get(uf.discipline, 1.0))
        late = _lag(time, unit)
        reached = np.minimum(bounds[None, :], age[:, None] + 1)
        done = _curve(np.maximum(reached * speed - late[:, None], 0))
        done[:, 0] = 0.0
        parts = np.maximum(np.diff(done, axis=1), 0) + 1e-12
        delays[:, j] = rng.multinomial(coded_stays[:, j], parts / parts.sum(axis=1, keepdims=True))
    return delays


def _lag(time: Seasons, unit: str) -> Series:
    """Days that pneumology adds, growing over the two months before the backlog."""
    told = story(time.end, "coding")
    if unit != told.unit:
        return np.zeros(len(time.days))
    ramp = np.clip(1 - (_age(time) - CODING_LAG_DAYS) / 60, 0, 1)
    return CODING_LAG_DAYS * ramp
