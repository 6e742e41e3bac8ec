"""Records of a JSON answer as text columns: only those asked for, nested ones by dotted names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from cockpit.connect import json_text
from cockpit.connect.batch import QUARANTINE
from cockpit.connect.contract import LINE, Part
from cockpit.errors import BadDelivery

ABSENT = "champ absent de la ligne"

_MOST_NAMES = 500
_LONGEST_CURSOR = 200
_INTEGER = re.compile(r"-?[0-9]{1,18}", re.ASCII)
_NOTHING = object()


def records(document: Any, path: str, name: str) -> list[dict[str, Any]]:
    """The list of objects at a dotted path. Raises BadDelivery for any other shape."""
    found = json_text.at(document, path)
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise BadDelivery(file=name, field=path or "records", expected="une liste d'objets")
    return found


def part(
    found: Sequence[dict[str, Any]],
    columns: Sequence[str],
    name: str,
    before: int,
    optional: Sequence[str] = (),
) -> Part:
    """Some records as text: null is an empty cell, a record without a field that is not optional
    is refused alone. Raises BadDelivery when no record of the first page has a field, or when a
    cell would hold a list or an object.

    before: records of the pages before, so that the line of a record is its rank in the whole.
    """
    cells = {column: _cells(found, column, name) for column in columns}
    absent: dict[int, str] = {}
    for column in (column for column in columns if column not in optional):
        missing = [rank for rank, text in enumerate(cells[column]) if text is None]
        if missing and len(missing) == len(found) and not before:
            raise BadDelivery(file=name, field=column, expected="ce champ dans les lignes")
        absent |= dict.fromkeys(missing, column)
    kept = [rank for rank in range(len(found)) if rank not in absent]
    arrays = [
        pa.array([texts[rank] or "" for rank in kept], pa.string()) for texts in cells.values()
    ]
    lines = pa.array([before + rank + 1 for rank in kept], pa.int64())
    refused = [(before + rank + 1, absent[rank], ABSENT) for rank in sorted(absent)]
    return Part(pa.table([*arrays, lines], names=[*cells, LINE]), quarantined(name, refused))


def quarantined(name: str, rows: Sequence[tuple[int, str, str]]) -> pa.Table:
    """Refused lines of a delivery: (line, column, reason)."""
    lines, fields, reasons = zip(*rows, strict=True) if rows else ((), (), ())
    cells = ([name] * len(rows), lines, fields, reasons)
    arrays = [pa.array(given, kind) for given, kind in zip(cells, QUARANTINE.types, strict=True)]
    return pa.table(arrays, schema=QUARANTINE)


def _cells(found: Sequence[dict[str, Any]], column: str, name: str) -> list[str | None]:
    return [_text(_value(one, column), column, name) for one in found]


def _value(record: Any, path: str) -> Any:
    """The field at a dotted path, `_NOTHING` when it is absent, None when it is null."""
    if not isinstance(record, dict):
        return None if record is None else _NOTHING
    if path in record:
        return record[path]
    head, _, rest = path.partition(".")
    return _value(record[head], rest) if rest and head in record else _NOTHING


def _text(value: Any, column: str, name: str) -> str | None:
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if value is _NOTHING:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    raise BadDelivery(file=name, field=column, expected="un texte ou un nombre, pas une liste")


def names(found: Iterable[dict[str, Any]]) -> tuple[str, ...]:
    """Dotted names of the scalar fields seen, in their order."""
    seen = dict.fromkeys(name for record in found for name in _scalars(record, "", 0))
    return tuple(seen)[:_MOST_NAMES]


def common(found: Sequence[dict[str, Any]]) -> tuple[str, ...]:
    """Dotted names of the scalar fields that each of the first records has, in their order: what an
    API leaves out when it is empty is no column that comes and goes."""
    first = [dict.fromkeys(_scalars(record, "", 0)) for record in found[:_MOST_NAMES]]
    return tuple(name for name in first[0] if all(name in one for one in first)) if first else ()


def _scalars(record: dict[str, Any], prefix: str, depth: int) -> Iterator[str]:
    for key, value in record.items():
        if isinstance(value, dict):
            if depth < 5:  # noqa: PLR2004 - deeper is no table
                yield from _scalars(value, f"{prefix}{key}.", depth + 1)
        elif not isinstance(value, list):
            yield prefix + key


def newest(found: Sequence[dict[str, Any]], field: str, known: str, name: str) -> str:
    """The largest value of a cursor field and of the one already known.

    Whole numbers, or ISO dates and times, compared as such. Raises BadDelivery for anything else.
    """
    best, rank = known, _rank(known)
    for record in found:
        text = _text(_value(record, field), field, name)
        own = _rank(text or "")
        if own is None or (rank is not None and own[0] != rank[0]):
            expected = "un nombre entier ou une date ISO, de même forme partout"
            raise BadDelivery(file=name, field=field, expected=expected)
        if rank is None or own > rank:
            best, rank = text or "", own
    return best


def _rank(text: str) -> tuple[str, float | int] | None:
    if _INTEGER.fullmatch(text):
        return "integer", int(text)
    if len(text) > _LONGEST_CURSOR:
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    kind = "naive" if instant.tzinfo is None else "aware"
    return kind, instant.replace(tzinfo=instant.tzinfo or UTC).timestamp()
