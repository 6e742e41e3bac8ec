"""Measures that are computed from others at publish time, stored at the leaves like any other.

What is estimated at the leaf adds up over units and time as a delivered figure does, so the KPI
engine needs no special case for it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import duckdb
import pandas as pd

from cockpit import clock
from cockpit.kpi.model import MeasureId
from cockpit.warehouse.build import next_batch_id
from cockpit.warehouse.engine import first_row


@dataclass(frozen=True, slots=True)
class Derivation:
    """source: the name under which the figures are published. make: from a long frame (measure,
    unit, day, facet, value; scenario actual) of `reads` to the rows (unit, day, facet, value) of
    `writes`; days are datetime64."""

    source: str
    label: str
    reads: tuple[MeasureId, ...]
    writes: MeasureId
    provisional_days: float
    make: Callable[[pd.DataFrame], pd.DataFrame]


def derive(connection: duckdb.DuckDBPyConnection, derivations: Sequence[Derivation]) -> None:
    """Make again every derived measure whose inputs the batches touched.

    A hospital that sends the measure itself is left alone: its own figures are the truth, and what
    had been derived before leaves, or both would add up.
    """
    for derivation in derivations:
        if _is_delivered(connection, derivation):
            _withdraw(connection, derivation)
        elif _is_touched(connection, derivation):
            _make(connection, derivation)


def _is_touched(connection: duckdb.DuckDBPyConnection, derivation: Derivation) -> bool:
    found = first_row(
        connection,
        "SELECT 1 FROM touched t JOIN measure m USING (measure_id) "
        "WHERE m.name IN (SELECT unnest($1)) AND t.scenario_id = 0 LIMIT 1",
        [list(derivation.reads)],
    )
    return found is not None


def _is_delivered(connection: duckdb.DuckDBPyConnection, derivation: Derivation) -> bool:
    found = first_row(
        connection,
        "SELECT 1 FROM observation o JOIN measure m USING (measure_id) JOIN batch b USING (batch_id)"
        " WHERE m.name = $1 AND o.scenario_id = 0 AND b.source <> $2 LIMIT 1",
        [derivation.writes, derivation.source],
    )
    return found is not None


def _make(connection: duckdb.DuckDBPyConnection, derivation: Derivation) -> None:
    """Sorted inputs: the same figures give the same estimate to the last bit, in any file."""
    inputs = connection.execute(
        """
        SELECT m.name AS measure, u.code AS unit, o.day, f.code AS facet, o.value
        FROM observation o JOIN measure m USING (measure_id) JOIN unit u USING (unit_id)
        JOIN facet f USING (facet_id)
        WHERE m.name IN (SELECT unnest($1)) AND o.scenario_id = 0
        ORDER BY o.measure_id, o.unit_id, o.day, o.facet_id
        """,
        [list(derivation.reads)],
    ).df()
    rows = derivation.make(inputs)
    number = _batch_of(connection, derivation) or next_batch_id(connection)
    _stage(connection, derivation, rows, number)
    _replace_moved(connection, number)
    _record(connection, derivation, number, len(rows))


def _batch_of(connection: duckdb.DuckDBPyConnection, derivation: Derivation) -> int | None:
    row = first_row(connection, "SELECT batch_id FROM batch WHERE source = $1", [derivation.source])
    return int(row[0]) if row else None


def _stage(
    connection: duckdb.DuckDBPyConnection, derivation: Derivation, rows: pd.DataFrame, number: int
) -> None:
    connection.register("derived_rows", rows)
    connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE derived AS
        SELECT m.measure_id, u.unit_id, d.day::DATE AS day, f.facet_id, 0::SMALLINT AS scenario_id,
               d.value, $2::INTEGER AS batch_id
        FROM derived_rows d JOIN measure m ON m.name = $1 JOIN unit u ON u.code = d.unit
        JOIN facet f ON f.code = d.facet
        ORDER BY u.unit_id, d.day
        """,
        [derivation.writes, number],
    )
    connection.unregister("derived_rows")


def _replace_moved(connection: duckdb.DuckDBPyConnection, number: int) -> None:
    """Write only what is not already there: most of the past does not move from day to day."""
    connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE moved AS
        WITH before AS (SELECT * FROM observation WHERE batch_id = $1)
        SELECT measure_id, unit_id, day, facet_id, scenario_id
        FROM before FULL JOIN derived USING (measure_id, unit_id, day, facet_id, scenario_id)
        WHERE before.value IS DISTINCT FROM derived.value
        """,
        [number],
    )
    connection.execute(
        """
        DELETE FROM observation o USING moved d
        WHERE o.measure_id = d.measure_id AND o.unit_id = d.unit_id AND o.day = d.day
          AND o.facet_id = d.facet_id AND o.scenario_id = d.scenario_id AND o.batch_id = $1
        """,
        [number],
    )
    connection.execute(
        "INSERT INTO observation SELECT d.* FROM derived d "
        "SEMI JOIN moved USING (measure_id, unit_id, day, facet_id, scenario_id)"
    )
    connection.execute(
        "INSERT INTO touched SELECT DISTINCT measure_id, scenario_id, day FROM moved"
    )


def _withdraw(connection: duckdb.DuckDBPyConnection, derivation: Derivation) -> None:
    number = _batch_of(connection, derivation)
    if number is None:
        return
    connection.execute(
        "INSERT INTO touched SELECT DISTINCT measure_id, scenario_id, day FROM observation "
        "WHERE batch_id = $1",
        [number],
    )
    connection.execute("DELETE FROM observation WHERE batch_id = $1", [number])
    connection.execute("DELETE FROM batch WHERE batch_id = $1", [number])
    connection.execute("DELETE FROM source WHERE name = $1", [derivation.source])


def _record(
    connection: duckdb.DuckDBPyConnection, derivation: Derivation, number: int, rows: int
) -> None:
    connection.execute("DELETE FROM batch WHERE batch_id = $1", [number])
    connection.execute(
        "INSERT INTO batch VALUES ($1, $2, '', '', $3, $4, $4, 0, 0)",
        [number, derivation.source, clock.utc_naive(clock.now()), rows],
    )
    connection.execute("DELETE FROM source WHERE name = $1", [derivation.source])
    connection.execute(
        "INSERT INTO source VALUES ($1, $2, '', 8760, $3)",
        [derivation.source, derivation.label, derivation.provisional_days],
    )
