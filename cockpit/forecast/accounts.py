"""Landings as forecasts: which accounts are read, and how a landing is stored and read back.

The result is the KPI's own forecast (facet ""); its parts are facets of the same run:
`revenue/1`, `expense/2` (range of a title), `revenue`, `expense` (of a side), `realised/revenue/1`
(booked so far), `budget/revenue/1`, `budget` (voted) and `usual_error`. Every figure is in the
KPI's unit. A landing made again because a closed month was restated keeps its origin and carries
the day of its data in its model's name (`landing_ets12_profile@2026-11-21`): what was stored stays.
"""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING

import pandas as pd

from cockpit.forecast.landing import Landing, Side, TitleLanding
from cockpit.forecast.model import Forecast
from cockpit.forecast.oversight import switched_off
from cockpit.forecast.store import parts
from cockpit.kpi.compute import series
from cockpit.kpi.model import Grain, Kpi, MeasureId, Scenario, Term, UnitId
from cockpit.series.model import ForecastPoint

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cockpit.access.scope import Scope
    from cockpit.warehouse.attach import Generation

MODEL = "landing_ets12_profile"
SIDES: Mapping[Side, tuple[str, ...]] = {
    "revenue": ("1", "2", "3"),
    "expense": ("1", "2", "3", "4"),
}
_YEARS_READ = 4
_BUDGET = "budget"
_REALISED = "realised"
_USUAL_ERROR = "usual_error"


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


def uncoded(
    generation: Generation, scope: Scope, t2a: Kpi, unit: UnitId, *, year: int, until: date
) -> pd.DataFrame:
    """Activity revenue that is estimated because it is not coded yet: month, side, title, value.

    t2a: the KPI `t2a_revenue`, which includes the estimate. All of it belongs to title 1.
    """
    coded = replace(t2a, numerator=(Term(MeasureId("t2a_coded_eur")),))
    whole, known = (
        series(
            generation, scope, kpi, unit, start=date(year, 1, 1), end=until, grain=Grain.MONTH
        ).set_index("period")["value"]
        for kpi in (t2a, coded)
    )
    waiting = whole.sub(known, fill_value=0.0).clip(lower=0.0) / t2a.scale
    return pd.DataFrame(
        {"month": waiting.index, "side": "revenue", "title": "1", "value": waiting.to_numpy(float)}
    )


def as_forecasts(
    found: Landing,
    kpi: Kpi,
    unit: UnitId,
    *,
    made_at: datetime,
    data_hash: str,
    whole_only: bool,
    revised: date | None = None,
) -> Iterator[Forecast]:
    """The rows of one landing. whole_only: the result and its budget, without the titles.

    data_hash: of the accounts that it was made with.
    revised: last day of the data it was made again on; None for the first of its origin.
    """
    rows = {"": (found.p10, found.p50, found.p90)}
    if found.budget is not None:
        rows[_BUDGET] = (found.budget,) * 3
    if not whole_only:
        rows |= dict(_parts(found))
    rows = {
        facet: (low * kpi.scale, mid * kpi.scale, high * kpi.scale)
        for facet, (low, mid, high) in rows.items()
    }
    for facet, (low, mid, high) in rows.items():
        yield Forecast(
            kpi=kpi.id,
            unit=unit,
            model=f"{MODEL}@{revised}" if revised else MODEL,
            origin=found.origin,
            made_at=made_at,
            history_from=date(found.year, 1, 1),
            points=(ForecastPoint(date(found.year, 12, 31), low, mid, high),),
            facet=facet,
            data_hash=data_hash,
        )


def _parts(found: Landing) -> Iterator[tuple[str, tuple[float, float, float]]]:
    if found.usual_error is not None:
        yield _USUAL_ERROR, (found.usual_error,) * 3
    for title in (*found.by_side, *found.by_title):
        name = _name(title.side, title.title)
        yield name, (title.p10, title.p50, title.p90)
        yield f"{_REALISED}/{name}", (title.realised,) * 3
        if title.budget is not None:
            yield f"{_BUDGET}/{name}", (title.budget,) * 3


def _name(side: Side, title: str) -> str:
    return f"{side}/{title}" if title else side


def stored_landing(generation: Generation, scope: Scope, kpi: Kpi, unit: UnitId) -> Landing | None:
    """The newest landing of a unit, in euros; None when there is none.

    kpi: `year_end_landing`. A title whose forecast was switched off keeps its realised amount, its
    expected ones are NaN; a side that was is left out. Raises UnknownUnit, OutOfScope.
    """
    rows = [row for row in parts(generation, scope, kpi, unit) if row.points]
    if not rows:
        return None
    origin, model = max((row.origin, row.model) for row in rows)
    at = {row.facet: row.points[0] for row in rows if (row.origin, row.model) == (origin, model)}
    euros = {facet: _in_euros(point, kpi) for facet, point in at.items()}
    off = {key[2] for key in switched_off(generation.home) if key[:2] == (kpi.id, unit)}
    whole, voted, usual = euros[""], euros.get(_BUDGET), euros.get(_USUAL_ERROR)
    return Landing(
        at[""].day.year,
        origin.month,
        tuple(
            _titles(
                euros | {name: _stopped(euros[name]) for name in off & euros.keys()},
                [(side, title) for side, titles in SIDES.items() for title in titles],
            )
        ),
        whole.low,
        whole.mid,
        whole.high,
        voted.mid if voted else None,
        usual.mid if usual else None,
        tuple(_titles(euros, [(side, "") for side in SIDES if side not in off])),
    )


def _titles(
    euros: Mapping[str, ForecastPoint], keys: list[tuple[Side, str]]
) -> Iterator[TitleLanding]:
    for side, title in keys:
        name = _name(side, title)
        if name in euros:
            point, voted = euros[name], euros.get(f"{_BUDGET}/{name}")
            realised = euros[f"{_REALISED}/{name}"].mid
            budget = voted.mid if voted else None
            yield TitleLanding(side, title, realised, point.low, point.mid, point.high, budget)


def _stopped(point: ForecastPoint) -> ForecastPoint:
    return ForecastPoint(point.day, math.nan, math.nan, math.nan)


def _in_euros(point: ForecastPoint, kpi: Kpi) -> ForecastPoint:
    return ForecastPoint(
        point.day, point.low / kpi.scale, point.mid / kpi.scale, point.high / kpi.scale
    )
