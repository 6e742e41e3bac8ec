"""Landings made by the worker: each closed month once, and again when its accounts are restated."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cockpit import clock
from cockpit.forecast.accounts import as_forecasts, ledger, stored_landing, uncoded
from cockpit.forecast.landing import Landing, Side, landing
from cockpit.forecast.store import parts
from cockpit.kpi.model import Kpi, KpiId, UnitId

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cockpit.access.scope import Scope
    from cockpit.forecast.model import Forecast
    from cockpit.warehouse.attach import Generation

LANDING = KpiId("year_end_landing")
REVENUE, EXPENSE = KpiId("revenue_by_title"), KpiId("expense_by_title")
T2A = KpiId("t2a_revenue")

_EURO = 1.0


def landing_forecasts(
    generation: Generation, scope: Scope, catalogue: Mapping[KpiId, Kpi], unit: UnitId
) -> Iterator[Forecast]:
    """What is not stored yet of the last year that has a closed month (in January, last year).

    One landing per closed month; the newest is made again, as a revision of yesterday, when its
    accounts or its budget have moved since. Nothing when the catalogue has no accounts.
    Cost: about 0.4 CPU-s per month made.
    """
    if not {LANDING, REVENUE, EXPENSE} <= set(catalogue):
        return
    yesterday = clock.yesterday()
    for year in (yesterday.year, yesterday.year - 1):
        tables = _read(generation, scope, catalogue, unit, year)
        newest = landing(tables[0], year, *tables[1:])
        if newest is not None:
            yield from _new(generation, scope, catalogue[LANDING], unit, (newest, tables))
            return


Tables = tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame | None]


def _read(
    generation: Generation,
    scope: Scope,
    catalogue: Mapping[KpiId, Kpi],
    unit: UnitId,
    year: int,
) -> Tables:
    sides: dict[Side, Kpi] = {"revenue": catalogue[REVENUE], "expense": catalogue[EXPENSE]}
    until = min(clock.yesterday(), date(year, 12, 31))
    booked = ledger(generation, scope, sides, unit, year=year, until=until)
    voted = ledger(generation, scope, sides, unit, year=year, scenario="budget")
    waiting = None
    if T2A in catalogue and not booked.empty:
        waiting = uncoded(generation, scope, catalogue[T2A], unit, year=year, until=until)
    return booked, voted, waiting


def _new(
    generation: Generation,
    scope: Scope,
    kpi: Kpi,
    unit: UnitId,
    made: tuple[Landing, Tables],
) -> Iterator[Forecast]:
    newest, tables = made
    made_at = clock.utc_naive(clock.now())
    origins = {one.origin for one in parts(generation, scope, kpi, unit) if not one.facet}
    for found in _before(newest, tables, origins):
        yield from as_forecasts(found, kpi, unit, made_at=made_at, whole_only=True)
    if newest.origin not in origins:
        yield from as_forecasts(newest, kpi, unit, made_at=made_at, whole_only=False)
        return
    stored = stored_landing(generation, scope, kpi, unit)
    if stored is None or _has_moved(stored, newest):
        yesterday = clock.yesterday()
        yield from as_forecasts(
            newest, kpi, unit, made_at=made_at, whole_only=False, revised=yesterday
        )


def _before(newest: Landing, tables: Tables, stored: set[date]) -> Iterator[Landing]:
    """The landing as it would have stood after each earlier month that has none, oldest first."""
    booked, voted, waiting = tables
    months = pd.to_datetime(booked["month"])
    for closed in range(1, newest.closed_months):
        month = pd.Timestamp(newest.year, closed, 1)
        if (month + pd.offsets.MonthEnd(0)).date() in stored:
            continue
        known = landing(booked[months <= month], newest.year, voted, waiting)
        if known is not None and known.closed_months == closed:
            yield known


def _has_moved(stored: Landing, made: Landing) -> bool:
    """Whether an amount booked, voted or expected differs by more than a euro."""
    before, after = _figures(stored), _figures(made)
    if before.keys() != after.keys():
        return True
    return not all(np.isclose(before[name], after[name], rtol=0, atol=_EURO) for name in before)


def _figures(found: Landing) -> dict[tuple[str, str, str], float]:
    figures: dict[tuple[str, str, str], float] = {}
    for title in found.by_title:
        figures["realised", title.side, title.title] = title.realised
        figures["expected", title.side, title.title] = title.p50
        if title.budget is not None:
            figures["voted", title.side, title.title] = title.budget
    return figures
