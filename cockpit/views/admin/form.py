"""The fields of a connector as widgets, and back: what was not touched stays as the file says it.

A secret is a reference; a value typed beside it goes straight to the encrypted store, and is shown
by nobody again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import streamlit as st

from cockpit.administer import toml
from cockpit.administer.fields import FieldSpec
from cockpit.errors import BadRequest, BadSource
from cockpit.i18n import gettext as _
from cockpit.i18n import mark
from cockpit.views import french, parts
from cockpit.views.admin import words

Values = Mapping[str, Any]
Typed = dict[str, Any]
Key = Callable[[str], str]

_HEIGHT = 100


def draw(fields: Sequence[FieldSpec], values: Values, key: Key) -> Typed:
    """Two columns on a desk; what is neither required nor set is folded. Returns what is typed."""
    typed: Typed = {}
    first = [one for one in fields if one.required or one.name in values]
    rest = [one for one in fields if one not in first]
    _grid(first, values, key, typed)
    if rest:
        with st.expander(_("Autres réglages ({n})").format(n=len(rest))):
            _grid(rest, values, key, typed)
    return typed


def _grid(fields: Sequence[FieldSpec], values: Values, key: Key, typed: Typed) -> None:
    with st.grid(2, min_column_width=300, gap="small"):
        for one in fields:
            with st.container(gap="xsmall"):
                typed[one.name] = _widget(one, _shown(one, values), key(one.name))
                if one.type == "secret":
                    typed[_new(one)] = _hidden(one, key(_new(one)))
                if one.description:
                    st.html(parts.said(words.unbroken(one.description)))


def _widget(one: FieldSpec, shown: Any, key: str) -> Any:
    label = words.plain(one.title)
    if one.required:
        label = _("{field} (obligatoire)").format(field=label)
    match one.type:
        case "boolean":
            return st.toggle(label, shown, key=key)
        case "choice":
            options = list(one.choices) if one.required else ["", *one.choices]
            at = options.index(shown) if shown in options else 0
            return st.selectbox(
                label, options, at, key=key, format_func=lambda it: it or _unset(one)
            )
        case "list" if one.choices:
            return st.pills(label, one.choices, selection_mode="multi", default=shown, key=key)
        case "list" | "table":
            return st.text_area(label, shown, height=_HEIGHT, key=key, placeholder=_shape(one))
        case "secret":
            return st.text_input(label, shown, key=key, placeholder="secret:nom, env:NOM, file:/…")
    return st.text_input(label, shown, key=key, placeholder=_default(one))


def _hidden(one: FieldSpec, key: str) -> str:
    label = _("{field} : nouvelle valeur, jamais affichée").format(field=words.plain(one.title))
    return st.text_input(label, "", type="password", key=key, autocomplete="new-password")


def _new(one: FieldSpec) -> str:
    return f"{one.name} (secret)"


def _unset(one: FieldSpec) -> str:
    return f"({_default(one)})" if _default(one) else _("(par défaut)")


def _shape(one: FieldSpec) -> str:
    return _("une valeur par ligne") if one.type == "list" else 'code = "valeur"'


def _default(one: FieldSpec) -> str:
    if one.default in {None, ""}:
        return ""
    return _("par défaut : {value}").format(value=_text(one.default))


def _shown(one: FieldSpec, values: Values) -> Any:
    """What the widget starts with."""
    given = values.get(one.name)
    match one.type:
        case "boolean":
            return bool(one.default if given is None else given)
        case "choice":
            return "" if given is None else str(given)
        case "list" if one.choices:
            chosen: Any = one.default if given is None else given
            return [name for name in one.choices if name in tuple(chosen or ())]
        case "list":
            return "\n".join(map(_text, given or ()))
        case "table":
            return toml.written(given).strip() if isinstance(given, dict) else ""
    return "" if given is None else _text(given)


def _text(given: object) -> str:
    if isinstance(given, bool):
        return "true" if given else "false"
    if isinstance(given, float):
        return f"{given:g}".replace(".", ",")
    return given.isoformat() if isinstance(given, date) else str(given)


def read(fields: Sequence[FieldSpec], values: Values, typed: Typed) -> dict[str, Any]:
    """The values with what was typed; None for what is left out. Raises BadRequest."""
    found = dict(values)
    for one in fields:
        given = typed[one.name]
        if given != _shown(one, values):
            found[one.name] = _value(one, given)
    return found


def secrets(fields: Sequence[FieldSpec], typed: Typed, source: str) -> dict[str, str]:
    """The secrets typed, by the name under which each is kept; their fields now refer to them."""
    found: dict[str, str] = {}
    for one in fields:
        if one.type == "secret" and typed[_new(one)]:
            name = f"{source}-{one.name}".replace("_", "-")[:64]
            found[name] = typed[_new(one)]
            typed[one.name] = f"secret:{name}"
    return found


def _value(one: FieldSpec, given: Any) -> Any:
    match one.type:
        case "boolean":
            return bool(given)
        case "list" if one.choices:
            return list(given) or None
        case "list":
            return [line.strip() for line in given.splitlines() if line.strip()] or None
        case "table":
            return _table(one, given)
        case "number":
            return _number(one, given)
    return given.strip() or None


def _table(one: FieldSpec, text: str) -> dict[str, Any] | None:
    try:
        return toml.read(text, one.title) or None
    except BadSource as error:
        raise BadRequest(field=one.title, expected='des lignes comme code = "valeur"') from error


def _number(one: FieldSpec, text: str) -> int | float | None:
    if not text.strip():
        return None
    number = french.parse_number(text)
    if number is None:
        raise BadRequest(field=one.title, expected=mark("un nombre"))
    return int(number) if number.is_integer() else number
