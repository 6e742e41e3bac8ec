"""TOML written so that a person still knows their file: comments and order stay."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, MutableMapping
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AoT, Comment, InlineTable, Item, Table

from cockpit.errors import BadSource
from cockpit.i18n import mark

_ALWAYS_TABLES = {"measures", "ranges", "columns", "values"}
"""Tables that grow by a line each: never written on one."""

Values = dict[str, Any]


def read(text: str, file: str) -> Values:
    """The values of a text. Raises BadSource."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadSource(file=file, expected=mark("du TOML valide")) from error


def edited(text: str, values: Mapping[str, object]) -> str:
    """The text with other values; what did not change keeps its place and its comments.

    Should the text be too twisted to be edited so, it is written anew.
    """
    wanted = plain(values)
    try:
        document = tomlkit.parse(text)
        _bring(document, wanted)
        made = tomlkit.dumps(document)
        if repr(_sorted(tomllib.loads(made))) == repr(_sorted(wanted)):
            return made
    except (TOMLKitError, LookupError, ValueError, TypeError, AttributeError):
        pass  # tables out of order: `del` and `=` of tomlkit 0.15 raise IndexError on some
    return written(wanted)


def edited_entry(text: str, name: str, entry_id: str, values: Mapping[str, object] | None) -> str:
    """The text with the table of `[[name]]` that has this `id` given these values.

    A new one comes last; None takes it out. What did not change keeps its place and its comments;
    should the text be too twisted to be edited so, it is written anew.
    """
    whole = tomllib.loads(text)
    kept = [one for one in whole.get(name, ()) if one.get("id") != entry_id]
    places = [one.get("id") for one in whole.get(name, ())]
    if values is not None:
        kept.insert(places.index(entry_id) if entry_id in places else len(kept), plain(values))
    wanted = {**whole, name: kept}
    if not kept:
        del wanted[name]
    try:
        made = _with_entry(tomlkit.parse(text), name, entry_id, values)
        if repr(_sorted(tomllib.loads(made))) == repr(_sorted(wanted)):
            return made
    except (TOMLKitError, LookupError, ValueError, TypeError, AttributeError):
        pass  # as in `edited`
    return tomlkit.dumps(wanted)


def _with_entry(
    document: tomlkit.TOMLDocument, name: str, entry_id: str, values: Mapping[str, object] | None
) -> str:
    tables = document.get(name)
    if not isinstance(tables, AoT):
        tables = document[name] = tomlkit.aot()
    place = next((at for at, one in enumerate(tables) if one.get("id") == entry_id), None)
    if values is None:
        if place is not None:
            _take_out(document, tables, place)
    elif place is None:
        tables.append(_item(plain(values), inline=False))
    else:
        _bring(tables[place], plain(values))
    if not tables:
        del document[name]
    return tomlkit.dumps(document)


def _take_out(document: tomlkit.TOMLDocument, tables: AoT, place: int) -> None:
    """Comments after its last key most often speak of the next table: they stay."""
    body = tables[place].value.body
    last = max((at for at, (key, _item) in enumerate(body) if key is not None), default=-1)
    tail = body[last + 1 :]
    tables.pop(place)
    if not any(isinstance(item, Comment) for _key, item in tail):
        return
    if place < len(tables):
        trivia = tables[place].trivia
        trivia.indent = "".join(item.as_string() for _key, item in tail) + trivia.indent
    else:
        (tables[place - 1].value if place else document).body.extend(tail)


def written(values: Mapping[str, object]) -> str:
    """A whole new text."""
    document = tomlkit.document()
    _bring(document, plain(values))
    return tomlkit.dumps(document)


def plain(values: Mapping[str, object]) -> Values:
    """As TOML can say it: what is None is absent, a tuple is a list."""
    return {key: _plain(value) for key, value in values.items() if value is not None}


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return plain(value)
    if isinstance(value, list | tuple | set | frozenset):
        several = sorted(value) if isinstance(value, set | frozenset) else value
        return [_plain(one) for one in several]
    return value


def _sorted(value: object) -> object:
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return [_sorted(one) for one in value] if isinstance(value, list) else value


def _bring(table: MutableMapping[str, Any], values: Values) -> None:
    """Change only what differs."""
    for key in [key for key in table if key not in values]:
        del table[key]
    simple_first = sorted(values, key=lambda key: isinstance(values[key], dict))
    for key in simple_first:
        old, new = table.get(key), values[key]
        if isinstance(new, dict) and isinstance(old, MutableMapping):
            _bring(old, new)
        elif old is None or repr(_unwrapped(old)) != repr(new):
            inline = isinstance(table, InlineTable) or _fits_a_line(key, new, table)
            table[key] = _item(new, inline=inline)


def _unwrapped(item: Any) -> object:
    return item.unwrap() if hasattr(item, "unwrap") else item


def _fits_a_line(key: str, value: object, table: MutableMapping[str, Any]) -> bool:
    """`date = { column = "jour", format = "%Y" }`: as sources are written by hand."""
    flat = isinstance(value, dict) and not any(isinstance(one, dict) for one in value.values())
    return flat and isinstance(table, Table) and key not in _ALWAYS_TABLES


def _item(value: object, *, inline: bool) -> Item:
    if isinstance(value, list):
        array = tomlkit.array()
        array.extend(_item(one, inline=True) for one in value)
        return array
    if not isinstance(value, dict):
        return tomlkit.item(value)
    made = tomlkit.inline_table() if inline else tomlkit.table()
    for key in sorted(value, key=lambda key: isinstance(value[key], dict)):
        one = value[key]
        fits = inline or _fits_a_line(key, one, made)
        made[key] = _item(one, inline=fits)
    return made
