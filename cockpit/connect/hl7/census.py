"""Stays -> figures per unit and day: present at 08:00 and midnight, entries, exits.

Days are those of Paris: one of March lasts 23 hours, one of October 25. A figure is given once a
message later than its instant was heard: beds that nobody speaks of are not known to be full, and
the exits of a day are not known before its end. A unit that the spool knows has a 0 where nobody
lies in it; it is a count, not a missing figure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from cockpit.connect.contract import LINE
from cockpit.connect.hl7.er7 import at_hour, local_day
from cockpit.connect.hl7.stays import Exit, Spell, Stay, bed_spells

BED_COLUMNS = (
    "presents_minuit",
    "presents_8h",
    "entrees",
    "sorties",
    "sorties_hors_deces",
    "sorties_avant_midi",
    "presents_24h",
    "dps_renseignees",
    "heberges",
    "sejours_longs",
    "entrees_prevues_7j",
    "sorties_prevues_7j",
)
ED_COLUMNS = ("urgences_passages", "urgences_presents_15h")
COLUMNS = ("jour", "uf", *BED_COLUMNS, *ED_COLUMNS)

_AT_0800 = frozenset(
    {"presents_8h", "presents_24h", "dps_renseignees", "entrees_prevues_7j", "sorties_prevues_7j"}
)
_ED = ("E",)
_UNSURE = "heberges?"  # patients whose responsible unit has no known discipline
_NOON, _LONG_DAYS, _AHEAD_DAYS = 12, 15, 7
_DAY_S = 86400

_NO_DAY = 0

UNKNOWN = "?"
"""All the units that nobody has written down: their patients are counted, their codes not said."""

Cell = tuple[int, str, str]
"""Day (ordinal), unit, column."""


@dataclass(frozen=True)
class Rules:
    """How a hospital counts. is_outlier: whether a patient lies out of the discipline of the unit
    that answers for him, None when nobody can tell."""

    bed_classes: tuple[str, ...]
    leave_counts: bool
    is_outlier: Callable[[str, str], bool | None]


@dataclass(frozen=True)
class Span:
    """The days to count (ordinals), and until when anything is known (seconds since 1970)."""

    first: int
    last: int
    heard: int
    wanted: Container[int]

    def days(self, since: int, until: int | None) -> Iterator[int]:
        """The wanted days that an interval touches."""
        first = max(self.first, local_day(since))
        last = self.last if until is None else min(self.last, local_day(until))
        return (day for day in range(first, last + 1) if day in self.wanted)


def count(stay: Stay, rules: Rules, span: Span) -> Counter[Cell]:
    """What one stay adds to the figures of the days of a span; a 0 names a unit that it was in."""
    found: Counter[Cell] = Counter()
    expected = sorted(stay.departures)
    for unit in _bed_units(stay, rules):
        found[_NO_DAY, unit, BED_COLUMNS[0]] = 0
    for spell, begun, is_first in bed_spells(stay, rules.bed_classes):
        if is_first:
            _flow(found, span, spell.since, spell.unit, "entrees")
        if rules.leave_counts or not spell.away:
            outlier = rules.is_outlier(spell.unit, spell.medical)
            _nights(found, span, spell, begun, outlier=outlier)
            _mornings(found, span, spell, begun, expected)
    for one in stay.exits:
        if one.patient_class in rules.bed_classes and one.unit:
            _exit(found, span, one)
    for spell, _, is_first in bed_spells(stay, _ED):
        found[_NO_DAY, spell.unit, ED_COLUMNS[0]] = 0
        if is_first:
            _flow(found, span, spell.since, spell.unit, "urgences_passages")
        for day in span.days(spell.since, spell.until):
            found[day, spell.unit, "urgences_presents_15h"] += _covers(spell, at_hour(day, 15))
    _arrivals(found, span, stay, rules)
    return found


def _bed_units(stay: Stay, rules: Rules) -> set[str]:
    """The units that have beds, whatever the days asked for: their zeros are said too."""
    units = {one.unit for one, *_ in bed_spells(stay, rules.bed_classes)}
    units |= {one.unit for one in stay.exits if one.patient_class in rules.bed_classes}
    return (units | {unit for unit, _ in stay.arrivals}) - {""}


def _flow(found: Counter[Cell], span: Span, at: int, unit: str, column: str) -> None:
    for day in span.days(at, at):
        found[day, unit, column] += 1


def _covers(spell: Spell, at: int) -> bool:
    return spell.since <= at and (spell.until is None or at < spell.until)


def _exit(found: Counter[Cell], span: Span, one: Exit) -> None:
    _flow(found, span, one.at, one.unit, "sorties")
    if not one.died:
        _flow(found, span, one.at, one.unit, "sorties_hors_deces")
        if one.at < at_hour(local_day(one.at), _NOON):
            _flow(found, span, one.at, one.unit, "sorties_avant_midi")


def _nights(
    found: Counter[Cell], span: Span, spell: Spell, begun: int, *, outlier: bool | None
) -> None:
    for day in span.days(spell.since, spell.until):
        at = at_hour(day, 24) - 1
        if _covers(spell, at):
            found[day, spell.unit, "presents_minuit"] += 1
            found[day, spell.unit, "sejours_longs"] += at - begun > _LONG_DAYS * _DAY_S
            found[day, spell.unit, "heberges"] += bool(outlier)
            found[day, spell.unit, _UNSURE] += outlier is None


def _mornings(
    found: Counter[Cell], span: Span, spell: Spell, begun: int, expected: list[tuple[int, int]]
) -> None:
    for day in span.days(spell.since, spell.until):
        at = at_hour(day, 8)
        if not _covers(spell, at):
            continue
        found[day, spell.unit, "presents_8h"] += 1
        # what was typed after 08:00 was not known at 08:00
        known = [going for typed, going in expected if typed <= at]
        if at - begun > _DAY_S:
            found[day, spell.unit, "presents_24h"] += 1
            found[day, spell.unit, "dps_renseignees"] += bool(known)
        soon = bool(known) and day <= local_day(known[-1]) <= day + _AHEAD_DAYS
        found[day, spell.unit, "sorties_prevues_7j"] += soon


def _arrivals(found: Counter[Cell], span: Span, stay: Stay, rules: Rules) -> None:
    come = min((one.since for one, *_ in bed_spells(stay, rules.bed_classes)), default=None)
    for unit, at in stay.arrivals[-1:]:  # the last announcement is the one that stands
        due = local_day(at)
        for day in range(max(span.first, due - _AHEAD_DAYS), min(span.last, due) + 1):
            if unit and day in span.wanted and (come is None or come > at_hour(day, 8)):
                found[day, unit, "entrees_prevues_7j"] += 1


def changed_days(before: Counter[Cell], after: Counter[Cell]) -> set[int]:
    """The days on which two counts of one stay differ."""
    return {cell[0] for cell in before.keys() | after.keys() if before[cell] != after[cell]}


def is_known(day: int, column: str, heard: int) -> bool:
    """Whether a figure of a day is known when the last message is of `heard`."""
    hour = 24
    if column in _AT_0800:
        hour = 8
    elif column == "urgences_presents_15h":
        hour = 15
    return heard >= at_hour(day, hour)


def table(totals: Counter[Cell], days: Iterable[int], heard: int) -> pa.Table:
    """The figures as text: one row per day and unit, sorted; columns COLUMNS and `__line__`.

    UNKNOWN has a row on the days when somebody is there only.
    """
    beds, emergency = _units(totals)
    cells: dict[str, list[str]] = {name: [] for name in COLUMNS}
    for day in sorted(days):
        for unit in sorted(beds | emergency):
            if unit == UNKNOWN and not any(totals[day, unit, name] for name in COLUMNS):
                continue
            cells["jour"].append(date.fromordinal(day).isoformat())
            cells["uf"].append(unit)
            for columns, own in ((BED_COLUMNS, beds), (ED_COLUMNS, emergency)):
                for column in columns:
                    known = unit in own and is_known(day, column, heard)
                    cells[column].append(_text(totals, (day, unit, column)) if known else "")
    lines = pa.array(range(1, len(cells["jour"]) + 1), pa.int64())
    return pa.table({**{k: pa.array(v, pa.string()) for k, v in cells.items()}, LINE: lines})


def _units(totals: Counter[Cell]) -> tuple[set[str], set[str]]:
    emergency = {unit for _, unit, column in totals if column in ED_COLUMNS}
    return {unit for _, unit, column in totals if column not in ED_COLUMNS}, emergency


def _text(totals: Counter[Cell], cell: Cell) -> str:
    day, unit, column = cell
    unsure = column == "heberges" and totals[day, unit, _UNSURE]
    return "" if unsure else str(totals[cell])
