"""Batches become observations: stage, check, replace what the batch covers, keep the trace.

Everything happens in a file that no reader knows yet; a batch that fails a check leaves nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from cockpit.errors import BadDelivery, BadStructure, DamagedLanding
from cockpit.i18n import mark
from cockpit.kpi.measures import MEASURES
from cockpit.kpi.model import MeasureId
from cockpit.warehouse.aside import Refusal
from cockpit.warehouse.engine import first_row
from cockpit.warehouse.landing import Landed
from cockpit.warehouse.stage import stage

# How much of the warehouse a batch replaces: the rows of its own keys (all their facets), or the
# whole days or months that it speaks of, for its own source and measures only.
_COVERED = {
    "rows": "o.unit_id = c.unit_id AND o.day = c.day",
    "day": "o.day = c.day",
    "month": "o.day >= c.day AND o.day < c.day + INTERVAL 1 MONTH",
}
_COVER_KEYS = {
    "rows": "measure_id, scenario_id, unit_id, day",
    "day": "measure_id, scenario_id, day",
    "month": "measure_id, scenario_id, date_trunc('month', day)::DATE AS day",
}


def apply(connection: duckdb.DuckDBPyConnection, batches: Sequence[Landed]) -> tuple[Refusal, ...]:
    """Apply landed batches in order, each whole or not at all; returns those that were refused.

    Leaves two temporary tables, from which the rollups are made again: `touched` (measure_id,
    scenario_id, day) and `received` (measure_id, source, received_at).
    """
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE touched (measure_id SMALLINT, scenario_id SMALLINT, day DATE)"
    )
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE received "
        "(measure_id SMALLINT, source TEXT, received_at TIMESTAMP)"
    )
    fresh = _is_empty(connection, "observation")
    refusals = []
    for landed in batches:
        connection.execute("BEGIN")
        try:
            _apply_one(connection, landed, next_batch_id(connection))
        except BadDelivery as error:
            connection.execute("ROLLBACK")
            refusals.append(Refusal(landed, error))
        else:
            connection.execute("COMMIT")
    if batches:
        connection.unregister("staged")
    if fresh and len(batches) > 1:  # each batch is sorted on its own
        _sort(connection)
    return tuple(refusals)


def trial(
    connection: duckdb.DuckDBPyConnection, batches: Sequence[Landed]
) -> tuple[tuple[Landed, ...], tuple[Refusal, ...]]:
    """Which of these could be applied now, each without the others, and which still could not.

    Nothing of them stays.
    """
    admissible, refusals = [], []
    for landed in batches:
        connection.execute("BEGIN")
        try:
            _apply_one(connection, landed, next_batch_id(connection))
        except BadDelivery as error:
            refusals.append(Refusal(landed, error))
        except (BadStructure, DamagedLanding):
            expected = mark("une livraison intacte, dont la structure a toutes les unités")
            refusals.append(Refusal(landed, BadDelivery(file=landed.file, expected=expected)))
        else:
            admissible.append(landed)
        finally:
            connection.execute("ROLLBACK")
    return tuple(admissible), tuple(refusals)


def _apply_one(connection: duckdb.DuckDBPyConnection, landed: Landed, batch_id: int) -> None:
    stage(connection, landed, batch_id)
    if landed.withdraws:
        _withdraw(connection, landed)
    if not _is_empty(connection, "observation"):
        _replace_covered(connection, landed, batch_id)
    _refuse_mixed_levels(connection, landed)
    connection.execute("INSERT INTO observation SELECT * FROM staged")
    connection.execute(
        "INSERT INTO touched SELECT DISTINCT measure_id, scenario_id, day FROM staged"
    )
    _record(connection, landed, batch_id)


def _withdraw(connection: duckdb.DuckDBPyConnection, landed: Landed) -> None:
    """Take back what its source gave before (`withdrawal`); no restatement: a person decided it."""
    asked = [landed.source, *(landed.withdraws[name] for name in ("measure", "first", "last"))]
    connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE replaced AS
        SELECT o.* FROM observation o
        JOIN batch b USING (batch_id) JOIN measure m USING (measure_id)
        WHERE b.source = $1 AND b.source_hash <> '' AND $2 IN ('', m.name)
          AND ($3 = '' OR o.day >= try_cast($3 AS DATE))
          AND ($4 = '' OR o.day <= try_cast($4 AS DATE))
        """,
        asked,
    )
    _take_out_replaced(connection)


def _take_out_replaced(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        """
        DELETE FROM observation o USING replaced r
        WHERE o.measure_id = r.measure_id AND o.unit_id = r.unit_id AND o.day = r.day
          AND o.facet_id = r.facet_id AND o.scenario_id = r.scenario_id
          AND o.batch_id = r.batch_id
        """
    )
    connection.execute(
        "INSERT INTO touched SELECT DISTINCT measure_id, scenario_id, day FROM replaced"
    )


def _replace_covered(connection: duckdb.DuckDBPyConnection, landed: Landed, batch_id: int) -> None:
    """Move what the batch covers out of the way, and note the consolidated figures it changes."""
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE overlap AS
        SELECT o.*, b.source, b.source_hash FROM observation o
        JOIN batch b ON b.batch_id = o.batch_id
        JOIN (SELECT DISTINCT {_COVER_KEYS[landed.replace]} FROM staged) c
          ON o.measure_id = c.measure_id AND o.scenario_id = c.scenario_id
         AND {_COVERED[landed.replace]}
        """  # noqa: S608 - constants of this module only
    )
    _refuse_two_sources(connection, landed)
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE replaced AS "
        "SELECT * EXCLUDE (source, source_hash) FROM overlap WHERE source = $1",
        [landed.source],
    )
    if _is_empty(connection, "replaced"):
        return
    _take_out_replaced(connection)
    _note_restatements(connection, landed, batch_id)


def _refuse_two_sources(connection: duckdb.DuckDBPyConnection, landed: Landed) -> None:
    """The same figure from two sources (a source file that was renamed) would count twice. What
    Cockpit derived itself (no hash) gives way to a delivered figure: see `derive`."""
    clash = first_row(
        connection,
        """
        SELECT m.name, o.source FROM overlap o
        JOIN staged s USING (measure_id, unit_id, day, facet_id, scenario_id)
        JOIN measure m USING (measure_id)
        WHERE o.source <> $1 AND o.source_hash <> '' LIMIT 1
        """,
        [landed.source],
    )
    if clash:
        name, other = clash
        expected = mark(
            "des chiffres que la source « {other} » ne donne pas déjà (« cockpit source withdraw » "
            "les lui retire)"
        )
        raise _clash(landed, name, expected, other=other)


def _clash(landed: Landed, measure: str, expected: str, **names: str) -> BadDelivery:
    known = MEASURES[MeasureId(measure)]
    return BadDelivery(
        file=landed.file,
        field=known.label_fr,
        field_en=known.label_en,
        expected=expected,
        names=names,
    )


def _note_restatements(
    connection: duckdb.DuckDBPyConnection, landed: Landed, batch_id: int
) -> None:
    """A figure that was consolidated has moved: older than the source's provisional days, counted
    from the newest day of its measure that the source ever sent, not from this batch's own."""
    connection.execute(
        """
        INSERT INTO restatement
        WITH old AS (
            SELECT measure_id, unit_id, day, scenario_id, sum(value) AS value
            FROM replaced GROUP BY ALL),
        new AS (
            SELECT measure_id, unit_id, day, scenario_id, sum(value) AS value
            FROM staged GROUP BY ALL),
        newest AS (
            SELECT measure_id, scenario_id, max(day) AS day FROM (
                SELECT measure_id, scenario_id, day FROM staged
                UNION ALL SELECT measure_id, scenario_id, day FROM replaced
                UNION ALL SELECT o.measure_id, o.scenario_id, o.day
                FROM observation o JOIN batch b USING (batch_id) WHERE b.source = $3)
            GROUP BY ALL)
        SELECT old.measure_id, old.unit_id, old.day, old.scenario_id, old.value, new.value, $1
        FROM old LEFT JOIN new USING (measure_id, unit_id, day, scenario_id)
        JOIN newest ON newest.measure_id = old.measure_id
                   AND newest.scenario_id = old.scenario_id
        WHERE (new.value IS NULL OR abs(new.value - old.value) > 1e-9)
          AND ($2 = 0 OR old.day <= newest.day - $2)
        """,
        [batch_id, int(landed.provisional_days), landed.source],
    )


def _record(connection: duckdb.DuckDBPyConnection, landed: Landed, batch_id: int) -> None:
    connection.execute(
        "INSERT INTO reporter SELECT measure_id, scenario_id, unit_id FROM staged "
        "EXCEPT SELECT * FROM reporter"
    )
    connection.execute(
        "INSERT INTO received SELECT DISTINCT measure_id, $1, $2::TIMESTAMP FROM staged "
        "WHERE scenario_id = 0",
        [landed.source, landed.received_at],
    )
    connection.execute(
        "INSERT INTO batch VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        [
            batch_id,
            landed.source,
            landed.file,
            landed.source_hash,
            landed.received_at,
            landed.lines,
            landed.accepted,
            landed.refused,
            landed.seq,
        ],
    )


_MIXED_LEVELS = """
    WITH mine AS (SELECT DISTINCT measure_id, scenario_id, unit_id FROM staged),
    all_units AS (
        SELECT DISTINCT measure_id, scenario_id, unit_id FROM {reported}
        WHERE measure_id IN (SELECT measure_id FROM mine)
        UNION SELECT * FROM mine)
    SELECT m.name, high.code, low.code
    FROM all_units a
    JOIN closure c ON c.node_id = a.unit_id AND c.unit_id <> a.unit_id
    JOIN all_units b ON b.unit_id = c.unit_id AND b.measure_id = a.measure_id
                    AND b.scenario_id = a.scenario_id
    JOIN measure m ON m.measure_id = a.measure_id
    JOIN unit high ON high.unit_id = a.unit_id
    JOIN unit low ON low.unit_id = b.unit_id
    WHERE low.level <> high.level
    ORDER BY ALL LIMIT 1
"""


def _refuse_mixed_levels(connection: duckdb.DuckDBPyConnection, landed: Landed) -> None:
    """One measure reported on a unit and again on one above it would count twice.

    Not so on a closed unit and on the one of its level that took it over: each says its own days.
    """
    clash = first_row(connection, _MIXED_LEVELS.format(reported="reporter"))
    if clash:  # `reporter` also remembers units whose figures were all withdrawn since
        clash = first_row(connection, _MIXED_LEVELS.format(reported="observation"))
    if clash:
        name, high, low = clash
        expected = mark(
            "un seul niveau par mesure (reçue sur {high} et sur {low}, qu'elle contient)"
        )
        raise _clash(landed, name, expected, high=high, low=low)


def next_batch_id(connection: duckdb.DuckDBPyConnection) -> int:
    """The number of the next batch of this generation."""
    row = first_row(connection, "SELECT coalesce(max(batch_id), 0) + 1 FROM batch")
    return int(row[0]) if row else 1


def _is_empty(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    return first_row(connection, f"SELECT 1 FROM {table} LIMIT 1") is None  # noqa: S608


def _sort(connection: duckdb.DuckDBPyConnection) -> None:
    """Sorted facts answer a tile in milliseconds; unsorted ones take two to three times longer."""
    connection.execute(
        "CREATE OR REPLACE TABLE observation AS "
        "SELECT * FROM observation ORDER BY measure_id, unit_id, day"
    )
