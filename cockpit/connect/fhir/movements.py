"""Stays and their movements: an Encounter that is part of another one is the same patient.

A hospital may say a stay as one Encounter with its places, or as a tree: the stay, its movements
(`partOf` the stay), even movements of these. Each tree is one stay: its root says when it began,
ended and how, the finest movement at an instant says where. Nothing is counted before every
Encounter was read, as a movement may come before its stay: until then they wait on disk (ids.py),
instants, units and marks of ids, nothing else; then they come back one tree at a time.
"""

from __future__ import annotations

import json
import weakref
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

from cockpit.connect import reasons
from cockpit.connect.fhir.ids import mark, private_base
from cockpit.connect.fhir.stays import (
    AMBULATORY,
    EMERGENCY,
    FAR,
    INPATIENT,
    PLACE,
    LeftOut,
    Stay,
)

NO_STAY = "le séjour dont c'est un mouvement est introuvable"

_DEEPEST = 20
_NOWHERE = mark("")
_EPOCH, _TICK = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
_SCHEMA = """
CREATE TABLE one (
    rank INTEGER PRIMARY KEY, own INTEGER, above INTEGER, family INTEGER,
    kind TEXT, start INTEGER, "end" INTEGER, places TEXT, died INTEGER, unplaced TEXT
);
CREATE TABLE placed (rank INTEGER PRIMARY KEY, root INTEGER, depth INTEGER);
"""
_ADD = "INSERT INTO one VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_STEP = "SELECT rank, own, above, family FROM one WHERE "
_TREES = """
SELECT coalesce(root, own), family, coalesce(depth, 0), one.rank,
    kind, start, "end", places, died, unplaced
FROM one LEFT JOIN placed ON placed.rank = one.rank
WHERE family IS NOT NULL AND (above IS NULL OR root IS NOT NULL)
ORDER BY 1, 2, 3, start, one.rank
"""


@dataclass(frozen=True, slots=True)
class _Step:
    """One Encounter on the way up. own, above: marks of ids; above: None for a whole stay,
    `_NOWHERE` when it does not say which. family: see `_family`; None when it counts nothing."""

    rank: int
    own: int
    above: int | None
    family: int | None


@dataclass(frozen=True, slots=True)
class _Branch:
    """depth: 0 for the root of its tree."""

    depth: int
    rank: int
    stay: Stay


class Movements:
    """Every Encounter of a reading, until all were read."""

    def __init__(self) -> None:
        self._base = private_base(_SCHEMA)
        weakref.finalize(self, self._base.close)

    def add(self, own: str, rank: int, above: str | None, stay: Stay | None) -> None:
        """own: its id. above: see `part_of`. stay: None when it was left out or counts nothing."""
        marks = (mark(own or f"#{rank}"), None if above is None else mark(above))  # no id has a "#"
        told = (None,) * 7 if stay is None else (_family(stay), *_row(stay))
        self._base.execute(_ADD, (rank, *marks, *told))

    def stays(self) -> Iterator[tuple[int, Stay | LeftOut]]:
        """One per tree, and what could not be placed, with the rank of its Encounter.

        A movement whose class counts something else than its stay (the ED visit of an inpatient)
        is a stay of its own. Movements of a stay that the server did not give (it is of another
        class) are one stay together; those of one that counts nothing, count nothing.
        """
        yield from self._place()
        for _, tree in groupby(self._base.execute(_TREES), key=lambda row: row[:2]):
            yield from _counted([_Branch(row[2], row[3], _stay(row[4:])) for row in tree])

    def _place(self) -> Iterator[tuple[int, LeftOut]]:
        """Notes the root of each movement; gives those that have none."""
        self._base.execute("CREATE INDEX by_own ON one (own)")
        movements = f"{_STEP} above IS NOT NULL AND family IS NOT NULL"
        for row in self._base.execute(movements):
            one = _Step(*row)
            root, depth = self._root(one)
            above = self._known(root)
            if root == _NOWHERE:
                yield one.rank, LeftOut("partOf", NO_STAY)
            elif above is None or above.family is not None:
                self._base.execute("INSERT INTO placed VALUES (?, ?, ?)", (one.rank, root, depth))

    def _root(self, one: _Step) -> tuple[int, int]:
        """The root of its tree and how far above it is; `_NOWHERE` when the way up is lost or turns
        round. A root that was not read may have movements of several families.
        """
        family = one.family
        for depth in range(_DEEPEST):
            if one.above is None:
                return one.own, depth
            above = self._known(one.above)
            if above is None or above.family is None:
                return one.above, depth + 1
            if above.family != family:
                return one.own, depth
            one = above
        return _NOWHERE, _DEEPEST

    def _known(self, own: int) -> _Step | None:
        found = self._base.execute(f"{_STEP} own = ?", (own,)).fetchone()
        return _Step(*found) if found else None


def _row(stay: Stay) -> tuple[Any, ...]:
    """A stay as its columns of `one`, from `kind` on."""
    places = json.dumps([(_ticks(since), unit) for since, unit in stay.places])
    end = None if stay.end is None else _ticks(stay.end)
    return stay.kind, _ticks(stay.start), end, places, stay.died, stay.unplaced


def _stay(row: tuple[Any, ...]) -> Stay:
    """What `_row` wrote."""
    kind, start, end, given, died, unplaced = row
    places = tuple((_instant(since), unit) for since, unit in json.loads(given))
    over = None if end is None else _instant(end)
    return Stay(kind, _instant(start), over, places, None if died is None else bool(died), unplaced)


def _ticks(moment: datetime) -> int:
    return (moment - _EPOCH) // _TICK


def _instant(ticks: int) -> datetime:
    return _EPOCH + ticks * _TICK


def _counted(tree: list[_Branch]) -> Iterator[tuple[int, Stay | LeftOut]]:
    """The stay of a tree, its root first."""
    top = tree[0]
    placed = [one for one in tree if one.stay.places]
    if not placed:
        yield top.rank, LeftOut(top.stay.unplaced, reasons.NO_UNIT)
        return
    for one in tree[1:]:
        if one.stay.unplaced == PLACE:
            yield one.rank, LeftOut(PLACE, reasons.NO_UNIT)
    whole = top.stay if top.depth == 0 else _together([one.stay for one in tree])
    yield top.rank, whole if len(tree) == 1 else replace(whole, places=_places(placed))


def _family(stay: Stay) -> int:
    """Which figures its class feeds."""
    families = (INPATIENT, EMERGENCY, AMBULATORY)
    return next(n for n, one in enumerate(families) if stay.kind in one)


def _together(movements: list[Stay]) -> Stay:
    """A stay known by its movements only: from the first to the last, whose way out is its own."""
    last = max(movements, key=lambda one: (one.end or FAR, one.start))
    return replace(last, start=min(one.start for one in movements))


def _places(placed: list[_Branch]) -> tuple[tuple[datetime, str], ...]:
    """Where the patient is, from each instant that changes it."""
    instants = {since for one in placed for since, _ in one.stay.places}
    instants |= {one.stay.start for one in placed}
    instants |= {one.stay.end for one in placed if one.stay.end}
    found: list[tuple[datetime, str]] = []
    for instant in sorted(instants):
        unit = _unit(placed, instant)
        if not found or found[-1][1] != unit:
            found.append((instant, unit))
    return tuple(found)


def _unit(placed: list[_Branch], instant: datetime) -> str:
    """Of the finest movement under way, else of the last one that was."""

    def nearness(one: _Branch) -> tuple[bool, bool, int, datetime]:
        has_begun = one.stay.start <= instant
        is_under_way = has_begun and instant < (one.stay.end or FAR)
        return is_under_way, has_begun, one.depth, one.stay.start

    return max(placed, key=nearness).stay.unit_at(instant)
