"""Where to read in a workbook: a whole sheet, a block such as B4:H200, or a name given to one."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from defusedxml.ElementTree import iterparse

from cockpit.connect.sheet_zip import RefusedSheetError

_CORNER = r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})"
_BLOCK = re.compile(rf"^{_CORNER}:{_CORNER}$")
_ON_SHEET = re.compile(
    rf"^\$?(?:'((?:[^']|'')+)'|([^'!.:]+))[!.]({_CORNER}(?::(?:\$?(?:'[^']+'|[^'!.:]+)?\.)?{_CORNER})?)$"
)
_A = ord("A")
LAST = 1 << 30


@dataclass(frozen=True)
class Area:
    """A block of one sheet: 0-based rows and columns, ends excluded. sheet "" is the first one."""

    sheet: str = ""
    top: int = 0
    left: int = 0
    bottom: int = LAST
    right: int = LAST


def is_block(text: str) -> bool:
    """Whether a setting is a block such as B4:H200 rather than a name."""
    return _BLOCK.match(text) is not None


def block(text: str, sheet: str) -> Area:
    """B4:H200 of a sheet."""
    found = _BLOCK.match(text)
    if not found:
        raise RefusedSheetError("une plage d'un seul bloc, comme B4:H200")
    (left, right), (top, bottom) = (
        sorted((_column(found[1]), _column(found[3]))),
        sorted((int(found[2]) - 1, int(found[4]) - 1)),
    )
    return Area(sheet, max(0, top), left, bottom + 1, right + 1)


def named(stream: BinaryIO, name: str, sheet: str) -> Area | None:
    """The block that an xlsx or ods workbook calls by this name; None when it has no such name.

    sheet: "" for any. The name of a sheet wins over the same name of the whole workbook. Raises
    RefusedSheetError when the name is not one block of cells.
    """
    stream.seek(0)
    with zipfile.ZipFile(stream) as archive:
        parts = {"xl/workbook.xml", "content.xml"} & set(archive.namelist())
        names = [found for part in parts for found in _names(archive, part)]
    wanted = [text for called, text in names if called.casefold() == name.casefold()]
    if not wanted:
        return None
    areas = [_on_sheet(text) for text in wanted]
    kept = [area for area in areas if area and sheet in {"", area.sheet}]
    if not kept:
        raise RefusedSheetError("une plage nommée d'un seul bloc, sur la feuille demandée")
    return kept[0]


def _names(archive: zipfile.ZipFile, part: str) -> Iterator[tuple[str, str]]:
    with archive.open(part) as stream:
        for _, element in iterparse(stream):
            tag = element.tag.rpartition("}")[2]
            if tag == "definedName":
                yield element.get("name", ""), element.text or ""
            elif tag == "named-range":
                own = {key.rpartition("}")[2]: text for key, text in element.items()}
                yield own.get("name", ""), own.get("cell-range-address", "")
            if tag in {"definedName", "named-range", "table-row"}:
                element.clear()


def _on_sheet(text: str) -> Area | None:
    found = _ON_SHEET.match(text.strip())
    if not found:
        return None
    sheet = (found[1] or found[2]).replace("''", "'")
    first, last = (found[4], found[5]), (found[6] or found[4], found[7] or found[5])
    return block(f"{first[0]}{first[1]}:{last[0]}{last[1]}", sheet)


def _column(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - _A + 1
    return number - 1
