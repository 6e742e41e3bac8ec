"""Landings as forecasts: which accounts are read, and how a landing is stored and read back.

The result is the KPI's own forecast (facet ""); its parts are facets of the same run:
`revenue/1`, `expense/2` (range of a title), `realised/revenue/1` (booked so far) and
`budget/revenue/1`, `budget` (voted). Every figure is in the KPI's unit.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, cast

import pandas as pd

from cockpit.forecast.landing import Landing, Side, TitleLanding, landing
from cockpit.forecast.model import Forecast
from cockpit.forecast.store import parts
from cockpit.kpi.compute import series
from cockpit.kpi.model import Grain, Kpi, Scenario, UnitId
from cockpit.series.model import ForecastPoint

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cockpit.access.scope import Scope
    from cockpit.warehouse.attach import Generation

MODEL = "landing_profile"
SIDES: Mapping[Side, tuple[str, ...]] = {
    "revenue": ("1", "2", "3"),
    "expense": ("1", "2", "3", "4"),
}
_YEARS_READ = 4
_BUDGET = "budget"
_REALISED = "realised"


def ledger(
    generation: Generation,
    scope: Scope,
    accounts: Mapping[Side, Kpi],
    unit: UnitId,
    *,
    year: int,
    scenario: Scenario = "actual",
    until: date | None = None,
) -> pd.DataFrame:
    """Monthly amounts by title at a unit: month, side, title, value in euros.

    accounts: the KPI of each side (`revenue_by_title`, `expense_by_title`), whose scale is undone.
    until: months that end after it are left out.
    """
    first = date(year - _YEARS_READ + 1, 1, 1) if scenario == "actual" else date(year, 1, 1)
    frames = [
        series(
            generation,
            scope,
            kpi,
            unit,
            start=first,
            end=until or date(year, 12, 31),
            grain=Grain.MONTH,
            scenario=scenario,
            facet=title,
        ).assign(side=side, title=title, kpi_scale=kpi.scale)
        for side, kpi in accounts.items()
        for title in SIDES[side]
    ]
    rows = pd.concat(frames, ignore_index=True)
    rows = rows[rows["value"] != 0]  # a title never booked is reported as 0 beside the others
    rows = rows.assign(month=rows["period"], value=rows["value"] / rows["kpi_scale"])
    if until is not None:
        ends = pd.to_datetime(rows["month"]) + pd.offsets.MonthEnd(0)
        rows = rows[ends <= pd.Timestamp(until)]
    return rows[["month", "side", "title", "value"]].astype({"value": float})


def landings(history: pd.DataFrame, budget: pd.DataFrame, year: int) -> Iterator[Landing]:
    """The landing as it stood after each closed month of the year, oldest first."""
    months = pd.to_datetime(history["month"])
    newest = landing(history, year, budget)
    if newest is None:
        return
    for closed in range(1, newest.closed_months):
        known = landing(history[months <= pd.Timestamp(year, closed, 1)], year, budget)
        if known is not None and known.closed_months == closed:
            yield known
    yield newest


def as_forecasts(
    found: Landing, kpi: Kpi, unit: UnitId, *, made_at: datetime, whole_only: bool
) -> Iterator[Forecast]:
    """The rows of one landing. whole_only: the result and its budget, without the titles."""
    rows = {"": (found.p10, found.p50, found.p90)}
    if found.budget is not None:
        rows[_BUDGET] = (found.budget,) * 3
    if not whole_only:
        rows |= dict(_parts(found))
    target = date(found.year, 12, 31)
    for facet, values in rows.items():
        low, mid, high = (value * kpi.scale for value in values)
        yield Forecast(
            kpi=kpi.id,
            unit=unit,
            model=MODEL,
            origin=found.origin,
            made_at=made_at,
            history_from=date(found.year, 1, 1),
            points=(ForecastPoint(target, low, mid, high),),
            facet=facet,
        )


def _parts(found: Landing) -> Iterator[tuple[str, tuple[float, float, float]]]:
    for title in found.by_title:
        name = f"{title.side}/{title.title}"
        yield name, (title.p10, title.p50, title.p90)
        yield f"{_REALISED}/{name}", (title.realised,) * 3
        if title.budget is not None:
            yield f"{_BUDGET}/{name}", (title.budget,) * 3


def stored_landing(generation: Generation, scope: Scope, kpi: Kpi, unit: UnitId) -> Landing | None:
    """The newest landing of a unit, in euros; None when there is none.

    kpi: `year_end_landing`. Raises UnknownUnit, OutOfScope.
    """
    rows = [row for row in parts(generation, scope, kpi, unit) if row.points]
    if not rows:
        return None
    origin = max(row.origin for row in rows)
    at = {row.facet: row.points[0] for row in rows if row.origin == origin}
    euros = {facet: _in_euros(point, kpi) for facet, point in at.items()}
    whole, voted = euros[""], euros.get(_BUDGET)
    names = [f"{side}/{title}" for side, titles in SIDES.items() for title in titles]
    titles = tuple(_title(name, euros) for name in names if name in euros)
    return Landing(
        at[""].day.year,
        origin.month,
        titles,
        whole.low,
        whole.mid,
        whole.high,
        voted.mid if voted else None,
    )


def _title(name: str, euros: Mapping[str, ForecastPoint]) -> TitleLanding:
    side, title = name.split("/")
    voted = euros.get(f"{_BUDGET}/{name}")
    point = euros[name]
    return TitleLanding(
        cast("Side", side),
        title,
        euros[f"{_REALISED}/{name}"].mid,
        point.low,
        point.mid,
        point.high,
        voted.mid if voted else None,
    )


def _in_euros(point: ForecastPoint, kpi: Kpi) -> ForecastPoint:
    return ForecastPoint(
        point.day, point.low / kpi.scale, point.mid / kpi.scale, point.high / kpi.scale
    )
