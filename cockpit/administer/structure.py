"""The hospital's units: edited, renamed, closed, merged, their history kept.

A merged unit keeps its line, its code and its figures: it is closed, and put under the one that
took it over, of its own level. Sums above do not move, and the new unit shows the past of its
parts. A change of code is the merge of one unit.
"""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

import sqlalchemy as sa

from cockpit.administer import acts
from cockpit.connect.structure import MERGED_LEVELS, OPTIONAL, REQUIRED, load_structure
from cockpit.errors import BadRequest, BadStructure, NoGeneration
from cockpit.i18n import mark
from cockpit.kpi.model import UnitId
from cockpit.kpi.units import UnitTree
from cockpit.settings import Home
from cockpit.warehouse import attach, publish, schema

COLUMNS = (*REQUIRED, *OPTIONAL)
_FILE = "structure.csv"
_DAY = timedelta(days=1)

Row = Mapping[str, str]


def rows(home: Home) -> tuple[dict[str, str], ...]:
    """The lines of the structure, in the order of the file; all COLUMNS, "" for what is absent.

    Raises BadStructure when the file is faulty.
    """
    load_structure(home.structure)
    return _lines(_text(home))


def version_of(home: Home) -> str:
    """What `save` wants back from who read the lines. Raises BadStructure."""
    return acts.version(_text(home))


def save(home: Home, rows: Sequence[Row], who: str, *, version: str = "") -> UnitTree:
    """Replace the structure; the previous file stays beside it. The next refresh publishes it.

    Raises BadStructure as `load_structure` does, and for a unit that is left out although figures
    of it are published; BadRequest when the file changed since `version` ("": whatever it holds).
    """
    return _change(home, rows, who, "Structure modifiée.", version)


def rename(home: Home, code: str, label: str, who: str) -> UnitTree:
    """Give a unit another label; its code and its history stay. Raises as `save`."""
    given = rows(home)
    _one(given, code)
    changed = [{**row, "label": label} if row["unit"] == code else row for row in given]
    return _change(home, changed, who, f"Unité {code} renommée.", version_of(home))


def close(home: Home, code: str, last_day: date, who: str) -> UnitTree:
    """Close a unit after `last_day`; figures of later days are then refused.

    Raises BadRequest for an unknown unit, or one above units that stay open; else as `save`.
    """
    given = rows(home)
    _one(given, code)
    tree = load_structure(home.structure)
    below = [unit for unit in tree.descendants(UnitId(code)) if unit.id != code]
    if any(unit.valid_to is None or unit.valid_to > last_day for unit in below):
        raise BadRequest(
            field="unit", expected=mark("une unité sans unité encore ouverte en dessous")
        )
    changed = [
        {**row, "valid_to": last_day.isoformat()} if row["unit"] == code else row for row in given
    ]
    said = f"Unité {code} fermée après le {last_day:%d/%m/%Y}."
    return _change(home, changed, who, said, version_of(home))


def merge(  # noqa: PLR0917 - what a merge is made of, in the order it is said
    home: Home,
    codes: Sequence[str],
    into_code: str,
    into_label: str,
    last_day: date,
    who: str,
) -> UnitTree:
    """Close units after `last_day` and put them under the one that goes on, new or already open.

    Of one level (pole, service or uf) and one parent, or sums above would move. Units below them
    stay where they are. into_label: of a new unit; "" keeps that of one that exists. Raises
    BadRequest; else as `save`.
    """
    given = rows(home)
    merged = [_one(given, code) for code in dict.fromkeys(codes)]
    _check_merge(given, merged, into_code)
    changed = [_taken_over(row, into_code, last_day) if row in merged else row for row in given]
    if not any(row["unit"] == into_code for row in given):
        at = min(given.index(row) for row in merged)
        changed.insert(at, _successor(merged, into_code, into_label, last_day))
    elif into_label:
        changed = [
            {**row, "label": into_label} if row["unit"] == into_code else row for row in changed
        ]
    said = f"Unités {', '.join(codes)} reprises par {into_code} après le {last_day:%d/%m/%Y}."
    return _change(home, changed, who, said, version_of(home))


def _check_merge(given: Sequence[Row], merged: Sequence[Row], into_code: str) -> None:
    same = [row for row in given if row["unit"] == into_code]
    everyone = [*merged, *same]
    if not merged or any(row["unit"] == into_code for row in merged):
        raise BadRequest(
            field="unit", expected=mark("au moins une unité, autre que celle qui reprend")
        )
    if {row["level"] for row in everyone} - set(MERGED_LEVELS):
        raise BadRequest(field="level", expected=mark("des unités de niveau pole, service ou uf"))
    if len({row["level"] for row in everyone}) > 1 or len({row["parent"] for row in everyone}) > 1:
        raise BadRequest(
            field="unit",
            expected=mark("des unités de même niveau et de même parent, qui totalisent ici"),
        )
    if any(row["valid_to"] for row in same):
        raise BadRequest(
            field="into", expected=mark("le code d'une unité ouverte, ou un code nouveau")
        )


def _taken_over(row: Row, into_code: str, last_day: date) -> dict[str, str]:
    """Its line, closed on the earlier of both days when it already was."""
    own = _closed_on(row)
    end = min(own, last_day) if own else last_day
    return {**row, "parent": into_code, "valid_to": end.isoformat()}


def _closed_on(row: Row) -> date | None:
    text = row["valid_to"]
    if not text:
        return None
    if "/" in text:
        text = "-".join(reversed(text.split("/")))
    return date.fromisoformat(text)


def _successor(merged: Sequence[Row], code: str, label: str, last_day: date) -> dict[str, str]:
    disciplines = {row["discipline"] for row in merged}
    return {
        **dict.fromkeys(COLUMNS, ""),
        "unit": code,
        "parent": merged[0]["parent"],
        "level": merged[0]["level"],
        "label": label or merged[0]["label"],
        "discipline": disciplines.pop() if len(disciplines) == 1 else "",
        "valid_from": (last_day + _DAY).isoformat(),
    }


def _one(given: Sequence[Row], code: str) -> Row:
    for row in given:
        if row["unit"] == code:
            return row
    raise BadRequest(field="unit", expected=mark("le code d'une unité de la structure"))


def _change(home: Home, rows: Sequence[Row], who: str, said: str, version: str) -> UnitTree:
    text = _written(rows)
    with acts.editing(home):
        before = _text(home) if home.structure.exists() else ""
        acts.check_version(before, version, _FILE)
        tree = _checked(text)
        _refuse_lost_units(home, tree)
        if before:
            acts.put(acts.stamped(home.root, "structure", ".csv"), before)
        acts.put(home.structure, text)
    acts.note(home, who, "structure", _FILE, said)
    return tree


def _checked(text: str) -> UnitTree:
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder) / _FILE
        draft.write_bytes(text.encode("utf-8", "surrogatepass"))
        return load_structure(draft)


def _refuse_lost_units(home: Home, tree: UnitTree) -> None:
    """A unit whose line is gone would stop every publish: its figures would have no place."""
    lost = sorted(_with_figures(home) - {unit.id for unit in tree})
    if lost:
        raise BadStructure(
            file=_FILE,
            field="unit",
            expected=f"la ligne de l'unité « {lost[0]} », dont des chiffres sont publiés "
            "(une unité fermée garde sa ligne, avec valid_to)",
        )


def _with_figures(home: Home) -> set[str]:
    if publish.current_path(home.generations) is None:
        return set()
    try:
        generation = attach.Warehouse(home).generation()
    except NoGeneration:
        return set()
    found = generation.read(
        sa.select(schema.unit.c.code)
        .join(schema.reporter, schema.reporter.c.unit_id == schema.unit.c.unit_id)
        .distinct()
    )
    return set(found["code"])


def _text(home: Home) -> str:
    try:
        return home.structure.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        load_structure(home.structure)  # says what is wrong
        raise


def _lines(text: str) -> tuple[dict[str, str], ...]:
    """Of a text that `load_structure` has read."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";", strict=True)
    header = [column.strip() for column in next(reader)]
    found = []
    for cells in reader:
        if any(cell.strip() for cell in cells):
            given = dict(zip(header, (cell.strip() for cell in cells), strict=True))
            found.append({column: given.get(column, "") for column in COLUMNS})
    return tuple(found)


def _written(rows: Sequence[Row]) -> str:
    """utf-8, `;`, all columns. A column that is not of the structure is refused by the reading."""
    extra = [name for row in rows for name in row if name not in COLUMNS]
    header = (*COLUMNS, *dict.fromkeys(extra))
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\n")
    writer.writerow(header)
    writer.writerows([row.get(column, "") for column in header] for row in rows)
    return text.getvalue()
