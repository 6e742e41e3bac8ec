"""The hospital's units, written into a generation, and which unit lies under which."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import astuple, dataclass

import duckdb
import pyarrow as pa

from cockpit.kpi.measures import MEASURES
from cockpit.kpi.units import UnitTree


def structure_hash(units: UnitTree) -> str:
    """Changes whenever anything that the structure says of a unit changes, or their order."""
    lines = [json.dumps(astuple(unit), default=str) for unit in units]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def write_units(connection: duckdb.DuckDBPyConnection, units: UnitTree) -> None:
    """Replace `unit`, `closure` and the structure's hash; ids follow the order of the file."""
    connection.execute("DELETE FROM meta")
    connection.execute(
        "INSERT INTO meta VALUES (0, 0, $1, TIMESTAMP '1970-01-01', NULL)", [structure_hash(units)]
    )
    ids = {unit.id: number for number, unit in enumerate(units.units, start=1)}
    rows = pa.table(
        {
            "unit_id": list(ids.values()),
            "code": [u.id for u in units.units],
            "parent": [u.parent for u in units.units],
            "level": [u.level for u in units.units],
            "label": [u.label for u in units.units],
            "finess": [u.finess or "" for u in units.units],
            "discipline": [u.discipline or "" for u in units.units],
            "valid_from": pa.array([u.valid_from for u in units.units], pa.date32()),
            "valid_to": pa.array([u.valid_to for u in units.units], pa.date32()),
        }
    )
    pairs = [
        (ids[node.id], ids[below.id])
        for node in units.units
        for below in units.descendants(node.id)
    ]
    nodes = pa.table({"node_id": [a for a, _ in pairs], "unit_id": [b for _, b in pairs]})
    for name, table in (("unit", rows), ("closure", nodes)):
        connection.execute(f"DELETE FROM {name}")  # noqa: S608 - a table of the schema
        connection.register("staged_units", table)
        connection.execute(
            f"INSERT INTO {name} BY NAME SELECT * FROM staged_units"  # noqa: S608 - same
        )
        connection.unregister("staged_units")


def write_measures(connection: duckdb.DuckDBPyConnection) -> None:
    """Give every measure of the catalogue that has none its number, for ever."""
    known = {name for (name,) in connection.execute("SELECT name FROM measure").fetchall()}
    first = len(known) + 1
    new = [name for name in MEASURES if name not in known]
    if new:
        numbers = pa.array(range(first, first + len(new)), pa.int16())
        connection.register("new_measures", pa.table({"measure_id": numbers, "name": new}))
        connection.execute("INSERT INTO measure BY NAME SELECT * FROM new_measures")
        connection.unregister("new_measures")


@dataclass(frozen=True, slots=True)
class SourceRow:
    """What readers must know of a source: delays in hours and days."""

    name: str
    label: str
    owner: str
    stale_after_h: float
    provisional_d: float


def write_sources(connection: duckdb.DuckDBPyConnection, sources: Sequence[SourceRow]) -> None:
    """Bring the described sources up to date; a source that was removed keeps its last row."""
    for one in sources:
        connection.execute("DELETE FROM source WHERE name = $1", [one.name])
        connection.execute("INSERT INTO source VALUES ($1, $2, $3, $4, $5)", list(astuple(one)))
