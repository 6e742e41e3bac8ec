"""The share of staff absent each day: everything that waits for staff follows it."""

from __future__ import annotations

import numpy as np

from sample_data.noise import Series, ar1, by_month
from sample_data.seasons import Seasons

MEAN_RATE = 0.096
_MONTHS = (1.10, 1.09, 1.04, 0.97, 0.94, 0.94, 0.93, 0.91, 0.96, 1.01, 1.05, 1.06)
FLU_LAG_DAYS = 7


def absence_level(time: Seasons) -> Series:
    """Absence of the day over its mean (about 1): winter, flu a week later, slow drift."""
    flu = np.r_[np.zeros(FLU_LAG_DAYS), time.flu[:-FLU_LAG_DAYS]]
    season = by_month(time.yearday, _MONTHS)
    drift = ar1(time.rng("absence"), len(time.days), 0.98, 0.022)
    level: Series = season * (1 + drift) + 0.009 / MEAN_RATE * (flu - flu.mean())
    return level


def short_rate(time: Seasons) -> Series:
    """Share of staff away for five days or less, 1.3 % on an ordinary day."""
    flu = np.r_[np.zeros(FLU_LAG_DAYS), time.flu[:-FLU_LAG_DAYS]]
    edge = np.isin(time.weekday, (0, 4)) & (
        (np.convolve(time.holiday, np.ones(5), "same") > 0) | (time.bridge == 1)
    )
    winter = np.isin(time.month, (12, 1))
    rate = 0.0115 + 0.009 * np.minimum(flu, 1.3) + 0.003 * edge + 0.004 * winter
    noisy: Series = rate * np.exp(ar1(time.rng("short-absence"), len(time.days), 0.8, 0.08))
    return noisy
