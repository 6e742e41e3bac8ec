"""Forecasts as rows of the generation, and the readers: a screen never fits, it reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import pandas as pd
import pyarrow as pa
import sqlalchemy as sa

from cockpit.errors import UnknownUnit
from cockpit.forecast.model import Forecast
from cockpit.kpi.model import Kpi, KpiId, UnitId
from cockpit.series.model import ForecastPoint
from cockpit.warehouse import schema

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy.sql.expression import ClauseElement

    from cockpit.access.scope import Scope
    from cockpit.warehouse.attach import Generation

_RUN = pa.schema(
    [
        ("kpi", pa.string()),
        ("unit", pa.string()),
        ("facet", pa.string()),
        ("model", pa.string()),
        ("origin", pa.date32()),
        ("made_at", pa.timestamp("us")),
        ("history_from", pa.date32()),
        ("mape", pa.float64()),
        ("mape_naive", pa.float64()),
        ("refused", pa.string()),
    ]
)
_POINT = pa.schema(
    [
        ("kpi", pa.string()),
        ("unit", pa.string()),
        ("facet", pa.string()),
        ("model", pa.string()),
        ("origin", pa.date32()),
        ("day", pa.date32()),
        ("low", pa.float64()),
        ("mid", pa.float64()),
        ("high", pa.float64()),
    ]
)


class Reader(Protocol):
    """What this module asks of a generation."""

    def read(self, statement: ClauseElement) -> pd.DataFrame:
        """Rows of a statement."""


def to_tables(forecasts: Iterable[Forecast]) -> dict[str, pa.Table]:
    """`forecast_run` and `forecast_point`, in the columns of the generation's tables."""
    kept = tuple(forecasts)
    runs = [{name: getattr(forecast, name) for name in _RUN.names} for forecast in kept]
    points = [
        {
            "kpi": forecast.kpi,
            "unit": forecast.unit,
            "facet": forecast.facet,
            "model": forecast.model,
            "origin": forecast.origin,
            "day": point.day,
            "low": point.low,
            "mid": point.mid,
            "high": point.high,
        }
        for forecast in kept
        for point in forecast.points
    ]
    return {
        "forecast_run": pa.Table.from_pylist(runs, schema=_RUN),
        "forecast_point": pa.Table.from_pylist(points, schema=_POINT),
    }


def latest(generation: Generation, scope: Scope, kpi: Kpi, unit: UnitId) -> Forecast | None:
    """The newest forecast of a KPI at a unit; None when none was made.

    A refused forecast is returned, without points and with its sentence.
    Raises UnknownUnit outside the scope, OutOfScope for a domain that the role does not see.
    """
    _require(generation, scope, kpi, unit)
    newest = generation.fact("newest_forecasts", lambda: _newest(generation))
    return newest.get((kpi.id, unit))


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


def _newest(generation: Reader) -> dict[tuple[str, str], Forecast]:
    """By KPI and unit, the forecast of the whole with the newest origin: one read for all tiles."""
    run, point = schema.forecast_run.c, schema.forecast_point.c
    last = (
        sa.select(run.kpi, run.unit, sa.func.max(run.origin).label("origin"))
        .where(run.facet == "")
        .group_by(run.kpi, run.unit)
        .subquery()
    )

    def of(table: sa.Table, *order: sa.ColumnElement[Any]) -> pd.DataFrame:
        c = table.c
        same = (c.kpi == last.c.kpi) & (c.unit == last.c.unit) & (c.origin == last.c.origin)
        statement = sa.select(table).join_from(table, last, same).where(c.facet == "")
        return generation.read(statement.order_by(*order))

    by_run = dict(iter(of(schema.forecast_point, point.day).groupby(["kpi", "unit", "model"])))
    return {
        (row["kpi"], row["unit"]): _forecast(
            row, by_run.get((row["kpi"], row["unit"], row["model"]))
        )
        for row in of(schema.forecast_run, run.model).to_dict("records")
    }


def _read(generation: Reader, kpi: KpiId, unit: UnitId) -> tuple[Forecast, ...]:
    run, point = schema.forecast_run.c, schema.forecast_point.c
    runs = generation.read(
        sa.select(schema.forecast_run)
        .where(run.kpi == kpi, run.unit == unit)
        .order_by(run.origin, run.facet, run.model)
    )
    points = generation.read(
        sa.select(schema.forecast_point)
        .where(point.kpi == kpi, point.unit == unit)
        .order_by(point.day)
    )
    keys = ["facet", "model", "origin"]
    by_run = dict(iter(points.groupby(keys)))
    return tuple(
        _forecast(row, by_run.get((row["facet"], row["model"], row["origin"])))
        for row in runs.to_dict("records")
    )


def _forecast(row: dict[Any, Any], points: pd.DataFrame | None) -> Forecast:
    return Forecast(
        kpi=KpiId(row["kpi"]),
        unit=UnitId(row["unit"]),
        model=row["model"],
        origin=row["origin"].date(),
        made_at=_instant(row["made_at"]),
        history_from=row["history_from"].date(),
        points=() if points is None else _points(points),
        mape=_number(row["mape"]),
        mape_naive=_number(row["mape_naive"]),
        refused=row["refused"],
        facet=row["facet"],
    )


def _points(rows: pd.DataFrame) -> tuple[ForecastPoint, ...]:
    return tuple(
        ForecastPoint(row["day"].date(), row["low"], row["mid"], row["high"])
        for row in rows.to_dict("records")
    )


def _instant(value: pd.Timestamp) -> datetime:
    return value.to_pydatetime()


def _number(value: float) -> float | None:
    return None if pd.isna(value) else float(value)
