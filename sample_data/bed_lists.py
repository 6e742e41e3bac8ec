"""What is known of the coming days: planned entries on the list, exits that the wards announce.

Neither tells the future: some who are on the list do not come and others are added on the day; an
exit out of four is not announced, and an announced exit out of five does not happen that day.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from sample_data.activity import Activity
from sample_data.beds_flow import Flow, entries
from sample_data.census import Census
from sample_data.hospital import MEDICAL, PAEDIATRIC, WARDS, Uf
from sample_data.noise import Counts, Series
from sample_data.seasons import Seasons

LIST_DAYS: Final = 7
# Share of the entries that are planned, by ward; the short-stay units and others have none.
_PLANNED: Final = {
    "1310": 0.15,
    "1320": 0.35,
    "3120": 0.20,
    "4110": 0.42,
    "4120": 0.50,
    "4130": 0.75,
    "2110": 0.08,
    "2120": 0.12,
    "2130": 0.24,
    "2140": 0.38,
    "2150": 0.40,
    "2160": 0.30,
    "2170": 0.26,
    "2180": 0.75,
    "3110": 0.40,
    "3130": 0.22,
    "3140": 0.45,
    "3160": 0.70,
    "5110": 0.30,
    "5120": 0.72,
    "5130": 0.22,
    "5140": 0.10,
    "6110": 0.95,
    "6120": 0.95,
    "6130": 0.95,
    "7110": 0.50,
}
# How much of a day's change of census comes from the list, by discipline.
_DRIVEN: Final = {"CHIR": 0.7, "PSY": 0.5, "OBST": 0.1, "SC": 0.2}
# Share of the list of the eve that is known 1 to 7 days before.
_KNOWN: Final = {
    "CHIR": (1.0, 0.97, 0.95, 0.93, 0.91, 0.89, 0.86),
    "SMR": (1.0, 0.80, 0.62, 0.48, 0.36, 0.27, 0.20),
    "": (1.0, 0.88, 0.78, 0.70, 0.63, 0.57, 0.52),
}
_ADDED: Final = 0.07
_ABSENT: Final = 0.03
_INPATIENT_SURGERY: Final = 0.45
# Share of the exits that are announced, where every expected date of discharge is filled in.
_ANNOUNCED: Final = {"MED": 0.88, "CHIR": 0.92, "OBST": 0.94, "SC": 0.65, "UHCD": 0.50}
_ANNOUNCED_ELSEWHERE: Final = 0.95
_FALSE_PER_EXIT: Final = 0.17
_NEARLY_ALL: Final = 0.9
_CLOSED_THEATRE: Final = 0.15
_SATURDAY: Final = 5
_HOLIDAY: Final = 7
_SURGERY: Final = [i for i, uf in enumerate(WARDS) if uf.discipline == "CHIR"]
_POOL: Final = [i for i, uf in enumerate(WARDS) if uf in MEDICAL and uf.code not in PAEDIATRIC]


@dataclass(frozen=True)
class Lists:
    """Per simulated day and ward (as WARDS).

    came: those who entered by appointment. added: of these, those who were not on the list of the
    eve. absent: those who were on it and did not come. listed: third axis, the list 1 to LIST_DAYS
    days before. announced: exits that the ward announced on the eve.
    """

    came: Counts
    added: Counts
    absent: Counts
    listed: Counts
    announced: Counts


def lists(time: Seasons, nights: Census, moves: Flow, done: Activity) -> Lists:
    """The list of planned entries and the announced exits, of every day."""
    rng = time.rng("bed-lists")
    came = _came(rng, time, nights, moves, done)
    added = rng.binomial(came, _ADDED)
    absent = _absent(rng, nights, came - added, done)
    listed = _by_notice(rng, came - added + absent)
    return Lists(came, added, absent, listed, _announced(time, nights, moves))


def _came(
    rng: np.random.Generator, time: Seasons, nights: Census, moves: Flow, done: Activity
) -> Counts:
    found = np.zeros_like(nights.present)
    for i, uf in enumerate(WARDS):
        if uf.code in _PLANNED and i not in _POOL:
            found[:, i] = _by_ward(rng, time, uf, nights.present[:, i], moves.exits[:, i])
    found[:, _SURGERY] = _within_theatre(found[:, _SURGERY], done.scheduled)
    entered = np.stack([entries(nights.present[:, i], moves.exits[:, i]) for i in _POOL], axis=1)
    weights = entered * np.array([_PLANNED[WARDS[i].code] for i in _POOL])
    found[:, _POOL] = np.minimum(_shared(rng, nights.came, weights), entered)
    return found


def _by_ward(
    rng: np.random.Generator, time: Seasons, uf: Uf, present: Counts, exits: Counts
) -> Counts:
    """The list drives the census: it is longer on the days when the ward fills up."""
    entered, share = entries(present, exits), _PLANNED[uf.code]
    if share >= _NEARLY_ALL:
        everybody: Counts = rng.binomial(entered, share)
        return everybody
    kinds = np.where(time.holiday == 1, _HOLIDAY, time.weekday)
    usual, drift = _by_kind(entered, kinds), _by_kind(entered - exits, kinds)
    closed = np.isin(kinds, (_SATURDAY, _HOLIDAY)) & (uf.discipline == "CHIR")
    wanted = share * usual * np.where(closed, _CLOSED_THEATRE, 1.0)
    wanted = wanted + _DRIVEN.get(uf.discipline, 0.0) * (entered - exits - drift)
    whole = np.floor(wanted + rng.random(len(wanted))).astype(np.int64)
    return np.clip(whole, 0, entered)


def _by_kind(values: Counts, kinds: Counts) -> Series:
    """Mean of the days of the same kind: weekday, or public holiday."""
    means = [values[kinds == kind].mean() if (kinds == kind).any() else 0.0 for kind in range(8)]
    return np.array(means)[kinds]


def _within_theatre(came: Counts, scheduled: Counts) -> Counts:
    """No more patients than operations scheduled on the day of entry and on the next."""
    room = scheduled + np.r_[scheduled[1:], scheduled[-1:]]
    share = np.minimum(1.0, room / np.maximum(came.sum(axis=1), 1))
    kept: Counts = np.floor(came * share[:, None] + 1e-9).astype(np.int64)
    return kept


def _shared(rng: np.random.Generator, total: Counts, weights: Series) -> Counts:
    """Cut each day's total between wards in proportion of `weights`; nobody without a weight."""
    sums = weights.sum(axis=1)
    even = weights / np.maximum(sums, 1e-9)[:, None]
    parts: Counts = np.zeros(weights.shape, dtype=np.int64)
    some = sums > 0
    parts[some] = rng.multinomial(total[some], even[some])
    return parts


def _absent(rng: np.random.Generator, nights: Census, listed: Counts, done: Activity) -> Counts:
    """On the list and not there: operations cancelled, no bed in medicine, and the usual others."""
    found: Counts = rng.binomial(listed, _ABSENT)
    cancelled = rng.binomial(done.cancelled.sum(axis=1), _INPATIENT_SURGERY)
    found[:, _SURGERY] = _shared(rng, cancelled, listed[:, _SURGERY].astype(float))
    found[:, _POOL] += _shared(rng, nights.called - nights.came, listed[:, _POOL].astype(float))
    return found


def _by_notice(rng: np.random.Generator, eve: Counts) -> Counts:
    """The list of the eve as it was 1 to LIST_DAYS days before: names are only ever added to it."""
    known = np.array([_KNOWN.get(uf.discipline, _KNOWN[""]) for uf in WARDS])
    steps = [eve]
    for before in range(1, LIST_DAYS):
        steps.append(rng.binomial(steps[-1], known[:, before] / known[:, before - 1]))
    return np.stack(steps, axis=2)


def _announced(time: Seasons, nights: Census, moves: Flow) -> Counts:
    """More where expected dates of discharge are filled in, fewer at weekends.

    Only those present the evening before can be announced; some of those who stay are, too.
    """
    rng = time.rng("announced-exits")
    there = np.vstack([nights.present[:1], nights.present[:-1]])
    leaving = np.minimum(moves.exits, there)
    staying = there - leaving
    filled = moves.dated.sum(axis=0) / np.maximum(moves.present_24h.sum(axis=0), 1)
    best = np.array([_ANNOUNCED.get(uf.discipline, _ANNOUNCED_ELSEWHERE) for uf in WARDS])
    chance = best * (0.55 + 0.45 * filled) * np.where(time.weekday >= _SATURDAY, 0.85, 1.0)[:, None]
    mistaken = _FALSE_PER_EXIT * leaving.sum(axis=0) / np.maximum(staying.sum(axis=0), 1)
    announced: Counts = rng.binomial(leaving, chance) + rng.binomial(
        staying, np.broadcast_to(np.minimum(mistaken, 0.5), staying.shape)
    )
    return announced
