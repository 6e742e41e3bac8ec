"""Spreadsheets (xlsx, xls, ods) -> text columns, in a process of their own with limits."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import BufferedIOBase, UnsupportedOperation
from itertools import chain
from pathlib import Path
from typing import IO

import numpy as np
import pyarrow as pa

from cockpit.connect import sheet_child
from cockpit.connect.contract import LINE, Decimal
from cockpit.connect.sheet_blocks import Block, read_blocks
from cockpit.connect.sheet_header import Head, Header, header
from cockpit.errors import BadDelivery

LARGEST_BYTES = 100 << 20

_ROOT = str(Path(__file__).parents[2])
_RUN = (
    "import sys; sys.path.append(sys.argv.pop(1)); "
    "from cockpit.connect.sheet_child import main; main()"
)


@dataclass(frozen=True)
class Where:
    """What to read of a workbook.

    sheet: "" for the first one. area: "" for all of it, "B4:H200", or the name of a block or table.
    header_row: 1-based row of the sheet; None for the first one that holds every wanted column.
    header_rows: 2 when titles stand above titles. decimal: of the numbers written in the answer.
    """

    sheet: str = ""
    area: str = ""
    header_row: int | None = None
    header_rows: int = 1
    decimal: Decimal = ","


def header_of(stream: BufferedIOBase, name: str, where: Where) -> tuple[str, ...]:
    """Names of the columns found; those left blank are not named. Raises BadDelivery."""
    blocks = _blocks(stream, name, where)
    found = _header(next(blocks), name, (), where)
    blocks.close()
    return tuple(filter(None, found.names))


def cut(
    stream: BufferedIOBase,
    name: str,
    columns: tuple[str, ...],
    where: Where,
    *,
    noted: list[str] | None = None,
) -> Iterator[pa.Table]:
    """The wanted columns under their header, as text, plus LINE (row of the sheet, 1-based).

    noted: takes the names of all the columns, wanted or not, at once.

    Whole numbers have no decimal part, others have the decimal mark; dates are `2024-01-31`; a
    formula in error is an empty cell, as the file says no more. Raises BadDelivery, at once or
    while the tables are read: no workbook, damaged, protected, too large, a missing or repeated
    column, nothing under the header.
    """
    blocks = _blocks(stream, name, where)
    first = next(blocks)
    found = _header(first, name, columns, where)
    if first.rows <= found.below:
        line = first.place.row + found.below
        raise BadDelivery(file=name, line=line, expected="au moins une ligne de données")
    if noted is not None:
        noted += filter(None, found.names)
    return _below(first, blocks, found, columns)


def _below(
    first: Block, others: Iterator[Block], found: Header, columns: tuple[str, ...]
) -> Iterator[pa.Table]:
    places = [found.names.index(column) for column in columns]
    line = first.place.row + found.below + 1
    for block in chain((first.below(found.below),), others):
        lines = pa.array(np.arange(line, line + block.rows))
        cells = [block.column(place) for place in places]
        yield pa.table([*cells, lines], names=[*columns, LINE])
        line += block.rows


def _header(first: Block, name: str, columns: tuple[str, ...], where: Where) -> Header:
    place = first.place
    head = Head(first.top(sheet_child.HEAD_ROWS), place.row, place.column, place.merged)
    return header(head, name, columns, where.header_row, where.header_rows)


def _blocks(stream: BufferedIOBase, name: str, where: Where) -> Generator[Block, None, None]:
    """The cells of the sheet, at least one block; the process ends with the iterator."""
    with _as_file(stream, name) as file:
        command = [sys.executable, "-I", "-c", _RUN, _ROOT, where.sheet, where.area, where.decimal]
        process = subprocess.Popen(  # noqa: S603 - our own script, no shell
            command, stdin=file, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        with process:
            try:
                yield from _of_process(process, name, where)
            finally:
                process.kill()


def _of_process(process: subprocess.Popen[bytes], name: str, where: Where) -> Iterator[Block]:
    assert process.stdout
    with suppress(ValueError, TypeError):  # it ended early: its exit code says why
        yield from read_blocks(process.stdout)
    if code := process.wait():
        raise BadDelivery(file=name, field=where.sheet, expected=_expected(process, code))


def _expected(process: subprocess.Popen[bytes], code: int) -> str:
    if code == sheet_child.REFUSED and process.stderr:
        return process.stderr.read().decode().strip()
    if -code in {signal.SIGXCPU, signal.SIGALRM, signal.SIGKILL}:
        return "un classeur lisible en une minute"
    return "un classeur ni endommagé ni démesuré (300 Mio de mémoire ; au-delà, un export CSV)"


@contextmanager
def _as_file(stream: BufferedIOBase, name: str) -> Iterator[int | IO[bytes]]:
    """The stream as a file that another process can read from its start."""
    if stream.seek(0, 2) > LARGEST_BYTES:
        raise BadDelivery(file=name, expected=f"un classeur d'au plus {LARGEST_BYTES >> 20} Mio")
    stream.seek(0)
    try:
        number = stream.fileno()
    except UnsupportedOperation:
        with tempfile.TemporaryFile() as copy:
            shutil.copyfileobj(stream, copy)
            copy.seek(0)
            yield copy
        return
    os.lseek(number, 0, os.SEEK_SET)
    yield number
