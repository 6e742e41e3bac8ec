"""`astreinte.csv`: who is on duty, from when to when, and who is called next.

    from;to;person;deputy
    2026-11-20;2026-11-22;cdupont;jmartin
    2026-11-22T18:00;2026-11-23T08:00;jmartin;

Days are whole, both included; hours are those of Paris, the end excluded. Where two lines overlap
the one that begins later holds: it is how a replacement is written.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from cockpit import clock
from cockpit.errors import BadNotify
from cockpit.i18n import gettext as _
from cockpit.i18n import mark

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

FILE = "astreinte.csv"
_COLUMNS = ("from", "to", "person")
_FRENCH = re.compile(r"(\d{2})/(\d{2})/(\d{4})")


@dataclass(frozen=True, slots=True)
class Shift:
    """One line. first, last: naive UTC, the end excluded. deputy: "" when there is none."""

    first: datetime
    last: datetime
    person: str
    deputy: str = ""


@dataclass(frozen=True, slots=True)
class Roster:
    """Shifts by their beginning, and the lines that could not be read."""

    shifts: tuple[Shift, ...] = ()
    errors: tuple[BadNotify, ...] = ()

    def at(self, instant: datetime) -> Shift | None:
        """The shift under way, the latest begun of them; None in a gap."""
        found = [one for one in self.shifts if one.first <= instant < one.last]
        return found[-1] if found else None

    def ladder(self, instant: datetime) -> tuple[str, ...]:
        """Who is called, in order: on duty, their deputy, then those whose turn comes next.

        "" stands first in a gap: nobody is on duty.
        """
        now = self.at(instant)
        following = [one.person for one in self.shifts if one.first > instant]
        first = [now.person, now.deputy] if now else [""]
        return tuple(dict.fromkeys([first[0], *(one for one in [*first[1:], *following] if one)]))

    def gaps(self) -> tuple[tuple[datetime, datetime], ...]:
        """Between the first shift and the last, when nobody is on duty."""
        found = []
        reached = self.shifts[0].last if self.shifts else None
        for shift in self.shifts:
            if reached is not None and shift.first > reached:
                found.append((reached, shift.first))
            reached = max(reached or shift.last, shift.last)
        return tuple(found)

    def overlaps(self) -> tuple[tuple[Shift, Shift], ...]:
        """Pairs of shifts of different people at the same time: the second one holds."""
        return tuple(
            (before, after)
            for at, before in enumerate(self.shifts)
            for after in self.shifts[at + 1 :]
            if after.first < before.last and after.person != before.person
        )

    def remarks(self, known: Collection[str]) -> tuple[str, ...]:
        """What a person should look at: gaps, overlaps, unknown people. known: ids of people."""
        said = [
            _("Personne d'astreinte du {first} au {last}.").format(first=_at(a), last=_at(b))
            for a, b in self.gaps()
        ]
        said += [
            _("« {one} » et « {other} » à la fois le {at} : « {other} » l'emporte.").format(
                one=before.person, other=after.person, at=_at(after.first)
            )
            for before, after in self.overlaps()
        ]
        named = {name for one in self.shifts for name in (one.person, one.deputy) if name}
        said += [
            _("« {name} » n'est pas dans people.toml : personne ne sera joint.").format(name=name)
            for name in sorted(named - set(known))
        ]
        return tuple(said)


def _at(stored: datetime) -> str:
    return f"{clock.in_paris(stored):%d/%m/%Y %H:%M}"


def read(text: str) -> Roster:
    """The roster of a text; a line that cannot be read is told and leaves the others."""
    rows = csv.DictReader(io.StringIO(text.lstrip("\ufeff")), delimiter=";", restkey="more")
    names = [name.strip() for name in rows.fieldnames or ()]
    if not text.strip():
        return Roster()
    if any(name not in names for name in _COLUMNS):
        expected = mark("une première ligne « from;to;person » (« deputy » si besoin)")
        return Roster(errors=(BadNotify(file=FILE, line=1, expected=expected),))
    rows.fieldnames = names
    found = tuple(_shifts(rows))
    shifts = sorted((one for one in found if isinstance(one, Shift)), key=lambda one: one.first)
    return Roster(tuple(shifts), tuple(one for one in found if isinstance(one, BadNotify)))


def _shifts(rows: csv.DictReader[str]) -> Iterator[Shift | BadNotify]:
    for row in rows:
        line = rows.line_num
        first, last = _instant(row.get("from")), _instant(row.get("to"), end=True)
        person = (row.get("person") or "").strip()
        if first is None or last is None:
            field = "from" if first is None else "to"
            expected = mark("un jour comme 2026-11-22, ou une heure comme 2026-11-22T18:00")
        elif last <= first:
            field, expected = "to", mark("une fin qui suit le début")
        elif not person or "more" in row:
            field, expected = "person", mark("l'identifiant d'une personne de people.toml")
        else:
            yield Shift(first, last, person, (row.get("deputy") or "").strip())
            continue
        yield BadNotify(file=FILE, line=line, field=field, expected=expected)


def _instant(text: str | None, *, end: bool = False) -> datetime | None:
    """A day or an hour of Paris as naive UTC; the end of a day is the beginning of the next."""
    written = _FRENCH.sub(r"\3-\2-\1", (text or "").strip())
    try:
        if len(written) == len("2026-11-22"):
            day = date.fromisoformat(written) + timedelta(days=1 if end else 0)
            found = datetime.combine(day, time(), clock.PARIS)
        else:
            found = datetime.fromisoformat(written)
            if found.tzinfo is not None:
                return None
            found = found.replace(tzinfo=clock.PARIS)
        return clock.utc_naive(found)
    except (ValueError, OverflowError):
        return None
