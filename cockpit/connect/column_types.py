"""Whether the cells of a column are of the type that a contract gives it.

A column of numbers, or the date, was already read by the mapping, which refuses what is neither:
only what the mapping accepts is looked at again here.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cockpit.connect import coded
from cockpit.connect.clauses import ColumnType, Contract
from cockpit.connect.coded import Mask
from cockpit.connect.contract import Delivery
from cockpit.connect.mapping import Fault, Mapped, fault
from cockpit.connect.parse_days import DayFormat
from cockpit.connect.parse_numbers import parse_numbers
from cockpit.connect.reasons import BAD_DATE, BAD_NUMBER, WRONG_TYPE
from cockpit.connect.rules import Mapping

_DAYS = tuple(map(DayFormat.of, ("%d/%m/%Y", "%Y-%m-%d", "%m/%Y", "%Y-%m")))
_ANSWERS = frozenset(
    ["oui", "non", "o", "n", "vrai", "faux", "v", "f", "true", "false", "t", "0", "1"]
)
_READ_AS = {"integer": BAD_NUMBER, "number": BAD_NUMBER, "date": BAD_DATE}


def unread(mapped: Mapped, contract: Contract) -> Iterator[Fault]:
    """The lines that the mapping refuses because a cell is not of the type of its column."""
    for one in mapped.faults:
        declared = contract.columns.get(one.column)
        if declared and _READ_AS.get(declared.type) == one.reason:
            yield one


def wrong(
    mapped: Mapped, contract: Contract, mapping: Mapping, delivery: Delivery
) -> Iterator[Fault]:
    """The lines whose cell is of another type, in the columns that were read. Empty is no type."""
    numbers = {*mapping.measures, *([mapping.value.column] if mapping.value else [])}
    for name, declared in contract.columns.items():
        if name not in mapped.table.column_names or declared.type == "text":
            continue
        if name in numbers:
            mask = _broken(mapped.table, name, delivery) if declared.type == "integer" else None
        elif mapping.date.sources() == (name,):
            mask = None
        else:
            mask = _other(mapped.table, name, declared.type, mapping.missing, delivery)
        if mask is not None:
            yield from fault(mask, name, WRONG_TYPE[declared.type])


def _broken(table: pa.Table, name: str, delivery: Delivery) -> Mask | None:
    """Numbers with decimals that are not zeros: only the cells with a decimal mark are read."""
    text = table.column(name).combine_chunks()
    marked = np.flatnonzero(
        pc.match_substring(text, delivery.decimal).to_numpy(zero_copy_only=False)
    )
    if not len(marked):
        return None
    value = parse_numbers(text.take(pa.array(marked)), delivery.decimal).value
    mask: Mask = np.zeros(len(text), dtype=bool)
    mask[marked] = np.isfinite(value) & (value != np.rint(value))
    return mask


def _other(
    table: pa.Table, name: str, kind: ColumnType, missing: tuple[str, ...], delivery: Delivery
) -> Mask:
    """Read once per distinct text."""
    cells = coded.column(table, name)
    if kind in ("integer", "number"):
        found = parse_numbers(pa.array(cells.labels, pa.string()), delivery.decimal, missing)
        bad = found.bad
        if kind == "integer":
            bad |= np.isfinite(found.value) & (found.value != np.rint(found.value))
        return np.append(bad, np.array([False]))[cells.codes]
    good = _is_day if kind == "date" else _is_answer
    return cells.where(lambda text: text not in ("", *missing) and not good(text))


def _is_day(text: str) -> bool:
    return any(one.day(text, accepts_iso=True) is not None for one in _DAYS)


def _is_answer(text: str) -> bool:
    return text.casefold() in _ANSWERS
