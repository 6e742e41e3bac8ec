"""Sums at every unit that has children, and what feeds each measure, kept beside the facts.

Only the (measure, day) pairs that the batches touched are made again, so that one new day costs
the same however long the history is.
"""

from __future__ import annotations

from datetime import date, timedelta

import duckdb

from cockpit.kpi.units import UnitTree
from cockpit.warehouse.engine import first_row
from cockpit.warehouse.merged import write_weights

_SUMS = """
    INSERT INTO rollup_day
    SELECT o.measure_id, c.node_id, o.day, o.facet_id, o.scenario_id, sum(o.value),
           sum(coalesce(w.parts, 1))
    FROM observation o {only}
    JOIN closure c ON c.unit_id = o.unit_id
    LEFT JOIN weight w ON w.unit_id = o.unit_id AND o.day BETWEEN w.first_day AND w.last_day
    WHERE c.node_id IN (SELECT node_id FROM closure GROUP BY node_id HAVING count(*) > 1)
    GROUP BY o.measure_id, c.node_id, o.day, o.facet_id, o.scenario_id
    ORDER BY o.measure_id, c.node_id, o.day
"""
_EVERYTHING = ""
_TOUCHED = (
    "JOIN redo t ON o.measure_id = t.measure_id AND o.scenario_id = t.scenario_id AND o.day = t.day"
)


def refresh(connection: duckdb.DuckDBPyConnection, units: UnitTree) -> None:
    """Make `rollup_day` and `feed` again for what the temporary table `touched` names.

    units: those that the generation holds.
    """
    write_weights(connection, units)
    connection.execute("CREATE OR REPLACE TEMP TABLE redo AS SELECT DISTINCT * FROM touched")
    fresh = first_row(connection, "SELECT 1 FROM rollup_day LIMIT 1") is None
    if not fresh:
        connection.execute(
            """
            DELETE FROM rollup_day r USING redo t
            WHERE r.measure_id = t.measure_id AND r.scenario_id = t.scenario_id AND r.day = t.day
            """
        )
    connection.execute(_SUMS.format(only=_EVERYTHING if fresh else _TOUCHED))
    _refresh_feeds(connection)


_RECENT_DAYS = 40


def _refresh_feeds(connection: duckdb.DuckDBPyConnection) -> None:
    """Who feeds what, until when. The last day is looked for among the days around those touched,
    and in the whole history only for a source that has none there."""
    connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE fed AS
        SELECT measure_id, source, max(received_at) AS received_at
        FROM (SELECT measure_id, source, received_at FROM feed UNION ALL FROM received)
        WHERE measure_id IN (SELECT measure_id FROM redo WHERE scenario_id = 0)
        GROUP BY measure_id, source
        """
    )
    connection.execute("DELETE FROM feed WHERE measure_id IN (SELECT measure_id FROM fed)")
    latest = first_row(connection, "SELECT max(day) FROM redo WHERE scenario_id = 0")
    if latest is None or latest[0] is None:
        return
    _insert_feeds(connection, latest[0] - timedelta(days=_RECENT_DAYS))
    _insert_feeds(connection, date.min)


def _insert_feeds(connection: duckdb.DuckDBPyConnection, since: date) -> None:
    """Feeds that are still missing and have a day since `since`."""
    connection.execute(
        """
        INSERT INTO feed
        WITH missing AS (FROM fed ANTI JOIN feed USING (measure_id, source))
        SELECT o.measure_id, b.source, max(o.day), any_value(w.received_at)
        FROM observation o JOIN batch b USING (batch_id)
        JOIN missing w ON w.measure_id = o.measure_id AND w.source = b.source
        WHERE o.scenario_id = 0 AND o.day >= $1
        GROUP BY o.measure_id, b.source
        """,
        [since],
    )
