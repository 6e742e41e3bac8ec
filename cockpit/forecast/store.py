"""Forecasts as rows of the generation, and the readers: a screen never fits, it reads."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any, Protocol, cast

import pandas as pd
import pyarrow as pa
import sqlalchemy as sa

from cockpit.errors import UnknownUnit
from cockpit.forecast.model import Forecast
from cockpit.kpi.model import Kpi, KpiId, UnitId
from cockpit.series.model import ForecastPoint
from cockpit.warehouse import schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.sql.expression import ClauseElement

    from cockpit.access.scope import Scope
    from cockpit.warehouse.attach import Generation

_ARROW = {
    sa.Text: pa.string(),
    sa.Double: pa.float64(),
    sa.Date: pa.date32(),
    sa.DateTime: pa.timestamp("us"),
    sa.SmallInteger: pa.int16(),
}
_SCORES = ("mape", "mape_naive", "mase", "mase_naive", "coverage80")
_POINT_KEY = ("kpi", "unit", "facet", "model", "origin", "made_at")
_TEXTS = (
    "facet",
    "refused",
    "status",
    "sentence",
    "banner",
    "versions",
    "data_hash",
)
Key = tuple[str, str, str]
"""(kpi, unit, facet)"""


class Reader(Protocol):
    """What this module asks of a generation."""

    def read(self, statement: ClauseElement) -> pd.DataFrame:
        """Rows of a statement."""


def to_tables(
    forecasts: Iterable[Forecast], past: pd.DataFrame | None = None
) -> dict[str, pa.Table]:
    """`forecast_run`, `forecast_point` and `forecast_past`, in the generation's columns.

    past: `kpi`, `unit`, `facet` and the columns of `Job.past`; None: nothing to keep.
    """
    kept = tuple(forecasts)
    names = [c.name for c in schema.forecast_run.c]
    runs = [{name: getattr(one, name) for name in names} for one in kept]
    runs = [row | {"members": ",".join(row["members"])} for row in runs]
    points = [_point_row(one, point) for one in kept for point in one.points]
    shapes = [_shape(t) for t in (schema.forecast_run, schema.forecast_point, schema.forecast_past)]
    return {
        "forecast_run": pa.Table.from_pylist(runs, schema=shapes[0]),
        "forecast_point": pa.Table.from_pylist(points, schema=shapes[1]),
        "forecast_past": _past_table(past, shapes[2]),
    }


def _shape(table: sa.Table) -> pa.Schema:
    return pa.schema([(c.name, _ARROW[type(c.type)]) for c in table.c])


def _past_table(past: pd.DataFrame | None, shape: pa.Schema) -> pa.Table:
    if past is None or past.empty:
        return shape.empty_table()
    return pa.Table.from_pandas(past[shape.names], schema=shape, preserve_index=False)


def _point_row(one: Forecast, point: ForecastPoint) -> dict[str, object]:
    key = {name: getattr(one, name) for name in _POINT_KEY}
    values = {name: getattr(point, name) for name in ("day", "low", "mid", "high")}
    outer = {name: getattr(point, name) for name in ("low50", "high50", "low95", "high95")}
    return key | values | outer | {"parts": json.dumps(dict(point.parts)) if point.parts else None}


def past_of(generation: Reader) -> dict[Key, pd.DataFrame]:
    """By (kpi, unit, facet), what each model said at past origins, as `Job.past`."""
    rows = generation.read(sa.select(schema.forecast_past))
    rows = rows.assign(day=_dates(rows["day"]), origin=_dates(rows["origin"]))
    keys = ["kpi", "unit", "facet"]
    return {cast("Key", key): same.drop(columns=keys) for key, same in rows.groupby(keys)}


def stored_hashes(generation: Reader) -> dict[Key, str]:
    """By series, the hash of the data that its newest forecast was made with."""
    run = schema.forecast_run.c
    newest = sa.func.row_number().over(
        partition_by=(run.kpi, run.unit, run.facet),
        order_by=(run.origin.desc(), run.made_at.desc()),
    )
    ranked = sa.select(
        run.kpi, run.unit, run.facet, run.data_hash, newest.label("place")
    ).subquery()
    rows = generation.read(sa.select(ranked).where(ranked.c.place == 1))
    return {(r["kpi"], r["unit"], r["facet"]): r["data_hash"] for r in rows.to_dict("records")}


def _dates(column: pd.Series[Any]) -> pd.Series[Any]:
    return pd.to_datetime(column).dt.date


def latest(
    generation: Generation, scope: Scope, kpi: Kpi, unit: UnitId, facet: str = ""
) -> Forecast | None:
    """The newest forecast of a KPI (or of a part of it) at a unit; None when none was made.

    A refused forecast is returned, without points and with its sentence.
    Raises UnknownUnit outside the scope, OutOfScope for a domain that the role does not see.
    """
    _require(generation, scope, kpi, unit)
    key = ("newest_forecasts", unit, bool(facet))
    at_unit = generation.fact(key, lambda: _newest(generation, unit, of_parts=bool(facet)))
    return at_unit.get((kpi.id, unit, facet))


def newest(
    generation: Generation, scope: Scope, kpis: Mapping[KpiId, Kpi]
) -> tuple[tuple[Kpi, Forecast], ...]:
    """The newest forecast of every daily series that the scope sees.

    In the catalogue's order, then the units' own (parents first).
    """
    every = generation.fact("newest_forecasts", lambda: _newest(generation))
    return _seen_by(generation, scope, kpis, every.values())


def newest_parts(
    generation: Generation, scope: Scope, kpis: Mapping[KpiId, Kpi]
) -> tuple[tuple[Kpi, Forecast], ...]:
    """The newest forecast of every part of a daily KPI that is forecast by itself; as `newest`."""
    every = generation.fact("newest_parts", lambda: _newest(generation, of_parts=True))
    return _seen_by(generation, scope, kpis, every.values())


def _seen_by(
    generation: Generation,
    scope: Scope,
    kpis: Mapping[KpiId, Kpi],
    every: Iterable[Forecast],
) -> tuple[tuple[Kpi, Forecast], ...]:
    places = {kpi: place for place, kpi in enumerate(kpis)}
    heights = {unit.id: place for place, unit in enumerate(generation.units)}
    found = [
        (kpis[made.kpi], made)
        for made in every
        if made.kpi in places and generation.units.is_within(made.unit, scope.roots)
    ]
    seen = [one for one in found if one[0].step == "day" and one[0].domain in scope.domains]
    return tuple(sorted(seen, key=lambda one: (places[one[0].id], heights[one[1].unit])))


def parts(generation: Generation, scope: Scope, kpi: Kpi, unit: UnitId) -> tuple[Forecast, ...]:
    """Every forecast of a KPI at a unit: the whole and its facets, oldest origin first.

    Raises as `latest`.
    """
    _require(generation, scope, kpi, unit)
    key = ("forecast", *scope.key(), kpi.id, unit)
    return generation.cached(key, lambda: _read(generation, kpi.id, unit))


def _require(generation: Generation, scope: Scope, kpi: Kpi, unit: UnitId) -> None:
    scope.require(kpi.domain)
    if not generation.units.is_within(unit, scope.roots):
        raise UnknownUnit(unit=unit)


def _newest(
    generation: Reader, unit: UnitId | None = None, *, of_parts: bool = False
) -> dict[Key, Forecast]:
    """By series, the newest forecast of each whole, or of each part; of one unit (all its tiles at
    once), or of all.

    Of one origin the last one made: data that came late in the morning are taken in.
    """
    run, point = schema.forecast_run.c, schema.forecast_point.c
    newest_first = (run.origin.desc(), run.made_at.desc(), run.model.desc())
    place = sa.func.row_number().over(
        partition_by=(run.kpi, run.unit, run.facet), order_by=newest_first
    )
    asked = [named != "" if of_parts else named == "" for named in (run.facet, point.facet)]
    whole = sa.select(schema.forecast_run, place.label("place")).where(asked[0])
    wanted = sa.select(schema.forecast_point).where(asked[1])
    if unit is not None:
        whole, wanted = whole.where(run.unit == unit), wanted.where(point.unit == unit)
    ranked = whole.subquery()
    same = [point[name] == ranked.c[name] for name in _POINT_KEY]
    runs = generation.read(sa.select(ranked).where(ranked.c.place == 1))
    points = generation.read(
        wanted.join(ranked, sa.and_(*same)).where(ranked.c.place == 1).order_by(point.day)
    )
    by_series = _points(points, ("kpi", "unit", "facet"))
    rows = {(row["kpi"], row["unit"], row["facet"]): row for row in runs.to_dict("records")}
    return {key: _forecast(row, by_series[key]) for key, row in rows.items()}


def _read(generation: Reader, kpi: KpiId, unit: UnitId) -> tuple[Forecast, ...]:
    run, point = schema.forecast_run.c, schema.forecast_point.c
    runs = generation.read(
        sa.select(schema.forecast_run)
        .where(run.kpi == kpi, run.unit == unit)
        .order_by(run.origin, run.made_at, run.facet, run.model)
    )
    points = generation.read(
        sa.select(schema.forecast_point)
        .where(point.kpi == kpi, point.unit == unit)
        .order_by(point.day)
    )
    keys = ("facet", "model", "origin", "made_at")
    by_run = _points(points, keys)
    return tuple(
        _forecast(row, by_run[tuple(row[key] for key in keys)]) for row in runs.to_dict("records")
    )


def _forecast(row: dict[Any, Any], points: Sequence[ForecastPoint]) -> Forecast:
    texts: dict[str, Any] = {name: row[name] for name in _TEXTS}
    scores: dict[str, Any] = {name: _number(row[name]) for name in _SCORES}
    return Forecast(
        kpi=KpiId(row["kpi"]),
        unit=UnitId(row["unit"]),
        model=row["model"],
        origin=row["origin"].date(),
        made_at=_instant(row["made_at"]),
        history_from=row["history_from"].date(),
        points=tuple(points),
        members=tuple(row["members"].split(",")) if row["members"] else (),
        **texts,
        **scores,
    )


def _points(rows: pd.DataFrame, keys: Sequence[str]) -> dict[tuple[str, ...], list[ForecastPoint]]:
    """By these columns, the points of a table, read as plain lists: a table at a time costs ten
    times less than a row at a time."""
    columns = [rows[name].tolist() for name in ("low", "mid", "high")]
    columns += [_numbers(rows[name]) for name in ("low50", "high50", "low95", "high95")]
    days = pd.to_datetime(rows["day"]).dt.date.tolist()
    parts = [tuple(json.loads(text).items()) if text else () for text in rows["parts"].tolist()]
    found: dict[tuple[str, ...], list[ForecastPoint]] = defaultdict(list)
    named = zip(*(rows[name].tolist() for name in keys), strict=True)
    for key, point in zip(named, zip(days, *columns, parts, strict=True), strict=True):
        found[key].append(ForecastPoint(*point))
    return found


def _numbers(column: pd.Series[float]) -> list[float | None]:
    return [None if value != value else value for value in column.tolist()]  # noqa: PLR0124 - NaN


def _instant(value: pd.Timestamp) -> datetime:
    return value.to_pydatetime()


def _number(value: float) -> float | None:
    return None if pd.isna(value) else float(value)
