"""The events that the hospital marks, in `events.toml`: a strike, an opening, a breakdown."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from cockpit.errors import BadEvents, BadRequest, OutOfScope
from cockpit.forecast.calendar_fr import Event
from cockpit.i18n import gettext as _
from cockpit.i18n import mark
from cockpit.kpi.model import Domain, KpiId, UnitId

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic_core import ErrorDetails

    from cockpit.access.scope import Scope
    from cockpit.forecast.choose import Series
    from cockpit.kpi.model import Kpi
    from cockpit.kpi.units import UnitTree

FILE = "events.toml"
_LABEL = re.compile(r"[^\W_][^_\x00-\x1f\x7f]{0,59}")  # a column's name in the models
_EXPECTED = {
    "first": mark("un premier jour, comme 2026-03-01"),
    "last": mark("un dernier jour qui ne précède pas le premier, comme 2026-03-07"),
    "label": mark("un libellé de 1 à 60 caractères, sans souligné, qui commence par une lettre"),
    "unit": mark("le code d'une unité"),
    "kpi": mark("l'identifiant d'un indicateur"),
    "use": mark("effect ou exclude"),
}
_NAMES = {
    "first": mark("premier jour"),
    "last": mark("dernier jour"),
    "label": mark("libellé"),
    "unit": mark("unité"),
    "kpi": mark("indicateur"),
    "use": mark("effet"),
}


def _labelled(text: str) -> str:
    if not _LABEL.fullmatch(text):
        raise ValueError(text)
    return text


class Marked(BaseModel):
    """One event of the file: when, what, and which series it concerns.

    unit: that unit and those below it, None for all. kpi: None for all. use: "effect" is learned
    and expected again on the days to come that bear the same label, "exclude" days teach nothing.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    first: date
    last: date
    label: Annotated[str, AfterValidator(_labelled)]
    unit: UnitId | None = Field(None, min_length=1)
    kpi: KpiId | None = Field(None, min_length=1)
    use: Literal["effect", "exclude"]

    @model_validator(mode="after")
    def _in_order(self) -> Marked:
        if self.last < self.first:
            raise ValueError(self.last)
        return self

    @property
    def event(self) -> Event:
        """As the calendar reads it."""
        return Event(self.first, self.last, self.label, self.use)


@dataclass(frozen=True, slots=True)
class Events:
    """What the file holds. problem: why it could not be read, in French; "" when all is well."""

    marked: tuple[Marked, ...] = ()
    problem: str = ""

    def of(self, one: Series, units: UnitTree) -> tuple[Event, ...]:
        """The events of a series, oldest first."""
        return tuple(
            marked.event
            for marked in sorted(self.marked, key=lambda event: (event.first, event.label))
            if marked.kpi in {None, one.kpi.id}
            and (marked.unit is None or units.is_within(one.unit, (marked.unit,)))
        )


def load(root: Path) -> Events:
    """The events of an installation; a faulty file gives none and says so, forecasts go on."""
    try:
        return Events(read(root))
    except BadEvents as error:
        return Events(problem=error.sentence())


def read(root: Path) -> tuple[Marked, ...]:
    """The events, in the order of the file; none without a file. Raises BadEvents."""
    path = root / FILE
    try:
        found = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadEvents(file=FILE, expected=mark("du TOML valide")) from error
    return checked(found)


def given(fields: Mapping[str, object]) -> Marked:
    """The event that a person describes. Raises BadRequest, naming the field."""
    try:
        return Marked.model_validate(fields)
    except ValidationError as error:
        field = _field(error.errors(include_url=False)[0])
        name, expected = _NAMES.get(field, field), _EXPECTED.get(field, "")
        raise BadRequest(field=_(name), expected=expected) from error


def concerns(one: Marked, scope: Scope, units: UnitTree, kpis: Mapping[KpiId, Kpi]) -> bool:
    """Whether the event weighs on a forecast that the reader may see."""
    near = one.unit is None or _is_near(one.unit, scope, units)
    known = one.kpi is None or (one.kpi in kpis and kpis[one.kpi].domain in scope.domains)
    return near and known


def decides(one: Marked, scope: Scope, units: UnitTree, kpis: Mapping[KpiId, Kpi]) -> bool:
    """Whether the reader may mark or take away the event: every forecast that it moves is theirs.

    As for the other decisions on a forecast: who may see it may decide of it.
    """
    tops = [unit.id for unit in units.roots()] if one.unit is None else [one.unit]
    domains = set(Domain)
    if one.kpi is not None:
        domains = {kpis[one.kpi].domain} if one.kpi in kpis else set()
    return domains <= scope.domains and all(units.is_within(top, scope.roots) for top in tops)


def require(one: Marked, scope: Scope, units: UnitTree, kpis: Mapping[KpiId, Kpi]) -> None:
    """Raise OutOfScope when the reader does not decide of every forecast that it moves."""
    if not decides(one, scope, units, kpis):
        raise OutOfScope(what=FILE)


def _is_near(unit: UnitId, scope: Scope, units: UnitTree) -> bool:
    above = any(units.is_within(root, (unit,)) for root in scope.roots)
    return above or units.is_within(unit, scope.roots)


def checked(found: dict[str, Any]) -> tuple[Marked, ...]:
    """The events that a whole file says. Raises BadEvents, naming the entry and the field."""
    entries = found.get("event", [])
    if set(found) - {"event"} or not isinstance(entries, list):
        raise BadEvents(file=FILE, expected=mark("des tables [[event]], et rien d'autre"))
    return tuple(_marked(number, entry) for number, entry in enumerate(entries, 1))


def _marked(number: int, entry: object) -> Marked:
    try:
        return Marked.model_validate(entry)
    except ValidationError as error:
        raise _refusal(number, error.errors(include_url=False)[0]) from error


def _refusal(number: int, first: ErrorDetails) -> BadEvents:
    field = _field(first)
    fields = ", ".join(_EXPECTED)
    expected = (
        _(_EXPECTED[field])
        if field in _EXPECTED
        else _("les champs {fields}").format(fields=fields)
    )
    where = _("{expected} (événement n° {number})").format(expected=expected, number=number)
    return BadEvents(file=FILE, field=field if field in _EXPECTED else "", expected=where)


def _field(first: ErrorDetails) -> str:
    return str(first["loc"][0]) if first["loc"] else "last"
