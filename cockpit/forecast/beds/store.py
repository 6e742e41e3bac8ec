"""The bed outlook as rows of the generation, and its readers: a screen never computes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import pyarrow as pa
import sqlalchemy as sa

from cockpit.errors import UnknownUnit
from cockpit.forecast.beds.model import Outlook, OutlookDay
from cockpit.kpi.model import Domain, UnitId
from cockpit.warehouse import schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    import numpy.typing as npt

    from cockpit.access.scope import Scope
    from cockpit.warehouse.attach import Generation

Thing = TypeVar("Thing", Outlook, OutlookDay)
Columns = Mapping[str, "npt.NDArray[Any]"]
"""One array per column, as `Generation.columns` gives them."""

_SINCE_SCHEMA = 4
"""Generations made by an older program, still served until the next refresh, have no such table."""
_DAYS = frozenset({"day", "origin"})
_NAN = sa.literal(float("nan"), sa.Double)
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
    here = (run.c.unit == unit, run.c.origin == origin)
    runs = generation.columns(_whole(run).where(*here))
    rows = generation.columns(
        _whole(day)
        .where(day.c.unit == unit, day.c.origin == origin)
        .order_by(day.c.day, day.c.slot)
    )
    days = tuple(_made(OutlookDay, rows))
    return next((replace(one, days=days) for one in _made(Outlook, runs)), None)


def _read(generation: Generation, units: tuple[UnitId, ...]) -> dict[UnitId, Outlook]:
    if generation.schema_version < _SINCE_SCHEMA:
        return {}
    runs, rows = generation.fact("newest_outlooks", lambda: _newest(generation))
    days: dict[str, list[OutlookDay]] = {}
    for one in _made(OutlookDay, _of(rows, units)):
        days.setdefault(one.unit, []).append(one)
    found = _made(Outlook, _of(runs, units))
    return {one.unit: replace(one, days=tuple(days.get(one.unit, ()))) for one in found}


def _newest(generation: Generation) -> tuple[Columns, Columns]:
    """Rows of the newest origin, of every unit: one read serves every scope and every strip.

    The origin is read first: days are then found by it alone, without a query in the query.
    """
    run, day = schema.bed_outlook_run, schema.bed_outlook
    newest = sa.select(sa.func.max(run.c.origin)).scalar_subquery()
    runs = generation.columns(_whole(run).where(run.c.origin == newest))
    origins = runs["origin"].astype("datetime64[D]").tolist()
    named = day.c.origin == origins[0] if origins else sa.false()
    return runs, generation.columns(_whole(day).where(named).order_by(day.c.day, day.c.slot))


def _of(rows: Columns, units: tuple[UnitId, ...]) -> Columns:
    wanted = frozenset(units)
    places = np.array([unit in wanted for unit in rows["unit"].tolist()], dtype=bool)
    return {name: column[places] for name, column in rows.items()}


def _whole(table: sa.Table) -> sa.Select[Any]:
    """Every column, NaN in place of NULL, which arrays do not hold."""
    return sa.select(
        *(sa.func.coalesce(c, _NAN).label(c.name) if c.nullable else c for c in table.c)
    )


def _made(kind: type[Thing], rows: Columns) -> list[Thing]:
    """One object per row; NaN is None, a day is a date. What is not stored (`days`) comes last."""
    columns = [_cells(f.name, rows[f.name]) for f in fields(kind) if f.name in rows]
    return [kind(*cells) for cells in zip(*columns, strict=True)]


def _cells(name: str, column: npt.NDArray[Any]) -> list[Any]:
    cells: list[Any] = (column.astype("datetime64[D]") if name in _DAYS else column).tolist()
    if column.dtype.kind == "f" and np.isnan(column).any():
        return [None if cell != cell else cell for cell in cells]  # noqa: PLR0124 - NaN
    return cells


def _row(thing: Outlook | OutlookDay, table: sa.Table) -> dict[str, object]:
    return {
        name: getattr(thing, name)
        for name in (column.name for column in table.c)
        if hasattr(thing, name)
    }


def _shape(table: sa.Table) -> pa.Schema:
    return pa.schema([(column.name, _TYPES[type(column.type)]) for column in table.c])
