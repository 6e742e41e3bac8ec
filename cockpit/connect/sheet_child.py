"""Reads one sheet of a workbook, alone in a process: `sheets.py` runs it as a script.

A crafted workbook can make the native reader ask for half a terabyte and abort; here it takes only
this process with it. Content on standard input, Arrow stream on standard output (columns `c0`,
`c1`... of text, one row per row of the sheet from A1); exit code 3 and one French line on standard
error when the workbook is refused. Arguments: sheet name ("" for the first), decimal mark, cells.
"""

from __future__ import annotations

import datetime as dt
import importlib
import io
import sys

MEMORY_BYTES = 3 << 30
CPU_SECONDS = 60
REFUSED = 3


def main() -> None:
    """Limit this process, read, write."""
    _limit()
    sheet, decimal, largest = sys.argv[1], sys.argv[2], int(sys.argv[3])
    rows = _rows(sys.stdin.buffer.read(), sheet, largest)
    width = max((len(row) for row in rows), default=0)
    columns = [[_text(row[index], decimal) for row in rows] for index in range(width)]
    pa = importlib.import_module("pyarrow")
    table = pa.table({f"c{i}": pa.array(cells, pa.string()) for i, cells in enumerate(columns)})
    with pa.ipc.new_stream(sys.stdout.buffer, table.schema) as stream:
        stream.write_table(table)


def _limit() -> None:
    try:
        resource = importlib.import_module("resource")
    except ImportError:  # not a POSIX system
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _refuse(expected: str) -> None:
    sys.stderr.write(expected + "\n")
    raise SystemExit(REFUSED)


def _rows(data: bytes, name: str, largest: int) -> list[list[object]]:
    calamine = importlib.import_module("python_calamine")
    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        names = book.sheet_names
        if name and name not in names:
            _refuse("la feuille demandée")
        sheet = book.get_sheet_by_name(name or names[0])
        if sheet.end and (sheet.end[0] + 1) * (sheet.end[1] + 1) > largest:
            _refuse(f"une feuille d'au plus {largest} cellules")
        return [list(row) for row in sheet.to_python(skip_empty_area=False)]
    except calamine.PasswordError:
        _refuse("un classeur sans mot de passe")
    except (calamine.CalamineError, OSError, ValueError, IndexError):
        _refuse("un classeur lisible")
    return []


def _text(cell: object, decimal: str) -> str:
    if isinstance(cell, bool):
        return "VRAI" if cell else "FAUX"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell).replace(".", decimal)
    if isinstance(cell, dt.datetime):
        return cell.isoformat(" ", "seconds")
    return str(cell)


if __name__ == "__main__":
    main()
