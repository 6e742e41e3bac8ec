"""The events that move activity, added and removed: a strike, an opening, a breakdown."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import tomlkit
from tomlkit.items import AoT, Table

from cockpit.administer import acts, toml
from cockpit.connect.structure import load_structure
from cockpit.errors import BadRequest, UnknownKpi, UnknownUnit
from cockpit.forecast.events import FILE, Marked, checked, read
from cockpit.i18n import mark
from cockpit.kpi.installed import kpis_of

if TYPE_CHECKING:
    from cockpit.settings import Home


def add(home: Home, given: dict[str, Any], who: str) -> Marked:
    """Add an event at the end of the file; forecasts follow at the next refresh.

    given: the fields of one [[event]]. Raises BadEvents, UnknownUnit, UnknownKpi, WarehouseBusy.
    """
    (made,) = checked({"event": [toml.plain(given)]})
    if made.unit is not None and made.unit not in load_structure(home.structure).by_id:
        raise UnknownUnit(unit=made.unit)
    if made.kpi is not None and made.kpi not in kpis_of(home.kpis):
        raise UnknownKpi(kpi=made.kpi)
    with acts.editing(home):
        _write(home, (*read(home.root), made), lambda tables: tables.append(_table(made)))
    acts.note(home, who, "forecast", FILE, "Événement ajouté.")
    return made


def remove(home: Home, number: int, who: str) -> Marked:
    """Take the event of this number (1 is the first of the file) out.

    Raises BadEvents, BadRequest for a number that no event has, WarehouseBusy.
    """
    with acts.editing(home):
        every = read(home.root)
        if not 1 <= number <= len(every):
            raise BadRequest(
                field="NUMBER", expected=mark("un numéro de « cockpit forecast event list »")
            )
        left = (*every[: number - 1], *every[number:])
        _write(home, left, lambda tables: tables.pop(number - 1))
    acts.note(home, who, "forecast", FILE, "Événement retiré.")
    return every[number - 1]


def _write(home: Home, every: tuple[Marked, ...], change: Callable[[AoT], object]) -> None:
    """Change the file where it can be; it is written anew when that would say something else."""
    path = home.root / FILE
    document = tomlkit.parse(path.read_text("utf-8") if path.exists() else "")
    tables = document.get("event")
    if isinstance(tables, AoT):
        change(tables)
    text = tomlkit.dumps(document)
    if checked(tomllib.loads(text)) != every:
        tables = tomlkit.aot()
        for one in every:
            tables.append(_table(one))
        text = tomlkit.dumps({"event": tables} if every else {})
    acts.put(path, text)


def _table(one: Marked) -> Table:
    table = tomlkit.table()
    table.update(one.model_dump(exclude_none=True))
    return table
