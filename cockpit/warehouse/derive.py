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
class Memory:
    """What a derivation needs day by day, so that ten years of history cost no more than one.

    Ages are in days before the last day of the first measure read. A unit-day older than
    `recent_days` on which `done` is not below `due` is settled: its figure is the delivered one.
    Means are taken on settled days from `settles_days` to `forgets_days` old that have one of the
    `items` and something done; `make` gets those of a unit added up, on the oldest of them. A unit
    that counts what is due and has no such day is given whole.
    """

    due: MeasureId
    done: MeasureId
    items: tuple[str, ...]
    recent_days: int
    settles_days: int
    forgets_days: int


@dataclass(frozen=True, slots=True)
class Derivation:
    """source: the name under which the figures are published. make: from a long frame (measure,
    unit, day, facet, value; scenario actual) of `reads` to the rows (unit, day, facet, value) of
    `writes`; days are datetime64, units any keys.
    memory: which of them `make` is given.
    """

    source: str
    label: str
    reads: tuple[MeasureId, ...]
    writes: MeasureId
    provisional_days: float
    make: Callable[[pd.DataFrame], pd.DataFrame]
    memory: Memory


def derive(connection: duckdb.DuckDBPyConnection, derivations: Sequence[Derivation]) -> None:
    """Make again every derived measure whose inputs the batches touched, or that was delivered and
    is not any more.

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
        [[*derivation.reads, derivation.writes]],
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
    _read(connection, derivation)
    _mark_days(connection, derivation)
    rows = derivation.make(_inputs(connection))
    number = _batch_of(connection, derivation) or next_batch_id(connection)
    _stage(connection, derivation, rows)
    _replace_moved(connection, _number(connection, derivation.writes), number)
    _record(connection, derivation, number)


def _read(connection: duckdb.DuckDBPyConnection, derivation: Derivation) -> None:
    """Make `given`: the figures read, by number so that other measures are not scanned."""
    numbers = ", ".join(str(_number(connection, name)) for name in derivation.reads)
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE given AS
        SELECT measure_id, unit_id, day, facet_id, value FROM observation
        WHERE measure_id IN ({numbers}) AND scenario_id = 0
        """  # noqa: S608 - numbers
    )


def _number(connection: duckdb.DuckDBPyConnection, measure: MeasureId) -> int:
    row = first_row(connection, "SELECT measure_id FROM measure WHERE name = $1", [measure])
    return int(row[0]) if row else 0


def _inputs(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Sorted, and sums rounded: the same figures give the same estimate in any file."""
    return connection.execute(
        """
        WITH rows AS (
            FROM given SEMI JOIN open_days USING (unit_id, day)
            UNION ALL
            SELECT measure_id, unit_id, stands_at, facet_id, round(sum(value), 6)
            FROM given JOIN settled_days USING (unit_id, day) GROUP BY ALL)
        SELECT m.name AS measure, r.unit_id AS unit, r.day, f.code AS facet, r.value
        FROM rows r JOIN measure m USING (measure_id) JOIN facet f USING (facet_id)
        ORDER BY r.measure_id, r.unit_id, r.day, r.facet_id
        """
    ).df()


_AGED_DAYS = """
    CREATE OR REPLACE TEMP TABLE aged_days AS
    WITH items AS (SELECT facet_id FROM facet WHERE code IN (SELECT unnest($items))),
    days AS (
        SELECT unit_id, day,
               bool_or(measure_id = $first AND facet_id IN (FROM items)) AS has_item,
               sum(value) FILTER (measure_id = $due) AS due,
               coalesce(sum(value) FILTER (measure_id = $done), 0) AS done
        FROM given GROUP BY unit_id, day),
    last AS (SELECT max(day) AS last_day FROM given WHERE measure_id = $first)
    SELECT unit_id, day, due, done, last_day - day AS age,
           has_item AND due IS NOT NULL AND done > 0
               AND age >= $settles AND age < $forgets AS is_mean
    FROM days, last
"""
_OPEN_DAYS = """
    CREATE OR REPLACE TEMP TABLE open_days AS
    SELECT unit_id, day FROM aged_days
    WHERE age <= $recent OR due > done
       OR (unit_id IN (SELECT unit_id FROM aged_days WHERE due IS NOT NULL)
           AND unit_id NOT IN (SELECT unit_id FROM aged_days WHERE is_mean))
    UNION
    SELECT unit_id, max(day) FROM aged_days WHERE due IS NOT NULL GROUP BY unit_id
"""
"""The last line keeps one day of every unit that counts what is due: it says that it does."""

_SETTLED_DAYS = """
    CREATE OR REPLACE TEMP TABLE settled_days AS
    SELECT unit_id, day, min(day) OVER (PARTITION BY unit_id) AS stands_at
    FROM aged_days ANTI JOIN open_days USING (unit_id, day) WHERE is_mean
"""


def _mark_days(connection: duckdb.DuckDBPyConnection, derivation: Derivation) -> None:
    """Make `open_days` and `settled_days`: what is estimated, and what is only counted."""
    memory = derivation.memory
    connection.execute(
        _AGED_DAYS,
        {
            "first": _number(connection, derivation.reads[0]),
            "items": list(memory.items),
            "due": _number(connection, memory.due),
            "done": _number(connection, memory.done),
            "settles": memory.settles_days,
            "forgets": memory.forgets_days,
        },
    )
    connection.execute(_OPEN_DAYS, {"recent": memory.recent_days})
    connection.execute(_SETTLED_DAYS)


def _batch_of(connection: duckdb.DuckDBPyConnection, derivation: Derivation) -> int | None:
    row = first_row(connection, "SELECT batch_id FROM batch WHERE source = $1", [derivation.source])
    return int(row[0]) if row else None


def _stage(
    connection: duckdb.DuckDBPyConnection, derivation: Derivation, rows: pd.DataFrame
) -> None:
    """Make `derived`: what was made, and the settled figures as they were delivered."""
    connection.register("derived_rows", rows)
    connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE derived AS
        SELECT d.unit::INTEGER AS unit_id, d.day::DATE AS day, f.facet_id, d.value
        FROM derived_rows d JOIN facet f ON f.code = d.facet
        SEMI JOIN open_days o ON o.unit_id = d.unit AND o.day = d.day::DATE
        UNION ALL
        SELECT unit_id, day, facet_id, value
        FROM given ANTI JOIN open_days USING (unit_id, day) WHERE measure_id = $1
        """,
        [_number(connection, derivation.reads[0])],
    )
    connection.unregister("derived_rows")


def _replace_moved(connection: duckdb.DuckDBPyConnection, measure: int, number: int) -> None:
    """Write only what is not already there: most of the past does not move from day to day."""
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE moved AS
        WITH before AS (FROM observation WHERE measure_id = {measure} AND batch_id = {number})
        SELECT unit_id, day, facet_id, before.value AS before, derived.value
        FROM before FULL JOIN derived USING (unit_id, day, facet_id)
        WHERE before.value IS DISTINCT FROM derived.value
        ORDER BY unit_id, day
        """  # noqa: S608 - numbers
    )
    connection.execute(
        f"""
        DELETE FROM observation o USING moved d
        WHERE o.measure_id = {measure} AND o.batch_id = {number} AND d.before IS NOT NULL
          AND o.unit_id = d.unit_id AND o.day = d.day AND o.facet_id = d.facet_id
        """  # noqa: S608 - numbers
    )
    connection.execute(
        f"INSERT INTO observation SELECT {measure}, unit_id, day, facet_id, 0, value, {number} "  # noqa: S608
        "FROM moved WHERE value IS NOT NULL"
    )
    connection.execute(
        f"INSERT INTO touched SELECT DISTINCT {measure}, 0, day FROM moved"  # noqa: S608
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
        "INSERT INTO received SELECT measure_id, $1, $2::TIMESTAMP FROM measure WHERE name = $3",
        [derivation.source, clock.utc_naive(clock.now()), derivation.writes],
    )
    connection.execute("DELETE FROM source WHERE name = $1", [derivation.source])
    connection.execute(
        "INSERT INTO source VALUES ($1, $2, '', 8760, $3)",
        [derivation.source, derivation.label, derivation.provisional_days],
    )
