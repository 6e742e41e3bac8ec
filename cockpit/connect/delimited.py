"""Cuts delimited text into columns without ever shifting one; says which line each row came from.

Two readers with one answer. When every line stands alone (no cell holds a line break), Arrow cuts
the text; otherwise the standard strict reader does, slower. A line that has too many or too few
columns, or badly placed quotes, is quarantined; a quote that is never closed refuses the file.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from cockpit.connect import reasons
from cockpit.connect.batch import QUARANTINE
from cockpit.connect.contract import LINE
from cockpit.errors import BadDelivery

_BLOCK_BYTES = 8 << 20
_LONGEST_LINE = 1 << 20
_FLUSH_ROWS = 1 << 16


@dataclass(frozen=True)
class Layout:
    """How a text is delimited.

    ends_lines: the exporter ends its last line too. columns: their names when no line holds them.
    """

    delimiter: str
    skip_lines: int = 0
    ends_lines: bool = True
    columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cut:
    """columns: the wanted ones as text, plus LINE. refused: schema QUARANTINE."""

    table: pa.Table
    refused: pa.Table


@dataclass(frozen=True)
class _Body:
    """The data lines of a text: what stands after the header."""

    name: str
    text: bytes
    first_line: int
    delimiter: str
    header: tuple[str, ...]


def header_of(text: bytes, layout: Layout, name: str) -> tuple[str, ...]:
    """Names of the columns, trimmed. Raises BadDelivery when there is no header."""
    return _body(text, layout, name).header


def cut(text: bytes, layout: Layout, name: str, columns: tuple[str, ...]) -> Cut:
    """The wanted columns of a UTF-8 text.

    Empty lines are skipped and counted in line numbers. Raises BadDelivery(file, line, field,
    expected) for a missing or repeated column, no data line, a quote never closed.
    """
    body = _body(text, layout, name)
    _check_columns(body, columns)
    unfinished = None
    if layout.ends_lines and not text.endswith(b"\n"):
        body, unfinished = _without_last_line(body)
    if _is_blank(body.text) and unfinished is None:
        raise BadDelivery(file=name, line=body.first_line, expected="au moins une ligne de données")
    found = _cut_by_arrow(body, columns) if _stands_alone(body) else _cut_by_csv(body, columns)
    if unfinished is None:
        return found
    extra = quarantined(name, [(unfinished, reasons.UNFINISHED)])
    return Cut(found.table, pa.concat_tables([found.refused, extra]))


def quarantined(name: str, lines: list[tuple[int, str]]) -> pa.Table:
    """Lines refused whole, as (line, reason), in the schema QUARANTINE."""
    numbers, texts = [line for line, _ in lines], [reason for _, reason in lines]
    columns = [[name] * len(lines), numbers, [""] * len(lines), texts]
    return pa.table(dict(zip(QUARANTINE.names, columns, strict=True)), schema=QUARANTINE)


def _body(text: bytes, layout: Layout, name: str) -> _Body:
    start = 0
    for _ in range(layout.skip_lines):
        start = text.find(b"\n", start) + 1
        if not start:
            raise BadDelivery(file=name, line=1, expected="un en-tête après les lignes à sauter")
    if layout.columns:
        return _Body(name, text[start:], layout.skip_lines + 1, layout.delimiter, layout.columns)
    end = text.find(b"\n", start)
    end = len(text) if end < 0 else end + 1
    if not text[start:end].strip() or end - start > _LONGEST_LINE:
        raise BadDelivery(file=name, line=layout.skip_lines + 1, expected="une ligne d'en-tête")
    header = _header(text[start:end].decode("utf-8"), layout, name)
    return _Body(name, text[end:], layout.skip_lines + 2, layout.delimiter, header)


def _is_blank(text: bytes) -> bool:
    return not text or text.isspace()


def _header(line: str, layout: Layout, name: str) -> tuple[str, ...]:
    try:
        cells = next(csv.reader([line], delimiter=layout.delimiter, strict=True))
    except csv.Error as error:
        raise BadDelivery(
            file=name, line=layout.skip_lines + 1, expected="un en-tête sur une seule ligne"
        ) from error
    return tuple(cell.strip() for cell in cells)


def _check_columns(body: _Body, columns: tuple[str, ...]) -> None:
    line = max(1, body.first_line - 1)
    for column in body.header:
        if column and body.header.count(column) > 1:
            raise BadDelivery(
                file=body.name, line=line, field=column, expected="une seule colonne de ce nom"
            )
    for column in columns:
        if column not in body.header:
            raise BadDelivery(file=body.name, line=line, field=column, expected="cette colonne")


def _without_last_line(body: _Body) -> tuple[_Body, int | None]:
    end = body.text.rfind(b"\n") + 1
    if not body.text[end:].strip():
        return body, None
    whole = _Body(body.name, body.text[:end], body.first_line, body.delimiter, body.header)
    return whole, body.first_line + whole.text.count(b"\n")


def _stands_alone(body: _Body) -> bool:
    """Whether each physical line is one well-formed record, so that Arrow may cut it."""
    text = body.text
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


def _cut_by_arrow(body: _Body, columns: tuple[str, ...]) -> Cut:
    skipped: list[pacsv.InvalidRow] = []
    try:
        table = _arrow_table(body, columns, skipped, threads=True)
        if skipped:  # only one thread knows the numbers of the lines that it skips
            skipped.clear()
            table = _arrow_table(body, columns, skipped, threads=False)
    except pa.ArrowInvalid as error:
        raise BadDelivery(file=body.name, expected="des lignes de moins de 8 Mio") from error
    absent = [row.number - 1 for row in skipped]
    lines = np.arange(table.num_rows + len(absent), dtype=np.int64)
    lines = np.delete(lines, np.array(absent, dtype=np.int64)) + body.first_line
    ragged = [row.number - 1 + body.first_line for row in skipped if row.text.strip()]
    refused = quarantined(body.name, [(line, reasons.RAGGED) for line in ragged])
    return Cut(table.append_column(LINE, pa.array(lines)), refused)


def _arrow_table(
    body: _Body, columns: tuple[str, ...], skipped: list[pacsv.InvalidRow], *, threads: bool
) -> pa.Table:
    def skip(row: pacsv.InvalidRow) -> str:
        skipped.append(row)
        return "skip"

    names = [column or f"__unnamed_{index}__" for index, column in enumerate(body.header)]
    if not body.text:
        return pa.table({column: pa.array([], pa.string()) for column in columns})
    return pacsv.read_csv(
        pa.py_buffer(body.text),
        read_options=pacsv.ReadOptions(
            column_names=names, use_threads=threads, block_size=_BLOCK_BYTES
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


def _cut_by_csv(body: _Body, columns: tuple[str, ...]) -> Cut:
    positions = [body.header.index(column) for column in columns]
    schema = pa.schema([*((column, pa.string()) for column in columns), (LINE, pa.int64())])
    refused: list[tuple[int, str]] = []
    done: list[pa.Table] = [schema.empty_table()]
    kept: list[tuple[str | int, ...]] = []
    for line, cells in _records(body, refused):
        kept.append((*(cells[position] for position in positions), line))
        if len(kept) == _FLUSH_ROWS:
            done.append(_table(kept, schema))
            kept = []
    whole = pa.concat_tables([*done, _table(kept, schema)] if kept else done)
    return Cut(whole, quarantined(body.name, refused))


def _table(rows: list[tuple[str | int, ...]], schema: pa.Schema) -> pa.Table:
    return pa.table([list(cells) for cells in zip(*rows, strict=True)], schema=schema)


def _records(body: _Body, refused: list[tuple[int, str]]) -> Iterator[tuple[int, list[str]]]:
    stream = io.TextIOWrapper(io.BytesIO(body.text), "utf-8", newline="\n")
    reader = csv.reader(stream, delimiter=body.delimiter, strict=True)
    while True:
        line = body.first_line + reader.line_num
        try:
            cells = next(reader, None)
        except csv.Error as error:
            if "unexpected end of data" in str(error):
                raise BadDelivery(
                    file=body.name, line=line, expected="un guillemet fermé"
                ) from error
            refused.append((line, reasons.BAD_QUOTES))
            continue
        if cells is None:
            return
        if len(cells) == len(body.header):
            yield line, cells
        elif any(cell.strip() for cell in cells):
            refused.append((line, reasons.RAGGED))
