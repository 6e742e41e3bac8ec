"""Files that are on disk before anybody can find them."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer as Buffer


class _Hashed(io.RawIOBase):
    """A file being written, and the sha256 of what it holds so far."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")
        self.sha256 = hashlib.sha256()

    def writable(self) -> bool:
        return True

    def write(self, data: Buffer) -> int:
        self.sha256.update(data)
        return self._file.write(data)

    def close(self) -> None:
        self._file.close()
        super().close()


def write_parquet(tables: Iterable[pa.Table], schema: pa.Schema, path: Path) -> str:
    """Write durably, a row group per table; returns the sha256 of the file."""
    partial = path.with_suffix(".partial")
    hashed = _Hashed(partial)
    with hashed, pq.ParquetWriter(hashed, schema, compression="zstd", store_schema=False) as writer:
        for table in tables:
            writer.write_table(table)
    commit(partial, path)
    return hashed.sha256.hexdigest()


def commit(partial: Path, path: Path) -> None:
    """Rename only what has reached the disk, then make the rename itself durable."""
    fsync(partial)
    partial.replace(path)
    fsync(path.parent)


def fsync(path: Path) -> None:
    """Flush a file or a folder to disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
