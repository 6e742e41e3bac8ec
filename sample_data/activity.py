"""What is planned: same-day stays, sessions, consultations, births and the operating theatre."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from sample_data.census import Census
from sample_data.hospital import UFS
from sample_data.noise import Counts, Series, ar1, by_month, by_weekday, split
from sample_data.seasons import Seasons

DAY_WARDS: Final = tuple(uf for uf in UFS if uf.day_stays)
SPECIALTIES: Final = {
    "Cardiologie": 0.11,
    "Orthopédie": 0.13,
    "Gynécologie-obstétrique": 0.12,
    "Chirurgie viscérale": 0.07,
    "Ophtalmologie": 0.08,
    "ORL": 0.06,
    "Pneumologie": 0.06,
    "Gastro-entérologie": 0.06,
    "Neurologie": 0.06,
    "Pédiatrie": 0.07,
    "Endocrinologie": 0.07,
    "Anesthésie": 0.11,
}
CANCELLED: Final = ("PATIENT", "LIT", "PERSONNEL", "URGENCE", "MATERIEL")
_OFFICE_WEEK: Final = (1.04, 1.06, 1.0, 1.05, 0.85, 0.05, 0.0)
_SURGERY_MONTHS: Final = (1.03, 1.02, 1.06, 1.0, 0.98, 1.07, 0.93, 0.62, 1.04, 1.09, 1.08, 0.96)
_VISIT_MONTHS: Final = (1.04, 1.01, 1.06, 1.0, 1.0, 1.06, 0.92, 0.68, 1.06, 1.08, 1.07, 0.97)
_BIRTH_MONTHS: Final = (0.98, 0.97, 0.97, 0.98, 0.99, 1.0, 1.04, 1.04, 1.03, 1.01, 1.0, 0.99)
_MINUTES_OPEN: Final = 3150
_MINUTES_EACH: Final = 82.0


@dataclass(frozen=True)
class Activity:
    """Counts per simulated day.

    Second axis: day_stays as DAY_WARDS, visits as SPECIALTIES, cancelled as CANCELLED.
    open_minutes and used_minutes: the seven theatres together.
    """

    day_stays: Counts
    dialysis: Counts
    chemotherapy: Counts
    visits: Counts
    births: Counts
    scheduled: Counts
    cancelled: Counts
    open_minutes: Counts
    used_minutes: Counts


def activity(time: Seasons, nights: Census) -> Activity:
    """Draw the planned activity of every simulated day."""
    rng = time.rng("activity")
    office = _office(time)
    surgery = office * by_month(time.yearday, _SURGERY_MONTHS) * (1 - 0.35 * _august(time))
    medicine = office * by_month(time.yearday, _VISIT_MONTHS)
    stays = [
        _draw(rng, time, uf.day_stays, surgery if uf.pole == "P4" else medicine, growth=0.03)
        for uf in DAY_WARDS
    ]
    visits = _draw(rng, time, 190_000, medicine, growth=0.012, dispersion=0.04)
    six_days = np.where(time.weekday < 6, 1.0, 0.0) * (1 - 0.8 * time.holiday * _fixed(time))
    birth_season = by_month(time.yearday, _BIRTH_MONTHS)
    scheduled, cancelled, minutes = _theatre(rng, time, surgery, nights.medical)
    return Activity(
        day_stays=np.stack(stays, axis=1),
        dialysis=_steady(rng, time, 13_000, six_days),
        chemotherapy=_draw(rng, time, 6_000, office, growth=0.02),
        visits=split(rng, visits, list(SPECIALTIES.values())),
        births=_draw(rng, time, 1_250, birth_season, growth=-0.03),
        scheduled=scheduled,
        cancelled=cancelled,
        open_minutes=minutes[0],
        used_minutes=minutes[1],
    )


def _office(time: Seasons) -> Series:
    """Profile of planned activity: weekdays, no public holiday, half on bridges and strikes."""
    base = by_weekday(time.weekday, _OFFICE_WEEK) * np.where(time.holiday == 1, 0.0, 1.0)
    school = 1 - 0.06 * time.school * ~np.isin(time.month, (7, 8))
    office: Series = base * school * (1 - 0.45 * time.bridge) * (1 - 0.6 * time.strike)
    return office * (1 - 0.25 * np.minimum(time.crisis, 1))


def _august(time: Seasons) -> Series:
    day = time.days.day.to_numpy()
    return np.asarray(((time.month == 8) & (day <= 21)).astype(float))


def _fixed(time: Seasons) -> Series:
    """Holidays on which even dialysis moves: 25 December, 1 January, 1 May."""
    monthday = time.month * 100 + time.days.day.to_numpy()
    return np.isin(monthday, (1225, 101, 501)).astype(float)


def annual(time: Seasons, total: float, profile: Series, growth: float) -> Series:
    """Daily means that follow `profile` and make `total` in the last simulated year."""
    last = time.days.year.to_numpy() == time.end.year
    trend = (1 + growth) ** (time.years - time.years[last].mean())
    shape = profile * trend
    mean: Series = total * shape / shape[last].sum()
    return mean


def _draw(
    rng: np.random.Generator,
    time: Seasons,
    total: float,
    profile: Series,
    *,
    growth: float,
    dispersion: float = 0.05,
) -> Counts:
    level = np.exp(ar1(rng, len(time.days), 0.5, dispersion))
    counts: Counts = rng.poisson(annual(time, total, profile, growth) * level)
    return counts


def _steady(rng: np.random.Generator, time: Seasons, total: float, profile: Series) -> Counts:
    """Dialysis: the same patients come three times a week, so there is little noise."""
    mean = annual(time, total, profile, 0.008)
    missed = rng.binomial(np.rint(mean * 1.03).astype(np.int64), 0.03)
    counts: Counts = np.maximum(np.rint(mean * 1.03).astype(np.int64) - missed, 0)
    return counts


def _theatre(
    rng: np.random.Generator, time: Seasons, profile: Series, medical: Series
) -> tuple[Counts, Counts, tuple[Counts, Counts]]:
    scheduled = _draw(rng, time, 6_950, profile, growth=0.012)
    crowded = 1 + 0.8 * np.clip((np.r_[medical[:1], medical[:-1]] - 0.94) / 0.02, 0, 1)
    rates = np.outer(np.ones(len(time.days)), (0.017, 0.006, 0.0065, 0.0045, 0.003))
    rates[:, 1] *= crowded**3 * (1 + 1.5 * time.crisis)
    rates[:, 2] *= 1 + 12 * time.strike + 0.6 * np.minimum(time.flu, 1.2)
    cancelled = rng.binomial(scheduled[:, None], np.clip(rates, 0, 0.5))
    urgent = rng.poisson(1_750 / 365.25, len(time.days))
    done = np.maximum(scheduled - cancelled.sum(axis=1), 0) + urgent
    used = np.rint(done * _MINUTES_EACH * rng.normal(1.0, 0.05, len(time.days)))
    mean = annual(time, 6_950, profile, 0.012)
    opened = np.rint((mean / 27.5 * _MINUTES_OPEN * 0.85 + 10 * 60) / 30) * 30
    return scheduled, cancelled, (opened.astype(np.int64), used.astype(np.int64))
