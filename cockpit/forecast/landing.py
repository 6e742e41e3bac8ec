"""The year-end result: what is booked, plus what the months to come should weigh, by title.

Totals are coherent from the bottom up: each title is forecast, and the result is the sum of their
middles. Ranges come from past errors of the same method (`remainder.py`); those of the result from
the errors of all titles at the same past months together, so that a month good for revenue and
heavy in drugs stays one month (docs/decisions/011).
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import Literal, cast

import numpy as np
import pandas as pd

from cockpit.forecast.history import Values
from cockpit.forecast.months import YEAR
from cockpit.forecast.remainder import (
    FEWEST_ERRORS,
    Z80,
    half_width,
    past_errors,
    probability_below,
    remainder,
    spread_so_far,
)

Side = Literal["revenue", "expense"]
Key = tuple[Side, str]

UNCODED_ERROR = 0.2  # an assumption: one standard deviation of what is estimated, not coded


@dataclass(frozen=True, slots=True)
class YearTotal:
    """A year's total, in the unit of its months: known to date, expected, voted (None without).

    usual_error: half of the past errors at this month of the year were smaller; None when the
    history leaves no room to measure it, and the range is then indicative.
    """

    realised: float
    p10: float
    p50: float
    p90: float
    budget: float | None = None
    usual_error: float | None = None

    @property
    def probability_over(self) -> float | None:
        """Chance of ending above the budget; None without budget."""
        return _over(self.budget, self.p10, self.p50, self.p90)


@dataclass(frozen=True, slots=True)
class TitleLanding:
    """One title of one side, in euros; title "" is the whole side."""

    side: Side
    title: str
    realised: float
    p10: float
    p50: float
    p90: float
    budget: float | None

    @property
    def probability_over(self) -> float | None:
        """Chance of ending above what was voted; None without budget."""
        return _over(self.budget, self.p10, self.p50, self.p90)


@dataclass(frozen=True, slots=True)
class Landing:
    """The expected result of the year, in euros; a deficit is negative.

    The P50 of the titles add up exactly to the P50 of the sides and to p50; their P10 and P90 do
    not, by nature. closed_months: months booked on both sides. budget: voted result, None without
    budget. usual_error: as `YearTotal`. origin: last day of the data it was made on.
    """

    year: int
    closed_months: int
    by_title: tuple[TitleLanding, ...]
    p10: float
    p50: float
    p90: float
    budget: float | None
    usual_error: float | None = None
    by_side: tuple[TitleLanding, ...] = ()

    @property
    def origin(self) -> date:
        """Last day of the last closed month."""
        return date(self.year, self.closed_months, monthrange(self.year, self.closed_months)[1])

    @property
    def probability_below_budget(self) -> float | None:
        """Chance of a result worse than the voted one; None without budget."""
        over = _over(self.budget, self.p10, self.p50, self.p90)
        return None if over is None else 1 - over


@dataclass(frozen=True, eq=False)
class _Title:
    """One title while it is forecast. errors: deviations in euros at past origins, newest first."""

    key: Key
    realised: float
    rest: float
    budget: float | None
    errors: Values
    fallback: float
    uncoded: float


def year_total(
    values: Values,
    closed: int,
    *,
    plan: Values | None = None,
    uncoded: float = 0.0,
    mean: bool = False,
) -> YearTotal:
    """The total of a year of which `closed` months are known; its mean for a level (FTE).

    values: monthly amounts without a hole, ending with the last closed month. plan: twelve voted
    amounts. uncoded: part of the known months that is estimated (activity not coded yet).
    """
    title = _title(("revenue", ""), values, closed, plan, uncoded)
    low, high, usual = _range([title], np.ones(1))
    p50, divided = title.realised + title.rest, YEAR if mean else 1
    floor = 0.0 if values.min() >= 0 else -np.inf
    return YearTotal(
        title.realised / (closed if mean else 1),
        max(p50 - low, floor) / divided,
        p50 / divided,
        (p50 + high) / divided,
        None if title.budget is None else title.budget / divided,
        None if usual is None else usual / divided,
    )


def landing(
    history: pd.DataFrame,
    year: int,
    budget: pd.DataFrame,
    uncoded: pd.DataFrame | None = None,
) -> Landing | None:
    """Landing of `year` from monthly accounts.

    history, budget, uncoded: one row per (month, side, title), `month` the first of the month,
    `value` in euros, side "revenue" or "expense"; history holds complete months only; uncoded is
    the part of a booked month that is estimated until it is coded.
    Edge: None before the first closed month. A month without any entry of a title counts 0
    (grants are booked in blocks). Without a complete past year the budget's own months give the
    profile, and without budget every month weighs the same.
    """
    closed = _closed_months(history, year)
    if closed == 0:
        return None
    voted = {key: _grid(rows, year, YEAR) for key, rows in _keys(_within(budget, year))}
    waiting = {} if uncoded is None else dict(_keys(_within(uncoded, year)))
    titles = [
        _title(
            key,
            _grid(rows, year, closed),
            closed,
            voted.get(key),
            _known(waiting.get(key), year, closed),
        )
        for key, rows in _keys(history)
    ]
    titles.sort(key=lambda title: (title.key[0] != "revenue", title.key[1]))
    return _landed(titles, year, closed)


def _keys(rows: pd.DataFrame) -> list[tuple[Key, pd.DataFrame]]:
    return [
        ((cast("Side", side), str(title)), mine)
        for (side, title), mine in rows.groupby(["side", "title"])
    ]


def _grid(rows: pd.DataFrame, year: int, months: int) -> Values:
    """Monthly amounts from the first month booked (January of the year at the latest)."""
    booked = pd.to_datetime(rows["month"]).dt.to_period("M")
    january = pd.Period(year=year, month=1, freq="M")
    span = pd.period_range(min(booked.min(), january), january + months - 1, freq="M")
    amounts = rows["value"].astype(float).groupby(booked).sum()
    grid: Values = np.asarray(amounts.reindex(span, fill_value=0.0), dtype=np.float64)
    return grid


def _within(rows: pd.DataFrame, year: int) -> pd.DataFrame:
    return rows[pd.to_datetime(rows["month"]).dt.year == year]


def _known(rows: pd.DataFrame | None, year: int, closed: int) -> float:
    return 0.0 if rows is None else float(_grid(rows, year, closed).sum())


def _closed_months(history: pd.DataFrame, year: int) -> int:
    """Last month of the year that both sides have booked; 0 when there is none."""
    months = pd.to_datetime(history["month"])
    ours = history[months.dt.year == year]
    lasts = pd.to_datetime(ours["month"]).dt.month.groupby(ours["side"].to_numpy()).max()
    return int(lasts.min()) if len(lasts) == len({"revenue", "expense"}) else 0


def _title(key: Key, values: Values, closed: int, plan: Values | None, uncoded: float) -> _Title:
    rest = float(remainder(values, closed, plan).sum())
    errors = past_errors(values, closed) if closed < YEAR else np.zeros(FEWEST_ERRORS)
    return _Title(
        key,
        realised=float(values[len(values) - closed :].sum()),
        rest=rest,
        budget=None if plan is None else float(plan.sum()),
        errors=errors * rest,
        fallback=spread_so_far(values, closed, plan) * abs(rest),
        uncoded=UNCODED_ERROR * uncoded,
    )


def _range(titles: list[_Title], signs: Values) -> tuple[float, float, float | None]:
    """Below and above the middle of a signed sum of titles, and its usual error.

    Measured on the past months where at least one title has an error; while there are fewer than
    four, the titles' own spreads add up as if independent.
    """
    origins = max(len(title.errors) for title in titles)
    together = np.zeros(origins)
    for title, sign in zip(titles, signs, strict=True):
        together[: len(title.errors)] += sign * np.nan_to_num(title.errors)
    measured = origins >= FEWEST_ERRORS
    half = (
        half_width(together)
        if measured
        else float(np.sqrt(sum(title.fallback**2 for title in titles)))
    )
    estimated = Z80 * sum(sign * title.uncoded for title, sign in zip(titles, signs, strict=True))
    width = float(np.hypot(half, estimated))
    return width, width, float(np.median(np.abs(together))) if measured else None


def _landed(titles: list[_Title], year: int, closed: int) -> Landing:
    by_title = tuple(_summed([one], one.key) for one in titles)
    sides: tuple[Side, ...] = ("revenue", "expense")
    by_side = tuple(
        _summed([one for one in titles if one.key[0] == side], (side, "")) for side in sides
    )
    signs = np.array([1.0 if one.key[0] == "revenue" else -1.0 for one in titles])
    low, high, usual = _range(titles, signs)
    revenue, expense = by_side
    expected = revenue.p50 - expense.p50
    voted = (
        None
        if revenue.budget is None or expense.budget is None
        else revenue.budget - expense.budget
    )
    return Landing(
        year, closed, by_title, expected - low, expected, expected + high, voted, usual, by_side
    )


def _summed(titles: list[_Title], key: Key) -> TitleLanding:
    low, high, _usual = _range(titles, np.ones(len(titles)))
    expected = sum(one.realised + one.rest for one in titles)
    budgets = [one.budget for one in titles]
    voted = None if None in budgets else float(sum(one for one in budgets if one is not None))
    realised = sum(one.realised for one in titles)
    return TitleLanding(*key, realised, expected - low, expected, expected + high, voted)


def _over(level: float | None, p10: float, p50: float, p90: float) -> float | None:
    return None if level is None else 1 - probability_below(level, p10, p50, p90)
