"""The spool of a source -> one delivery: the last days, and those that late messages changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterator
from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from cockpit.connect.batch import QUARANTINE
from cockpit.connect.contract import LINE, Asked, Deadline, Delivery, Part
from cockpit.connect.hl7.census import COLUMNS, Cell, Rules, Span, changed_days, count, table
from cockpit.connect.hl7.config import Hl7Config
from cockpit.connect.hl7.er7 import at_hour, local_day
from cockpit.connect.hl7.key import pseudonyms
from cockpit.connect.hl7.spool import Facts, Kept, Refused, Spool
from cockpit.connect.hl7.stays import stay_of
from cockpit.connect.hl7.units import known
from cockpit.errors import BadDelivery

NAME = "mouvements"
_FEW = 1000
_HOURS = (8, 15, 24)


@dataclass(frozen=True)
class Cursor:
    """Where the last reading stopped: records, refusals, and the last instant that was counted."""

    last: int = 0
    last_refused: int = 0
    counted: str = ""

    @staticmethod
    def read(text: str, spool: str) -> Cursor:
        """From the text kept with the last delivery; nothing when it speaks of another spool."""
        parts = text.split(".")
        if len(parts) != 4 or parts[0] != spool:  # noqa: PLR2004
            return Cursor()
        return Cursor(int(parts[1]), int(parts[2]), parts[3])

    def written(self, spool: str) -> str:
        """The text to keep."""
        return f"{spool}.{self.last}.{self.last_refused}.{self.counted}"


def census(asked: Asked, config: Hl7Config, spool: Spool) -> Iterator[Delivery | BadDelivery]:
    """The figures that changed since the last kept delivery, as one delivery; none, nothing.

    Raises SourceUnavailable when the deadline has passed.
    """
    missing = [name for name in asked.columns if name not in COLUMNS]
    if missing:
        yield BadDelivery(
            file=NAME, field=missing[0], expected="une colonne parmi " + ", ".join(COLUMNS)
        )
        return
    with spool.reading():
        facts = spool.facts()
        before = Cursor.read(asked.cursor, facts.spool)
        after = Cursor(facts.last, facts.last_refused, _counted(facts))
        if after == before:
            return
        found = _figures(asked, config, spool, facts, before)
        refused = _refused(spool.refused_since(before.last_refused), found.num_rows)
    if found.num_rows or refused.num_rows:
        wanted = found.select([*dict.fromkeys(asked.columns), LINE])
        yield Delivery(NAME, "", (Part(wanted, refused),), cursor=after.written(facts.spool))


def _counted(facts: Facts) -> str:
    """The last instant of a figure that was heard of, as `20260115T08`."""
    if facts.heard is None:
        return ""
    day = local_day(facts.heard)
    passed = [hour for hour in _HOURS if at_hour(day, hour) <= facts.heard]
    return f"{date.fromordinal(day):%Y%m%d}T{max(passed, default=0):02}"


def _figures(
    asked: Asked, config: Hl7Config, spool: Spool, facts: Facts, before: Cursor
) -> pa.Table:
    if facts.heard is None:
        return table(Counter(), (), 0)
    units = known(asked.home, config.units, pseudonyms(asked.home))
    rules = Rules(config.bed_classes, config.leave_counts, units.is_outlier)
    first, last = _first_day(facts, config), local_day(facts.heard)
    every = range(first, last + 1)
    wanted: Container[int] = every
    if before.last:
        window = set(range(local_day(facts.heard - config.window_hours * 3600), last + 1))
        late = Span(first, last, facts.heard, every)
        wanted = (window | _late_days(spool, rules, late, before.last, asked.deadline)) & set(every)
    span = Span(first, last, facts.heard, wanted)
    totals: Counter[Cell] = Counter()
    for number, records in enumerate(spool.visits()):
        if number % _FEW == 0:
            asked.deadline.left()
        _add(totals, records, rules, span)
    return table(units.named(totals), [day for day in every if day in wanted], facts.heard)


def _add(totals: Counter[Cell], records: list[Kept], rules: Rules, span: Span) -> None:
    for cell, number in count(stay_of(one.movement for one in records), rules, span).items():
        totals[cell] += number  # 0 too


def _first_day(facts: Facts, config: Hl7Config) -> int:
    """The first day on which every patient present is known."""
    began = local_day(facts.began or 0)
    own = max(began, config.since.toordinal()) if config.since else began + 1
    return max(own, facts.complete_from)


def _late_days(spool: Spool, rules: Rules, span: Span, last: int, deadline: Deadline) -> set[int]:
    """The days whose figures the records after `last` change."""
    found: set[int] = set()
    for number, records in enumerate(spool.visits_since(last)):
        if number % _FEW == 0:
            deadline.left()
        then = stay_of(one.movement for one in records if one.seq <= last)
        now = stay_of(one.movement for one in records)
        found |= changed_days(count(then, rules, span), count(now, rules, span))
    return found


def _refused(found: list[Refused], lines: int) -> pa.Table:
    """Refused messages as quarantined lines, numbered after the lines of the table."""
    columns = [
        [one.origin for one in found],
        [lines + place for place in range(1, len(found) + 1)],
        [one.field for one in found],
        [f"{one.reason} (message {one.number})" for one in found],
    ]
    arrays = [pa.array(c, kind.type) for c, kind in zip(columns, QUARANTINE, strict=True)]
    return pa.table(arrays, schema=QUARANTINE)
