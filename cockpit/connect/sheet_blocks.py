"""What `sheet_child` says of a sheet, read: its place, then its cells as positions among texts.

A line of JSON `{"row", "column", "width", "merged"}`, then for each block of rows a line of JSON
`[rows, [texts of each column]]` and, column after column, a native 32-bit position per row. A text
said a thousand times crosses once.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

import numpy as np
import pyarrow as pa

from cockpit.connect.coded import Codes
from cockpit.connect.sheet_child import LONGEST_LABELS

_LARGEST_COLUMN = 32 << 20


@dataclass(frozen=True)
class Place:
    """row, column: 0-based place of the first cell. merged: see `sheet_header.Head`."""

    row: int
    column: int
    width: int
    merged: list[list[int]] | None


@dataclass(frozen=True)
class Block:
    """Some rows of a sheet. texts: the distinct ones of each column; codes: a row per column."""

    place: Place
    rows: int
    texts: list[list[str]]
    codes: Codes

    def top(self, count: int) -> list[tuple[str, ...]]:
        """The first rows."""
        columns = [
            [texts[code] for code in codes[:count].tolist()]
            for texts, codes in zip(self.texts, self.codes, strict=True)
        ]
        return list(zip(*columns, strict=True))

    def below(self, first: int) -> Block:
        """The rows from this one on."""
        return Block(self.place, self.rows - first, self.texts, self.codes[:, first:])

    def column(self, position: int) -> pa.Array:
        """The text of each row. Raises ArrowInvalid when they would fill memory."""
        texts, codes = self.texts[position], self.codes[position]
        if sum(map(len, texts)) * self.rows > _LARGEST_COLUMN:
            lengths = np.array([len(text) for text in texts], np.int64)
            if int(lengths[codes].sum()) > _LARGEST_COLUMN:
                message = "a column of too long texts"
                raise pa.ArrowInvalid(message)
        return pa.array(texts, pa.string()).take(pa.array(codes))


def read_blocks(stream: IO[bytes]) -> Iterator[Block]:
    """At least one block, empty when the sheet is.

    Raises ValueError or TypeError when the stream stops early or says anything else.
    """
    place = Place(**_line(stream))
    said = _line(stream) or [0, [[]] * place.width]
    while said:
        rows, texts = said
        size = rows * place.width
        codes = np.frombuffer(stream.read(4 * size), np.int32, size).reshape(place.width, rows)
        yield Block(place, rows, texts, codes)
        said = _line(stream)


def _line(stream: IO[bytes]) -> Any:
    """What a line says; nothing at the end."""
    line = stream.readline(LONGEST_LABELS + 1)
    return json.loads(line) if line else []
