"""BJML, the minimum daily bed need: a rule, not a model, that every director can check by hand.

25th percentile of the daily admissions from the emergency department over the same ISO week of the
three past years (circulaire DGOS/R2/2019/235 takes seven; ORU Occitanie takes three).
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
import numpy.typing as npt

YEARS = 3
FEWEST_DAYS = 7
_SHARE = 25.0
_WEEKS = 100
"""More than a year has."""

Days = npt.NDArray[np.datetime64]
Values = npt.NDArray[np.float64]

_NO_DAY = np.array([], dtype=float)


def needs(days: Days, admissions: Values, wanted: Days) -> Values:
    """The need of the ISO week of each wanted day; NaN when fewer than seven past days are known.

    days, admissions: daily admissions, sorted by day. A week 53 that a past year does not have is
    read in its week 52. The current year never enters its own need.
    """
    if not len(days):
        return np.full(len(wanted), np.nan)
    weeks = _by_week(days, admissions)
    wanted_year, wanted_week = iso_weeks(wanted)
    memory: dict[tuple[int, int], float] = {}
    found = []
    for y, w in zip(wanted_year.tolist(), wanted_week.tolist(), strict=True):
        if (y, w) not in memory:
            memory[y, w] = _need(weeks, y, w)
        found.append(memory[y, w])
    return np.array(found, dtype=float)


def _by_week(days: Days, admissions: Values) -> dict[tuple[int, int], Values]:
    """The admissions of each ISO week: days are sorted, so that a week is a slice."""
    year, week = iso_weeks(days)
    starts = [0, *(np.flatnonzero(np.diff(year * _WEEKS + week)) + 1).tolist(), len(days)]
    return {
        (int(year[start]), int(week[start])): admissions[start:stop]
        for start, stop in pairwise(starts)
    }


def _need(weeks: Mapping[tuple[int, int], Values], y: int, w: int) -> float:
    past = []
    for back in range(1, YEARS + 1):
        mine = weeks.get((y - back, w))
        if w == 53 and mine is None:  # noqa: PLR2004 - ISO years have 52 or 53 weeks
            mine = weeks.get((y - back, 52))
        if mine is not None:
            past.append(mine)
    values = np.concatenate([_NO_DAY, *past])
    return float(np.percentile(values, _SHARE)) if len(values) >= FEWEST_DAYS else float("nan")


def iso_weeks(days: Days) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """ISO year and ISO week of each day: the week belongs to the year of its Thursday."""
    numbers = days.astype("datetime64[D]").astype(np.int64)
    thursday = (numbers - (numbers + 3) % 7 + 3).astype("datetime64[D]")
    year = thursday.astype("datetime64[Y]").astype(np.int64) + 1970
    january = thursday.astype("datetime64[Y]").astype("datetime64[D]")
    week = (thursday - january).astype(np.int64) // 7 + 1
    return year, week
