"""The three ways a generation gives the next one: new batches, new alerts, new forecasts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import duckdb
import pyarrow as pa

from cockpit.kpi.units import UnitTree
from cockpit.settings import Home
from cockpit.warehouse import attach, build, derive, landing, publish, rollup, schema, structure
from cockpit.warehouse.landing import Landed

_CARRIED_OVER = (
    "forecast_run",
    "forecast_point",
    "forecast_past",
    "bed_outlook_run",
    "bed_outlook",
)
_BEDS_KEY = ("unit", "origin")
_PAST_KEY = ("kpi", "unit", "facet", "origin", "model")
_FORECAST_KEY = (*_PAST_KEY, "made_at")
_KEYS = {
    "forecast_run": _FORECAST_KEY,
    "forecast_point": _FORECAST_KEY,
    "forecast_past": _PAST_KEY,
}
"""What names a forecast: one made again the same morning, on data that came late, is another."""
_THINNED = (
    # A daily forecast five weeks old is only overlaid on what happened, at these distances.
    """
    DELETE FROM forecast_point WHERE day - origin <= 28 AND day - origin NOT IN (1, 3, 7, 14, 28)
    AND origin < (SELECT max(origin) FROM forecast_run) - 35
    """,
    """
    UPDATE forecast_point SET parts = NULL WHERE parts IS NOT NULL
    AND origin < (SELECT max(origin) FROM forecast_run) - 35
    """,
    # Two years of past origins calibrate and judge; older ones no longer say anything.
    """
    DELETE FROM forecast_past WHERE origin < (SELECT max(origin) FROM forecast_run) - 731
    """,
)
"""What would otherwise grow without end; what was announced at each distance is never changed."""


@dataclass(frozen=True, slots=True)
class Pending:
    """Landed batches to publish. from_scratch: they are all there is, every one is placed again."""

    batches: tuple[Landed, ...]
    from_scratch: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """published: whether there is a new generation. refusals: batches that broke an invariant."""

    published: bool
    refusals: tuple[build.Refusal, ...] = ()


class _NothingAccepted(Exception):
    """No error: it stops a publish that has no object."""


def pending(home: Home, units: UnitTree) -> Pending:
    """What the newest generation does not hold: batches landed since, or all of them when the
    structure (or the shape of the tables) is no longer its own, or when one that was held comes
    back before deliveries of its source that were published meanwhile: it must not win over them.
    """
    everything = landing.landed(home.landing)
    if publish.current_path(home.generations) is None:
        return Pending(everything, from_scratch=True)
    current = attach.Warehouse(home).generation(any_version=True)
    same = current.structure_hash == structure.structure_hash(units)
    if not same or current.schema_version < schema.VERSION:
        return Pending(everything, from_scratch=True)
    held = current.batch_keys
    new = tuple(one for one in everything if (one.source, one.source_hash) not in held)
    if any(one.seq < current.last_numbers.get(one.source, 0) for one in new):
        return Pending(everything, from_scratch=True)
    return Pending(new, from_scratch=False)


def publish_batches(
    home: Home,
    units: UnitTree,
    sources: Sequence[structure.SourceRow],
    new: Pending,
    derivations: Sequence[derive.Derivation],
) -> Outcome:
    """Publish pending batches, each whole or not at all; those refused are set aside.

    Nothing is published when there is none, or when every one is refused. Raises BadStructure,
    DamagedLanding: then nothing moved either.
    """
    refusals: list[build.Refusal] = []

    def change(connection: duckdb.DuckDBPyConnection) -> None:
        structure.write_measures(connection)
        if new.from_scratch:
            structure.write_units(connection, units)
            publish.carry_over(connection, home.generations, _CARRIED_OVER)
        structure.write_sources(connection, sources)
        refusals.extend(build.apply(connection, new.batches))
        if len(refusals) == len(new.batches):
            raise _NothingAccepted
        derive.derive(connection, derivations)
        rollup.refresh(connection, units)

    if not new.batches:
        return Outcome(published=False)
    try:
        publish.publish(home, change, from_scratch=new.from_scratch)
        published = True
    except _NothingAccepted:
        published = False
    for refusal in refusals:
        landing.set_aside(refusal.landed)
    return Outcome(published, tuple(refusals))


def publish_alerts(home: Home, alerts: pa.Table, evaluated_at: datetime) -> int:
    """Publish the alerts of the newest generation in place of those it holds."""

    def change(connection: duckdb.DuckDBPyConnection) -> None:
        connection.execute("DELETE FROM alert")
        connection.register("new_rows", alerts)
        connection.execute("INSERT INTO alert BY NAME SELECT * FROM new_rows")
        connection.unregister("new_rows")
        connection.execute("UPDATE meta SET alerts_at = $1", [evaluated_at])

    return publish.publish(home, change)


def publish_forecasts(home: Home, forecasts: Mapping[str, pa.Table]) -> int:
    """Publish forecasts beside those already made, of which none is ever changed."""

    def change(connection: duckdb.DuckDBPyConnection) -> None:
        for name, table in forecasts.items():
            _add_new(connection, name, table)
        for statement in _THINNED:
            connection.execute(statement)

    return publish.publish(home, change)


def _add_new(connection: duckdb.DuckDBPyConnection, name: str, table: pa.Table) -> None:
    """Add the rows of forecasts whose key is not stored yet."""
    key = _KEYS.get(name, _BEDS_KEY)
    same = " AND ".join(f"o.{column} = n.{column}" for column in key)
    connection.register("new_rows", table)
    connection.execute(
        f"""
        INSERT INTO {name} BY NAME SELECT n.* FROM new_rows n
        WHERE NOT EXISTS (SELECT 1 FROM {name} o WHERE {same})
        """  # noqa: S608 - a table of the schema
    )
    connection.unregister("new_rows")
