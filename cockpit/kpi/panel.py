"""The daily sums that KPIs are made of, read once for many KPIs, many windows and many units.

A page needs dozens of figures (now, a week ago, last year, thirty points of a curve) of a few
measures. They are read in one statement as daily sums, and each figure is then a slice of a
sorted array: no second read, no data frame per figure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa

from cockpit.kpi.measures import MEASURES
from cockpit.kpi.model import MeasureId, Term, UnitId
from cockpit.warehouse import schema
from cockpit.warehouse.attach import Generation

By = Literal["unit", "facet"]
Days = npt.NDArray[np.datetime64]
Values = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_] | slice

WHOLE = ""
"""The key of a panel that is not split."""

_MORE_THAN_DAYS = 1 << 24


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


@dataclass(frozen=True, slots=True)
class _Rows:
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

    def only(self, kept: Mask) -> _Rows:
        """The rows of a mask."""
        return _Rows(
            self.day[kept], self.value[kept], self.parts[kept], self.facet[kept], self.unit[kept]
        )

    def daily(self, value: Values | None = None) -> Daily:
        """The rows of each day summed; value: instead of their own."""
        values = self.value if value is None else value
        if len(self) < 2:  # noqa: PLR2004 - nothing to sum
            return Daily(self.day, values, self.parts)
        starts = np.flatnonzero(np.r_[True, self.day[1:] != self.day[:-1]])
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
_NO_ROWS = _Rows(_NOTHING.days, _NOTHING.values, _NOTHING.parts, _NO_NUMBER, _NO_NUMBER)


@dataclass
class Panel:
    """Daily sums by (measure, scenario, key, facet); `daily` gives one term's own.

    keys: the units or facets of the split, `WHOLE` when there is none. nodes: the units read.
    """

    generation: Generation
    groups: Mapping[tuple[str, str], _Rows]
    by: By | None
    facet: str
    keys: tuple[str, ...]
    nodes: tuple[UnitId, ...]
    _terms: dict[tuple[object, ...], Daily] = field(default_factory=dict)

    def nodes_of(self, key: str) -> tuple[UnitId, ...]:
        """The units that a key sums: its own for a split by unit, else all."""
        return (UnitId(key),) if self.by == "unit" else self.nodes

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
        return np.unique(self.groups.get((term.measure, term.scenario or scenario), _NO_ROWS).day)

    def _rows(self, measure: MeasureId, scenario: str, key: str) -> _Rows:
        rows = self.groups.get((measure, scenario), _NO_ROWS)
        if self.by != "unit":
            return rows
        return rows.only(rows.unit == self.generation.unit_numbers[key])

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
        kept = np.isin(rows.facet, self._facets_under(prefixes, kind))
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


def read_panel(
    generation: Generation,
    terms: Iterable[Term],
    nodes: Sequence[UnitId],
    first: date,
    last: date,
    *,
    scenario: str = "actual",
    by: By | None = None,
    facet: str = "",
) -> Panel:
    """Read the daily sums of `terms` over `nodes` (summed together unless by="unit").

    nodes are units that the caller has checked against the scope. Days from `first` to `last`.
    Facets are kept apart only when a term, the split or a distribution needs them.
    """
    terms = tuple(terms)
    measures = {t.measure for t in terms if t.measure in generation.measure_numbers}
    with_facets = bool(facet) or by == "facet" or any(_needs_facets(term) for term in terms)
    scenarios = {scenario, *(t.scenario for t in terms if t.scenario)}
    parts = [
        generation.columns(
            _statement(
                generation,
                table,
                numbers,
                measures,
                scenarios,
                first,
                last,
                by_unit=by == "unit" or len(nodes) > 1,
                with_facets=with_facets,
            )
        )
        for table, numbers in _tables(generation, nodes)
        if measures
    ]
    groups = _groups(generation, parts)
    keys: tuple[str, ...] = (WHOLE,)
    if by == "unit":
        keys = tuple(nodes)
    elif by == "facet":
        keys = _next_facets(generation, groups, facet)
    return Panel(generation, groups, by, facet, keys, tuple(nodes))


def _needs_facets(term: Term) -> bool:
    return bool(term.facets) or MEASURES[term.measure].kind == "distribution"


def _tables(generation: Generation, nodes: Sequence[UnitId]) -> list[tuple[sa.Table, list[int]]]:
    """Units with children are read from the rollup, the others from the facts."""
    numbers = generation.unit_numbers
    inner = [numbers[n] for n in nodes if generation.units.children(n)]
    leaves = [numbers[n] for n in nodes if not generation.units.children(n)]
    pairs = ((schema.rollup_day, inner), (schema.observation, leaves))
    return [(table, ids) for table, ids in pairs if ids] or [(schema.rollup_day, [])]


def _statement(  # noqa: PLR0917 - what one statement selects
    generation: Generation,
    table: sa.Table,
    units: list[int],
    measures: set[MeasureId],
    scenarios: set[str],
    first: date,
    last: date,
    *,
    by_unit: bool,
    with_facets: bool,
) -> sa.Select[*tuple[Any, ...]]:
    c = table.c
    keys: list[sa.ColumnElement[object]] = [c.measure_id, c.scenario_id, c.day]
    if by_unit:
        keys.append(c.unit_id)
    if with_facets:
        keys.append(c.facet_id)
    if "parts" in c:
        keys.append(c.parts)
    return sa.select(*keys, c.value).where(
        c.measure_id.in_(sorted(generation.measure_numbers[m] for m in measures)),
        c.unit_id.in_(units),
        c.day >= first,
        c.day <= last,
        c.scenario_id.in_(sorted(schema.SCENARIOS.index(s) for s in scenarios)),
    )


def _groups(
    generation: Generation, parts: Sequence[dict[str, npt.NDArray[Any]]]
) -> dict[tuple[str, str], _Rows]:
    """The rows cut by measure and scenario, each sorted by day.

    Summing and sorting a few thousand rows is quicker here than in the statement.
    """
    if not parts:
        return {}
    codes = _joined(parts, "measure_id") * len(schema.SCENARIOS) + _joined(parts, "scenario_id")
    days = np.concatenate([part["day"] for part in parts]).astype("datetime64[D]")
    order = np.argsort(codes * _MORE_THAN_DAYS + days.astype(np.int64), kind="stable")
    codes = codes[order]
    rows = _Rows(
        days[order],
        np.concatenate([part["value"] for part in parts])[order],
        _joined(parts, "parts", 1)[order],
        _joined(parts, "facet_id")[order],
        _joined(parts, "unit_id")[order],
    )
    names = {number: name for name, number in generation.measure_numbers.items()}
    edges = [0, *(np.flatnonzero(codes[1:] != codes[:-1]) + 1).tolist(), len(codes)]
    return {
        (
            names[code // len(schema.SCENARIOS)],
            schema.SCENARIOS[code % len(schema.SCENARIOS)],
        ): rows.only(slice(start, stop))
        for start, stop in pairwise(edges)
        if stop > start
        for code in [int(codes[start])]
    }


def _joined(parts: Sequence[dict[str, npt.NDArray[Any]]], name: str, otherwise: int = 0) -> Ints:
    """One column of all parts; `otherwise` where it was not read."""
    found = [
        part[name] if name in part else np.full(len(part["value"]), otherwise) for part in parts
    ]
    return np.concatenate(found).astype(np.int64)


def _next_facets(
    generation: Generation, groups: Mapping[tuple[str, str], _Rows], under: str
) -> tuple[str, ...]:
    """The facets one level below `under` that were read, sorted."""
    depth = under.count("/") + 2 if under else 1
    numbers = {int(number) for rows in groups.values() for number in np.unique(rows.facet)}
    codes = (generation.facets.get(number, "") for number in numbers)
    inside = (c for c in codes if c and (not under or c.startswith(under + "/")))
    return tuple(sorted({"/".join(code.split("/")[:depth]) for code in inside}))


def ordinal(day: date) -> np.datetime64:
    """A civil day as numpy reads it."""
    return np.datetime64(day, "D")


def day_before(day: date, days: int) -> date:
    """`days` civil days earlier."""
    return day - timedelta(days=days)
