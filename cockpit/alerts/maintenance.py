"""Windows in which rules keep silent, because somebody is working on what they watch."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field

from cockpit.alerts.rule_file import validated
from cockpit.errors import BadRules
from cockpit.i18n import gettext as _
from cockpit.kpi.model import UnitId
from cockpit.kpi.tension_setting import FILE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cockpit.alerts.rule_checks import Known


class Maintenance(BaseModel):
    """One window, local time of the hospital, both ends included.

    units: these and what is below them, all when empty. rules: by id, all when empty.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    first: datetime = Field(alias="from")
    last: datetime = Field(alias="to")
    units: tuple[UnitId, ...] = ()
    rules: tuple[str, ...] = ()
    reason: str = Field(min_length=1, max_length=200)

    def covers(self, moment: datetime, rule: str, path: Iterable[UnitId]) -> bool:
        """Whether a rule is silent then. path: the unit and those above it. moment: local."""
        here = not self.units or bool(set(self.units).intersection(path))
        return here and (not self.rules or rule in self.rules) and self.first <= moment <= self.last


def window(number: int, entry: object, known: Known, rules: Mapping[str, object]) -> Maintenance:
    """The window number `number` of a file. Raises BadRules naming it and the field."""
    where = f"maintenance n° {number}"
    if not isinstance(entry, dict):
        raise BadRules(file=FILE, rule="", field=where, expected=_("une table [[maintenance]]"))
    try:
        one = validated(Maintenance, _timed(entry), rule="")
    except BadRules as error:
        field = f"{where}.{error.facts['field']}"
        raise BadRules(**{**error.facts, "field": field}) from error
    field, expected = _fault(one, known, rules)
    if field:
        raise BadRules(file=FILE, rule="", field=f"{where}.{field}", expected=expected)
    return one


def _fault(one: Maintenance, known: Known, rules: Mapping[str, object]) -> tuple[str, str]:
    if one.first.tzinfo or one.last.tzinfo:
        return "from", _("une heure locale, sans fuseau")
    if one.last < one.first:
        return "to", _("une fin qui ne précède pas le début")
    if known.units is not None and any(unit not in known.units for unit in one.units):
        return "units", _("le code d'une unité de structure.csv")
    if any(rule not in rules for rule in one.rules):
        return "rules", _("des règles qui existent")
    return "", ""


def _timed(entry: Mapping[str, Any]) -> dict[str, Any]:
    """A whole day is from its first to its last second."""
    table = dict(entry)
    for key, at in (("from", time.min), ("to", time(23, 59, 59))):
        value = table.get(key)
        if isinstance(value, datetime):
            table[key] = value.isoformat()
        elif isinstance(value, date):
            table[key] = datetime.combine(value, at).isoformat()
    return table
