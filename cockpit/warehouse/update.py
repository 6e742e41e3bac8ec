"""The three ways a generation gives the next one: new batches, new alerts, new forecasts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import duckdb
import pyarrow as pa

from cockpit.kpi.units import UnitTree
from cockpit.settings import Home
from cockpit.warehouse import (
    aside,
    attach,
    build,
    derive,
    landing,
    publish,
    rollup,
    schema,
    structure,
)
from cockpit.warehouse.aside import Refusal
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
    """Landed batches to publish. from_scratch: they are all there is, every one is placed again.

    refused: set aside earlier, to be tried again beside them.
    """

    batches: tuple[Landed, ...]
    from_scratch: bool
    refused: tuple[Landed, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """published: whether there is a new generation. refusals: batches that stay refused, set aside
    now or earlier. admitted: those that were, and are not any more."""

    published: bool
    refusals: tuple[Refusal, ...] = ()
    admitted: tuple[Landed, ...] = ()


class _NothingAccepted(Exception):
    """No error: it stops a publish that has no object."""


def pending(home: Home, units: UnitTree) -> Pending:
    """What the newest generation does not hold: batches landed since, or all of them when the
    structure (or the shape of the tables) is no longer its own, or when one that was held comes
    back before deliveries of its source that were published meanwhile: it must not win over them.
    """
    everything = landing.landed(home.landing)
    again = aside.to_try(home.landing, _judged_on(everything, units))
    if publish.current_path(home.generations) is None:
        return Pending(everything, from_scratch=True)
    current = attach.Warehouse(home).generation(any_version=True)
    same = current.structure_hash == structure.structure_hash(units)
    if not same or current.schema_version < schema.VERSION:
        return Pending(everything, from_scratch=True, refused=again)
    held = current.batch_keys
    new = tuple(one for one in everything if one.key not in held)
    newest = {one.source: one.place for one in everything if one.key in held}
    if any(one.place < newest.get(one.source, one.place) for one in new):
        return Pending(everything, from_scratch=True, refused=again)
    return Pending(new, from_scratch=False, refused=again)


def _judged_on(batches: Sequence[Landed], units: UnitTree) -> str:
    return aside.judged_on(batches, structure.structure_hash(units))


def publish_batches(
    home: Home,
    units: UnitTree,
    sources: Sequence[structure.SourceRow],
    new: Pending,
    derivations: Sequence[derive.Derivation],
) -> Outcome:
    """Publish pending batches, each whole or not at all; those refused are set aside, and those
    that were earlier go in once nothing refuses them any more.

    sources: those that are read; what another one gave is not tried again. Nothing is published
    when there is none, or when every one is refused. Raises BadStructure, DamagedLanding: then
    nothing moved either.
    """
    read = {one.name for one in sources}
    new = replace(new, refused=tuple(one for one in new.refused if one.source in read))
    outcome = _publish(home, units, sources, new, derivations)
    if outcome.admitted:
        aside.bring_back(home.landing, outcome.admitted)
        then = replace(pending(home, units), refused=())
        last = _publish(home, units, sources, then, derivations)
        outcome = Outcome(outcome.published or last.published, (), outcome.admitted)
    refusals = tuple(one for one in aside.refused(home.landing) if one.landed.source in read)
    still = {one.landed.key for one in refusals}
    admitted = tuple(one for one in outcome.admitted if one.key not in still)
    return Outcome(outcome.published, refusals, admitted)


def _publish(
    home: Home,
    units: UnitTree,
    sources: Sequence[structure.SourceRow],
    new: Pending,
    derivations: Sequence[derive.Derivation],
) -> Outcome:
    """One generation more, or none. admitted: what could be brought back in the next one."""
    refusals: list[Refusal] = []
    admissible: list[Landed] = []

    def change(connection: duckdb.DuckDBPyConnection) -> None:
        structure.write_measures(connection)
        if new.from_scratch:
            structure.write_units(connection, units)
            publish.carry_over(connection, home.generations, _CARRIED_OVER)
        structure.write_sources(connection, sources)
        refusals.extend(build.apply(connection, new.batches))
        refused_all = len(refusals) == len(new.batches)
        found, still = build.trial(connection, new.refused)
        admissible.extend(found)
        refusals.extend(still)
        if refused_all:
            raise _NothingAccepted
        derive.derive(connection, derivations)
        rollup.refresh(connection, units)

    if not (new.batches or new.refused):
        return Outcome(published=False)
    try:
        publish.publish(home, change, from_scratch=new.from_scratch)
        published = True
    except _NothingAccepted:
        published = False
    gone = {one.landed.key for one in refusals}
    left = [one for one in landing.landed(home.landing) if one.key not in gone]
    for refusal in refusals:
        if refusal.landed.folder.parent == home.landing:  # a preview refuses nothing of the home
            aside.set_aside(refusal, _judged_on(left, units))
    return Outcome(published, admitted=tuple(admissible))


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
