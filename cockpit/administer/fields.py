"""The settings of a connector as fields of a form, drawn from its own model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Literal

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from cockpit.connect import registry
from cockpit.connect.config import SourceConfig

FieldType = Literal["text", "number", "boolean", "choice", "list", "table", "secret"]

_APART = {"name", "connector", "mapping", "settings", "contract", "paused"}
"""Fields of a source that have an editor or a button of their own."""

_TYPES: dict[str, FieldType] = {
    "boolean": "boolean",
    "integer": "number",
    "number": "number",
    "array": "list",
    "object": "table",
}

_COMMON = {
    "label": ("Nom affiché", ""),
    "schedule": ("Horaire de lecture", "Cinq champs cron, heure de Paris : */15 * * * *"),
    "owner": ("Responsable", "Qui appeler quand la source se tait"),
    "stale_after": ("En retard au-delà de", "Une durée comme 10m, 36h ou 6d"),
    "provisional_for": ("Chiffres provisoires pendant", "Une durée comme 36h ou 6d"),
    "replace": (
        "Ce qu'une livraison remplace",
        "rows : ses lignes ; day, month : ses jours ou ses mois entiers",
    ),
    "duplicates": (
        "Lignes de même clé",
        "refuse : toutes mises en quarantaine ; sum : additionnées",
    ),
    "time_limit": ("Durée maximale d'une lecture", "Une durée comme 10m"),
}


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field. title, description: French. default: as the TOML says it, None for no default.

    type: a `list` has one text per entry, out of `choices` when there are some; a `table` has one
    text per name; a `secret` is a reference (env:, file:, secret:), never the secret itself.
    """

    name: str
    title: str
    description: str
    type: FieldType
    required: bool
    default: object
    choices: tuple[str, ...] = ()


def schema(kind: str) -> tuple[FieldSpec, ...]:
    """The connector's own settings, in their order. Raises BadSource for an unknown connector."""
    return _fields(registry.connector(kind).Config)


def common() -> tuple[FieldSpec, ...]:
    """What every source has besides: name shown, schedule, delays."""
    found = (one for one in _fields(SourceConfig) if one.name not in _APART)
    return tuple(_titled(one) for one in found)


def _titled(one: FieldSpec) -> FieldSpec:
    title, description = _COMMON.get(one.name, (one.title, one.description))
    required = one.required and one.name != "label"  # the file's own name without it
    return replace(one, title=title, description=description, required=required)


def _fields(model: type[BaseModel]) -> tuple[FieldSpec, ...]:
    whole = model.model_json_schema()
    shared: dict[str, Any] = whole.get("$defs", {})
    return tuple(
        _field(model, name, _resolved(drawn, shared)) for name, drawn in whole["properties"].items()
    )


def _field(model: type[BaseModel], name: str, drawn: Mapping[str, Any]) -> FieldSpec:
    own = model.model_fields[name]
    kind, choices = _kind(drawn)
    return FieldSpec(
        name=name,
        title=own.title or name,
        description=own.description or "",
        type=kind,
        required=own.is_required(),
        default=_default(own.get_default(call_default_factory=True, validated_data={})),
        choices=choices,
    )


def _kind(drawn: Mapping[str, Any]) -> tuple[FieldType, tuple[str, ...]]:
    if drawn.get("secret"):
        return "secret", ()
    if "enum" in drawn or "const" in drawn:
        return "choice", tuple(map(str, drawn.get("enum", [drawn.get("const")])))
    kind = _TYPES.get(str(drawn.get("type")), "text")
    return kind, tuple(map(str, drawn.get("items", {}).get("enum", ())))


def _resolved(drawn: Mapping[str, Any], shared: Mapping[str, Any]) -> Mapping[str, Any]:
    """Without references, and without the `null` of what may be left out."""
    if "$ref" in drawn:
        return _resolved(shared[drawn["$ref"].rpartition("/")[2]], shared)
    some = [one for one in drawn.get("anyOf", ()) if one.get("type") != "null"]
    return {**drawn, **_resolved(some[0], shared)} if some else drawn


def _default(given: object) -> object:
    if given is PydanticUndefined:
        return None
    if isinstance(given, timedelta):
        return _length(given)
    if isinstance(given, date):
        return given.isoformat()
    if isinstance(given, tuple | list | set | frozenset):
        return tuple(given)
    return given


def _length(given: timedelta) -> str:
    """As a source writes it: 10m, 36h, 6d."""
    minutes = int(given.total_seconds() // 60)
    for letter, size in (("d", 1440), ("h", 60)):
        if minutes and minutes % size == 0:
            return f"{minutes // size}{letter}"
    return f"{minutes}m"
