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

_FOR_EVER = 1 << 30


@dataclass(frozen=True, slots=True)
class Memory:
    """What a derivation forgets, so that ten years of history cost no more than two.

    A unit-day older than `forgets_days` (before the last day of the first measure read) on which
    `done` is not below `due` is settled: its figure is the delivered one, and `make` does not see
    it. A unit is forgotten only when its means can be taken on newer days: at least one older than
    `settles_days` on which something was done.
    """

    due: MeasureId
    done: MeasureId
    settles_days: int
    forgets_days: int


@dataclass(frozen=True, slots=True)
class Derivation:
    """source: the name under which the figures are published. make: from a long frame (measure,
    unit, day, facet, value; scenario actual) of `reads` to the rows (unit, day, facet, value) of
    `writes`; days are datetime64, units any keys.
    memory: None gives `make` every figure. Otherwise it gets those it can need, see `Memory`.
    """

    source: str
    label: str
    reads: tuple[MeasureId, ...]
    writes: MeasureId
    provisional_days: float
    make: Callable[[pd.DataFrame], pd.DataFrame]
    memory: Memory | None = None


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
        "SELECT 1 FROM observation o JOIN measure m USING (measure_id) "
        "JOIN batch b USING (batch_id) "
        "WHERE m.name = $1 AND o.scenario_id = 0 AND b.source <> $2 LIMIT 1",
        [derivation.writes, derivation.source],
    )
    return found is not None


def _make(connection: duckdb.DuckDBPyConnection, derivation: Derivation) -> None:
    """Sorted inputs: the same figures give the same estimate to the last bit, in any file."""
    _mark_open_days(connection, derivation)
    inputs = connection.execute(
        """
        SELECT m.name AS measure, o.unit_id AS unit, o.day, f.code AS facet, o.value
        FROM observation o JOIN measure m USING (measure_id) JOIN facet f USING (facet_id)
        SEMI JOIN open_days USING (unit_id, day)
        WHERE m.name IN (SELECT unnest($1)) AND o.scenario_id = 0
        ORDER BY o.measure_id, o.unit_id, o.day, o.facet_id
        """,
        [list(derivation.reads)],
    ).df()
    rows = derivation.make(inputs)
    number = _batch_of(connection, derivation) or next_batch_id(connection)
    _stage(connection, derivation, rows, number)
    _replace_moved(connection, number)
    _record(connection, derivation, number)


_OPEN_DAYS = """
    CREATE OR REPLACE TEMP TABLE open_days AS
    WITH inputs AS (
        SELECT m.name, o.unit_id, o.day, o.value
        FROM observation o JOIN measure m USING (measure_id)
        WHERE m.name IN (SELECT unnest($reads)) AND o.scenario_id = 0),
    days AS (
        SELECT unit_id, day, bool_or(name = $first) AS given,
               sum(value) FILTER (name = $due) AS due,
               coalesce(sum(value) FILTER (name = $done), 0) AS done
        FROM inputs GROUP BY unit_id, day),
    aged AS (
        SELECT *, (SELECT max(day) FROM inputs WHERE name = $first) - day AS age FROM days),
    remembered AS (
        SELECT DISTINCT unit_id FROM aged
        WHERE age >= $settles AND age < $forgets AND given AND due IS NOT NULL AND done > 0)
    SELECT unit_id, day FROM aged
    WHERE age <= $forgets OR due > done OR unit_id NOT IN (SELECT unit_id FROM remembered)
    UNION
    SELECT unit_id, max(day) FROM days WHERE due IS NOT NULL GROUP BY unit_id
"""
"""The last line keeps one day of every unit that counts what is due: it says that it does."""


def _mark_open_days(connection: duckdb.DuckDBPyConnection, derivation: Derivation) -> None:
    memory = derivation.memory
    facts: dict[str, object] = {"reads": list(derivation.reads), "first": derivation.reads[0]}
    if memory is None:
        facts |= {"due": "", "done": "", "settles": 0, "forgets": _FOR_EVER}
    else:
        facts |= {"due": memory.due, "done": memory.done}
        facts |= {"settles": memory.settles_days, "forgets": memory.forgets_days}
    connection.execute(_OPEN_DAYS, facts)


def _batch_of(connection: duckdb.DuckDBPyConnection, derivation: Derivation) -> int | None:
    row = first_row(connection, "SELECT batch_id FROM batch WHERE source = $1", [derivation.source])
    return int(row[0]) if row else None


def _stage(
    connection: duckdb.DuckDBPyConnection, derivation: Derivation, rows: pd.DataFrame, number: int
) -> None:
    """What was made, and the settled figures as they were delivered."""
    connection.register("derived_rows", rows)
    connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE derived AS
        WITH made AS (
            SELECT d.unit AS unit_id, d.day::DATE AS day, f.facet_id, d.value
            FROM derived_rows d JOIN facet f ON f.code = d.facet
            UNION ALL
            SELECT o.unit_id, o.day, o.facet_id, o.value
            FROM observation o JOIN measure m ON m.measure_id = o.measure_id AND m.name = $first
            ANTI JOIN open_days USING (unit_id, day)
            WHERE o.scenario_id = 0)
        SELECT m.measure_id, made.unit_id::INTEGER AS unit_id, made.day, made.facet_id,
               0::SMALLINT AS scenario_id, made.value, $number::INTEGER AS batch_id
        FROM made JOIN measure m ON m.name = $writes
        ORDER BY made.unit_id, made.day
        """,
        {"first": derivation.reads[0], "writes": derivation.writes, "number": number},
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


def _record(connection: duckdb.DuckDBPyConnection, derivation: Derivation, number: int) -> None:
    connection.execute("DELETE FROM batch WHERE batch_id = $1", [number])
    connection.execute(
        "INSERT INTO batch SELECT $1, $2, '', '', $3, count(*), count(*), 0, 0 FROM derived",
        [number, derivation.source, clock.utc_naive(clock.now())],
    )
    connection.execute(
        "INSERT INTO received SELECT DISTINCT measure_id, $1, $2::TIMESTAMP FROM derived",
        [derivation.source, clock.utc_naive(clock.now())],
    )
    connection.execute("DELETE FROM source WHERE name = $1", [derivation.source])
    connection.execute(
        "INSERT INTO source VALUES ($1, $2, '', 8760, $3)",
        [derivation.source, derivation.label, derivation.provisional_days],
    )
