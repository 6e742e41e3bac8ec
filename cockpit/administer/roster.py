"""Who is on duty, as the page edits it: a shift added, taken out, stood in for; a file brought in.

`astreinte.csv` stays the file that a person may edit: comments, lines that could not be read and
the columns of others keep their place and every character. A line is named by its own text, so that
an edit never reaches another one because the file moved meanwhile.
"""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cockpit.administer import acts
from cockpit.errors import BadNotify, BadRequest
from cockpit.i18n import mark
from cockpit.notify import roster
from cockpit.notify.roster import FILE, Roster, Shift

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from cockpit.settings import Home

LARGEST = 256 * 1024
"""Bytes of a file that is brought in: some twenty years of weeks."""

_TOP = ";".join(roster.COLUMNS)


@dataclass(frozen=True, slots=True)
class Written:
    """The file as it is now, and what it says. version: what `bring_in` wants back."""

    text: str
    roster: Roster

    @property
    def version(self) -> str:
        """What tells this text from another."""
        return acts.version(self.text)

    def line(self, number: int) -> str:
        """A line as it is written; numbers begin at 1."""
        return roster.lines(self.text)[number - 1]

    def code(self, number: int) -> str:
        """What names a line in an address, wherever it moves in the file."""
        return hashlib.sha256(self.line(number).encode()).hexdigest()[:16]

    def shift(self, code: str) -> Shift:
        """The shift of this code. Raises BadRequest when its line is no longer there."""
        for one in self.roster.shifts:
            if self.code(one.line) == code:
                return one
        raise _gone()


def read(home: Home) -> Written:
    """The file of an installation, empty when there is none. Raises BadNotify."""
    try:
        text = _path(home).read_bytes().decode("utf-8") if _path(home).exists() else ""
    except (OSError, UnicodeDecodeError) as error:
        raise BadNotify(file=FILE, expected=mark("un fichier texte en UTF-8")) from error
    return Written(text, roster.read(text))


def add(home: Home, shift: Shift, known: Collection[str], who: str) -> None:
    """One more line. known: ids of people. Raises BadRequest, BadNotify, WarehouseBusy."""
    check(shift, known)
    with acts.editing(home):
        before = read(home).text
        acts.put(_path(home), added(before, [shift]))
    acts.note(home, who, "notify", FILE, f"Astreinte : {_said(shift)} ajouté.")


def stand_in(home: Home, code: str, asked: Shift, known: Collection[str], who: str) -> None:
    """Have `asked.person` hold in place of who has the shift of this code, between two instants.

    Raises BadRequest when they do not hold it then; else as `add`.
    """
    check(asked, known)
    with acts.editing(home):
        found = read(home)
        new = standing_in(found.roster, found.shift(code), asked)
        acts.put(_path(home), added(found.text, new))
    acts.note(home, who, "notify", FILE, f"Astreinte : {_said(asked)} en remplacement.")


def remove(home: Home, code: str, who: str) -> None:
    """Take out a line, one that could not be read as well. Raises BadRequest, WarehouseBusy."""
    with acts.editing(home):
        found = read(home)
        numbers = [one.line for one in found.roster.shifts]
        numbers += [int(str(one.facts.get("line", 0))) for one in found.roster.errors]
        at = next((one for one in numbers if one and found.code(one) == code), 0)
        if not at:
            raise _gone()
        acts.put(_path(home), without(found.text, at))
    acts.note(home, who, "notify", FILE, f"Astreinte : ligne {at} retirée.")


def bring_in(home: Home, text: str, who: str, *, version: str, keep_faults: bool = False) -> str:
    """Replace the file; the one before stays beside it, under the name that is returned ("": none).

    keep_faults: lines that cannot be read come too, told and without effect. Raises BadNotify for
    the first of them otherwise, or when no line can be read; BadRequest when the file is no longer
    the one of `version`; WarehouseBusy.
    """
    found = roster.read(text)
    if found.errors and (not keep_faults or not found.shifts):
        raise found.errors[0]
    if not found.shifts:
        raise BadNotify(file=FILE, expected=mark("au moins une ligne d'astreinte"))
    with acts.editing(home):
        before = read(home).text
        acts.check_version(before, version, FILE)
        kept = acts.stamped(home.root, "astreinte", ".csv") if before else None
        if kept:
            acts.put(kept, before)
        acts.put(_path(home), "\n".join(roster.lines(text)))
    count = len(found.shifts)
    acts.note(home, who, "notify", FILE, f"Astreinte : fichier de {count} ligne(s) importé.")
    return kept.name if kept else ""


def decoded(content: bytes) -> str:
    """The text of a file that was uploaded, as spreadsheets write it. Raises BadNotify."""
    if len(content) > LARGEST:
        raise BadNotify(file=FILE, expected=mark("un fichier de moins de 256 ko"))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def check(shift: Shift, known: Collection[str]) -> None:
    """Raises BadRequest for a shift that would reach nobody."""
    if shift.last <= shift.first:
        raise BadRequest(field=mark("Fin"), expected=mark("une fin qui suit le début"))
    if shift.person not in known:
        raise BadRequest(field=mark("Personne"), expected=mark("une personne de l'annuaire"))
    if shift.deputy and (shift.deputy not in known or shift.deputy == shift.person):
        raise BadRequest(field=mark("Adjoint"), expected=mark("une autre personne de l'annuaire"))


def standing_in(found: Roster, held: Shift, asked: Shift) -> tuple[Shift, ...]:
    """The lines by which `asked.person` holds whenever `held.person` would, between its instants.

    One line for each part of that time: the line that begins later holds, so that one line over two
    shifts would give way to the second. Raises BadRequest when there is no such part.
    """
    turns = (
        (turn, max(turn.first, asked.first), min(turn.last, asked.last))
        for turn in found.turns(asked.first, asked.last)
        if turn.shift is not None and turn.shift.person == held.person
    )
    made = tuple(replace(asked, first=first, last=last) for _turn, first, last in turns)
    if not made or asked.person == held.person:
        raise BadRequest(
            field=mark("Remplacement"),
            expected=mark("une autre personne, et des jours où celle qui part est d'astreinte"),
        )
    return made


def added(text: str, shifts: Sequence[Shift]) -> str:
    """The text with these lines at its end. Raises BadNotify for a file without its first line."""
    whole = text if roster.read(text).shifts or _has_entries(text) else _begun(text)
    top = roster.header(roster.lines(whole))
    if top is None:
        raise roster.read(whole).errors[0]
    if "deputy" not in top[1] and any(one.deputy for one in shifts):
        whole, top = _with_deputies(whole, *top)
    end = _end(whole)
    whole += "" if whole.endswith(("\n", "\r")) else end
    return whole + "".join(_line(one, top[1]) + end for one in shifts)


def without(text: str, number: int) -> str:
    """The text less one line; numbers begin at 1."""
    whole = _split(text)
    del whole[number - 1]
    return ("\ufeff" if number == 1 and text.startswith("\ufeff") else "") + "".join(whole)


def _has_entries(text: str) -> bool:
    return any(roster.is_entry(one) for one in roster.lines(text))


def _begun(text: str) -> str:
    """A file that says nothing yet, its comments kept, with its first line."""
    end = _end(text)
    return text + ("" if not text or text.endswith(("\n", "\r")) else end) + _TOP + end


def _with_deputies(
    text: str, at: int, names: tuple[str, ...]
) -> tuple[str, tuple[int, tuple[str, ...]]]:
    """One more column. Raises BadNotify when the cells of some line would fall into it."""
    written = roster.lines(text)
    if any(len(roster.cells(one)) > len(names) for one in written[at:] if roster.is_entry(one)):
        raise BadNotify(
            file=FILE,
            line=at,
            field="deputy",
            expected=mark("une première ligne « from;to;person;deputy »"),
        )
    whole = _split(text)
    bare = whole[at - 1].rstrip("\r\n")
    whole[at - 1] = f"{bare};deputy{whole[at - 1][len(bare) :]}"
    return "".join(whole), (at, (*names, "deputy"))


def _split(text: str) -> list[str]:
    """The lines with their ends, numbered as `roster.lines` does."""
    return list(io.StringIO(text, newline=""))


def _end(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _line(shift: Shift, names: Sequence[str]) -> str:
    row = {
        "from": roster.written_instant(shift.first),
        "to": roster.written_instant(shift.last, end=True),
        "person": shift.person,
        "deputy": shift.deputy,
    }
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=";", lineterminator="").writerow([row.get(one, "") for one in names])
    return out.getvalue()


def _said(shift: Shift) -> str:
    first, last = (roster.written_instant(one) for one in (shift.first, shift.last))
    return f"{shift.person}, de {first} à {last},"


def _gone() -> BadRequest:
    return BadRequest(
        field=mark("Ligne"),
        expected=mark("une ligne qui est encore dans le tableau ; relisez-le, puis recommencez"),
    )


def _path(home: Home) -> Path:
    return home.root / FILE
