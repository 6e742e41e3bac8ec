"""The bed outlook as rows of the generation, and its readers: a screen never computes it."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, TypeVar

import pandas as pd
import pyarrow as pa
import sqlalchemy as sa

from cockpit.errors import UnknownUnit
from cockpit.forecast.beds.model import Outlook, OutlookDay
from cockpit.kpi.model import Domain, UnitId
from cockpit.warehouse import schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from cockpit.access.scope import Scope
    from cockpit.warehouse.attach import Generation

Thing = TypeVar("Thing", Outlook, OutlookDay)

_SINCE_SCHEMA = 4
"""Generations made by an older program, still served until the next refresh, have no such table."""
_DAYS = frozenset({"day", "origin"})
_TYPES = {
    sa.Text: pa.string(),
    sa.Date: pa.date32(),
    sa.DateTime: pa.timestamp("us"),
    sa.Double: pa.float64(),
    sa.Integer: pa.int32(),
}


def to_tables(outlooks: Iterable[Outlook]) -> dict[str, pa.Table]:
    """`bed_outlook_run` and `bed_outlook`, in the columns of the generation's tables."""
    kept = tuple(outlooks)
    runs = [_row(one, schema.bed_outlook_run) for one in kept]
    days = [
        _row(day, schema.bed_outlook) | {"origin": one.origin} for one in kept for day in one.days
    ]
    return {
        "bed_outlook_run": pa.Table.from_pylist(runs, schema=_shape(schema.bed_outlook_run)),
        "bed_outlook": pa.Table.from_pylist(days, schema=_shape(schema.bed_outlook)),
    }


def latest(generation: Generation, scope: Scope, unit: UnitId) -> Outlook | None:
    """The newest outlook of a unit; None when none was made, refused with its sentence.

    Raises UnknownUnit outside the scope, OutOfScope for a role that does not see beds.
    """
    return latest_of(generation, scope, [unit]).get(unit)


def latest_of(
    generation: Generation, scope: Scope, units: Sequence[UnitId]
) -> Mapping[UnitId, Outlook]:
    """The newest outlooks of some units, in one read; a unit that has none is absent.

    Raises as `latest`.
    """
    scope.require(Domain.BEDS)
    for unit in units:
        if not generation.units.is_within(unit, scope.roots):
            raise UnknownUnit(unit=unit)
    wanted = tuple(units)
    key = ("bed_outlook", scope.key(), wanted)
    return generation.cached(key, lambda: _read(generation, wanted))


def past(generation: Generation, scope: Scope, unit: UnitId, origin: date) -> Outlook | None:
    """The outlook that was published at an origin, as it was then. Raises as `latest`."""
    latest(generation, scope, unit)
    if generation.schema_version < _SINCE_SCHEMA:
        return None
    run, day = schema.bed_outlook_run, schema.bed_outlook
    runs = generation.read(sa.select(run).where(run.c.unit == unit, run.c.origin == origin))
    rows = generation.read(
        sa.select(day)
        .where(day.c.unit == unit, day.c.origin == origin)
        .order_by(day.c.day, day.c.slot)
    )
    days = tuple(_made(OutlookDay, rows))
    return next((replace(one, days=days) for one in _made(Outlook, runs)), None)


def _read(generation: Generation, units: tuple[UnitId, ...]) -> dict[UnitId, Outlook]:
    if generation.schema_version < _SINCE_SCHEMA:
        return {}
    run, day = schema.bed_outlook_run, schema.bed_outlook
    newest = sa.select(sa.func.max(run.c.origin)).scalar_subquery()
    runs = generation.read(sa.select(run).where(run.c.origin == newest, run.c.unit.in_(units)))
    rows = generation.read(
        sa.select(day)
        .where(day.c.origin == newest, day.c.unit.in_(units))
        .order_by(day.c.unit, day.c.day, day.c.slot)
    )
    days: dict[str, list[OutlookDay]] = {}
    for one in _made(OutlookDay, rows):
        days.setdefault(one.unit, []).append(one)
    found = (replace(one, days=tuple(days.get(one.unit, ()))) for one in _made(Outlook, runs))
    return {one.unit: one for one in found}


def _made(kind: type[Thing], rows: pd.DataFrame) -> list[Thing]:
    """One object per row; NULL is None, a day is a date."""
    names = [f.name for f in fields(kind) if f.name in rows.columns]
    return [
        kind(**dict(zip(names, cells, strict=True)))
        for cells in zip(*(_cells(rows[name]) for name in names), strict=True)
    ]


def _cells(column: pd.Series[Any]) -> list[object]:
    if column.name in _DAYS:
        return list(column.dt.date)
    if column.name == "made_at":
        return [moment.to_pydatetime() for moment in column]
    if not column.hasnans:
        return column.tolist()
    return [
        None if missing else cell
        for cell, missing in zip(column.tolist(), column.isna().tolist(), strict=True)
    ]


def _row(thing: Outlook | OutlookDay, table: sa.Table) -> dict[str, object]:
    return {
        name: getattr(thing, name)
        for name in (column.name for column in table.c)
        if hasattr(thing, name)
    }


def _shape(table: sa.Table) -> pa.Schema:
    return pa.schema([(column.name, _TYPES[type(column.type)]) for column in table.c])
