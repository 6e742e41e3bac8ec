"""Records of lines -> the table of a file, one share of the stays at a time.

A year of a large hospital is more than memory should hold: above two megabytes, a share waits in a
file without a name, which dies with the process. What stands there of a stay is `cut.marks`.
"""

from __future__ import annotations

import weakref
from collections import defaultdict
from tempfile import SpooledTemporaryFile

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from cockpit.connect.contract import LINE
from cockpit.connect.pmsi.columns import COUNTS, DAY, ROWS, STEP, UNIT
from cockpit.connect.pmsi.layouts import Family
from cockpit.connect.pmsi.lines import RECORD
from cockpit.connect.pmsi.stays import Ints, Items, Naming, Records, items_of

SHARES = 16
"""The lines of one stay are all in one share, so that only a sixteenth is sorted at a time."""

_DAYS = 1 << 16
_IN_MEMORY = 2 << 20


class Table:
    """Takes the records of a file, then says its counts."""

    def __init__(self, family: Family, naming: Naming) -> None:
        self._family: Family = family
        self._naming = naming
        self._shares = [_Share() for _ in range(SHARES)]
        self._index: dict[str, int] = {}
        self._sums: dict[str, list[tuple[Ints, Ints, Ints]]] = defaultdict(list)

    def add(self, records: Records) -> None:
        """Some lines, dtype of `pmsi_lines.RECORD`."""
        share = records["mark"] % np.uint64(SHARES)
        for number, kept in enumerate(self._shares):
            kept.add(records[share == number])

    def read(self, labels: tuple[list[str], list[str]]) -> pa.Table:
        """Every count: `COLUMNS` as text and `__line__`, sorted by kind of row, unit and day.

        labels: codes of sites and of units. A cell is empty where its count does not apply, or is
        zero for that unit in the whole file. No row at all when no line was added.
        """
        while self._shares:
            records = self._shares.pop().records()
            if len(records):
                for items in items_of(records, self._family, labels, self._naming):
                    self._sums[items.rows].append(self._summed(items))
        names = list(self._index)
        parts = [_rows(rows, self._sums[rows], names) for rows in ROWS if rows in self._sums]
        return pa.concat_tables(parts) if parts else _EMPTY

    def _summed(self, items: Items) -> tuple[Ints, Ints, Ints]:
        """Keys (unit and day in one integer), a row of counts each, and a line of the file."""
        index = self._index
        moves = np.array([index.setdefault(one, len(index)) for one in items.labels], np.int64)
        key = moves[items.unit] * _DAYS + items.day
        keys, which = np.unique(key, return_inverse=True)
        sums = np.zeros((len(keys), len(COUNTS)), np.int64)
        for position, name in enumerate(COUNTS):
            if name in items.counts:
                values = items.counts[name]
                sums[:, position] = np.bincount(which.reshape(-1), values, minlength=len(keys))
        return keys, sums, _smallest(items.line, which, len(keys))


class _Share:
    """The records of some stays, in the order they came."""

    def __init__(self) -> None:
        self._file = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - see finalize
        weakref.finalize(self, self._file.close)

    def add(self, records: Records) -> None:
        self._file.write(records.tobytes())

    def records(self) -> Records:
        self._file.seek(0)
        return np.frombuffer(self._file.read(), RECORD)


def _smallest(lines: Ints, which: Ints, count: int) -> Ints:
    """The first line of each key."""
    found = np.full(count, np.iinfo(np.int64).max, np.int64)
    np.minimum.at(found, which.reshape(-1), lines.astype(np.int64))
    return found


def _rows(rows: str, parts: list[tuple[Ints, Ints, Ints]], names: list[str]) -> pa.Table:
    keys, which = np.unique(np.concatenate([part[0] for part in parts]), return_inverse=True)
    sums = np.zeros((len(keys), len(COUNTS)), np.int64)
    np.add.at(sums, which.reshape(-1), np.concatenate([part[1] for part in parts]))
    lines = _smallest(np.concatenate([part[2] for part in parts]), which, len(keys))
    unit, day = keys // _DAYS, (keys % _DAYS).astype("datetime64[D]")
    cells: dict[str, pa.Array] = {
        UNIT: pa.array([names[code] for code in unit.tolist()], pa.string()),
        STEP: pa.array([ROWS[rows]] * len(keys), pa.string()),
        DAY: pa.array(np.datetime_as_string(day).tolist(), pa.string()),
    }
    for position, name in enumerate(COUNTS):
        cells[name] = _shown(sums[:, position], unit, len(names))
    cells[LINE] = pa.array(lines, pa.int64())
    return pa.table(cells).sort_by([(UNIT, "ascending"), (DAY, "ascending")])


def _shown(values: Ints, unit: Ints, units: int) -> pa.Array:
    """Text, empty for the units where the count is zero in the whole file."""
    met: npt.NDArray[np.bool_] = np.bincount(unit, values, minlength=units) > 0
    texts = [
        "" if not shown else str(v) for v, shown in zip(values.tolist(), met[unit], strict=True)
    ]
    return pa.array(texts, pa.string())


_EMPTY = pa.schema(
    [*((name, pa.string()) for name in (UNIT, STEP, DAY, *COUNTS)), (LINE, pa.int64())]
).empty_table()
