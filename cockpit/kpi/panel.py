"""The daily sums that KPIs are made of: each figure of a page is a slice of these sorted arrays.

A page needs dozens of figures (now, a week ago, last year, thirty points of a curve) of a few
measures: they are read once (`read.py`), then cut here, without a data frame per figure.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Literal, TypeVar

import numpy as np
import numpy.typing as npt

from cockpit.kpi.measures import MEASURES
from cockpit.kpi.model import MeasureId, Term, UnitId
from cockpit.warehouse.attach import Generation

By = Literal["unit", "facet"]
Days = npt.NDArray[np.datetime64]
Values = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Cut = npt.NDArray[np.bool_] | Ints | slice
Answer = TypeVar("Answer")

WHOLE = ""
"""The key of a panel that is not split."""


@dataclass(frozen=True, slots=True)
class Daily:
    """Values of one term for one key: one entry per day that was reported, sorted by day.

    parts: how many units fed the day (1 for a unit that has nothing below it).
    """

    days: Days
    values: Values
    parts: Ints


_NOTHING = Daily(
    np.array([], dtype="datetime64[D]"), np.array([], dtype=float), np.array([], dtype=np.int64)
)


_FIRST = np.array([0])


@dataclass(frozen=True, slots=True)
class Rows:
    """What was read of one measure in one scenario, sorted by day; all arrays run along the rows.

    facet and unit: numbers of the generation, zeros when they were not read.
    """

    day: Days
    value: Values
    parts: Ints
    facet: Ints
    unit: Ints

    def __len__(self) -> int:
        """How many rows."""
        return len(self.day)

    def only(self, kept: Cut) -> Rows:
        """Some of the rows."""
        return Rows(
            self.day[kept], self.value[kept], self.parts[kept], self.facet[kept], self.unit[kept]
        )

    def by_unit(self) -> dict[int, Rows]:
        """The rows of each unit, by its number."""
        order = np.argsort(self.unit, kind="stable")
        mine = self.only(order)
        found, starts = np.unique(mine.unit, return_index=True)
        edges = pairwise([*starts.tolist(), len(mine)])
        cuts = (slice(start, stop) for start, stop in edges)
        return {unit: mine.only(cut) for unit, cut in zip(found.tolist(), cuts, strict=True)}

    def daily(self, value: Values | None = None) -> Daily:
        """The rows of each day summed; value: instead of their own."""
        values = self.value if value is None else value
        if len(self) < 2:  # noqa: PLR2004 - nothing to sum
            return Daily(self.day, values, self.parts)
        changes = np.flatnonzero(self.day[1:] != self.day[:-1]) + 1
        starts = np.concatenate((_FIRST, changes))
        if len(starts) == len(self):
            return Daily(self.day, values, self.parts)
        return Daily(
            self.day[starts],
            np.add.reduceat(values, starts),
            self._fed(starts),
        )

    def _fed(self, starts: Ints) -> Ints:
        """How many units fed each day: the most of any facet, added up over the units read."""
        if (self.unit == self.unit[0]).all():
            return np.maximum.reduceat(self.parts, starts)
        each = (np.where(self.unit == unit, self.parts, 0) for unit in np.unique(self.unit))
        return np.sum([np.maximum.reduceat(parts, starts) for parts in each], axis=0)


_NO_NUMBER = np.array([], dtype=np.int64)
_NO_ROWS = Rows(_NOTHING.days, _NOTHING.values, _NOTHING.parts, _NO_NUMBER, _NO_NUMBER)


@dataclass
class Panel:
    """Daily sums by (measure, scenario, key, facet); `daily` gives one term's own.

    keys: the units or facets of the split, `WHOLE` when there is none. nodes: the units read.
    """

    generation: Generation
    groups: Mapping[tuple[str, str], Rows]
    by: By | None
    facet: str
    keys: tuple[str, ...]
    nodes: tuple[UnitId, ...]
    _terms: dict[tuple[object, ...], Daily] = field(default_factory=dict)
    _days: dict[tuple[str, str], Days] = field(default_factory=dict)
    _memory: dict[Hashable, object] = field(default_factory=dict)

    def nodes_of(self, key: str) -> tuple[UnitId, ...]:
        """The units that a key sums: its own for a split by unit, else all."""
        return (UnitId(key),) if self.by == "unit" else self.nodes

    def at(self, unit: UnitId) -> Panel:
        """What one unit of a split by unit reported, as if it had been read alone."""
        number = self.generation.unit_numbers[unit]
        mine = {name: rows[number] for name, rows in self._by_unit.items() if number in rows}
        return Panel(
            self.generation, mine, None, self.facet, (WHOLE,), (unit,), _memory=self._memory
        )

    def once(self, key: Hashable, make: Callable[[], Answer]) -> Answer:
        """`make()` once for this panel and those cut from it: what all of its keys share."""
        if key not in self._memory:
            self._memory[key] = make()
        return self._memory[key]  # type: ignore[return-value]

    def daily(self, term: Term, scenario: str, key: str, *, split: bool = True) -> Daily:
        """The days and values of one term for one key.

        A day on which the measure was reported without the wanted facet counts 0; a day on which
        it was not reported at all is absent. split=False reads all facets whatever the key (the
        denominator of a split by facet).
        """
        wanted = (term.measure, term.scenario or scenario, term.facets, key, split)
        if wanted not in self._terms:
            self._terms[wanted] = self._cut(term, term.scenario or scenario, key, split=split)
        return self._terms[wanted]

    def bins(self, measure: MeasureId, scenario: str, key: str) -> dict[str, Daily]:
        """The histogram of a distribution: one series of days per bin."""
        rows = self._rows(measure, scenario, key)
        return {
            self.generation.facets[number]: rows.only(rows.facet == number).daily()
            for number in np.unique(rows.facet).tolist()
        }

    def days(self, term: Term, scenario: str) -> Days | None:
        """Days on which any part of a split was reported; None when there is no split."""
        if self.by is None:
            return None
        wanted = (term.measure, term.scenario or scenario)
        if wanted not in self._days:
            self._days[wanted] = np.unique(self.groups.get(wanted, _NO_ROWS).day)
        return self._days[wanted]

    def _rows(self, measure: MeasureId, scenario: str, key: str) -> Rows:
        if self.by != "unit":
            return self.groups.get((measure, scenario), _NO_ROWS)
        found = self._by_unit.get((measure, scenario), {})
        return found.get(self.generation.unit_numbers[key], _NO_ROWS)

    @cached_property
    def _by_unit(self) -> Mapping[tuple[str, str], Mapping[int, Rows]]:
        """The rows of each unit: sorted once, then cut; a mask per unit costs ten times as much."""
        return {name: rows.by_unit() for name, rows in self.groups.items()}

    def _cut(self, term: Term, scenario: str, key: str, *, split: bool) -> Daily:
        rows = self._rows(term.measure, scenario, key)
        if not len(rows):
            return _NOTHING
        kind = MEASURES[term.measure].facet
        prefixes = list(term.facets)
        if split:
            prefixes = _narrowed(prefixes, self.facet, kind)
            if self.by == "facet" and key:
                prefixes = _narrowed(prefixes, key, kind)
        if not prefixes:
            return rows.daily()
        under = ("under", tuple(prefixes), kind)
        kept = np.isin(rows.facet, self.once(under, lambda: self._facets_under(prefixes, kind)))
        if not kept.any() and self.by == "facet":
            return _NOTHING
        return rows.daily(np.where(kept, rows.value, 0.0))

    def _facets_under(self, prefixes: Sequence[str], kind: str | None) -> list[int]:
        openings = tuple(_opening(prefix, kind) for prefix in prefixes)
        return [
            number
            for number, code in self.generation.facets.items()
            if code in prefixes or code.startswith(openings)
        ]


def _opening(prefix: str, kind: str | None) -> str:
    """What the codes below a facet begin with: account 68 holds 6811, other facets hold paths."""
    return prefix if kind == "account" and "/" in prefix else prefix + "/"


def _narrowed(prefixes: list[str], facet: str, kind: str | None) -> list[str]:
    """The wanted facets once one of them is asked for."""
    if not facet:
        return prefixes
    if not prefixes:
        return [facet]
    inside = [p for p in prefixes if p == facet or p.startswith(_opening(facet, kind))]
    around = [facet for p in prefixes if facet.startswith(_opening(p, kind))]
    return inside or around or ["\0"]
