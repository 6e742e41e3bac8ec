"""How long those who leave stayed, and who is in bed at 18:00.

Both are cut out of what the wards already say: the nights of a day's exits are the nights of its
passages, and the evening lies between the morning and midnight.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from sample_data.bed_lists import Lists
from sample_data.beds_flow import Flow, entries
from sample_data.census import Census
from sample_data.hospital import WARDS
from sample_data.noise import Counts, Series
from sample_data.seasons import Seasons

EDGES: Final = (*range(11), 12, 14, 17, 21, 25, 30, 40, 60, 90, 120, 180, 365)
BINS: Final = tuple(f"{a}-{b}" for a, b in zip(EDGES, (*EDGES[1:], ""), strict=True))
# Log standard deviation of the stays of a ward; geriatrics has the longest tail.
_SIGMA: Final = {"CHIR": 0.70, "OBST": 0.45}
_SIGMA_ELSEWHERE: Final = 0.85
_SIGMA_GERIATRICS: Final = 1.0
# Of the exits after noon, those before 18:00 (43 + 23 in 76); of the entries after 08:00 too.
_GONE_AT_18H: Final = 0.87
_CAME_AT_18H: Final = 0.52
_PLANNED_AT_18H: Final = 0.96
_PLANNED_ON_SUNDAY: Final = 0.60
_SUNDAY: Final = 6


def nights_of_stays(time: Seasons, moves: Flow) -> Counts:
    """Exits per day, ward (as WARDS) and bin of nights (as BINS).

    A day's exits share exactly the nights of its passages, unevenly: few stay for very long.
    """
    wards = [_histogram(time, i, uf.code, moves) for i, uf in enumerate(WARDS)]
    return np.stack(wards, axis=1)


def _histogram(time: Seasons, i: int, code: str, moves: Flow) -> Counts:
    rng = time.rng(f"stays-{code}")
    exits = moves.exits[:, i]
    day = np.repeat(np.arange(len(exits)), exits)
    sigma = _SIGMA.get(WARDS[i].discipline, _SIGMA_ELSEWHERE)
    weights = rng.lognormal(0.0, _SIGMA_GERIATRICS if code == "2120" else sigma, len(day))
    nights = shared_out(moves.exit_nights[:, i], day, weights)
    which = np.searchsorted(EDGES, nights, side="right") - 1
    counts = np.bincount(day * len(EDGES) + which, minlength=len(exits) * len(EDGES))
    return counts.reshape(len(exits), len(EDGES))


def shared_out(totals: Counts, day: Counts, weights: Series) -> Counts:
    """Whole nights of each stay, in proportion of `weights`, that make the total of their day.

    day: place in `totals` of each stay, in order. The largest remainders take what rounding left.
    """
    sums = np.bincount(day, weights=weights, minlength=len(totals))
    exact = weights / sums[day] * totals[day]
    whole = np.floor(exact).astype(np.int64)
    missing = totals - np.bincount(day, weights=whole, minlength=len(totals)).astype(np.int64)
    order = np.lexsort((whole - exact, day))
    starts = np.r_[0, np.cumsum(np.bincount(day, minlength=len(totals)))[:-1]]
    rank = np.empty(len(day), dtype=np.int64)
    rank[order] = np.arange(len(day)) - starts[day[order]]
    nights: Counts = whole + (rank < missing[day])
    return nights


def present_18h(time: Seasons, nights: Census, moves: Flow, known: Lists) -> Counts:
    """Patients in bed at 18:00: those of 08:00, and what moved between."""
    rng = time.rng("evening")
    entered = np.stack(
        [entries(nights.present[:, i], moves.exits[:, i]) for i in range(len(WARDS))], axis=1
    )
    planned = np.minimum(known.came, entered - moves.night_entries)
    others = entered - moves.night_entries - planned
    punctual = np.where(time.weekday == _SUNDAY, _PLANNED_ON_SUNDAY, _PLANNED_AT_18H)
    came = rng.binomial(planned, punctual[:, None]) + rng.binomial(others, _CAME_AT_18H)
    early = np.maximum(moves.before_noon - moves.night_exits, 0)
    late = moves.exits - moves.night_exits - early
    gone = early + rng.binomial(late, _GONE_AT_18H)
    evening: Counts = np.maximum(moves.present_8h + came - gone, 0)
    return evening
