"""Who comes to the two emergency departments, and who is admitted.

Six streams of patients, each with its weekdays, seasons and epidemics; they share one slow random
level, so that a bad week is bad for all of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from sample_data.noise import Counts, Series, ar1, by_month, by_weekday, gamma_poisson, split
from sample_data.seasons import Seasons

SITES: Final = ("1110", "1210")
AGES: Final = ("0-17", "18-74", "75+")
DESTINATIONS: Final = ("UHCD", "MED", "CHIR", "SC", "PSY", "OBST")
_DESTINATION_SHARES: Final = (0.37, 0.39, 0.135, 0.055, 0.038, 0.012)


@dataclass(frozen=True)
class Stream:
    """One kind of patient: `base` visits a day on both sites, `admitted` share, twelve months."""

    name: str
    age: str
    base: float
    admitted: float
    second_site: float
    week: tuple[float, ...]
    months: tuple[float, ...]


STREAMS: Final = (
    Stream(
        *("ped_med", "0-17", 23.6, 0.10, 0.14),
        (1.04, 0.97, 0.98, 0.96, 0.97, 1.02, 1.06),
        (1.10, 1.08, 1.04, 0.99, 0.95, 0.93, 0.80, 0.72, 0.98, 1.10, 1.17, 1.16),
    ),
    Stream(
        *("ped_trau", "0-17", 15.9, 0.045, 0.20),
        (1.05, 1.0, 1.03, 1.0, 1.0, 0.96, 0.96),
        (0.84, 0.86, 1.02, 1.10, 1.16, 1.24, 0.98, 0.82, 1.16, 1.05, 0.90, 0.87),
    ),
    Stream(
        *("ad_med", "18-74", 58.9, 0.235, 0.215),
        (1.11, 1.0, 0.97, 0.98, 1.0, 0.97, 0.97),
        (1.03, 1.01, 1.0, 0.99, 0.98, 1.01, 1.02, 0.99, 0.99, 0.99, 0.98, 1.01),
    ),
    Stream(
        *("ad_trau", "18-74", 31.8, 0.12, 0.25),
        (1.08, 0.97, 0.95, 0.97, 0.99, 1.03, 1.01),
        (0.93, 0.93, 0.98, 1.01, 1.05, 1.10, 1.09, 1.04, 1.05, 1.0, 0.93, 0.90),
    ),
    Stream(
        *("psy", "18-74", 4.4, 0.42, 0.10),
        (1.06, 1.02, 1.01, 1.01, 1.01, 0.96, 0.93),
        (0.98, 0.98, 1.0, 1.01, 1.03, 1.03, 1.02, 1.0, 1.0, 1.0, 0.98, 0.97),
    ),
    Stream(
        *("ger", "75+", 23.8, 0.545, 0.21),
        (1.12, 1.03, 1.0, 1.01, 1.04, 0.93, 0.87),
        (1.08, 1.05, 1.02, 0.98, 0.96, 0.96, 0.97, 0.96, 0.96, 0.98, 1.01, 1.06),
    ),
)
_ON_HOLIDAY: Final = {"ped_med": 1.10, "ped_trau": 0.92, "ad_trau": 0.98, "psy": 0.92, "ger": 0.90}
_IN_SCHOOL_HOLIDAYS: Final = {"ped_med": 0.87, "ped_trau": 0.87, "ad_med": 0.985}
# Extra share of a stream at the peak of an ordinary flu, bronchiolitis, stomach flu; in the crisis.
_WAVES: Final = {
    "ped_med": (0.30, 0.20, 0.10, 0.05),
    "ad_med": (0.085, 0.0, 0.02, 0.04),
    "ger": (0.14, 0.0, 0.02, 0.64),
}


@dataclass(frozen=True)
class Visits:
    """Counts per day (first axis, the simulated days) and site (second axis, as SITES).

    by_age: third axis as AGES. admitted_to: third axis as DESTINATIONS.
    """

    by_age: Counts
    admitted_to: Counts

    @property
    def total(self) -> Counts:
        """Visits per day and site."""
        return np.asarray(self.by_age.sum(axis=2))

    @property
    def admitted(self) -> Counts:
        """Admissions per day and site."""
        return np.asarray(self.admitted_to.sum(axis=2))


def visits(time: Seasons) -> Visits:
    """Draw every visit of the simulated days."""
    rng = time.rng("emergency")
    level = np.exp(ar1(rng, len(time.days), 0.55, 0.036))
    shape = (len(time.days), len(SITES))
    by_age = np.zeros((*shape, len(AGES)), dtype=np.int64)
    admitted = np.zeros(shape, dtype=np.int64)
    for one in STREAMS:
        seen = gamma_poisson(rng, _mean(one, time) * level, 70.0)
        second = rng.binomial(seen, one.second_site)
        sites = np.stack([seen - second, second], axis=1)
        by_age[:, :, AGES.index(one.age)] += sites
        chance = np.minimum(one.admitted * (1 + 0.24 * time.crisis), 0.9)
        admitted += rng.binomial(sites, chance[:, None])
    return Visits(by_age, split(rng, admitted, _DESTINATION_SHARES))


def _mean(one: Stream, time: Seasons) -> Series:
    factor = by_weekday(time.weekday, one.week) * by_month(time.yearday, one.months)
    factor = factor * _trend(time) * _calendar(one.name, time) * _weather(one.name, time)
    flu, bronchiolitis, stomach, crisis = _WAVES.get(one.name, (0.0, 0.0, 0.0, 0.0))
    waves = (
        flu * time.flu
        + bronchiolitis * time.bronchiolitis
        + stomach * time.stomach_flu
        + crisis * time.crisis
    )
    mean: Series = one.base * factor * (1 + waves)
    return mean


def _trend(time: Seasons) -> Series:
    dip = 0.034 * np.exp(-(((time.years - 0.6) / 0.35) ** 2))
    trend: Series = 1 + 0.012 * time.years - dip
    return trend


def _calendar(name: str, time: Seasons) -> Series:
    school = (time.school == 1) & ~np.isin(time.month, (7, 8))
    factor = np.where(school, _IN_SCHOOL_HOLIDAYS.get(name, 1.0), 1.0)
    factor = factor * np.where(time.holiday == 1, _ON_HOLIDAY.get(name, 1.0), 1.0)
    factor = factor * np.where(time.after_holiday == 1, 1.05, 1.0)
    christmas = (time.month == 12) & np.isin(time.days.day, (24, 25))
    calendar: Series = factor * np.where(christmas, 0.86, 1.0)
    return calendar


def _weather(name: str, time: Seasons) -> Series:
    """Heat acts a day later; snow breaks bones and keeps the others at home; so does a strike."""
    heat = np.r_[0.0, time.heat[:-1]] * {"ger": 0.08, "ad_med": 0.04}.get(name, 0.0)
    snow = time.snow * (0.35 if name == "ad_trau" else -0.14)
    strike = time.strike * -0.22
    caught_up = np.r_[0.0, time.strike[:-1]] * 0.10
    factor: Series = 1 + heat + snow + strike + caught_up
    return factor
