"""What one delivery of one source became: validated rows, quarantined rows, and where from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc

from cockpit.connect.observations import Spool

Replace = Literal["rows", "day", "month"]

ROWS = pa.schema(
    [
        ("measure", pa.string()),
        ("unit", pa.string()),
        ("day", pa.date32()),
        ("facet", pa.string()),
        ("scenario", pa.string()),
        ("value", pa.float64()),
    ]
)
"""Accepted observations: one row per (measure, unit, day, facet, scenario)."""

QUARANTINE = pa.schema(
    [
        ("file", pa.string()),
        ("line", pa.int64()),
        ("column", pa.string()),
        ("reason", pa.string()),
    ]
)
"""Refused rows: where they stand and why, never what they hold."""


@dataclass(frozen=True)
class Batch:
    """One delivered file of one source, checked.

    source_hash: sha256 of the delivered bytes and of the mapping that read them; the same pair
    delivered again is the same batch. observations: the accepted ones, in parts.
    replace: what the batch replaces whole (see docs/files.md).
    lines: data lines that `where` keeps, so that lines = accepted_lines + refused_lines; a refused
    line leaves no observation at all, so that a rate never loses only one of its two terms.
    received_at: naive UTC. cursor: where the next reading of the source starts. warnings: French
    sentences on what was kept although the source's contract says otherwise. header: names of the
    columns delivered, read or not; () when the source has none, or too many to be a table.
    """

    source: str
    file: str
    source_hash: str
    received_at: datetime
    replace: Replace
    lines: int
    observations: Spool
    quarantine: pa.Table
    cursor: str = ""
    warnings: tuple[str, ...] = ()
    header: tuple[str, ...] = ()

    @property
    def rows(self) -> pa.Table:
        """Every accepted observation in memory, schema ROWS: for a preview, never ten million."""
        return pa.concat_tables(
            [ROWS.empty_table(), *(t.cast(ROWS) for t in self.observations.tables())]
        )

    @property
    def refused_lines(self) -> int:
        """Distinct lines in quarantine."""
        return int(pc.count_distinct(self.quarantine["line"]).as_py())

    @property
    def accepted_lines(self) -> int:
        """Lines whose observations are in `rows`."""
        return self.lines - self.refused_lines
