"""One statement for many KPIs, many windows and many units: the rows that a panel is cut from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa

from cockpit.kpi.measures import MEASURES
from cockpit.kpi.model import Term, UnitId
from cockpit.kpi.panel import WHOLE, By, Ints, Panel, Rows
from cockpit.warehouse import schema
from cockpit.warehouse.attach import Generation

_MORE_THAN_DAYS = 1 << 24


@dataclass(frozen=True, slots=True)
class _Shape:
    """What a statement selects, whatever its units and days; numbers of the generation."""

    measures: tuple[int, ...]
    scenarios: tuple[int, ...]
    by_unit: bool
    with_facets: bool


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
    facets_apart = bool(facet) or by == "facet"
    by_unit = by == "unit" or len(nodes) > 1
    shape = _shape(generation, tuple(terms), scenario, by_unit=by_unit, facets_apart=facets_apart)
    tables = _tables(generation, nodes) if shape.measures else []
    parts = [
        generation.columns(_written(table, units, shape).bindparams(first=first, last=last))
        for table, units in tables
    ]
    groups = _groups(generation, parts)
    keys = _keys(generation, groups, nodes, by, facet)
    return Panel(generation, groups, by, facet, keys, tuple(nodes))


def _shape(
    generation: Generation,
    terms: Sequence[Term],
    scenario: str,
    *,
    by_unit: bool,
    facets_apart: bool,
) -> _Shape:
    numbers = generation.measure_numbers
    scenarios = {scenario, *(t.scenario for t in terms if t.scenario)}
    return _Shape(
        tuple(sorted({numbers[t.measure] for t in terms if t.measure in numbers})),
        tuple(sorted(schema.SCENARIOS.index(one) for one in scenarios)),
        by_unit,
        facets_apart or any(_needs_facets(term) for term in terms),
    )


def _keys(
    generation: Generation,
    groups: Mapping[tuple[str, str], Rows],
    nodes: Sequence[UnitId],
    by: By | None,
    facet: str,
) -> tuple[str, ...]:
    """What the panel can be cut by."""
    if by == "unit":
        return tuple(nodes)
    return _next_facets(generation, groups, facet) if by == "facet" else (WHOLE,)


def _needs_facets(term: Term) -> bool:
    return bool(term.facets) or MEASURES[term.measure].kind == "distribution"


def _tables(
    generation: Generation, nodes: Sequence[UnitId]
) -> list[tuple[sa.Table, tuple[int, ...]]]:
    """Units with children are read from the rollup, the others from the facts."""
    numbers = generation.unit_numbers
    inner = tuple(numbers[n] for n in nodes if generation.units.children(n))
    leaves = tuple(numbers[n] for n in nodes if not generation.units.children(n))
    pairs = ((schema.rollup_day, inner), (schema.observation, leaves))
    return [(table, ids) for table, ids in pairs if ids] or [(schema.rollup_day, ())]


@lru_cache(maxsize=256)
def _written(table: sa.Table, units: tuple[int, ...], shape: _Shape) -> sa.TextClause:
    """The statement of a page, with `first` and `last` to bind.

    Kept as text: for SQLAlchemy to write it again takes as long as to read one measure.
    """
    c = table.c
    keys: list[sa.ColumnElement[object]] = [c.measure_id, c.scenario_id, c.day]
    if shape.by_unit:
        keys.append(c.unit_id)
    if shape.with_facets:
        keys.append(c.facet_id)
    if "parts" in c:
        keys.append(c.parts)
    statement = sa.select(*keys, c.value).where(
        c.measure_id.in_(shape.measures),
        c.unit_id.in_(units),
        c.day >= sa.literal_column(":first"),
        c.day <= sa.literal_column(":last"),
        c.scenario_id.in_(shape.scenarios),
    )
    return sa.text(str(statement.compile(compile_kwargs={"literal_binds": True})))


def _groups(
    generation: Generation, parts: Sequence[dict[str, npt.NDArray[Any]]]
) -> dict[tuple[str, str], Rows]:
    """The rows cut by measure and scenario, each sorted by day.

    Summing and sorting a few thousand rows is quicker here than in the statement.
    """
    if not parts:
        return {}
    codes = _joined(parts, "measure_id") * len(schema.SCENARIOS) + _joined(parts, "scenario_id")
    days = np.concatenate([part["day"] for part in parts]).astype("datetime64[D]")
    order = np.argsort(codes * _MORE_THAN_DAYS + days.astype(np.int64), kind="stable")
    codes = codes[order]
    rows = Rows(
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
    generation: Generation, groups: Mapping[tuple[str, str], Rows], under: str
) -> tuple[str, ...]:
    """The facets one level below `under` that were read, sorted."""
    depth = under.count("/") + 2 if under else 1
    numbers = {int(number) for rows in groups.values() for number in np.unique(rows.facet)}
    codes = (generation.facets.get(number, "") for number in numbers)
    inside = (c for c in codes if c and (not under or c.startswith(under + "/")))
    return tuple(sorted({"/".join(code.split("/")[:depth]) for code in inside}))
