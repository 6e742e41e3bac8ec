"""One entry of a file of the home as its model: the first thing wrong with it, in one sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from cockpit.errors import BadNotify
from cockpit.i18n import mark

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails


class Entry(BaseModel):
    """Root of what these files hold."""

    model_config = ConfigDict(frozen=True, extra="forbid")


Model = TypeVar("Model", bound=Entry)
_EXPECTED = {
    "extra_forbidden": mark("un champ connu"),
    "missing": mark("une valeur"),
    "string_type": mark("un texte entre guillemets"),
    "string_too_short": mark("un texte non vide"),
    "string_too_long": mark("un texte plus court"),
    "int_type": mark("un entier"),
    "tuple_type": mark("une liste"),
    "model_type": mark("une table"),
    "literal_error": mark("l'une des valeurs permises"),
    "greater_than_equal": mark("un nombre plus grand"),
    "less_than_equal": mark("un nombre plus petit"),
}


def made(of: type[Model], entry: object, *, file: str, where: str) -> Model:
    """The entry as its model. where: how the sentence names it. Raises BadNotify."""
    try:
        return of.model_validate(entry)
    except ValidationError as error:
        raise _refusal(error.errors(include_url=False)[0], file, where) from error


def faults(of: type[Model], entry: object, *, file: str, where: str) -> tuple[BadNotify, ...]:
    """All that keeps an entry from being its model, the first of each field."""
    try:
        of.model_validate(entry)
    except ValidationError as error:
        found = (_refusal(one, file, where) for one in error.errors(include_url=False))
        return tuple({str(one.facts["field"]): one for one in reversed([*found])}.values())[::-1]
    return ()


def _refusal(first: ErrorDetails, file: str, where: str) -> BadNotify:
    field = ".".join([where, *(str(part) for part in first["loc"] if isinstance(part, str))])
    expected = _EXPECTED.get(first["type"], mark("une valeur valable"))
    if first["type"] == "value_error":
        expected = str(first["ctx"]["error"])
    return BadNotify(file=file, field=field.strip("."), expected=expected)
