"""The records of one visit -> where its patient was and when, whatever their order of arrival."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from cockpit.connect.hl7.movements import Movement

_RANKS = {"INSERT": 0, "UPDATE": 1, "CANCEL": 2}
_ORDER = {"enter": 0, "move": 1, "": 1, "away": 2, "back": 2, "leave": 3}


@dataclass(frozen=True, slots=True)
class Spell:
    """[since, until[ in one unit, seconds since 1970; until None: still there.

    away: on leave of absence. "" is what no movement said.
    """

    since: int
    until: int | None
    unit: str
    medical: str
    patient_class: str
    away: bool


@dataclass(frozen=True, slots=True)
class Exit:
    """A discharge: when, and from where."""

    at: int
    unit: str
    patient_class: str
    died: bool


@dataclass
class Stay:
    """What is known of one visit. departures, arrivals: (recorded, expected for)."""

    spells: list[Spell] = field(default_factory=list)
    exits: list[Exit] = field(default_factory=list)
    departures: list[tuple[int, int]] = field(default_factory=list)
    arrivals: list[tuple[str, int]] = field(default_factory=list)


def stay_of(records: Iterable[Movement]) -> Stay:
    """The stay that some records of one visit tell: the same for any order of theirs."""
    live = _live(records)
    stay = Stay()
    for one in live:
        if one.departure is not None and one.kind not in {"leave", "expect"}:
            stay.departures.append((one.recorded, one.departure))
        if one.kind == "expect" and one.arrival is not None:
            stay.arrivals.append((one.unit, one.arrival))
    placed = [one for one in live if one.kind in _ORDER]
    _walk(stay, sorted(placed, key=_place))
    return stay


def _live(records: Iterable[Movement]) -> list[Movement]:
    """The movements that stand: the last word on each, cancelled ones left out."""
    ordered = sorted(records, key=_said)
    keyed = sorted((one for one in ordered if one.movement), key=lambda one: one.movement)
    found: list[Movement] = []
    for _, versions in groupby(keyed, key=lambda one: one.movement):
        if last := _last_word(list(versions)):
            found.append(last)
    return [*found, *_without_numbers(one for one in ordered if not one.movement)]


def _said(one: Movement) -> tuple[object, ...]:
    """In the order they were typed; a tie is broken by what they say, never by their arrival."""
    rest = (one.start or 0, one.kind, one.unit, one.medical, one.patient_class)
    more = (one.arrival or 0, one.departure or 0, one.died, one.moves_bed, one.movement)
    return one.recorded, _RANKS[one.action], *rest, *more


def _place(one: Movement) -> tuple[object, ...]:
    return one.start, _ORDER[one.kind], *_said(one)


def _last_word(versions: Sequence[Movement]) -> Movement | None:
    """An update replaces what it says; an empty field of HL7 leaves what was. None: cancelled."""
    if versions[-1].action == "CANCEL":
        return None
    whole, *updates = [one for one in versions if one.action != "CANCEL"]
    for one in updates:
        whole = replace(
            one,
            kind=one.kind or whole.kind,
            start=whole.start if one.start is None else one.start,
            unit=one.unit or whole.unit,
            medical=one.medical or whole.medical,
            patient_class=one.patient_class or whole.patient_class,
            arrival=whole.arrival if one.arrival is None else one.arrival,
            departure=whole.departure if one.departure is None else one.departure,
            died=one.died or whole.died,
        )
    return whole if whole.start is not None else replace(whole, start=whole.recorded)


def _without_numbers(ordered: Iterable[Movement]) -> list[Movement]:
    """Senders without ZBE: a cancellation undoes the last event of its kind, that of its time when
    it gives one."""
    found: list[Movement] = []
    for one in ordered:
        if one.action != "CANCEL":
            found.append(one if one.start is not None else replace(one, start=one.recorded))
            continue
        same = [place for place, other in enumerate(found) if other.kind == one.kind]
        dated = [place for place in same if found[place].start == one.start]
        if same:
            del found[(dated or same)[-1]]
    return found


def _walk(stay: Stay, movements: Iterable[Movement]) -> None:
    """Follow the patient: an entry or a first move opens a spell, an exit closes the stay."""
    current: Spell | None = None
    has_left = False
    for one in movements:
        at = one.start or 0
        if one.kind == "leave":
            if current or not has_left:
                stay.exits.append(_exit(current, one))
            _close(stay, current, at)
            current, has_left = None, True
        elif one.kind == "enter" or not has_left:  # whoever left moves no more
            _close(stay, current, at)
            current, has_left = _next(current, one, at), False
    _close(stay, current, None)


def _exit(current: Spell | None, one: Movement) -> Exit:
    unit = current.unit if current else one.unit
    patient_class = current.patient_class if current else one.patient_class
    return Exit(one.start or 0, unit, patient_class, one.died)


def _close(stay: Stay, current: Spell | None, at: int | None) -> None:
    if current and (at is None or at > current.since):
        stay.spells.append(replace(current, until=at))


def _next(current: Spell | None, one: Movement, at: int) -> Spell:
    before = current or Spell(at, None, "", "", "", away=False)
    unit = one.unit if one.moves_bed or not before.unit else before.unit
    goes, returns = one.kind == "away", one.kind in {"enter", "back"}
    return Spell(
        since=at,
        until=None,
        unit=unit or before.unit,
        medical=one.medical or before.medical,
        patient_class=one.patient_class or before.patient_class,
        away=goes or (before.away and not returns),
    )


def in_bed(stay: Stay, classes: Sequence[str]) -> bool:
    """Whether the patient is still in a bed."""
    return any(one.until is None and one.patient_class in classes for one in stay.spells)


def bed_spells(stay: Stay, classes: Sequence[str]) -> Iterator[tuple[Spell, int, bool]]:
    """Spells of some classes, since when the patient has had one of them without a break, and
    whether the spell is the first of such a run."""
    begun, ended = 0, -1
    for one in stay.spells:
        if one.patient_class not in classes or not one.unit:
            continue
        is_first = one.since != ended
        begun = one.since if is_first else begun
        ended = one.until or 0
        yield one, begun, is_first
