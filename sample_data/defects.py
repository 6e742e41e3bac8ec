"""What is wrong in real files, on purpose: empty cells, late rows, a restated month, bad rows.

Late rows are cut in `delivery`, the outage in `export_emergency`, the restated month in
`export_finance`; the empty cells and the three bad rows are here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from sample_data.world import World


@dataclass(frozen=True)
class BadRow:
    """One line that no reader should accept: its source, what is wrong, and what it looks like."""

    source: str
    reason_fr: str
    column: str
    marker: str
    unit: str = ""


BAD_ROWS = (
    BadRow("bloc", "date impossible", "jour", "32/13/"),
    BadRow("lits-8h", "unité inconnue", "uf", "9999"),
    BadRow("t2a", "montant illisible", "montant_code", "3 48O,2O", unit="1130"),
)


def blank(
    world: World, frame: pd.DataFrame, columns: Sequence[str], *, share: float
) -> pd.DataFrame:
    """Empty a share of the cells of some columns (a field that was not filled in)."""
    rng = world.time.rng("blank-" + "-".join(columns))
    out = frame.copy()
    for name in columns:
        out[name] = out[name].astype("Int64").mask(rng.random(len(out)) < share)
    return out


def plant(drop: Path) -> None:
    """Put the three bad rows in the newest file of their sources."""
    for bad in BAD_ROWS:
        found = sorted(drop.glob(f"{bad.source}_*.csv"))
        if not found:
            continue
        path = found[-1]
        lines = path.read_bytes().decode("cp1252").split("\r\n")
        lines.insert(2, _spoilt(bad, lines[0], lines[1]))
        path.write_bytes("\r\n".join(lines).encode("cp1252"))


def _spoilt(bad: BadRow, header: str, line: str) -> str:
    cells = line.split(";")
    where = header.split(";").index(bad.column)
    year = cells[0][-4:]
    if bad.unit:
        cells[1] = bad.unit
    cells[where] = bad.marker + year if bad.column == "jour" else bad.marker
    return ";".join(cells)
