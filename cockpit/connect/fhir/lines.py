"""What leaves the FHIR connector: figures of units, one line each, and why a resource was left out.

Every cell is made here - a date, a unit code, a name of ours or of a measure, a number - so that
nothing else of a resource can slip through.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from cockpit.connect.contract import LINE, Part
from cockpit.connect.json_records import quarantined
from cockpit.errors import BadDelivery

COLUMNS = ("jour", "uf", "mesure", "decoupage", "valeur", "nature")
MEASURE, DETAIL = "mesure", "detail"

_ROWS = 50_000


@dataclass(frozen=True)
class Line:
    """One figure. kind: `mesure` when the catalogue of measures names it, else `detail`."""

    day: str
    unit: str
    measure: str
    value: str
    kind: str = MEASURE
    facet: str = ""

    def cells(self) -> tuple[str, ...]:
        """In the order of COLUMNS."""
        return (self.day, self.unit, self.measure, self.facet, self.value, self.kind)


@dataclass
class Found:
    """What a reading made: figures, and resources left out (rank, field, reason)."""

    lines: list[Line] = field(default_factory=list)
    refused: list[tuple[int, str, str]] = field(default_factory=list)

    def parts(self, name: str, columns: Sequence[str]) -> Iterator[Part]:
        """As text columns; `__line__` is the rank of the figure, the quarantine says that of the
        resource. Raises BadDelivery for a column that there is not.
        """
        for column in columns:
            if column not in COLUMNS:
                expected = "l'une des colonnes " + ", ".join(COLUMNS)
                raise BadDelivery(file=name, field=column, expected=expected)
        wanted = [*columns, LINE]
        yield Part(_table([], 0).select(wanted), quarantined(name, self.refused))
        for start in range(0, len(self.lines), _ROWS):
            yield Part(_table(self.lines[start : start + _ROWS], start).select(wanted))


def _table(lines: Sequence[Line], before: int) -> pa.Table:
    cells = list(zip(*(line.cells() for line in lines), strict=True)) or [()] * len(COLUMNS)
    ranks = pa.array(range(before + 1, before + 1 + len(lines)), pa.int64())
    arrays = [pa.array(texts, pa.string()) for texts in cells]
    return pa.table([*arrays, ranks], names=[*COLUMNS, LINE])
