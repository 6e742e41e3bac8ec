"""Reads one sheet of a workbook, alone in a process: `sheets.py` starts it.

A crafted workbook can make the native reader ask for half a terabyte and abort; here it takes only
this process with it. The workbook is standard input, a file; standard output is what
`sheet_blocks.py` reads; exit code 3 and one French line on standard error when it is refused.

Nothing but the native reader is loaded: Arrow would take as long as fifty thousand rows.
"""

from __future__ import annotations

import datetime as dt
import gc
import importlib
import json
import resource
import signal
import sys
from array import array
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any, BinaryIO

from cockpit.connect import sheet_area
from cockpit.connect.sheet_area import Area
from cockpit.connect.sheet_ole import check_ole
from cockpit.connect.sheet_zip import RefusedSheetError, check_zip

LARGEST_CELLS = 2_000_000
HEAD_ROWS = 1_200
"""The header stands in these first rows, which come in one batch."""

LONGEST_LABELS = 64 << 20
"""The distinct texts of one block, in bytes."""

_TOO_LARGE = f"une feuille d'au plus {LARGEST_CELLS} cellules ; au-delà, un export CSV"

REFUSED = 3
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_PARSING_BYTES = 300 << 20
_WRITING_BYTES = 1 << 30
_CPU_SECONDS = 60
_SECONDS = 120
_BLOCK_CELLS = 1 << 16  # stay in the cache of the processor
_MOST_MERGED = 5_000

Cells = tuple[object, ...]


def main() -> None:
    """Limit this process, read, write. Arguments: sheet, range, decimal mark."""
    _limit()
    sheet, place, decimal = sys.argv[1:4]
    try:
        area, page = _page(sys.stdin.buffer, sheet, place)
    except RefusedSheetError as refusal:
        _refuse(str(refusal))
    except MemoryError:
        _refuse(_TOO_LARGE)
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    _write(page, area, decimal)


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_PARSING_BYTES, _WRITING_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.alarm(_SECONDS)


def _refuse(expected: str) -> None:
    sys.stderr.write(expected + "\n")
    raise SystemExit(REFUSED)


def _page(stream: BinaryIO, sheet: str, place: str) -> tuple[Area, Any]:
    head = stream.read(len(OLE))
    if head.startswith(ZIP):
        check_zip(stream)
    elif head.startswith(OLE):
        check_ole(stream)
    else:
        raise RefusedSheetError("un vrai classeur xlsx, xls ou ods")
    calamine = importlib.import_module("python_calamine")
    try:
        area = Area(sheet)
        if sheet_area.is_block(place):
            area = sheet_area.block(place, sheet)
        elif place:
            area = _named(stream, place, sheet, is_zip=head.startswith(ZIP))
        return area, _sheet(calamine.CalamineWorkbook.from_path("/dev/fd/0"), area.sheet)
    except calamine.PasswordError as error:
        raise RefusedSheetError("un classeur sans mot de passe") from error
    except (calamine.CalamineError, OSError, ValueError, IndexError) as error:
        raise RefusedSheetError("un classeur lisible") from error


def _sheet(book: Any, name: str) -> Any:
    if name and name not in book.sheet_names:
        raise RefusedSheetError(f"la feuille « {name} »")
    page = book.get_sheet_by_name(name or book.sheet_names[0])
    if page.height * page.width > LARGEST_CELLS:
        raise RefusedSheetError(_TOO_LARGE)
    return page


def _named(stream: BinaryIO, name: str, sheet: str, *, is_zip: bool) -> Area:
    if not is_zip:
        raise RefusedSheetError("une plage écrite comme B4:H200 (un .xls ne donne pas ses noms)")
    return sheet_area.named(stream, name, sheet) or _table(name)


def _table(name: str) -> Area:
    """A table of Excel, header included."""
    calamine = importlib.import_module("python_calamine")
    try:
        book = calamine.CalamineWorkbook.from_path("/dev/fd/0", load_tables=True)
        found = book.get_table_by_name(name)
    except (calamine.TableNotFound, calamine.TablesNotSupported) as error:
        raise RefusedSheetError(f"la plage nommée « {name} »") from error
    if not (found.start and found.end):
        raise RefusedSheetError("un tableau qui a des lignes")
    (top, left), (bottom, right) = found.start, found.end
    return Area(found.sheet, max(0, top - 1), left, bottom + 1, right + 1)


def _write(page: Any, area: Area, decimal: str) -> None:
    """A line of JSON about the sheet, then the rows of the area, a block at a time."""
    left = page.start[1] if page.start else 0
    width = max(0, min(page.width, area.right - left) - max(0, area.left - left))
    merged = [
        [*first, *last] for first, last in page.merged_cell_ranges or () if first[0] < HEAD_ROWS
    ]
    about = {
        "row": max(0, area.top),
        "column": max(left, area.left),
        "width": width,
        "merged": None if page.merged_cell_ranges is None else merged[:_MOST_MERGED],
    }
    _say(about)
    gc.disable()  # cells make no cycles, and looking for some takes longer than reading them
    start = max(0, area.left - left)
    texts = _texts(decimal)
    for rows in _blocks(page, area, width):
        columns = list(zip(*rows, strict=True))[start : start + width]
        coded = [_coded(cells, texts) for cells in columns]
        _say([len(rows), [labels for labels, _ in coded]])
        for _, codes in coded:
            sys.stdout.buffer.write(codes)


def _say(what: object) -> None:
    line = json.dumps(what, ensure_ascii=False).encode()
    if len(line) > LONGEST_LABELS:
        _refuse(_TOO_LARGE)
    sys.stdout.buffer.write(line + b"\n")


def _blocks(page: Any, area: Area, width: int) -> Iterator[list[Cells]]:
    if not width:
        return
    size = max(HEAD_ROWS, _BLOCK_CELLS // width)
    rows = islice(page.iter_rows(), area.top, area.bottom)
    while block := list(islice(rows, size)):
        yield block


def _coded(cells: Cells, texts: dict[type, Callable[[Any], str]]) -> tuple[list[str], array[int]]:
    """The distinct texts of a column, and which one each cell has."""
    kinds = set(map(type, cells))
    keys: Sequence[Any] = cells
    if len(kinds) > 1:  # 1, 1.0 and VRAI would be one key
        keys, kinds = [texts[type(cell)](cell) for cell in cells], {str}
    places = {key: place for place, key in enumerate(dict.fromkeys(keys))}
    text = texts[kinds.pop()]
    return [text(key) for key in places], array("i", map(places.__getitem__, keys))


def _texts(decimal: str) -> dict[type, Callable[[Any], str]]:
    """How a cell of each type is written: dates as 2024-01-31, durations as hours."""

    def number(cell: float) -> str:
        return str(int(cell)) if cell.is_integer() else repr(cell).replace(".", decimal)

    return {
        str: str,
        int: str,
        float: number,
        bool: lambda cell: "VRAI" if cell else "FAUX",
        dt.date: dt.date.isoformat,
        dt.datetime: lambda cell: cell.isoformat(" ", "seconds"),
        dt.time: lambda cell: cell.isoformat("seconds"),
        dt.timedelta: _hours,
    }


def _hours(cell: dt.timedelta) -> str:
    seconds = round(abs(cell.total_seconds()))
    sign = "-" if cell < dt.timedelta() else ""
    return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
