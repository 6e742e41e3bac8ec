"""Reads `structure.csv`, the hospital's units, into a tree; refuses it whole when it is wrong.

A wrong structure would add wards to the wrong hospital, so nothing is guessed: the error names the
line, the column and what was expected.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import NoReturn

from cockpit.errors import BadStructure
from cockpit.kpi.model import UnitId
from cockpit.kpi.units import LEVELS, Level, Unit, UnitTree

REQUIRED = ("unit", "parent", "level", "label")
MERGED_LEVELS = ("pole", "service", "uf")
WHOLE = UnitId("ENSEMBLE")
WHOLE_LABEL = "Ensemble des sites"
OPTIONAL = ("finess", "discipline", "valid_from", "valid_to")
_CODE = re.compile(r"[^\s/;\x00-\x1f\x7f](?:[^/;\x00-\x1f\x7f]{0,62}[^\s/;\x00-\x1f\x7f])?")
_FINESS = re.compile(r"[0-9][0-9AB][0-9]{7}")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_FRENCH = re.compile(r"(\d{2})/(\d{2})/(\d{4})", re.ASCII)

_Row = dict[str, str]


def load_structure(path: Path) -> UnitTree:
    """Read the structure: utf-8, `;`, one unit per line, in any order.

    Raises BadStructure(file, line, field, expected) for a missing file, an unknown or missing
    column, a ragged line, a repeated or malformed code, an unknown parent, a parent that is not of
    a higher level (hence any cycle), a FINESS that is not nine characters, a day that does not
    exist, a period that ends before it begins. Several units without parent are put under one
    group, `ENSEMBLE`.

    One parent may be of the same level: that of a closed pole, service or uf that another took
    over and outlived (a merge, a change of code), so that the past stays under who carries it on.
    """
    name = path.name
    lines: dict[UnitId, int] = {}
    units: list[Unit] = []
    for line, row in _rows(name, _text(path)):
        unit = _unit(name, line, row)
        if unit.id in lines:
            _refuse(name, line, "unit", f"un code déjà absent de la ligne {lines[unit.id]}")
        lines[unit.id] = line
        units.append(unit)
    if not units:
        _refuse(name, 1, "unit", "au moins une unité")
    tree = UnitTree(tuple(units))
    for unit in units:
        _check_parent(name, lines[unit.id], unit, tree)
    return _under_one_root(tree)


def _under_one_root(tree: UnitTree) -> UnitTree:
    """A file without its top gets one: a tile of the whole must add every site, not the first."""
    if len(tree.roots()) == 1:
        return tree
    top = Unit(_free_code(tree), None, "group", WHOLE_LABEL)
    below = (replace(unit, parent=top.id) if unit.parent is None else unit for unit in tree)
    return UnitTree((top, *below))


def _free_code(tree: UnitTree) -> UnitId:
    code = WHOLE
    while code in tree:
        code = UnitId(f"{code}_")
    return code


def _refuse(name: str, line: int, field: str, expected: str) -> NoReturn:
    raise BadStructure(file=name, line=line, field=field, expected=expected)


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadStructure(file=path.name, expected="un fichier lisible") from error
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BadStructure(file=path.name, line=line, expected="du texte en UTF-8") from error


def _rows(name: str, text: str) -> Iterator[tuple[int, _Row]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";", strict=True)
    try:
        header = [column.strip() for column in next(reader, [])]
        _check_header(name, header)
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(header):
                _refuse(name, reader.line_num, "", f"{len(header)} colonnes")
            yield reader.line_num, dict(zip(header, (cell.strip() for cell in cells), strict=True))
    except csv.Error as error:
        raise BadStructure(
            file=name, line=reader.line_num, expected="des guillemets fermés et un texte lisible"
        ) from error


def _check_header(name: str, header: list[str]) -> None:
    for column in REQUIRED:
        if column not in header:
            _refuse(name, 1, column, "cette colonne (séparateur « ; »)")
    for column in header:
        if column not in REQUIRED + OPTIONAL:
            _refuse(name, 1, column, "une colonne parmi " + ", ".join(REQUIRED + OPTIONAL))
        if header.count(column) > 1:
            _refuse(name, 1, column, "une seule colonne de ce nom")


def _unit(name: str, line: int, row: _Row) -> Unit:
    for field in ("unit", "parent"):
        if (field == "unit" or row[field]) and not _CODE.fullmatch(row[field]):
            _refuse(name, line, field, "un code de 1 à 64 caractères, sans « / » ni « ; »")
    if not row["label"]:
        _refuse(name, line, "label", "un libellé")
    finess = row.get("finess", "")
    if finess and not _FINESS.fullmatch(finess):
        _refuse(name, line, "finess", "neuf caractères, zéro initial compris")
    first, last = (_day(name, line, field, row) for field in ("valid_from", "valid_to"))
    if first and last and last < first:
        _refuse(name, line, "valid_to", "une date qui ne précède pas valid_from")
    return Unit(
        id=UnitId(row["unit"]),
        parent=UnitId(row["parent"]) if row["parent"] else None,
        level=_level(name, line, row["level"]),
        label=row["label"],
        finess=finess,
        discipline=row.get("discipline", ""),
        valid_from=first,
        valid_to=last,
    )


def _level(name: str, line: int, text: str) -> Level:
    for level in LEVELS:
        if level == text:
            return level
    _refuse(name, line, "level", "un niveau parmi " + ", ".join(LEVELS))


def _day(name: str, line: int, field: str, row: _Row) -> date | None:
    text = row.get(field, "")
    if not text:
        return None
    iso, french = _ISO.fullmatch(text), _FRENCH.fullmatch(text)
    if iso:
        parts = [int(part) for part in iso.groups()]
    elif french:
        parts = [int(part) for part in reversed(french.groups())]
    else:
        _refuse(name, line, field, "une date AAAA-MM-JJ ou JJ/MM/AAAA")
    try:
        return date(*parts)
    except ValueError:
        _refuse(name, line, field, "un jour du calendrier")


def _check_parent(name: str, line: int, unit: Unit, tree: UnitTree) -> None:
    if unit.parent is None:
        return
    if unit.parent not in tree:
        _refuse(name, line, "parent", "le code d'une unité de ce fichier")
    above = tree.get(unit.parent)
    if LEVELS.index(above.level) < LEVELS.index(unit.level) or _took_over(above, unit):
        return
    expected = f"une unité d'un niveau supérieur à « {unit.level} »"
    if above.level == unit.level and unit.level in MERGED_LEVELS:
        expected += (
            ", ou celle de ce niveau qui l'a reprise à sa fermeture (valid_to) et lui survit"
        )
    _refuse(name, line, "parent", expected)


def _took_over(above: Unit, closed: Unit) -> bool:
    """Whether a unit carries on a closed one of its level; the end days only grow: no cycle.

    Not so for sites: their figures are added up and shown to each one's director.
    """
    if above.level != closed.level or closed.level not in MERGED_LEVELS or closed.valid_to is None:
        return False
    return above.valid_to is None or above.valid_to > closed.valid_to
