"""Delivery + mapping -> observations still attached to their lines, and the faults found.

Text is read once per distinct value (units, dates, facets, scenarios) or a whole column at once
(numbers). A fault refuses its whole line, later, in `deliver`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from cockpit.connect import coded, reasons
from cockpit.connect.coded import Coded, Ints, Mask
from cockpit.connect.contract import LINE, Delivery
from cockpit.connect.parse_days import DayFormat
from cockpit.connect.parse_numbers import Floats, Numbers, parse_numbers
from cockpit.connect.rules import Mapping, Rule, Target, Where
from cockpit.kpi.measures import MEASURES
from cockpit.kpi.model import MeasureId

EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class Fault:
    """Lines (positions in the table) refused for one reason; column: where to look."""

    rows: Ints
    column: str
    reason: str


@dataclass(frozen=True)
class Lines:
    """What every kept line says. day and last: days since 1970-01-01, the period's two ends."""

    number: Ints
    unit: Coded
    day: Ints
    last: Ints
    facet: Coded
    scenario: Coded


@dataclass(frozen=True)
class Piece:
    """Observations made of one column: rows are positions of lines, all arrays run along them."""

    column: str
    rows: Ints
    measure: Coded
    day: Ints
    facet: Coded
    scenario: Coded
    value: Floats


@dataclass(frozen=True)
class Mapped:
    """table: the kept lines as text. lines: what each says. pieces: what they hold. faults: what
    could not be read."""

    table: pa.Table
    lines: Lines
    pieces: tuple[Piece, ...]
    faults: tuple[Fault, ...]


def map_lines(found: pa.Table, delivery: Delivery, mapping: Mapping) -> Mapped:
    """Read every cell that the mapping names in some lines of a delivery; nothing is checked
    against the structure yet.

    Lines that `where` leaves out, and lines whose every wanted cell is empty, are not counted.
    """
    table = _kept(found, mapping)
    faults: list[Fault] = []
    lines = _lines(table, mapping, delivery, faults)
    make = _long if mapping.measure else _wide
    pieces = tuple(make(_Reader(table, mapping, delivery.decimal, lines, faults)))
    return Mapped(table, lines, pieces, tuple(faults))


def fault(mask: Mask, column: str, reason: str) -> Iterator[Fault]:
    """The fault of the lines of a mask, nothing when it has none."""
    if mask.any():
        yield Fault(np.flatnonzero(mask), column, reason)


def month_start(days: Ints) -> Ints:
    """First day of the month of each day."""
    months = days.astype("datetime64[D]").astype("datetime64[M]")
    return months.astype("datetime64[D]").astype(np.int64)


@dataclass(frozen=True)
class _Reader:
    table: pa.Table
    mapping: Mapping
    decimal: str
    lines: Lines
    faults: list[Fault]

    def numbers(self, column: str) -> Numbers:
        text = self.table.column(column).combine_chunks()
        return parse_numbers(text, self.decimal, self.mapping.missing)


def _kept(table: pa.Table, mapping: Mapping) -> pa.Table:
    names = [name for name in table.column_names if name != LINE]
    keep = matches(table, mapping.where)
    empty = np.ones(table.num_rows, dtype=bool)
    for name in names:
        if empty.any():
            empty &= pc.equal(table.column(name), "").to_numpy(zero_copy_only=False)
    keep &= ~empty
    return table if keep.all() else table.filter(pa.array(keep))


def matches(table: pa.Table, where: Where) -> Mask:
    """Lines whose columns hold one of the accepted texts."""
    keep = np.ones(table.num_rows, dtype=bool)
    for name, accepted in where.items():
        keep &= coded.column(table, name).where(accepted.__contains__)
    return keep


def _name(rule: Rule | None) -> str:
    return " + ".join(rule.sources()) if rule else ""


def _lines(table: pa.Table, mapping: Mapping, delivery: Delivery, faults: list[Fault]) -> Lines:
    missing = mapping.missing
    unit = coded.read(table, mapping.unit, missing, "")
    faults += fault(unit.absent, _name(mapping.unit), reasons.NO_UNIT)
    scenario = coded.read(table, mapping.scenario, missing, "")
    faults += fault(scenario.absent, _name(mapping.scenario), reasons.NO_SCENARIO)
    text = coded.read(table, mapping.date, missing, "-")
    faults += fault(text.absent, _name(mapping.date), reasons.NO_DATE)
    day, last, good = _days(text, mapping.date.parser(), accepts_iso=delivery.native_dates)
    faults += fault(~good & ~text.absent, _name(mapping.date), reasons.BAD_DATE)
    if all(spec.step == "month" for spec in mapping.specs()) and mapping.specs():
        day = month_start(day)
        last = month_start(day + 31) - 1
    number = table.column(LINE).to_numpy()
    return Lines(number, unit, day, last, _facet(table, mapping.facet, missing), scenario)


def _facet(table: pa.Table, rule: Rule | None, missing: tuple[str, ...]) -> Coded:
    if rule is None:
        return coded.constant("", table.num_rows)
    return coded.read(table, rule, missing, "/")


def _days(text: Coded, parser: DayFormat, *, accepts_iso: bool) -> tuple[Ints, Ints, Mask]:
    first = np.zeros(len(text.labels) + 1, dtype=np.int64)
    last, good = first.copy(), np.zeros(len(first), dtype=bool)
    for position, label in enumerate(text.labels):
        day = parser.day(label, accepts_iso=accepts_iso)
        if day is not None:
            first[position] = (day - EPOCH).days
            last[position] = (parser.last(day) - EPOCH).days
            good[position] = True
    return first[text.codes], last[text.codes], good[text.codes]


def _wide(reader: _Reader) -> Iterator[Piece]:
    for column, targets in reader.mapping.measures.items():
        numbers = reader.numbers(column)
        for target in targets:
            yield _target_piece(reader, column, target, numbers)


def _target_piece(reader: _Reader, column: str, target: Target, numbers: Numbers) -> Piece:
    table, lines, mapping = reader.table, reader.lines, reader.mapping
    selected = matches(table, target.where)
    reader.faults.extend(fault(numbers.bad & selected, column, reasons.BAD_NUMBER))
    value = numbers.value
    if target.weight:
        weights = reader.numbers(target.weight)
        wanted = selected & ~numbers.missing
        reader.faults.extend(fault(weights.bad & wanted, target.weight, reasons.BAD_NUMBER))
        value = value * weights.value
    if target.measure in mapping.zero_is_missing:
        value = np.where(value == 0, np.nan, value)
    rows = np.flatnonzero(selected & np.isfinite(value))
    own = target.facet
    facet = lines.facet if own is None else _facet(table, own, mapping.missing)
    scenario = constant_or(target.scenario, lines.scenario)
    day = month_start(lines.day) if target.spec().step == "month" else lines.day
    measure = coded.constant(target.measure, len(rows))
    values = _scaled(value[rows], target.scale)
    return Piece(column, rows, measure, day[rows], facet.kept(rows), scenario.kept(rows), values)


def constant_or(label: str | None, otherwise: Coded) -> Coded:
    """The same label on every line, or what the lines say."""
    return otherwise if label is None else coded.constant(label, len(otherwise.codes))


def _scaled(value: Floats, scale: float) -> Floats:
    return value if scale == 1 else value * scale


def _long(reader: _Reader) -> Iterator[Piece]:
    rule, value_rule, lines = reader.mapping.measure, reader.mapping.value, reader.lines
    if rule is None or value_rule is None:
        return
    named = coded.read(reader.table, rule, reader.mapping.missing, "/")
    measure = named.relabel(lambda name: name if MeasureId(name) in MEASURES else None)
    unknown = measure.absent & ~named.absent
    reader.faults.extend(fault(named.absent, _name(rule), reasons.NO_MEASURE))
    reader.faults.extend(fault(unknown, _name(rule), reasons.UNKNOWN_MEASURE))
    numbers = reader.numbers(value_rule.column)
    reader.faults.extend(fault(numbers.bad, value_rule.column, reasons.BAD_NUMBER))
    zeros = measure.where(reader.mapping.zero_is_missing.__contains__)
    present = np.isfinite(numbers.value) & ~(zeros & (numbers.value == 0)) & ~measure.absent
    rows = np.flatnonzero(present)
    monthly = measure.where(lambda name: MEASURES[MeasureId(name)].step == "month")
    day: npt.NDArray[np.int64] = np.where(monthly, month_start(lines.day), lines.day)
    yield Piece(
        column=value_rule.column,
        rows=rows,
        measure=measure.kept(rows),
        day=day[rows],
        facet=lines.facet.kept(rows),
        scenario=lines.scenario.kept(rows),
        value=_scaled(numbers.value[rows], value_rule.scale),
    )
