"""Sums at every unit that has children, and what feeds each measure, kept beside the facts.

Only the (measure, day) pairs that the batches touched are made again, so that one new day costs
the same however long the history is.
"""

from __future__ import annotations

import duckdb

from cockpit.warehouse.engine import first_row


def refresh(connection: duckdb.DuckDBPyConnection) -> None:
    """Make `rollup_day` and `feed` again for what the temporary table `touched` names."""
    connection.execute("CREATE OR REPLACE TEMP TABLE redo AS SELECT DISTINCT * FROM touched")
    fresh = first_row(connection, "SELECT 1 FROM rollup_day LIMIT 1") is None
    if not fresh:
        connection.execute(
            """
            DELETE FROM rollup_day r USING redo t
            WHERE r.measure_id = t.measure_id AND r.scenario_id = t.scenario_id AND r.day = t.day
            """
        )
    connection.execute(
        """
        INSERT INTO rollup_day
        SELECT o.measure_id, c.node_id, o.day, o.facet_id, o.scenario_id,
               sum(o.value), count(*)
        FROM observation o
        JOIN redo t ON o.measure_id = t.measure_id AND o.scenario_id = t.scenario_id
                   AND o.day = t.day
        JOIN closure c ON c.unit_id = o.unit_id
        WHERE c.node_id IN (SELECT node_id FROM closure GROUP BY node_id HAVING count(*) > 1)
        GROUP BY o.measure_id, c.node_id, o.day, o.facet_id, o.scenario_id
        ORDER BY o.measure_id, c.node_id, o.day
        """
    )
    _refresh_feeds(connection)


def _refresh_feeds(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        "DELETE FROM feed WHERE measure_id IN (SELECT measure_id FROM redo WHERE scenario_id = 0)"
    )
    connection.execute(
        """
        INSERT INTO feed
        SELECT o.measure_id, b.source, max(o.day), max(b.received_at)
        FROM observation o JOIN batch b USING (batch_id)
        WHERE o.scenario_id = 0
          AND o.measure_id IN (SELECT measure_id FROM redo WHERE scenario_id = 0)
        GROUP BY o.measure_id, b.source
        """
    )
