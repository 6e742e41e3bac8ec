"""The year-end result: what is booked, plus what the months to come usually weigh, by title.

A month that remains = the year's level so far x the month's usual weight in the last complete
years. Measured on monthly hospital series, Prophet is worse than such profiles (forecasting notes
of docs/decisions/021-landing-by-profile.md), so it is not used here. The range comes from how far
past months fell from their own profile, drawn month by month for all titles together, so that a
month good for revenue and heavy in drugs stays one month.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

Side = Literal["revenue", "expense"]
Values = npt.NDArray[np.float64]

_YEARS_OF_PROFILE = 3
_DRAWS = 4000
_SEED = 20
_MONTHS = range(1, 13)


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
    tables = {key: _by_month(rows) for key, rows in history.groupby(["side", "title"])}
    closed = _closed_months(history, year)
    if closed == 0 or not tables:
        return None
    voted = {key: _by_month(rows) for key, rows in budget.groupby(["side", "title"])}
    keys = sorted(tables, key=lambda key: (key[0] != "revenue", key[1]))
    profiles = [_profile(tables[key], voted.get(key), year) for key in keys]
    remaining = [
        _remaining(tables[key], profile, year, closed)
        for key, profile in zip(keys, profiles, strict=True)
    ]
    misses = _misses([tables[key] for key in keys], profiles, year, closed)
    errors = _simulated(np.array(remaining), misses, closed)
    titles = tuple(
        _title(key, tables[key], rest, deviations, voted.get(key), year, closed)
        for key, rest, deviations in zip(keys, remaining, errors, strict=True)
    )
    return _result(titles, errors, year, closed)


def _by_month(rows: pd.DataFrame) -> pd.DataFrame:
    """Years in rows, months 1 to 12 in columns, 0 where nothing was booked."""
    months = pd.to_datetime(rows["month"])
    table = rows["value"].astype(float).groupby([months.dt.year, months.dt.month]).sum().unstack()
    return table.reindex(columns=_MONTHS).fillna(0.0)


def _closed_months(history: pd.DataFrame, year: int) -> int:
    """Last month of the year that both sides have booked; 0 when there is none."""
    months = pd.to_datetime(history["month"])
    ours = history[months.dt.year == year]
    lasts = pd.to_datetime(ours["month"]).dt.month.groupby(ours["side"].to_numpy()).max()
    return int(lasts.min()) if len(lasts) == len({"revenue", "expense"}) else 0


def _profile(table: pd.DataFrame, voted: pd.DataFrame | None, year: int) -> Values:
    """Weight of each month, mean 1: past complete years, else the budget, else flat."""
    past = table[(table.index < year) & (table.index >= year - _YEARS_OF_PROFILE)]
    past = past[(past != 0).any(axis=1) & (past.sum(axis=1) != 0)]
    past = past[[_is_complete(table, int(known)) for known in past.index]]
    if past.empty and voted is not None and year in voted.index and voted.loc[year].sum() != 0:
        past = voted.loc[[year]]
    if past.empty:
        return np.ones(12)
    weights: Values = past.div(past.mean(axis=1), axis=0).mean().to_numpy(float)
    return weights


def _is_complete(table: pd.DataFrame, year: int) -> bool:
    """A past year that begins the history in the middle of the year is no profile."""
    booked = table.loc[year] != 0
    return year > table.index.min() or bool(booked.loc[1])


def _remaining(table: pd.DataFrame, profile: Values, year: int, closed: int) -> Values:
    """Expected amount of each month still to come."""
    known = profile[:closed].sum()
    booked = _booked(table, year, closed)
    level = booked / known if known else booked / closed
    return level * profile[closed:]


def _booked(table: pd.DataFrame, year: int, closed: int) -> float:
    if year not in table.index:
        return 0.0
    return float(table.loc[year, list(_MONTHS)[:closed]].sum())


def _misses(
    tables: list[pd.DataFrame], profiles: list[Values], year: int, closed: int
) -> Values:
    """How far each past month fell from its profile: months in rows, titles in columns, as shares.

    The year under way speaks for itself with its closed months; each past year is read against
    its own level.
    """
    columns = []
    for table, profile in zip(tables, profiles, strict=True):
        rows = [
            _year_misses(table, profile, known, closed if known == year else 12)
            for known in range(year - _YEARS_OF_PROFILE + 1, year + 1)
        ]
        columns.append(np.concatenate(rows))
    matrix = np.column_stack(columns)
    return matrix[~np.isnan(matrix).all(axis=1)]


def _year_misses(table: pd.DataFrame, profile: Values, year: int, months: int) -> Values:
    if year not in table.index or not _is_complete(table, year):
        return np.full(months, np.nan)
    booked = table.loc[year].to_numpy(float)[:months]
    weights = profile[:months]
    level = booked.sum() / weights.sum() if weights.sum() else 0.0
    expected = level * weights
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(expected != 0, booked / expected - 1, 0.0)


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
    return drawn + level


def _title(  # noqa: PLR0913, PLR0917 - the columns of one row, used once
    key: tuple[Side, str],
    table: pd.DataFrame,
    rest: Values,
    deviations: Values,
    voted: pd.DataFrame | None,
    year: int,
    closed: int,
) -> TitleLanding:
    booked = _booked(table, year, closed)
    expected = booked + float(rest.sum())
    low, high = _range(deviations)
    has_budget = voted is not None and year in voted.index
    total = float(voted.loc[year].sum()) if voted is not None and has_budget else None
    return TitleLanding(*key, booked, expected + low, expected, expected + high, total)


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
