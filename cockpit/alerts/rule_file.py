"""One `[[rule]]` of a TOML file: a new rule, or changes to a shipped one, and the way back.

TOML has no empty value: the text "none" stands for it where a field may be empty.
"""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError

from cockpit.alerts.rule import Levels, Rule
from cockpit.errors import BadRules
from cockpit.i18n import gettext as _
from cockpit.i18n import mark
from cockpit.kpi.tension_setting import FILE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic_core import ErrorDetails

Model = TypeVar("Model", bound=BaseModel)

NONE = "none"
_MAY_BE_EMPTY = frozenset({"kpi", "when", "grain"})
_BY_KEY = frozenset({"levels", "reset", "guard"})
_CONDITIONS = frozenset(
    {"level", "gap", "history", "drift", "forecast", "reconciliation", "missing", "ladder"}
)
_EXPECTED = {
    "extra_forbidden": mark("l'un des champs de docs/alerts.md"),
    "missing": mark("une valeur (champ obligatoire)"),
    "string_type": mark("un texte"),
    "string_too_long": mark("un texte plus court"),
    "string_too_short": mark("un texte non vide"),
    "float_type": mark("un nombre"),
    "finite_number": mark("un nombre fini"),
    "int_type": mark("un entier"),
    "int_from_float": mark("un entier"),
    "bool_type": mark("true ou false"),
    "tuple_type": mark("une liste"),
    "too_long": mark("moins de lignes"),
    "dict_type": mark("une table"),
    "model_type": mark("une table"),
    "model_attributes_type": mark("une table"),
    "string_pattern_mismatch": mark("un identifiant en minuscules, chiffres et « _ »"),
    "datetime_type": mark("un jour ou une heure, comme 2026-03-01 ou 2026-03-01T22:00:00"),
    "datetime_from_date_parsing": mark("un jour, comme 2026-03-01"),
    "datetime_parsing": mark("un jour, comme 2026-03-01"),
}
_BOUNDS = {
    "greater_than_equal": ("ge", mark("au moins {limit}")),
    "greater_than": ("gt", mark("plus de {limit}")),
    "less_than_equal": ("le", mark("au plus {limit}")),
}


def made(entry: Mapping[str, Any], base: Rule | None = None, own: Levels | None = None) -> Rule:
    """The rule that an entry says; with a base, only the fields given are other than its own.

    own: the levels of the base here (the KPI's, when it has none). A level that is given leaves the
    others as they are, and a reset level that is not given follows its set level. Raises BadRules.
    """
    levels = own or Levels()
    table = _changed(base, entry, levels) if base else _full(entry)
    rule = validated(Rule, table, rule=str(entry.get("id", "")))
    if "levels" in entry and rule.levels.is_empty:
        raise BadRules(file=FILE, rule=rule.id, field="levels", expected=_("au moins un niveau"))
    follows = base is not None and base.levels.is_empty and _same_ground(base, entry)
    if follows and rule.levels == levels:
        return rule.model_copy(update={"levels": Levels()})
    return rule


def difference(rule: Rule, base: Rule | None, own: Levels) -> dict[str, Any]:
    """The entry that makes this rule again from its base, as short as can be."""
    if base is None:
        found = rule.model_dump(mode="json", exclude_defaults=True)
        return found | ({"when": _said("when", None, None, rule)} if rule.when else {})
    before, after = base.model_dump(mode="json"), rule.model_dump(mode="json")
    moved = not _same_ground(base, after)
    levels = Levels() if moved else own
    set_now = levels if rule.levels.is_empty and not moved else rule.levels
    before["levels"], after["levels"] = levels.model_dump(), set_now.model_dump()
    kept = Levels() if moved else base.reset
    before["reset"] = _following(kept.model_dump(), before["levels"], after["levels"])
    found = {"id": rule.id}
    for field in Rule.model_fields:
        if before[field] != after[field]:
            found[field] = _said(field, before[field], after[field], rule)
    return found


def _said(field: str, before: Any, after: Any, rule: Rule) -> Any:
    if field in _BY_KEY:
        return {
            key: NONE if value is None else value
            for key, value in after.items()
            if value != before[key]
        }
    if field == "units":
        whole = rule.model_dump(mode="json", exclude_defaults=True)["units"] if after else {}
        return {unit: whole.get(unit, {}) for unit in after if after[unit] != before.get(unit)}
    if field == "when" and rule.when is not None:
        given = rule.when.model_dump(mode="json", exclude_defaults=True, exclude_none=True)
        return {"kind": rule.when.kind} | given
    return NONE if after is None else after


def _full(entry: Mapping[str, Any]) -> dict[str, Any]:
    table = {key: None if _is_none(key, value) else value for key, value in entry.items()}
    for field in _BY_KEY & table.keys():
        table[field] = _levels(table[field])
    return table


def _changed(base: Rule, entry: Mapping[str, Any], own: Levels) -> dict[str, Any]:
    table = base.model_dump(mode="json")
    same = _same_ground(base, entry)
    before = (own if same else Levels()).model_dump()
    table["levels"] = base.levels.model_dump() if same else Levels().model_dump()
    kept = base.reset if same else Levels()
    table["reset"] = kept.model_dump()
    for key, value in entry.items():
        if key not in _BY_KEY and key != "units":
            table[key] = None if _is_none(key, value) else value
    if "levels" in entry:
        table["levels"] = _joined(before, entry["levels"])
        if isinstance(table["levels"], dict):
            table["reset"] = _following(kept.model_dump(), before, table["levels"])
    for key in ("reset", "guard", "units"):
        if key in entry:
            table[key] = _joined(table[key], entry[key])
    return table


def _same_ground(base: Rule, entry: Mapping[str, Any]) -> bool:
    """Whether the levels of the base still mean something: same KPI, same kind of condition."""
    when, kpi = entry.get("when", base.when), entry.get("kpi", base.kpi)
    kind = when.get("kind") if isinstance(when, dict) else getattr(when, "kind", None)
    return kpi == base.kpi and kind == (base.when.kind if base.when else None)


def _following(
    reset: dict[str, Any], before: Mapping[str, Any], after: Mapping[str, Any]
) -> dict[str, Any]:
    """Reset levels as far from the set levels as they were."""
    found = dict(reset)
    for key, old in reset.items():
        was, now = before.get(key), after.get(key)
        if old is not None and isinstance(was, int | float) and isinstance(now, int | float):
            with suppress(OverflowError):  # a number that no rule may have: refused by its model
                found[key] = old if now == was else old + (now - was)
    return found


def _joined(before: Mapping[str, Any], given: Any) -> Any:
    return {**before, **_levels(given)} if isinstance(given, dict) else given


def _levels(given: Any) -> Any:
    if not isinstance(given, dict):
        return given
    return {key: None if value == NONE else value for key, value in given.items()}


def _is_none(key: str, value: object) -> bool:
    return key in _MAY_BE_EMPTY and value == NONE


def validated(of: type[Model], table: Mapping[str, Any], *, rule: str) -> Model:
    """A table as its model, strictly: a number in quotes is not a number. Raises BadRules."""
    try:
        return of.model_validate_json(json.dumps(table, default=str), strict=True)
    except ValidationError as error:
        raise _refusal(error.errors(include_url=False)[0], rule) from error


def _refusal(first: ErrorDetails, rule: str) -> BadRules:
    field = ".".join(str(part) for part in first["loc"] if part not in _CONDITIONS)
    context = first.get("ctx", {})
    expected = _(_EXPECTED.get(first["type"], mark("une valeur valable")))
    if first["type"] in _BOUNDS:
        name, said = _BOUNDS[first["type"]]
        expected = _(said).format(limit=context[name])
    elif first["type"] in {"literal_error", "enum"}:
        expected = _("l'une des valeurs {values}").format(values=context["expected"])
    elif first["type"].startswith("union_tag"):
        field = f"{field}.kind"
        expected = _("l'une des valeurs {values}").format(values=", ".join(sorted(_CONDITIONS)))
    elif first["type"] == "value_error":
        field = field or str(context.get("error", ""))
        expected = _("un indicateur, ou une condition « ladder » qui n'en a pas")
    return BadRules(file=FILE, rule=rule, field=field, expected=expected)
