"""What a delivery should look like: the values that its contract allows, and what it always was.

A delivery that looks nothing like the earlier ones - a thousand times more (k€ become €),
most of its lines missing - is held: kept on disk, published once a person says so
(`cockpit source approve`).
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cockpit.connect.clauses import Contract
from cockpit.connect.mapping import Fault, Mapped
from cockpit.connect.rules import Replace
from cockpit.i18n import label
from cockpit.kpi.measures import MEASURES
from cockpit.kpi.model import MeasureId

_FEWEST_PERIODS = {"day": 5, "month": 3}
_FEWEST_ROWS = 3


def out_of_range(mapped: Mapped, contract: Contract) -> Iterator[Fault]:
    """The lines that hold a value outside the contract, one fault per column and measure."""
    for piece in mapped.pieces if contract.ranges else ():
        for measure, (low, high) in contract.ranges.items():
            far = (piece.value < low) | (piece.value > high)
            far &= piece.measure.where(measure.__eq__)
            if far.any():
                reason = f"valeur hors du contrat : de {low:g} à {high:g}"
                yield Fault(np.unique(piece.rows[far]), piece.column, reason)


@dataclass(frozen=True, slots=True)
class Shape:
    """What one measure of one delivery looked like, budget and plan left out.

    periods: distinct days (months). size: geometric mean of what is not 0; 0 when all is.
    """

    rows: int
    periods: int
    size: float
    last: date

    def to_json(self) -> list[object]:
        """As a manifest keeps it."""
        return [self.rows, self.periods, self.size, self.last.isoformat()]

    @classmethod
    def of_json(cls, given: Sequence[Any]) -> Shape:
        """What `to_json` wrote. Raises ValueError, TypeError."""
        rows, periods, size, last = given
        return cls(int(rows), int(periods), float(size), date.fromisoformat(last))


Shapes = Mapping[str, Shape]
"""By measure."""


def shapes(tables: Iterable[pa.Table]) -> dict[str, Shape]:
    """What each measure of a batch looks like. tables: its rows, schema ROWS, in parts."""
    parts: dict[str, list[tuple[int, frozenset[date], float, int]]] = {}
    for table in tables:
        actual = table.filter(pc.equal(table["scenario"].cast(pa.string()), "actual"))
        names = actual["measure"].cast(pa.string())
        for name in sorted(pc.unique(names).to_pylist()):
            own = actual.filter(pc.equal(names, name))
            values = np.abs(own["value"].to_numpy())
            logs = np.log10(values[values > 0])
            days = frozenset(pc.unique(own["day"]).to_pylist())
            parts.setdefault(name, []).append((own.num_rows, days, float(logs.sum()), len(logs)))
    return {name: _together(found) for name, found in parts.items()}


def newest(found: Shapes) -> date | None:
    """Last day of the newest period that any measure tells of; None without a figure."""
    ends = (_last(measure, shape.last) for measure, shape in found.items())
    return max(ends, default=None)


def _last(measure: str, day: date) -> date:
    if MEASURES[MeasureId(measure)].step == "day":
        return day
    return day.replace(day=monthrange(day.year, day.month)[1])


def _together(parts: Sequence[tuple[int, frozenset[date], float, int]]) -> Shape:
    rows, logs = sum(one[0] for one in parts), sum(one[2] for one in parts)
    counted = sum(one[3] for one in parts)
    days = frozenset[date]().union(*(one[1] for one in parts))
    return Shape(rows, len(days), 10 ** (logs / counted) if counted else 0.0, max(days))


def unusual(found: Shapes, history: Sequence[Shapes], contract: Contract, replace: Replace) -> str:
    """Why a person must look at a delivery first, in French; "" when it looks like the others.

    history: shapes of the source's kept deliveries, any order; a week of days (three months) of a
    measure makes a habit. replace: what the delivery replaces; a few corrected rows replace only
    themselves, so that they may be few when they are not the newest.
    """
    said = []
    for measure, shape in found.items():
        before = [one[measure] for one in history if measure in one]
        step = MEASURES[MeasureId(measure)].step
        if sum(one.periods for one in before) < _FEWEST_PERIODS[step]:
            continue
        said += _other_size(measure, shape, before, contract.ratio)
        if replace != "rows" or shape.last > max(one.last for one in before):
            said += _too_few(measure, shape, before, contract.drop)
    return " ".join(said)


def _other_size(measure: str, shape: Shape, before: Sequence[Shape], largest: float) -> list[str]:
    usual = median(one.size for one in before)
    if not largest or not usual or not shape.size or shape.rows < _FEWEST_ROWS:
        return []
    times = shape.size / usual
    if 1 / largest < times < largest:
        return []
    said = f"{times:.0f} fois plus" if times > 1 else f"{1 / times:.0f} fois moins"
    return [f"« {_name(measure)} » vaut {said} que d'habitude : l'unité a-t-elle changé (k€, €) ?"]


def _too_few(measure: str, shape: Shape, before: Sequence[Shape], largest: float) -> list[str]:
    usual = sum(one.rows for one in before) / sum(one.periods for one in before)
    missing = 1 - shape.rows / shape.periods / usual
    if not largest or missing < largest:
        return []
    return [f"« {_name(measure)} » : il manque {100 * missing:.0f} % des lignes habituelles."]


def _name(measure: str) -> str:
    return label(MEASURES[MeasureId(measure)])
