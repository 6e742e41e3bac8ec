"""Accounts month by month and pole by pole: what was booked, what the budget allowed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from sample_data.accounts import ACCOUNTS, DRIFTING, HISTORY, KEYS, SPREADS, Account
from sample_data.coding import ITEMS, UNITS
from sample_data.hospital import UF, UFS, pole_of
from sample_data.months import Months
from sample_data.noise import Series
from sample_data.stories import story
from sample_data.world import World

POLES: Final = tuple(dict.fromkeys(pole_of(uf) for uf in UFS))
# Items of activity revenue booked on each account, and the missing part of the target (M€).
_BOOKED: Final = {
    "73111": ("GHS_HC", "GHS_AMBU", "SEANCES"),
    "73112": ("MO_DMI",),
    "73113": ("ACE",),
    "73115": ("URG",),
}
_ACCRUAL_ERROR: Final = ("60221", 380_000.0)


@dataclass(frozen=True)
class Finance:
    """Euros per month, account (as ACCOUNTS) and pole node (as POLES).

    restated: the same as `actual`, as first delivered: one closed month holds an accrual error.
    target: activity revenue expected by the budget, per month, unit (as UNITS) and item.
    """

    actual: Series
    budget: Series
    first_delivered: Series
    target: Series


def finance(world: World) -> Finance:
    """Book every month to December of the last year; only closed months will be delivered."""
    months = Months(world.end)
    booked = months.sums(world.time.days, world.revenue.final)
    target = _target(months, booked)
    actual = np.stack([_booked(world, months, a, booked) for a in ACCOUNTS], axis=1)
    _land(months, actual)
    budget = np.stack([_voted(months, a, target) for a in ACCOUNTS], axis=1)
    wrong = actual.copy()
    code, euros = _ACCRUAL_ERROR
    account = [a.code for a in ACCOUNTS].index(code)
    wrong[max(months.closed - 2, 0), account, POLES.index("A-P4")] += euros
    return Finance(np.round(actual, 2), np.round(budget, 2), np.round(wrong, 2), target)


def _by_pole(values: Series, items: tuple[str, ...]) -> Series:
    """Sum a (month, unit, item) array into (month, pole)."""
    chosen = values[:, :, [ITEMS.index(item) for item in items]].sum(axis=2)
    poles = np.zeros((len(values), len(POLES)))
    for i, unit in enumerate(UNITS):
        poles[:, POLES.index(pole_of(UF[unit]))] += chosen[:, i]
    return poles


def _spread(account: Account) -> Series:
    weights = SPREADS[account.spread]
    share = np.array([weights.get(pole, 0.0) for pole in POLES])
    normal: Series = share / share.sum()
    return normal


def _history(months: Months, side: str) -> Series:
    """Size of each month's year against the last one."""
    index = 0 if side == "C" else 1
    worst = max(HISTORY)
    return np.array([HISTORY[min(int(lag), worst)][index] for lag in months.lags])


def _booked(world: World, months: Months, account: Account, revenue: Series) -> Series:
    if account.code in _BOOKED:
        return _by_pole(revenue, _BOOKED[account.code])
    rng = world.time.rng(f"account-{account.code}")
    landed = months.lags == _drifting_year(months)
    yearly = np.where(landed, account.landing, account.budget) * 1e6
    key = np.array(KEYS[account.profile])[months.of_year] / sum(KEYS[account.profile])
    amount = yearly * key * _history(months, account.side)
    if account.code in DRIFTING:
        amount = _drift(months, account, amount)
    noise = np.exp(rng.normal(0, account.noise, months.number))
    parts = _spread(account)[None, :] * np.exp(rng.normal(0, 0.02, (months.number, len(POLES))))
    booked: Series = (amount * noise)[:, None] * parts / parts.sum(axis=1, keepdims=True)
    return booked


def _drift(months: Months, account: Account, amount: Series) -> Series:
    """The overspending of the year starts in March and grows until December."""
    key = np.array(KEYS[account.profile])[months.of_year] / sum(KEYS[account.profile])
    ramp = np.clip(months.of_year - 1, 0, 5) * 1.0
    year = months.lags == _drifting_year(months)
    ramp = np.where(year, ramp, 0.0)
    extra = (account.landing - account.budget) * 1e6 * ramp / max(ramp.sum(), 1)
    size = _history(months, "C")
    return np.where(year, (account.budget * 1e6 * key + extra) * size, amount)


def _drifting_year(months: Months) -> int:
    """The year of the title 2 story, as a lag."""
    return months.end.year - story(months.end, "title2").start.year


def _land(months: Months, actual: Series) -> None:
    """Noise moves months, not the year: each title of each year lands where it should."""
    for side, title in sorted({(a.side, a.title) for a in ACCOUNTS}):
        own = [i for i, a in enumerate(ACCOUNTS) if (a.side, a.title) == (side, title)]
        free = [i for i in own if ACCOUNTS[i].code not in {*_BOOKED, *DRIFTING}]
        wanted = sum(ACCOUNTS[i].landing for i in own) * 1e6 * _history(months, side)
        for lag in np.unique(months.lags):
            year = months.lags == lag
            block = np.ix_(year, free)
            fixed = actual[year][:, own].sum() - actual[block].sum()
            actual[block] *= (wanted[year][0] - fixed) / actual[block].sum()


def _target(months: Months, booked: Series) -> Series:
    """Monthly target of activity revenue: last years' profile, this year's voted total."""
    wanted = {
        **dict.fromkeys(("GHS_HC", "GHS_AMBU", "SEANCES"), 85.9 / 85.5),
        "MO_DMI": 6.9 / 7.0,
        "ACE": 9.6 / 9.5,
        "URG": 1.0,
    }
    target = np.zeros_like(booked)
    for lag in sorted(set(months.lags.tolist())):
        year = months.lags == lag
        before = months.lags == min(lag + 1, int(months.lags.max()))
        profile = 0.5 * _share_of_year(booked[year]) + 0.5 * _share_of_year(booked[before])
        total = booked[year].sum(axis=0)
        ratio = np.array([wanted[item] if lag == 0 else 1.002 for item in ITEMS])
        target[year] = profile * (total * ratio[None, :])[None]
    ward = UNITS.index("2150")
    hc = ITEMS.index("GHS_HC")
    last = months.lags == 0
    before = months.lags == 1
    lost = booked[before, ward, hc].sum() * 1.03 - target[last, ward, hc].sum()
    target[last, ward, hc] *= 1 + lost / target[last, ward, hc].sum()
    others = [i for i in range(len(UNITS)) if i != ward]
    rest = target[np.ix_(last, others, [hc])]
    target[np.ix_(last, others, [hc])] = rest * (1 - lost / rest.sum())
    return np.round(target, 2)


def _share_of_year(year: Series) -> Series:
    """Each month's share of the hospital's year, by item, kept the same for every unit."""
    by_item = year.sum(axis=1)
    total = by_item.sum(axis=0)
    share: Series = by_item / np.where(total == 0, 1, total)
    return share[:, None, :]


def _voted(months: Months, account: Account, target: Series) -> Series:
    if account.code in _BOOKED:
        return _by_pole(target, _BOOKED[account.code])
    key = np.array(KEYS[account.profile])[months.of_year] / sum(KEYS[account.profile])
    amount = account.budget * 1e6 * key * _history(months, account.side)
    optimism = np.where(months.lags == 0, 1.0, 0.996 if account.side == "C" else 1.002)
    voted: Series = (amount * optimism)[:, None] * _spread(account)[None, :]
    return voted
