"""Landings made by the worker: each closed month once, and again when its accounts are restated."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import TYPE_CHECKING

import pandas as pd

from cockpit import clock
from cockpit.forecast.accounts import as_forecasts, ledger, uncoded
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
    digest = _digest(tables)
    stored = [one for one in parts(generation, scope, kpi, unit) if not one.facet]
    hashes = {one.origin: one.data_hash for one in stored}  # of one origin, the last one made
    for found in _before(newest, tables, set(hashes)):
        yield from as_forecasts(
            found, kpi, unit, made_at=made_at, data_hash=digest, whole_only=True
        )
    if hashes.get(newest.origin) != digest:
        revised = clock.yesterday() if newest.origin in hashes else None
        yield from as_forecasts(
            newest, kpi, unit, made_at=made_at, data_hash=digest, whole_only=False, revised=revised
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


def _digest(tables: Tables) -> str:
    """Of the accounts, the budget and what is not coded, to the euro: what a landing is made of."""
    digest = hashlib.sha256()
    for table in tables:
        if table is not None:
            rounded = table.assign(value=table["value"].round())
            digest.update(
                rounded.sort_values(["month", "side", "title"]).to_csv(index=False).encode()
            )
    return digest.hexdigest()[:16]
