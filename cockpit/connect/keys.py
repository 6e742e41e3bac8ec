"""Which lines of a delivery have the same key, without its keys in memory together.

A key is known by 64 bits of its texts: two different ones of ten million are taken for the same in
one delivery out of three hundred thousand.
"""

from __future__ import annotations

import weakref
from pathlib import Path
from tempfile import SpooledTemporaryFile

import numpy as np
import pyarrow as pa

from cockpit.connect import coded
from cockpit.connect.coded import Ints

_PACKS_BITS = 4
_IN_MEMORY = 2 << 20
_MIX = np.uint64(0x9E3779B97F4A7C15)  # 2^64 / golden ratio


class Keys:
    """Keys dealt into packs, so that equal ones meet in the same pack.

    folder: where a large pack waits, in a file without a name.
    """

    def __init__(self, columns: tuple[str, ...], folder: Path | None = None) -> None:
        self._columns = columns
        self._packs = [
            SpooledTemporaryFile(max_size=_IN_MEMORY, dir=str(folder) if folder else None)  # noqa: SIM115 - see finalize
            for _ in range(1 << _PACKS_BITS)
        ]
        for pack in self._packs:
            weakref.finalize(self, pack.close)

    def add(self, table: pa.Table, lines: Ints) -> None:
        """Note some lines. table: their text; lines: their numbers."""
        keys = np.zeros(len(lines), np.uint64)
        for name in self._columns:
            cells = coded.column(table, name)
            marks = np.array([hash(text) for text in cells.labels], np.int64).view(np.uint64)
            keys = (keys ^ marks[cells.codes]) * _MIX
        packs = keys >> np.uint64(64 - _PACKS_BITS)
        pairs = np.column_stack((keys.view(np.int64), lines))
        for number, pack in enumerate(self._packs):
            pack.write(pairs[packs == number].tobytes())

    def repeated(self) -> Ints:
        """The numbers of all lines whose key another line has too, sorted."""
        found = np.concatenate([_twice(_read(pack)) for pack in self._packs])
        found.sort()
        return found


def _read(pack: SpooledTemporaryFile[bytes]) -> Ints:
    pack.seek(0)
    return np.frombuffer(pack.read(), np.int64).reshape(-1, 2)


def _twice(pairs: Ints) -> Ints:
    _, which, counts = np.unique(pairs[:, 0], return_inverse=True, return_counts=True)
    return pairs[:, 1][counts[which.reshape(-1)] > 1]
