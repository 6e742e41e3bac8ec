"""The same nights played many times with and without a scenario, with the same luck.

Each night: patients leave (faster after a full night, as the hospital's own past shows), ED
patients take the beds, then planned entries take what is left (the others are put off). An ED
patient without a bed waits one night, then is hosted in another discipline or transferred. The luck
of each path (busy weeks, long stays, chance of the day) is drawn once and used on both sides, so
that the difference is the scenario alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cockpit.forecast.beds.model import TENSE_SHARE

if TYPE_CHECKING:
    from cockpit.forecast.history import Values
    from cockpit.forecast.whatif.pools import Pool
    from cockpit.kpi.panel import Ints

PATHS = 400
SEED = 20260101
_MOST = 0.98


@dataclass(frozen=True, eq=False)
class Luck:
    """Drawn once. busy, stay: one factor per path. chance: (3, PATHS, days) standard normals."""

    busy: Values
    stay: Values
    chance: Values


@dataclass(frozen=True, eq=False)
class Played:
    """(PATHS, days): patients, beds, ED patients without a bed, planned entries put off."""

    present: Values
    beds: Values
    waiting: Values
    put_off: Values


def luck(pool: Pool, days: int, *, busy_sd: float, stay_sd: float) -> Luck:
    """The luck of a pool: always the same for the same pool and days."""
    rng = np.random.default_rng([SEED, *pool.discipline.encode()])
    return Luck(
        np.exp(busy_sd * rng.standard_normal(PATHS)),
        np.exp(stay_sd * rng.standard_normal(PATHS)),
        rng.standard_normal((3, PATHS, days)),
    )


def play(
    pool: Pool, weekdays: Ints, drawn: Luck, *, more_beds: Values, ed_factor: Values
) -> Played:
    """more_beds: (PATHS, days) opened or closed; ed_factor: (days,) of the ED admissions."""
    days = len(weekdays)
    present = np.full(PATHS, pool.present)
    shape = (PATHS, days)
    kept = Played(*(np.empty(shape) for _ in range(4)))
    for day, weekday in enumerate(weekdays):
        beds = np.maximum(pool.beds + more_beds[:, day], 0.0)
        pace = np.where(present > TENSE_SHARE * beds, pool.hurry, 1.0) / drawn.stay
        chance = np.minimum(pool.leaving[weekday] * pace, _MOST)
        out = present * chance
        out += np.sqrt(np.maximum(out * (1 - chance), 0.0)) * drawn.chance[0, :, day]
        present = present - np.clip(out, 0.0, present)
        room = np.maximum(beds + pool.extra - present, 0.0)
        ed = _counted(pool.ed[day] * ed_factor[day] * drawn.busy, drawn.chance[1, :, day])
        placed = np.minimum(ed, room)
        planned = _counted(np.full(PATHS, pool.planned[weekday]), drawn.chance[2, :, day])
        taken = np.minimum(planned, room - placed)
        present = present + placed + taken
        kept.present[:, day], kept.beds[:, day] = present, beds
        kept.waiting[:, day], kept.put_off[:, day] = ed - placed, planned - taken
    return kept


def _counted(mean: Values, chance: Values) -> Values:
    """A Poisson count, by its normal approximation."""
    return np.maximum(mean + np.sqrt(np.maximum(mean, 0.0)) * chance, 0.0)
