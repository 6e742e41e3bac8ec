"""The hospital's units as a tree: group > establishment > pole > service > uf.

A level may be absent: an establishment may hold services directly. Codes are text (`01` is not
`1`). The tree is read from `structure.csv` by `cockpit/connect/structure.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal

from cockpit.errors import UnknownUnit
from cockpit.kpi.model import UnitId

Level = Literal["group", "establishment", "pole", "service", "uf"]

LEVELS: tuple[Level, ...] = ("group", "establishment", "pole", "service", "uf")
"""From the top down: a unit's parent is of an earlier level, or the one of its own that took it
over when it closed."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit. valid_from and valid_to are both included; None is open on that side."""

    id: UnitId
    parent: UnitId | None
    level: Level
    label: str
    finess: str = ""
    discipline: str = ""
    valid_from: date | None = None
    valid_to: date | None = None

    def is_valid(self, first: date, last: date) -> bool:
        """Whether the unit existed on at least one day of [first, last]."""
        opened = self.valid_from is None or self.valid_from <= last
        return opened and (self.valid_to is None or self.valid_to >= first)


@dataclass(frozen=True)
class UnitTree:
    """Every unit, in the order of the file; units without parent are roots.

    Expects what `cockpit.connect.structure` has checked: distinct codes, known parents, no cycle.
    Every method that takes a code raises UnknownUnit for one that is not in the tree, except
    `is_within`, which answers False.
    """

    units: tuple[Unit, ...]

    @cached_property
    def by_id(self) -> Mapping[UnitId, Unit]:
        """Units by code."""
        return {unit.id: unit for unit in self.units}

    @cached_property
    def _children(self) -> Mapping[UnitId | None, tuple[UnitId, ...]]:
        found: dict[UnitId | None, list[UnitId]] = {}
        for unit in self.units:
            found.setdefault(unit.parent, []).append(unit.id)
        return {parent: tuple(ids) for parent, ids in found.items()}

    @cached_property
    def _above(self) -> Mapping[UnitId, tuple[Unit, ...]]:
        return {unit.id: tuple(self._upwards(unit)) for unit in self.units}

    def _upwards(self, unit: Unit) -> Iterator[Unit]:
        while unit.parent is not None:
            unit = self.get(unit.parent)
            yield unit

    def __iter__(self) -> Iterator[Unit]:
        """Units in the order of the file."""
        return iter(self.units)

    def __len__(self) -> int:
        """How many units."""
        return len(self.units)

    def __contains__(self, unit: object) -> bool:
        """Whether this code exists."""
        return unit in self.by_id

    def get(self, unit: UnitId) -> Unit:
        """The unit of this code."""
        try:
            return self.by_id[unit]
        except KeyError:
            raise UnknownUnit(unit=unit) from None

    def children(self, unit: UnitId) -> tuple[Unit, ...]:
        """Units directly below, in the order of the file."""
        return self._named(self._children.get(self.get(unit).id, ()))

    def is_shared(self, unit: UnitId) -> bool:
        """Whether a unit is made of units of other levels; one that only took over others of its
        own, now closed (a merge, a change of code), reports its figures itself."""
        own = self.get(unit).level
        return any(below.level != own for below in self.descendants(unit))

    def ancestors(self, unit: UnitId) -> tuple[Unit, ...]:
        """Units above, the parent first and the root last."""
        return self._above[self.get(unit).id]

    def path(self, unit: UnitId) -> tuple[Unit, ...]:
        """From the root down to the unit itself: a breadcrumb."""
        return (*reversed(self.ancestors(unit)), self.get(unit))

    def descendants(self, unit: UnitId) -> tuple[Unit, ...]:
        """The unit itself, then everything below it, each parent before its children."""
        below: list[UnitId] = []
        waiting = [self.get(unit).id]
        while waiting:
            current = waiting.pop()
            below.append(current)
            waiting.extend(reversed(self._children.get(current, ())))
        return self._named(below)

    def roots(self) -> tuple[Unit, ...]:
        """Units without parent."""
        return self._named(self._children.get(None, ()))

    def establishments(self) -> tuple[Unit, ...]:
        """Units of level establishment, in the order of the file."""
        return tuple(unit for unit in self.units if unit.level == "establishment")

    def leaves(self, unit: UnitId) -> tuple[Unit, ...]:
        """Units of the subtree that have nothing below them; the unit itself when it has none."""
        return tuple(found for found in self.descendants(unit) if found.id not in self._children)

    def is_within(self, unit: UnitId, roots: Iterable[UnitId]) -> bool:
        """Whether the unit is one of `roots` or below one of them; False for an unknown unit."""
        if unit not in self.by_id:
            return False
        wanted = frozenset(roots)
        return any(above.id in wanted for above in self.path(unit))

    def _named(self, ids: Iterable[UnitId]) -> tuple[Unit, ...]:
        return tuple(self.by_id[unit] for unit in ids)
