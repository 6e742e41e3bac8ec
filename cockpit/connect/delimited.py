"""Cuts delimited text into columns without ever shifting one; says which line each row came from.

The text comes in blocks and leaves in parts of some megabytes, so that a file of any size is cut in
the same memory. Two readers with one answer. When every line of a chunk stands alone (no cell holds
a line break), Arrow cuts it; otherwise the standard strict reader does, slower, and goes on into
the next chunk when a quote is still open at the end of its own. A line that has too many or too few
columns, or badly placed quotes, is quarantined; a quote that is never closed refuses the file.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from cockpit.connect import reasons
from cockpit.connect.batch import QUARANTINE
from cockpit.connect.contract import LINE, Part
from cockpit.connect.delimited_text import Body, Layout, Text, body_of, check_columns
from cockpit.errors import BadDelivery

__all__ = ["Layout", "body_of", "cut", "quarantined"]

_BLOCK_BYTES = 1 << 20
_FLUSH_ROWS = 1 << 16


@dataclass(frozen=True)
class _Cut:
    """columns: the wanted ones as text, plus LINE. refused: (line, reason)."""

    table: pa.Table
    refused: list[tuple[int, str]] = field(default_factory=list)


def cut(body: Body, columns: tuple[str, ...]) -> Iterator[Part]:
    """The wanted columns of a UTF-8 text (see `body_of`), at least one part.

    Empty lines are skipped and counted in line numbers. Raises BadDelivery(file, line, field,
    expected) at once for a missing or repeated column; while the parts are read for no data line
    or a quote never closed.
    """
    check_columns(body, columns)
    return _parts(body, columns)


def quarantined(name: str, lines: list[tuple[int, str]]) -> pa.Table:
    """Lines refused whole, as (line, reason), in the schema QUARANTINE."""
    numbers, texts = [line for line, _ in lines], [reason for _, reason in lines]
    columns = [[name] * len(lines), numbers, [""] * len(lines), texts]
    return pa.table(dict(zip(QUARANTINE.names, columns, strict=True)), schema=QUARANTINE)


def _parts(body: Body, columns: tuple[str, ...]) -> Iterator[Part]:
    first, is_blank = body.line, True
    while chunk := body.text.chunk():
        is_blank &= chunk.isspace()
        found = _cut_chunk(body, chunk, columns)
        yield Part(found.table, quarantined(body.name, found.refused))
    if body.text.rest.strip():
        empty = _schema(columns).empty_table()
        yield Part(empty, quarantined(body.name, [(body.line, reasons.UNFINISHED)]))
    elif is_blank:
        raise BadDelivery(file=body.name, line=first, expected="au moins une ligne de données")


def _cut_chunk(body: Body, chunk: bytes, columns: tuple[str, ...]) -> _Cut:
    if not _stands_alone(chunk, body):
        return _cut_by_csv(body, chunk, columns)
    found = _cut_by_arrow(body, chunk, columns)
    body.line += chunk.count(b"\n")
    return found


def _stands_alone(text: bytes, body: Body) -> bool:
    """Whether each physical line is one well-formed record, so that Arrow may cut it."""
    lone_returns = b"\r" in text and text.count(b"\r") != text.count(b"\r\n")
    if lone_returns or len(body.header) == 1:
        return False
    if b'"' not in text:
        return True
    lines = pa.array(text.split(b"\n"), pa.binary())
    quoted = lines.filter(pc.match_substring(lines, '"'))
    mark = re.escape(body.delimiter)
    cell = rf'(?:[^"{mark}\r]*|"(?:[^"\r]|"")*")'
    return bool(pc.all(pc.match_substring_regex(quoted, rf"^{cell}(?:{mark}{cell})*\r?$")).as_py())


def _cut_by_arrow(body: Body, text: bytes, columns: tuple[str, ...]) -> _Cut:
    skipped: list[pacsv.InvalidRow] = []
    table = _arrow_table(body, text, columns, skipped)
    absent = [row.number - 1 for row in skipped]
    lines = np.arange(table.num_rows + len(absent), dtype=np.int64)
    lines = np.delete(lines, np.array(absent, dtype=np.int64)) + body.line
    ragged = [row.number - 1 + body.line for row in skipped if _says_something(row.text, body)]
    found = table.append_column(LINE, pa.array(lines))
    return _Cut(found, [(line, reasons.RAGGED) for line in ragged])


def _says_something(line: str, body: Body) -> bool:
    cells = next(csv.reader([line], delimiter=body.delimiter), [])
    return any(cell.strip() for cell in cells)


def _arrow_table(
    body: Body, text: bytes, columns: tuple[str, ...], skipped: list[pacsv.InvalidRow]
) -> pa.Table:
    try:
        table = _read_by_arrow(body, text, columns, skipped, _BLOCK_BYTES)
        if not skipped:
            return table
    except pa.ArrowInvalid:  # a line longer than a block
        pass
    skipped.clear()  # only one thread knows the numbers of the lines that it skips
    return _read_by_arrow(body, text, columns, skipped, None)


def _read_by_arrow(
    body: Body,
    text: bytes,
    columns: tuple[str, ...],
    skipped: list[pacsv.InvalidRow],
    block_bytes: int | None,
) -> pa.Table:
    """block_bytes: what one thread cuts at a time; None cuts all of it in one thread."""

    def skip(row: pacsv.InvalidRow) -> str:
        skipped.append(row)
        return "skip"

    names = [column or f"__unnamed_{index}__" for index, column in enumerate(body.header)]
    return pacsv.read_csv(
        pa.py_buffer(text),
        read_options=pacsv.ReadOptions(
            column_names=names,
            use_threads=block_bytes is not None,
            block_size=block_bytes or len(text) + 1,
        ),
        parse_options=pacsv.ParseOptions(
            delimiter=body.delimiter, ignore_empty_lines=False, invalid_row_handler=skip
        ),
        convert_options=pacsv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()),
            include_columns=list(columns),
            strings_can_be_null=False,
            check_utf8=False,
        ),
    )


def _schema(columns: tuple[str, ...]) -> pa.Schema:
    return pa.schema([*((column, pa.string()) for column in columns), (LINE, pa.int64())])


def _cut_by_csv(body: Body, chunk: bytes, columns: tuple[str, ...]) -> _Cut:
    positions = [body.header.index(column) for column in columns]
    schema = _schema(columns)
    refused: list[tuple[int, str]] = []
    done: list[pa.Table] = [schema.empty_table()]
    kept: list[tuple[str | int, ...]] = []
    for line, cells in _records(body, chunk, refused):
        kept.append((*(cells[position] for position in positions), line))
        if len(kept) == _FLUSH_ROWS:
            done.append(_table(kept, schema))
            kept = []
    return _Cut(pa.concat_tables([*done, _table(kept, schema)] if kept else done), refused)


def _table(rows: list[tuple[str | int, ...]], schema: pa.Schema) -> pa.Table:
    return pa.table([list(cells) for cells in zip(*rows, strict=True)], schema=schema)


@dataclass
class _Lines:
    """The lines of a chunk, then those of the next ones: a record may end there."""

    text: Text
    stream: io.BytesIO
    size: int

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self.stream.readline()
        if not line:
            following = self.text.chunk()
            self.stream, self.size = io.BytesIO(following), len(following)
            line = self.stream.readline()
        if not line:
            raise StopIteration
        return line.decode("utf-8")

    def are_read(self) -> bool:
        """Whether the last chunk begun is at its end."""
        return self.stream.tell() == self.size


def _records(
    body: Body, chunk: bytes, refused: list[tuple[int, str]]
) -> Iterator[tuple[int, list[str]]]:
    """The records that begin in a chunk; what was read of the next one is given back."""
    lines = _Lines(body.text, io.BytesIO(chunk), len(chunk))
    started_in = lines.stream
    reader = csv.reader(lines, delimiter=body.delimiter, strict=True)
    first = body.line
    while lines.stream is started_in and not lines.are_read():
        line = first + reader.line_num
        try:
            cells = next(reader)
        except csv.Error as error:
            several = first + reader.line_num - line > 1
            if "unexpected end of data" in str(error) or ("limit" in str(error) and several):
                raise BadDelivery(
                    file=body.name, line=line, expected="un guillemet fermé"
                ) from error
            refused.append((line, reasons.BAD_QUOTES))
            continue
        if len(cells) == len(body.header):
            yield line, cells
        elif any(cell.strip() for cell in cells):
            refused.append((line, reasons.RAGGED))
    body.line = first + reader.line_num
    body.text.push_back(lines.stream.read())
