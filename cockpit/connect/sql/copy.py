"""PostgreSQL's answer as CSV, cut by Arrow: five times fewer steps than a row at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import psycopg
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
from psycopg.abc import Buffer
from psycopg.sql import SQL, Literal

from cockpit.connect.contract import Part
from cockpit.connect.sql.cursor import Reached
from cockpit.connect.sql.rows import Counted, Wanted, check_names, needed, numbered
from cockpit.connect.sql.session import Session
from cockpit.errors import BadDelivery

_BLOCK_BYTES = 1 << 20
_AT_ONCE = 256
_BOOLEAN, _MOMENTS, _MOMENT_WITH_ZONE = 16, {1114, 1184}, 1184
_SECONDS = len("2024-01-31 08:15:00")
_CURSORS = {
    20: pa.int64(),
    21: pa.int64(),
    23: pa.int64(),
    1082: pa.date32(),
    1114: pa.timestamp("us"),
    1184: pa.timestamp("us", "UTC"),
    1700: pa.decimal256(76, 20),
}
"""Types of PostgreSQL (by number) that a cursor may have, and how Arrow compares them."""


@dataclass(frozen=True)
class _Shape:
    names: list[str]
    types: dict[str, int]


def copied(session: Session, wanted: Wanted) -> Iterator[Part]:
    """The rows of PostgreSQL, by blocks of a few megabytes."""
    connection: psycopg.Connection[Any] = session.driver
    statement = _composed(connection, wanted)
    shape = _shape(connection, statement, wanted)
    counted = Counted(session)
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY (\n{statement}\n) TO STDOUT (FORMAT csv)".encode()) as copy,
    ):
        for block, rows in _blocks(copy):
            yield _part(block, rows, shape, wanted, counted)


def _blocks(copy: Iterable[Buffer]) -> Iterator[tuple[bytes, int]]:
    """Rows joined into blocks, with how many each holds: taken some at a time, a row costs no step
    of ours."""
    came = iter(copy)
    pieces: list[bytes] = []
    count, size = 0, 0
    while rows := list(islice(came, _AT_ONCE)):
        pieces.append(b"".join(rows))
        count, size = count + len(rows), size + len(pieces[-1])
        if size >= _BLOCK_BYTES:
            yield b"".join(pieces), count
            pieces, count, size = [], 0, 0
    if pieces:
        yield b"".join(pieces), count


def _composed(connection: psycopg.Connection[Any], wanted: Wanted) -> str:
    """The query with its cursor as a literal: COPY takes no parameter."""
    literal = SQL("{}").format(Literal(wanted.start)).as_string(connection)
    return wanted.query.with_cursor(literal)


def _shape(connection: psycopg.Connection[Any], statement: str, wanted: Wanted) -> _Shape:
    with connection.cursor() as cursor:
        asked = f"SELECT * FROM (\n{statement}\n) cockpit LIMIT 0"  # noqa: S608 - checked text
        cursor.execute(asked.encode())
        found = cursor.description or []
    names = [column.name for column in found]
    check_names(wanted.query.file, names, needed(wanted))
    wanted.noted[:] = names
    types = {column.name: column.type_code for column in found}
    if wanted.reached and types[wanted.reached.column] not in _CURSORS:
        raise wanted.reached.refused()
    return _Shape(names, types)


def _part(block: bytes, rows: int, shape: _Shape, wanted: Wanted, counted: Counted) -> Part:
    first = counted.rows + 1
    counted.add(rows, len(block))
    table = _cut(block, shape, wanted)
    if table.num_rows != rows:
        raise BadDelivery(file=wanted.query.file, expected="une réponse que CSV sait écrire")
    if wanted.reached:
        _see(wanted.reached, table[wanted.reached.column], shape)
    columns = {
        name: _tidy(table[name].combine_chunks(), shape.types[name]) for name in wanted.columns
    }
    return numbered(columns, wanted, first, rows)


def _cut(block: bytes, shape: _Shape, wanted: Wanted) -> pa.Table:
    kept = needed(wanted)
    try:
        return pacsv.read_csv(
            pa.py_buffer(block),
            read_options=pacsv.ReadOptions(
                column_names=shape.names, block_size=len(block) + 1, use_threads=False
            ),
            parse_options=pacsv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
            convert_options=pacsv.ConvertOptions(
                column_types=dict.fromkeys(shape.names, pa.string()),
                include_columns=list(kept),
                strings_can_be_null=False,
            ),
        )
    except pa.ArrowInvalid:
        raise BadDelivery(file=wanted.query.file, expected="du texte en UTF-8") from None


def _tidy(column: pa.Array, kind: int) -> pa.Array:
    """As the mapping reads: seconds at most, true and false."""
    if kind in _MOMENTS:
        return pc.utf8_slice_codeunits(column, 0, _SECONDS)
    if kind == _BOOLEAN:
        return pc.replace_substring(
            pc.replace_substring(column, "t", "true"), "f", "false", max_replacements=1
        )
    return column


def _see(reached: Reached, column: pa.ChunkedArray, shape: _Shape) -> None:
    given = column.filter(pc.not_equal(column, ""))
    try:
        largest = pc.max(given.cast(_CURSORS[shape.types[reached.column]])).as_py()
    except pa.ArrowInvalid:
        raise reached.refused() from None
    reached.see([largest])
