"""The observations of a delivery, compact: numbers and labels, in memory or, when many, on disk."""

from __future__ import annotations

import tempfile
import weakref
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
import pyarrow as pa

from cockpit.connect.coded import Coded, Index, Ints
from cockpit.connect.parse_numbers import Floats

_MOST_IN_MEMORY = 32 << 20
_CODED = ("measure", "unit", "facet", "scenario")
_SCHEMA = pa.schema(
    [
        ("line", pa.int64()),
        ("day", pa.int32()),
        ("value", pa.float64()),
        *((name, pa.int32()) for name in _CODED),
    ]
)


@dataclass(frozen=True)
class Observations:
    """Some observations; all arrays run along them.

    line: where each one came from. day: days since 1970-01-01.
    """

    line: Ints
    measure: Coded
    unit: Coded
    day: Ints
    facet: Coded
    scenario: Coded
    value: Floats

    def kept(self, rows: Ints) -> Observations:
        """Only the observations at these positions."""
        return Observations(
            self.line[rows],
            self.measure.kept(rows),
            self.unit.kept(rows),
            self.day[rows],
            self.facet.kept(rows),
            self.scenario.kept(rows),
            self.value[rows],
        )

    def table(self) -> pa.Table:
        """The columns of `batch.ROWS`, texts as dictionaries."""
        return pa.table(
            {
                "measure": self.measure.dictionary(),
                "unit": self.unit.dictionary(),
                "day": pa.array(self.day.astype(np.int32)).cast(pa.date32()),
                "facet": self.facet.dictionary(),
                "scenario": self.scenario.dictionary(),
                "value": pa.array(self.value),
            }
        )


class Spool:
    """Observations added part by part, then read part by part, as often as needed.

    Above 32 MB they stand in a file without a name in `folder` (the system's own one for
    temporary files when it is None): nothing is left behind, whatever happens.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._index = {name: Index() for name in _CODED}
        self._batches: list[pa.RecordBatch] = []
        self._bytes = 0
        self._file: IO[bytes] | None = None
        self._sizes: list[int] = []
        self._days: list[tuple[int, int]] = []
        self._length = 0

    @classmethod
    def of(cls, table: pa.Table) -> Spool:
        """The rows of a table of schema `batch.ROWS`."""
        spool = cls()
        codes = {name: _coded(table.column(name)) for name in _CODED}
        spool.add(
            Observations(
                line=np.arange(table.num_rows, dtype=np.int64),
                day=table.column("day").cast(pa.int32()).to_numpy().astype(np.int64),
                value=table.column("value").to_numpy(),
                **codes,
            )
        )
        return spool

    def __len__(self) -> int:
        return self._length

    @property
    def days(self) -> tuple[int, int]:
        """First and last day of all, (0, 0) without any."""
        first = min((first for first, _ in self._days), default=0)
        return first, max((last for _, last in self._days), default=0)

    def widths(self) -> dict[str, int]:
        """How many distinct labels each coded column has."""
        return {name: len(index.labels) for name, index in self._index.items()}

    def add(self, found: Observations) -> None:
        """Keep these too, after the others."""
        if not len(found.line):
            return
        columns = {
            "line": found.line,
            "day": found.day.astype(np.int32),
            "value": found.value,
            **{name: self._index[name].codes(getattr(found, name)) for name in _CODED},
        }
        batch = pa.RecordBatch.from_pydict(columns, schema=_SCHEMA)
        self._days.append((int(found.day.min()), int(found.day.max())))
        self._length += len(found.line)
        self._bytes += batch.nbytes
        self._batches.append(batch)
        if self._bytes > _MOST_IN_MEMORY:
            self._spill()

    def parts(self) -> Iterator[Observations]:
        """The observations as they were added, under one set of labels; one reader at a time."""
        labels = {name: index.labels for name, index in self._index.items()}
        for batch in self._read():
            columns = {name: batch.column(name).to_numpy() for name in _SCHEMA.names}
            yield Observations(
                line=columns["line"],
                day=columns["day"].astype(np.int64),
                value=columns["value"],
                **{name: Coded(columns[name], labels[name]) for name in _CODED},
            )

    def tables(self) -> Iterator[pa.Table]:
        """The observations as tables of the columns of `batch.ROWS`, texts as dictionaries."""
        return (part.table() for part in self.parts())

    def _spill(self) -> None:
        if self._file is None:
            self._file = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115 - lives with self
            weakref.finalize(self, self._file.close)
        for batch in self._batches:
            self._sizes.append(self._file.write(batch.serialize()))
        self._batches.clear()

    def _read(self) -> Iterator[pa.RecordBatch]:
        if self._file is None:
            yield from self._batches
            return
        self._file.seek(0)
        for size in self._sizes:
            yield pa.ipc.read_record_batch(pa.py_buffer(self._file.read(size)), _SCHEMA)


def _coded(column: pa.ChunkedArray) -> Coded:
    encoded = column.combine_chunks().dictionary_encode()
    return Coded(encoded.indices.to_numpy(), tuple(encoded.dictionary.to_pylist()))
