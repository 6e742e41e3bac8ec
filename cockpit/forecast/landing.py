"""The year-end result: what is booked, plus what the months to come usually weigh, by title.

A month that remains = the year's level so far x the month's usual weight in the last complete
years. Prophet is not used: thirty monthly points are too few for it (docs/decisions/011). The
range comes from how far past months fell from their own profile, drawn month by month for all
titles together, so that a month good for revenue and heavy in drugs stays one month.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import Literal, cast

import numpy as np
import numpy.typing as npt
import pandas as pd

Side = Literal["revenue", "expense"]
Values = npt.NDArray[np.float64]
Ledger = dict[int, Values]

_YEARS_OF_PROFILE = 3
_DRAWS = 4000
_SEED = 20


@dataclass(frozen=True, slots=True)
class TitleLanding:
    """One title of one side, in euros: booked to date, expected at 31 December, voted (or None)."""

    side: Side
    title: str
    realised: float
    p10: float
    p50: float
    p90: float
    budget: float | None


@dataclass(frozen=True, slots=True)
class Landing:
    """The expected result of the year, in euros; a deficit is negative.

    The P50 of the titles add up exactly to p50; their P10 and P90 do not, by nature.
    closed_months: months booked on both sides. budget: voted result, None without budget.
    """

    year: int
    closed_months: int
    by_title: tuple[TitleLanding, ...]
    p10: float
    p50: float
    p90: float
    budget: float | None

    @property
    def origin(self) -> date:
        """Last day of the last closed month."""
        return date(self.year, self.closed_months, monthrange(self.year, self.closed_months)[1])


def landing(history: pd.DataFrame, year: int, budget: pd.DataFrame) -> Landing | None:
    """Landing of `year` from monthly accounts.

    history and budget: one row per (month, side, title), `month` the first of the month, `value`
    in euros, side "revenue" or "expense"; history holds complete months only.
    Edge: None before the first closed month. A month without any entry of a title counts 0
    (grants are booked in blocks). Without a complete past year the budget's own months give the
    profile, and without budget every month weighs the same.
    """
    tables, voted = _by_title(history), _by_title(budget)
    closed = _closed_months(history, year)
    if closed == 0:
        return None
    keys = sorted(tables, key=lambda key: (key[0] != "revenue", key[1]))
    profiles = [_profile(tables[key], voted.get(key, {}), year) for key in keys]
    remaining = [
        _remaining(_booked(tables[key], year, closed), profile, closed)
        for key, profile in zip(keys, profiles, strict=True)
    ]
    misses = _misses([tables[key] for key in keys], profiles, year, closed)
    errors = _simulated(np.array(remaining), misses, closed)
    titles = []
    for key, rest, deviations in zip(keys, remaining, errors, strict=True):
        booked = _booked(tables[key], year, closed)
        expected = booked + float(rest.sum())
        low, high = _range(deviations)
        plan = voted.get(key, {}).get(year)
        total = None if plan is None else float(plan.sum())
        titles.append(TitleLanding(*key, booked, expected + low, expected, expected + high, total))
    return _result(tuple(titles), errors, year, closed)


def _by_title(rows: pd.DataFrame) -> dict[tuple[Side, str], Ledger]:
    """Twelve amounts per year (0 where nothing was booked), per title of each side."""
    found: dict[tuple[Side, str], Ledger] = {}
    columns = (rows["month"], rows["side"], rows["title"], rows["value"].astype(float))
    for month, side, title, value in zip(*columns, strict=True):
        ledger = found.setdefault((cast("Side", side), str(title)), {})
        ledger.setdefault(month.year, np.zeros(12))[month.month - 1] += value
    return found


def _closed_months(history: pd.DataFrame, year: int) -> int:
    """Last month of the year that both sides have booked; 0 when there is none."""
    months = pd.to_datetime(history["month"])
    ours = history[months.dt.year == year]
    lasts = pd.to_datetime(ours["month"]).dt.month.groupby(ours["side"].to_numpy()).max()
    return int(lasts.min()) if len(lasts) == len({"revenue", "expense"}) else 0


def _profile(ledger: Ledger, voted: Ledger, year: int) -> Values:
    """Weight of each month, mean 1: past complete years, else the budget, else flat."""
    years = range(year - _YEARS_OF_PROFILE, year)
    past = [ledger[one] for one in years if _is_complete(ledger, one)]
    if not past and year in voted and voted[year].sum():
        past = [voted[year]]
    if not past:
        return np.ones(12)
    weights: Values = np.mean([months / months.mean() for months in past], axis=0)
    return weights


def _is_complete(ledger: Ledger, year: int) -> bool:
    """A first year that begins after January is no profile, nor is an empty one."""
    if year not in ledger or not ledger[year].sum():
        return False
    return year > min(ledger) or bool(ledger[year][0])


def _remaining(booked: float, profile: Values, closed: int) -> Values:
    """Expected amount of each month still to come."""
    known = float(profile[:closed].sum())
    level = booked / known if known else booked / closed
    return level * profile[closed:]


def _booked(ledger: Ledger, year: int, closed: int) -> float:
    return float(ledger[year][:closed].sum()) if year in ledger else 0.0


def _misses(ledgers: list[Ledger], profiles: list[Values], year: int, closed: int) -> Values:
    """How far each past month fell from its profile: months in rows, titles in columns, as shares.

    The year under way speaks for itself with its closed months; each past year is read against
    its own level. Months that no title knows are left out.
    """
    years = range(year - _YEARS_OF_PROFILE + 1, year + 1)
    columns = [
        np.concatenate(
            [_year_misses(ledger, profile, one, closed if one == year else 12) for one in years]
        )
        for ledger, profile in zip(ledgers, profiles, strict=True)
    ]
    matrix = np.column_stack(columns)
    known: Values = matrix[~np.isnan(matrix).all(axis=1)]
    return known


def _year_misses(ledger: Ledger, profile: Values, year: int, months: int) -> Values:
    if not _is_complete(ledger, year):
        return np.full(months, np.nan)
    booked, weights = ledger[year][:months], profile[:months]
    level = booked.sum() / weights.sum() if weights.sum() else 0.0
    expected = level * weights
    misses: Values = np.divide(
        booked - expected, expected, out=np.zeros(months), where=expected != 0
    )
    return misses


def _simulated(remaining: Values, misses: Values, closed: int) -> Values:
    """Deviations of each title's year from its expected value: titles in rows, draws in columns.

    Two sources: the months to come miss their profile, and the level so far was itself read on
    `closed` months that missed theirs.
    """
    rng = np.random.default_rng(_SEED)
    shares = np.nan_to_num(misses)
    months = remaining.shape[1]
    if months == 0 or len(shares) == 0:
        return np.zeros((remaining.shape[0], 1))
    ahead = shares[rng.integers(0, len(shares), (_DRAWS, months))]
    behind = shares[rng.integers(0, len(shares), (_DRAWS, closed))].mean(axis=1)
    drawn = np.einsum("dmt,tm->td", ahead, remaining)
    level = -behind.T * remaining.sum(axis=1, keepdims=True)
    deviations: Values = drawn + level
    return deviations


def _range(deviations: Values) -> tuple[float, float]:
    low, middle, high = np.quantile(deviations, (0.1, 0.5, 0.9))
    return float(low - middle), float(high - middle)


def _result(titles: tuple[TitleLanding, ...], errors: Values, year: int, closed: int) -> Landing:
    signs = np.array([1.0 if title.side == "revenue" else -1.0 for title in titles])
    expected = float(sum(sign * title.p50 for sign, title in zip(signs, titles, strict=True)))
    low, high = _range(signs @ errors)
    voted = [title.budget for title in titles]
    budget = (
        None
        if None in voted
        else float(sum(s * b for s, b in zip(signs, voted, strict=True) if b is not None))
    )
    return Landing(year, closed, titles, expected + low, expected, expected + high, budget)
