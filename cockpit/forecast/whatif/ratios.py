"""The hospital's own ratios, with how much they vary; None when its data do not say.

Months are complete ones. A ratio over a year is drawn again by picking twelve months with
replacement: its spread is the spread of its months.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from cockpit.forecast.beds.read import placed
from cockpit.kpi.model import MeasureId, Term
from cockpit.kpi.read import read_panel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cockpit.forecast.history import Days, Values
    from cockpit.kpi.model import UnitId
    from cockpit.warehouse.attach import Generation

_YEAR_MONTHS = 12
_FEWEST_MONTHS = 6
_LINK_MONTHS = 36
_FEWEST_LINK_MONTHS = 12
_LEAST_LINK = 0.3
_BINS = 12
_FEWEST_NIGHTS = 180
_STAY_ITEM = "GHS_HC"
_STAFF_MOTIVE = "RH"


@dataclass(frozen=True, eq=False)
class Ratio:
    """top over bottom, by month, oldest first; the ratio is sum over sum."""

    top: Values
    bottom: Values

    @property
    def value(self) -> float:
        """Sum over sum."""
        return float(self.top.sum() / self.bottom.sum())

    def drawn(self, paths: int, rng: np.random.Generator) -> Values:
        """One plausible ratio per path."""
        picked = rng.integers(0, len(self.top), (paths, len(self.top)))
        found: Values = self.top[picked].sum(axis=1) / self.bottom[picked].sum(axis=1)
        return found


@dataclass(frozen=True, eq=False)
class Link:
    """A straight relation found in the hospital's months: slope, its standard error."""

    slope: float
    error: float
    correlation: float
    months: int


@dataclass(frozen=True, eq=False)
class Boarding:
    """Patients waiting at 08:00 by occupancy of the wards of one discipline, never falling.

    levels: occupancy (0-1), waiting: patients, one pair per twelfth of the nights.
    """

    discipline: str
    levels: Values
    waiting: Values
    correlation: float
    nights: int

    def at(self, occupancy: Values) -> Values:
        """Patients waiting at these occupancies; flat beyond what was ever seen."""
        return np.interp(occupancy, self.levels, self.waiting)


def revenue_per_bed_day(
    generation: Generation, wards: Sequence[UnitId], last: date
) -> Ratio | None:
    """EUR of overnight stays (coded and to come) per occupied bed-day of these wards."""
    money = Term(MeasureId("t2a_estimated_eur"), facets=(_STAY_ITEM,))
    nights = Term(MeasureId("patients_midnight"), over_time="sum")
    return _monthly(generation, wards, money, nights, last)


def cost_per_absence_day(
    generation: Generation, units: Sequence[UnitId], last: date
) -> Ratio | None:
    """EUR of temporary staff per calendar day of absence."""
    money = Term(MeasureId("temp_staff_eur"))
    return _monthly(generation, units, money, Term(MeasureId("absence_days")), last)


def staff(generation: Generation, units: Sequence[UnitId], last: date) -> float | None:
    """Paid FTE, mean of the last twelve known months."""
    values = _by_month(generation, units, Term(MeasureId("fte_paid"), over_time="last"), last)
    known = values[~np.isnan(values)][-_YEAR_MONTHS:]
    return float(known.mean()) if len(known) else None


def beds_per_absence_point(
    generation: Generation, units: Sequence[UnitId], last: date
) -> Link | None:
    """Beds closed for want of staff per point of absence, over up to 36 months."""
    ask = (generation, units)
    days = _by_month(*ask, Term(MeasureId("absence_days")), last, months=_LINK_MONTHS)
    fte = _by_month(*ask, Term(MeasureId("fte_paid"), over_time="last"), last, months=_LINK_MONTHS)
    closed = Term(MeasureId("beds_closed"), facets=(_STAFF_MOTIVE,), over_time="sum")
    beds = _by_month(*ask, closed, last, months=_LINK_MONTHS) / _lengths(last, _LINK_MONTHS)
    rate = 100 * days / (fte * _lengths(last, _LINK_MONTHS))
    return linked(rate, beds)


def linked(x: Values, y: Values) -> Link | None:
    """The slope of y on x; None under a year of months, or when they hardly move together."""
    known = ~np.isnan(x) & ~np.isnan(y)
    n = int(known.sum())
    if n < _FEWEST_LINK_MONTHS or np.ptp(x[known]) == 0 or np.ptp(y[known]) == 0:
        return None
    correlation = float(np.corrcoef(x[known], y[known])[0, 1])
    if correlation < _LEAST_LINK:
        return None
    slope = correlation * y[known].std() / x[known].std()
    error = abs(slope) * np.sqrt((1 / correlation**2 - 1) / (n - 2))
    return Link(float(slope), float(error), correlation, n)


def boarding(waiting: Values, occupancy: dict[str, Values]) -> Boarding | None:
    """The discipline whose occupancy best tells who waits the next morning.

    waiting: 08:00 of each day; occupancy: of each discipline at each midnight, same grid. None
    under 180 nights, or when waiting does not grow with any of them.
    """
    found = [
        one
        for name, levels in occupancy.items()
        if (one := _boarding(name, levels[:-1], waiting[1:])) is not None
    ]
    return max(found, key=lambda one: one.correlation, default=None)


def _boarding(name: str, levels: Values, waiting: Values) -> Boarding | None:
    known = ~np.isnan(levels) & ~np.isnan(waiting)
    x, y = levels[known], waiting[known]
    if len(x) < _FEWEST_NIGHTS or np.ptp(x) == 0 or np.ptp(y) == 0:
        return None
    correlation = float(np.corrcoef(x, y)[0, 1])
    if correlation < _LEAST_LINK:
        return None
    order = np.argsort(x, kind="stable")
    parts = np.array_split(order, _BINS)
    means = np.array([y[part].mean() for part in parts])
    return Boarding(
        name, np.array([x[part].mean() for part in parts]), _rising(means), correlation, len(x)
    )


def _rising(values: Values) -> Values:
    """The nearest values that never fall (pool adjacent violators, equal weights)."""
    blocks: list[tuple[float, int]] = []
    for value in values:
        blocks.append((float(value), 1))
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            (b, m), (a, n) = blocks.pop(), blocks.pop()
            blocks.append(((a * n + b * m) / (n + m), n + m))
    return np.concatenate([np.full(n, value) for value, n in blocks])


def _monthly(
    generation: Generation, units: Sequence[UnitId], top: Term, bottom: Term, last: date
) -> Ratio | None:
    above = _by_month(generation, units, top, last)
    below = _by_month(generation, units, bottom, last)
    known = ~np.isnan(above) & ~np.isnan(below) & (below > 0)
    if known.sum() < _FEWEST_MONTHS or not above[known].sum():
        return None
    return Ratio(above[known], below[known])


def _by_month(
    generation: Generation,
    units: Sequence[UnitId],
    term: Term,
    last: date,
    *,
    months: int = _YEAR_MONTHS,
) -> Values:
    """Sums of the complete months before `last`, oldest first; NaN where nothing was reported."""
    starts = _starts(last, months)
    first, end = starts[0].astype(date), (starts[-1] + 1).astype("datetime64[D]").astype(date)
    panel = read_panel(generation, [term], list(units), first, end - timedelta(days=1))
    daily = panel.daily(term, "actual", "")
    found = np.full(months, np.nan)
    places = (daily.days.astype("datetime64[M]") - starts[0]).astype(int)
    for place in range(months):
        mine = places == place
        if mine.any():
            found[place] = daily.values[mine].sum()
    return found


def _starts(last: date, months: int) -> Days:
    """The complete months before the one that holds the day after `last`."""
    open_month = np.datetime64(last + timedelta(days=1), "M")
    found: Days = open_month - months + np.arange(months)
    return found


def _lengths(last: date, months: int) -> Values:
    starts = _starts(last, months)
    ends = (starts + 1).astype("datetime64[D]")
    found: Values = (ends - starts.astype("datetime64[D]")).astype(float)
    return found


def on_grid(generation: Generation, units: Sequence[UnitId], measure: str, grid: Days) -> Values:
    """The daily sum of a measure over units."""
    term = Term(MeasureId(measure), over_time="last")
    first, last = grid[0].astype(date), grid[-1].astype(date)
    daily = read_panel(generation, [term], list(units), first, last).daily(term, "actual", "")
    return placed(grid, daily.days, daily.values)
