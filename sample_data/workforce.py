"""Staff month by month: paid, absent, arriving, leaving, working overtime, replaced."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from sample_data import staff
from sample_data.absence import absence_level, short_rate
from sample_data.months import Months
from sample_data.noise import Counts, Series
from sample_data.stories import story
from sample_data.world import World

MOTIVES: Final = ("MO", "CLM_CLD", "AT_MP", "MAT", "AUTRES")
_MOTIVE_SHARES: Final = (0.47, 0.22, 0.10, 0.13, 0.08)
_SEASON: Final = (1.0, 0.999, 1.0, 1.001, 1.002, 1.004, 0.999, 0.992, 1.0, 1.001, 1.002, 1.004)
_INTERNS: Final = (1.0, 1.0, 1.0, 1.0, 1.02, 1.02, 1.02, 1.02, 1.02, 1.02, 0.98, 0.98)
_FTE_GROWTH: Final = 0.004
# Share of a year's temporary staff money: physicians and, for nurses and assistants, all services.
_LOCUMS: Final = {
    "S111": 0.36,
    "S121": 0.09,
    "S415": 0.25,
    "S811": 0.15,
    "S511": 0.10,
    "S711": 0.05,
}
_LOCUMS_EUR: Final = 2_100_000
_NURSES_EUR: Final = 1_300_000
_LOCUM_MONTHS: Final = (1.0, 0.9, 0.85, 0.9, 0.9, 0.9, 1.5, 1.55, 0.85, 0.85, 0.85, 1.2)


@dataclass(frozen=True)
class Workforce:
    """Per month, service (as staff.UNITS) and profession. absence: fourth axis as MOTIVES."""

    fte: Series
    budget: Series
    posts: Series
    rate: Series
    absence: Counts
    entries: Counts
    exits: Counts
    overtime: Series
    temp_eur: Series
    accidents: Counts
    hours: Series


def workforce(world: World) -> Workforce:
    """Everything the payroll and the rosters know, January 2023 to December of the last year."""
    months, rng = Months(world.end), world.time.rng("workforce")
    fte = _paid(world, months, rng)
    rate = _rate(world, months, rng)
    days = fte * rate * months.days[:, None, None]
    absence = rng.poisson(days[..., None] * _motives(world, months))
    budget = staff.posts() * (1 + _FTE_GROWTH * (-months.lags[:, None, None] - 0.6))
    entries, exits = _moves(months, rng, fte)
    hours = fte.sum(axis=2) * (1 - rate.mean(axis=2)) * 1607 / 12
    return Workforce(
        fte=np.round(fte, 2),
        budget=np.round(budget * 0.998 * np.ones_like(fte), 2),
        posts=_posts(world, months, fte),
        rate=rate,
        absence=absence,
        entries=entries,
        exits=exits,
        overtime=_overtime(world, months, rng, fte, rate),
        temp_eur=_temporary(world, months, rng),
        accidents=_accidents(months, rng),
        hours=np.round(hours, 1),
    )


def _paid(world: World, months: Months, rng: np.random.Generator) -> Series:
    base = staff.posts()
    season = np.array(_SEASON)[months.of_year][:, None, None]
    growth = (1 - _FTE_GROWTH * months.lags)[:, None, None]
    wobble = 1 + 0.012 * rng.standard_normal((months.number, *base.shape)).cumsum(axis=0) / 6
    wobble = wobble / wobble.mean(axis=0)
    fte = base * season * growth * wobble
    interns = staff.PROFESSIONS.index("PM/INTERNE")
    fte[:, :, interns] *= np.array(_INTERNS)[months.of_year][:, None]
    service = staff.UNITS.index("S215")
    fte[:, service, 0] -= 4.0 * _since(world, months)
    return np.asarray(fte)


def _since(world: World, months: Months) -> Series:
    """Share of each month that falls in the endocrinology story."""
    told = story(world.end, "endocrinology")
    return months.means(world.time.days, world.time.between(told.start, told.end.replace(month=12)))


def _rate(world: World, months: Months, rng: np.random.Generator) -> Series:
    """Absence rate; the gaps of the services are kept, the mean of each profession holds."""
    level = months.means(world.time.days, absence_level(world.time))
    gap = np.array([staff.ABSENCE_GAP.get(unit, 0.0) for unit in staff.UNITS])
    gap = gap + rng.normal(0, 0.012, len(gap))
    weight = staff.posts()
    pnm = weight[:, :9].sum(axis=1)
    gap = gap - (gap * pnm).sum() / pnm.sum()
    base = np.clip(np.array(staff.ABSENCE)[None, :] + gap[:, None] * 1.0, 0.012, None)
    base[:, 9:] = np.array(staff.ABSENCE)[None, 9:]
    scale = 0.096 / ((base[:, :9] * weight[:, :9]).sum() / weight[:, :9].sum())
    base[:, :9] *= scale
    noise = np.exp(rng.normal(0, 0.09, (months.number, len(staff.UNITS), 1)))
    growth = (1 - 0.008 * months.lags)[:, None, None]
    rate: Series = base[None] * level[:, None, None] / level.mean() * noise * growth
    return rate


def _motives(world: World, months: Months) -> Series:
    """Shares of the motives: ordinary sickness swells with the flu."""
    flu = months.means(world.time.days, world.time.flu)
    shares = np.tile(np.array(_MOTIVE_SHARES), (months.number, 1))
    shares[:, 0] += 0.06 * np.minimum(flu, 1)
    shares /= shares.sum(axis=1, keepdims=True)
    return shares[:, None, None, :]


def _moves(months: Months, rng: np.random.Generator, fte: Series) -> tuple[Counts, Counts]:
    turnover = np.array(staff.TURNOVER) / 12 * 1.16
    hiring = np.where(np.isin(months.of_year, (6, 7, 8)), 1.6, 0.8)
    entries = rng.poisson(fte * turnover * hiring[:, None, None])
    leaving = np.where(np.isin(months.of_year, (5, 7, 11)), 1.4, 0.87)
    exits = rng.poisson(fte * turnover * leaving[:, None, None] * 0.99)
    return entries, exits


def _posts(world: World, months: Months, fte: Series) -> Series:
    """Budgeted posts: the filled ones and the vacant ones."""
    vacancy = np.array(staff.VACANCY)[None, :].repeat(len(staff.UNITS), axis=0)
    for unit, gap in staff.VACANCY_GAP.items():
        vacancy[staff.UNITS.index(unit), staff.PROFESSIONS.index("PM/PH")] += gap
    posts = np.round(fte / (1 - vacancy), 1)
    posts[:, staff.UNITS.index("S215"), 0] += np.round(4.0 * _since(world, months), 1)
    return np.asarray(posts)


def _overtime(
    world: World, months: Months, rng: np.random.Generator, fte: Series, rate: Series
) -> Series:
    """Hours: 1.4 an FTE, more above 9 % of absence and above 93 % of occupancy."""
    occupancy = months.means(world.time.days, world.census.medical)
    pressed = 0.25 * np.maximum(occupancy - 0.93, 0) * 100
    per_fte = 1.4 + 0.35 * np.maximum(rate * 100 - 9, 0) + pressed[:, None, None]
    per_fte = per_fte * np.where(np.arange(len(staff.PROFESSIONS)) == 10, 0.0, 1.0)
    return np.asarray(np.round(fte * per_fte * rng.gamma(30, 1 / 30, fte.shape), 1))


def _temporary(world: World, months: Months, rng: np.random.Generator) -> Series:
    eur = np.zeros((months.number, len(staff.UNITS), len(staff.PROFESSIONS)))
    season = np.array(_LOCUM_MONTHS) / np.mean(_LOCUM_MONTHS)
    told = story(world.end, "radiology")
    spike = 1.4 * (months.firsts == f"{told.start:%Y-%m-01}")
    older = 1.05**months.lags
    for unit, share in _LOCUMS.items():
        own = 1 + spike * (unit == told.unit)
        month = _LOCUMS_EUR * share / 12 * season[months.of_year] * own * older
        eur[:, staff.UNITS.index(unit), 9] = month * rng.gamma(25, 1 / 25, months.number)
    vacancies = staff.posts()[:, :2] * np.array([1.0, 0.45])
    late = np.r_[_mean_rate(world, months)[:1], _mean_rate(world, months)[:-1]]
    press = 1 + 4 * (late / late.mean() - 1) * 0.1
    eur[:, :, :2] = _NURSES_EUR / 12 * vacancies / vacancies.sum() * press[:, None, None]
    eur[:, :, :2] *= rng.gamma(6, 1 / 6, (months.number, len(staff.UNITS), 2))
    return np.round(eur, 2)


def _mean_rate(world: World, months: Months) -> Series:
    return months.means(world.time.days, absence_level(world.time))


def _accidents(months: Months, rng: np.random.Generator) -> Counts:
    """Sixty-two a year, more in winter and where patients are lifted."""
    heavy = {"S212": 2.2, "S611": 2.2, "S613": 2.2, "S612": 1.8, "S711": 2.0, "S111": 1.6}
    weight = staff.posts()[:, :9].sum(axis=1) * [heavy.get(unit, 1.0) for unit in staff.UNITS]
    season = np.where(months.of_year < 3, 1.35, 0.885)
    counts: Counts = rng.poisson(62 / 12 * np.outer(season, weight / weight.sum()))
    return counts


def short_days(world: World) -> tuple[Series, Counts]:
    """Rostered FTE and days of short absence, per simulated day and service."""
    rng = world.time.rng("rosters")
    months = Months(world.end)
    fte = workforce(world).fte.sum(axis=2)
    month = (world.time.days.year - months.firsts[0].year) * 12 + world.time.month - 1
    rostered = fte[np.clip(month, 0, None)] * 0.985
    gap = np.array([staff.ABSENCE_GAP.get(unit, 0.0) for unit in staff.UNITS])
    rate = short_rate(world.time)[:, None] * (1 + gap[None, :] * 9)
    return np.round(rostered, 1), rng.poisson(rostered * rate)
