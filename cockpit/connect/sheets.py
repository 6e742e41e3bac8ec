"""Spreadsheets (xlsx, xls, ods) -> text columns, in a process of their own with limits."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pyarrow as pa

from cockpit.connect import sheet_child
from cockpit.connect.contract import LINE, Decimal
from cockpit.errors import BadDelivery

LARGEST_UNZIPPED = 200 << 20
LARGEST_CELLS = 2_000_000
MOST_ENTRIES = 5_000
TIMEOUT_S = 120
_HEADER_ROWS = 200
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def sheet_of(data: bytes, name: str, sheet: str, decimal: Decimal) -> pa.Table:
    """Every cell of one sheet ("" is the first) as text: columns `c0`, `c1`..., rows from A1.

    Whole numbers have no decimal part, others have `decimal`; dates are `2024-01-31`; a formula in
    error is an empty cell, as the file says no more. Raises BadDelivery for what is no workbook,
    is damaged, protected, or too large once unzipped.
    """
    _check_container(data, name)
    command = [sys.executable, "-I", str(Path(sheet_child.__file__))]
    try:
        done = subprocess.run(  # noqa: S603 - our own script, no shell
            [*command, sheet, decimal, str(LARGEST_CELLS)],
            input=data,
            capture_output=True,
            timeout=TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise BadDelivery(file=name, expected="un classeur lisible en deux minutes") from error
    if done.returncode == sheet_child.REFUSED:
        raise BadDelivery(file=name, field=sheet, expected=done.stderr.decode().strip())
    if done.returncode:
        raise BadDelivery(file=name, expected="un classeur ni endommagé ni démesuré")
    return pa.ipc.open_stream(pa.py_buffer(done.stdout)).read_all()


def cut_sheet(
    cells: pa.Table, name: str, columns: tuple[str, ...], header_row: int | None
) -> pa.Table:
    """The wanted columns under their header, plus LINE (row of the sheet, 1-based).

    header_row: 1-based; None takes the first row that holds every wanted column. Raises
    BadDelivery for a missing or repeated column, or when nothing stands under the header.
    """
    position, header = _header(cells, name, columns, header_row)
    below = cells.slice(position + 1)
    if not below.num_rows:
        raise BadDelivery(file=name, line=position + 1, expected="au moins une ligne de données")
    table = pa.table({column: below.column(header.index(column)) for column in columns})
    lines = range(position + 2, position + 2 + below.num_rows)
    return table.append_column(LINE, pa.array(lines, pa.int64()))


def header_of_sheet(
    cells: pa.Table, name: str, columns: tuple[str, ...], header_row: int | None
) -> tuple[str, ...]:
    """Names of the columns found; those left blank are not named."""
    return tuple(filter(None, _header(cells, name, columns, header_row)[1]))


def _check_container(data: bytes, name: str) -> None:
    if data.startswith(_OLE):
        return
    if not data.startswith(_ZIP):
        raise BadDelivery(file=name, expected="un vrai classeur xlsx, xls ou ods")
    try:
        entries = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise BadDelivery(file=name, expected="un classeur non endommagé") from error
    total = sum(entry.file_size for entry in entries)
    if len(entries) > MOST_ENTRIES or total > LARGEST_UNZIPPED:
        limit = LARGEST_UNZIPPED >> 20
        raise BadDelivery(file=name, expected=f"un classeur d'au plus {limit} Mio décompressés")


def _header(
    cells: pa.Table, name: str, columns: tuple[str, ...], header_row: int | None
) -> tuple[int, list[str]]:
    rows = [
        [(cell or "").strip() for cell in row.values()]
        for row in cells.slice(0, max(_HEADER_ROWS, header_row or 0)).to_pylist()
    ]
    position = header_row - 1 if header_row else _first_holding(rows, columns)
    header = rows[position] if position < len(rows) else []
    for column in columns:
        if header.count(column) != 1:
            expected = "une seule colonne de ce nom" if column in header else "cette colonne"
            raise BadDelivery(file=name, line=position + 1, field=column, expected=expected)
    return position, header


def _first_holding(rows: list[list[str]], columns: tuple[str, ...]) -> int:
    """The first row that holds every column; failing that, the one that holds most of them."""
    scores = [
        (sum(column in row for column in columns), sum(map(bool, row)) if not columns else 0)
        for row in rows
    ]
    return scores.index(max(scores)) if scores else 0
