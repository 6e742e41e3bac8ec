"""`astreinte.csv`: who is on duty, from when to when, and who is called next.

    # any line that begins with a # is for people
    from;to;person;deputy
    2026-11-20;2026-11-22;cdupont;jmartin
    2026-11-22T18:00;2026-11-23T08:00;jmartin;

Days are whole, both included; hours are those of Paris, the end excluded. Where two lines overlap
the one that begins later holds: it is how a replacement is written. A line is read alone: one that
is wrong, even with a quotation mark that nothing closes, is told and leaves the others.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise, takewhile
from typing import TYPE_CHECKING

from cockpit import clock
from cockpit.errors import BadNotify
from cockpit.i18n import gettext as _
from cockpit.i18n import mark

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

FILE = "astreinte.csv"
COLUMNS = ("from", "to", "person", "deputy")
_REQUIRED = COLUMNS[:3]
_FRENCH = re.compile(r"(\d{2})/(\d{2})/(\d{4})")
_SHORT_HOUR = re.compile(r"(?<=[T ])(\d):")


@dataclass(frozen=True, slots=True)
class Shift:
    """One line. first, last: naive UTC, the end excluded. deputy: "" when there is none.

    line: its number in the file, 0 for one that is not written yet.
    """

    first: datetime
    last: datetime
    person: str
    deputy: str = ""
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Turn:
    """From when to when one shift holds (naive UTC), whatever others it lies under; None: nobody.

    over: the one that it stands in for. is_end: nobody any more, after the last line.
    """

    first: datetime
    last: datetime
    shift: Shift | None
    over: Shift | None = None
    is_end: bool = False


@dataclass(frozen=True, slots=True)
class Roster:
    """Shifts by their beginning, and the lines that could not be read."""

    shifts: tuple[Shift, ...] = ()
    errors: tuple[BadNotify, ...] = ()

    def at(self, instant: datetime) -> Shift | None:
        """The shift under way, the latest begun of them; None in a gap."""
        found = [one for one in self.shifts if one.first <= instant < one.last]
        return found[-1] if found else None

    def turns(self, first: datetime, last: datetime) -> tuple[Turn, ...]:
        """Who really holds from one instant to another, gaps included; each turn whole.

        A turn that began before, or ends after, keeps its own bounds.
        """
        near = self._near(first, last)
        near = self._near(
            min((first, *(one.first for one in near))), max((last, *(one.last for one in near)))
        )
        edges = {first, last, *(at for one in near for at in (one.first, one.last))}
        found: list[Turn] = []
        for start, end in pairwise(sorted(edges)):
            under = [one for one in near if one.first <= start < one.last]
            shift = under[-1] if under else None
            if shift is None and not first <= start < last:
                continue
            if found and found[-1].shift is shift and found[-1].last == start:
                found[-1] = replace(found[-1], last=end)
            else:
                others = [one for one in under if shift and one.person != shift.person]
                over = others[-1] if others else None
                is_end = shift is None and all(one.last <= start for one in self.shifts)
                found.append(Turn(start, end, shift, over, is_end))
        return tuple(one for one in found if one.last > first and one.first < last)

    def _near(self, first: datetime, last: datetime) -> list[Shift]:
        return [one for one in self.shifts if one.first < last and one.last > first]

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
            for after in takewhile(lambda one: one.first < before.last, self.shifts[at + 1 :])  # noqa: B023 - used at once
            if after.person != before.person
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
    written = lines(text)
    if not any(is_entry(one) for one in written):
        return Roster()
    top = header(written)
    if top is None:
        expected = mark("une première ligne « from;to;person » (« deputy » si besoin)")
        return Roster(errors=(BadNotify(file=FILE, line=1, expected=expected),))
    at, names = top
    found = [
        _shift(number, cells(one), names)
        for number, one in enumerate(written[at:], at + 1)
        if is_entry(one)
    ]
    shifts = sorted((one for one in found if isinstance(one, Shift)), key=lambda one: one.first)
    return Roster(tuple(shifts), tuple(one for one in found if isinstance(one, BadNotify)))


def lines(text: str) -> list[str]:
    """The lines of a file without their ends, as every editor counts them."""
    bare = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    return bare.split("\n")


def is_entry(line: str) -> bool:
    """Whether a line after the first says something to the program: no comment, not empty."""
    return bool(line.strip("; \t")) and not line.lstrip().startswith("#")


def header(written: Sequence[str]) -> tuple[int, tuple[str, ...]] | None:
    """How many lines lead to the first entry, and the names of the columns; None without them."""
    at = next((at for at, one in enumerate(written) if is_entry(one)), None)
    names = tuple(name.strip().lower() for name in cells(written[at])) if at is not None else ()
    return (at + 1, names) if at is not None and set(_REQUIRED) <= set(names) else None


def cells(line: str) -> list[str]:
    """The cells of one line."""
    try:
        return next(csv.reader([line], delimiter=";"), [])
    except csv.Error:  # a cell of more than 128 kB
        return []


def _shift(number: int, found: Sequence[str], names: Sequence[str]) -> Shift | BadNotify:
    row: Mapping[str, str] = dict(zip(names, (one.strip() for one in found), strict=False))
    first, last = _instant(row.get("from")), _instant(row.get("to"), end=True)
    person = row.get("person", "")
    if first is None or last is None:
        wrong = "from" if first is None else "to"
        expected = mark("un jour comme 2026-11-22, ou une heure comme 2026-11-22T18:00")
    elif last <= first:
        wrong, expected = "to", mark("une fin qui suit le début")
    elif not person or any(one.strip() for one in found[len(names) :]):
        wrong, expected = "person", mark("l'identifiant d'une personne de people.toml")
    else:
        return Shift(first, last, person, row.get("deputy", ""), number)
    return BadNotify(file=FILE, line=number, field=wrong, expected=expected)


def written_instant(stored: datetime, *, end: bool = False) -> str:
    """A day when it begins (or ends) with one, else an hour of Paris: what the file holds."""
    local = clock.in_paris(stored).replace(tzinfo=None)
    if local.time() == time():
        return (local.date() - timedelta(days=1 if end else 0)).isoformat()
    has_seconds = local.second or local.microsecond
    return local.isoformat(timespec="auto" if has_seconds else "minutes")


def _instant(text: str | None, *, end: bool = False) -> datetime | None:
    """A day or an hour of Paris as naive UTC; the end of a day is the beginning of the next."""
    written = _SHORT_HOUR.sub(r"0\1:", _FRENCH.sub(r"\3-\2-\1", (text or "").strip()))
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
