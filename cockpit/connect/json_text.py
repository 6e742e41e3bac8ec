"""JSON as text: numbers keep every digit that was sent, and what is not sound JSON is refused."""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

from cockpit.errors import BadDelivery

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?", re.ASCII)


class Written(str):
    """A number, as the sender wrote it: `1.10` stays `1.10`."""

    __slots__ = ()


class _Unsound(ValueError):
    pass


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Unsound  # two values under one name: nobody knows which one is right
    return found


def _constant(_name: str) -> NoReturn:
    raise _Unsound  # NaN and Infinity are not JSON


_decoder = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_float=Written,
    parse_int=Written,
    parse_constant=_constant,
)


def document(body: bytes, name: str) -> Any:
    """What a body says; its numbers are `Written`. Raises BadDelivery."""
    if not body.strip():
        raise BadDelivery(file=name, expected="une réponse non vide")
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadDelivery(file=name, expected="du JSON en UTF-8") from None
    if text.lstrip().startswith("<"):
        expected = "du JSON (reçu : une page web, souvent une erreur ou une connexion)"
        raise BadDelivery(file=name, expected=expected)
    try:
        return _decoder.decode(text.strip())
    except (ValueError, RecursionError):
        raise BadDelivery(file=name, expected="du JSON entier et valide") from None


def at(found: Any, path: str) -> Any:
    """What lies at a dotted path, a name of the object itself first; None when there is nothing."""
    if not path:
        return found
    if isinstance(found, dict):
        if path in found:
            return found[path]
        head, _, rest = path.partition(".")
        return at(found.get(head), rest) if rest else None
    return None


def is_number(text: object) -> bool:
    """Whether a text is a JSON number."""
    return isinstance(text, str) and _NUMBER.fullmatch(text) is not None
