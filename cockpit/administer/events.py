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
from cockpit.forecast.events import FILE, Marked, checked, given, read
from cockpit.i18n import mark
from cockpit.kpi.installed import kpis_of

if TYPE_CHECKING:
    from cockpit.settings import Home


def add(home: Home, fields: dict[str, Any], who: str) -> Marked:
    """Add an event at the end of the file; forecasts follow at the next refresh.

    fields: of one [[event]]. Raises BadRequest for a field that is not so or an event that is
    already marked, BadEvents for a faulty file, UnknownUnit, UnknownKpi, WarehouseBusy.
    """
    made = given(toml.plain(fields))
    if made.unit is not None and made.unit not in load_structure(home.structure).by_id:
        raise UnknownUnit(unit=made.unit)
    if made.kpi is not None and made.kpi not in kpis_of(home.kpis):
        raise UnknownKpi(kpi=made.kpi)
    with acts.editing(home):
        every = read(home.root)
        if made in every:
            expected = mark("un événement qui n'est pas déjà marqué")
            raise BadRequest(field="événement", expected=expected)
        _write(home, (*every, made), lambda tables: tables.append(_table(made)))
    acts.note(home, who, "forecast", FILE, f"Événement ajouté : {_said(made)}.")
    return made


def remove(home: Home, number: int, who: str, *, seen: Marked | None = None) -> Marked:
    """Take the event of this number (1 is the first of the file) out.

    seen: what its reader had before the eyes; another event is never taken in its place. Raises
    BadEvents, BadRequest for a number that no event has or another event has, WarehouseBusy.
    """
    with acts.editing(home):
        every = read(home.root)
        if not 1 <= number <= len(every):
            expected = mark("un numéro de « cockpit forecast event list »")
            raise BadRequest(field="NUMBER", expected=expected)
        if seen not in {None, every[number - 1]}:
            expected = mark("un événement tel que la liste le dit ; elle a changé entre-temps")
            raise BadRequest(field="événement", expected=expected)
        left = (*every[: number - 1], *every[number:])
        _write(home, left, lambda tables: tables.pop(number - 1))
    acts.note(home, who, "forecast", FILE, f"Événement retiré : {_said(every[number - 1])}.")
    return every[number - 1]


def _said(one: Marked) -> str:
    """What the audit keeps of it."""
    where = ", ".join(name for name in (one.unit, one.kpi) if name)
    return f"{one.label}, {one.first} – {one.last}" + (f" ({where})" if where else "")


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
