"""Writes .xls files (BIFF8 in an OLE container) byte by byte, sound ones and lying ones.

No Excel is at hand: [MS-XLS] and [MS-CFB] say what to write. Every stream has at least 4096 bytes,
so that no mini stream is needed.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

_SECTOR = 512
_END, _FAT, _FREE = 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF
DATE_STYLE = 1
"""Index of the cell format dd/mm/yyyy."""


def container(**streams: bytes) -> bytes:
    """An OLE file that holds these streams, in one FAT sector (60 kB at most)."""
    chains: list[tuple[int, int]] = []
    fat: list[int] = [_FAT, _END]
    body = b""
    for stream in streams.values():
        padded = stream.ljust(max(4096, -(-len(stream) // _SECTOR) * _SECTOR), b"\0")
        start, count = len(fat), len(padded) // _SECTOR
        fat += [*range(start + 1, start + count), _END]
        chains.append((start, len(padded)))
        body += padded
    assert len(fat) <= _SECTOR // 4
    fat += [_FREE] * (_SECTOR // 4 - len(fat))
    entries = [_entry("Root Entry", 5, _END, 0, child=1)]
    names = list(streams)
    for index, (name, (start, size)) in enumerate(zip(names, chains, strict=True)):
        right = index + 2 if index + 1 < len(names) else _FREE
        entries.append(_entry(name, 2, start, size, right=right))
    directory = b"".join(entries).ljust(_SECTOR, b"\0")
    assert len(directory) == _SECTOR
    return _header() + struct.pack(f"<{len(fat)}I", *fat) + directory + body


def _header() -> bytes:
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    head += struct.pack("<5H6x", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<9I", 0, 1, 1, 0, 4096, _END, 0, _END, 0)
    return head + struct.pack("<109I", 0, *[_FREE] * 108)


def _entry(
    name: str, kind: int, start: int, size: int, *, child: int = _FREE, right: int = _FREE
) -> bytes:
    text = name.encode("utf-16-le") + b"\0\0"
    head = text.ljust(64, b"\0") + struct.pack("<HBBIII", len(text), kind, 1, _FREE, right, child)
    return head + bytes(36) + struct.pack("<IQ", start, size)


def record(number: int, data: bytes = b"") -> bytes:
    return struct.pack("<HH", number, len(data)) + data


def _text(text: str, length: str) -> bytes:
    return struct.pack(length, len(text)) + b"\x01" + text.encode("utf-16-le")


def _bof(kind: int) -> bytes:
    return record(0x0809, struct.pack("<HHHHII", 0x0600, kind, 0x0DBB, 1996, 0, 6))


def workbook(
    rows: Sequence[Sequence[object]],
    *,
    merged: Sequence[tuple[int, int, int, int]] = (),
    is_1904: bool = False,
    more: bytes = b"",
    early: bytes = b"",
) -> bytes:
    """One sheet "Données". Cells: text, numbers, booleans, ("date", serial), ("error", code).

    merged: first row, last row, first column, last column. more: records added to the sheet;
    early: records added before the sheet is named.
    """
    cells = b"".join(
        _cell(row, column, value)
        for row, line in enumerate(rows)
        for column, value in enumerate(line)
        if value is not None
    )
    blocks = b"".join(struct.pack("<4H", *block) for block in merged)
    height, width = len(rows), max(map(len, rows), default=0)
    sheet = _bof(0x10) + record(0x0200, struct.pack("<IIHHH", 0, height, 0, width, 0)) + cells
    sheet += more
    sheet += record(0x00E5, struct.pack("<H", len(merged)) + blocks) if merged else b""
    sheet += record(0x000A)
    head = _bof(0x05) + early + record(0x0042, struct.pack("<H", 1200))
    head += record(0x0022, struct.pack("<H", is_1904))
    head += b"".join(record(0x00E0, struct.pack("<HH16x", 0, fmt)) for fmt in (0, 14))
    name = _text("Données", "<B")
    tail = record(0x000A)
    place = len(head) + 4 + 6 + len(name) + len(tail)
    return container(
        Workbook=head + record(0x0085, struct.pack("<IBB", place, 0, 0) + name) + tail + sheet
    )


def _cell(row: int, column: int, value: object) -> bytes:
    match value:
        case bool():
            return record(0x0205, struct.pack("<HHHBB", row, column, 0, value, 0))
        case int() | float():
            return record(0x0203, struct.pack("<HHHd", row, column, 0, value))
        case ("date", float() | int() as serial):
            return record(0x0203, struct.pack("<HHHd", row, column, DATE_STYLE, serial))
        case ("error", int() as code):
            return record(0x0205, struct.pack("<HHHBB", row, column, 0, code, 1))
        case str():
            return record(0x0204, struct.pack("<HHH", row, column, 0) + _text(value, "<H"))
    raise TypeError(value)
