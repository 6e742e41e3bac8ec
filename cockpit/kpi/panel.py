"""The daily sums that KPIs are made of, read once for many KPIs, many windows and many units.

A page needs dozens of figures (now, a week ago, last year, thirty points of a curve) of a few
measures. They are read in one statement as daily sums, and each figure is then a slice of a
sorted array: no second read, no data frame per figure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
import sqlalchemy as sa

from cockpit.kpi.measures import MEASURES
from cockpit.kpi.model import MeasureId, Term, UnitId
from cockpit.warehouse import schema
from cockpit.warehouse.attach import Generation

By = Literal["unit", "facet"]
Days = npt.NDArray[np.datetime64]
Values = npt.NDArray[np.float64]

WHOLE = ""
"""The key of a panel that is not split."""


@dataclass(frozen=True, slots=True)
class Daily:
    """Values of one term for one key: one entry per day that was reported, sorted by day.

    parts: how many units fed the day (1 for a unit that has nothing below it).
    """

    days: Days
    values: Values
    parts: npt.NDArray[np.int64]


_NOTHING = Daily(
    np.array([], dtype="datetime64[D]"), np.array([], dtype=float), np.array([], dtype=np.int64)
)


@dataclass
class Panel:
    """Daily sums by (measure, scenario, key, facet); `daily` gives one term's own.

    keys: the units or facets of the split, `WHOLE` when there is none. nodes: the units read.
    """

    rows: pd.DataFrame
    by: By | None
    facet: str
    keys: tuple[str, ...]
    nodes: tuple[UnitId, ...]
    _terms: dict[tuple[object, ...], Daily] = field(default_factory=dict)
    _groups: dict[tuple[str, str], pd.DataFrame] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Cut the rows by measure and scenario once."""
        for (measure, scenario), rows in self.rows.groupby(["measure", "scenario"], sort=False):
            self._groups[(measure, scenario)] = rows

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
            str(code): _daily(group) for code, group in rows.groupby("facet_code", sort=False)
        }

    def days(self, term: Term, scenario: str) -> Days | None:
        """Days on which any part of a split was reported; None when there is no split."""
        if self.by is None:
            return None
        rows = self._groups.get((term.measure, term.scenario or scenario))
        if rows is None:
            return _NOTHING.days
        return np.unique(rows["day"].to_numpy().astype("datetime64[D]"))

    def _rows(self, measure: MeasureId, scenario: str, key: str) -> pd.DataFrame:
        rows = self._groups.get((measure, scenario))
        if rows is None:
            return self.rows.iloc[:0]
        return rows[rows["key"] == key] if self.by == "unit" else rows

    def _cut(self, term: Term, scenario: str, key: str, *, split: bool) -> Daily:
        rows = self._rows(term.measure, scenario, key)
        if rows.empty:
            return _NOTHING
        kind = MEASURES[term.measure].facet
        prefixes = list(term.facets)
        if split:
            prefixes = _narrowed(prefixes, self.facet, kind)
            if self.by == "facet" and key:
                prefixes = _narrowed(prefixes, key, kind)
        if not prefixes:
            return _daily(rows)
        codes = rows["facet_code"]
        kept = np.zeros(len(rows), dtype=bool)
        for prefix in prefixes:
            kept |= (codes == prefix).to_numpy() | codes.str.startswith(_opening(prefix, kind)).to_numpy()
        if not kept.any() and self.by == "facet":
            return _NOTHING
        return _daily(rows.assign(value=np.where(kept, rows["value"], 0.0)))


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


def _daily(rows: pd.DataFrame) -> Daily:
    """Sum the facets of each day; rows come sorted by day."""
    days = rows["day"].to_numpy().astype("datetime64[D]")
    values = rows["value"].to_numpy(dtype=float)
    parts = rows["parts"].to_numpy(dtype=np.int64)
    if len(days) < 2:  # noqa: PLR2004 - nothing to sum
        return Daily(days, values, parts)
    starts = np.flatnonzero(np.r_[True, days[1:] != days[:-1]])
    if len(starts) == len(days):
        return Daily(days, values, parts)
    return Daily(
        days[starts], np.add.reduceat(values, starts), np.maximum.reduceat(parts, starts)
    )


def read_panel(  # noqa: PLR0913 - one argument per thing that a read must be told
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
        generation.read(_statement(generation, table, numbers, measures, scenarios, first, last,
                                   by_unit=by == "unit", with_facets=with_facets))
        for table, numbers in _tables(generation, nodes)
    ]
    rows = pd.concat(parts, ignore_index=True) if len(parts) > 1 else parts[0]
    if len(parts) > 1:
        rows = rows.sort_values("day", kind="stable", ignore_index=True)
    return _panel(generation, rows, by, facet, nodes)


def _needs_facets(term: Term) -> bool:
    return bool(term.facets) or MEASURES[term.measure].kind == "distribution"


def _tables(
    generation: Generation, nodes: Sequence[UnitId]
) -> list[tuple[sa.Table, list[int]]]:
    """Units with children are read from the rollup, the others from the facts."""
    numbers = generation.unit_numbers
    inner = [numbers[n] for n in nodes if generation.units.children(n)]
    leaves = [numbers[n] for n in nodes if not generation.units.children(n)]
    pairs = ((schema.rollup_day, inner), (schema.observation, leaves))
    return [(table, ids) for table, ids in pairs if ids] or [(schema.rollup_day, [])]


def _statement(  # noqa: PLR0913
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
) -> sa.Select[tuple[object, ...]]:
    c = table.c
    keys: list[sa.ColumnElement[object]] = [c.measure_id, c.scenario_id, c.day]
    if by_unit:
        keys.append(c.unit_id)
    if with_facets:
        keys.append(c.facet_id)
    parts = c.parts if "parts" in c else sa.literal_column("1")
    return (
        sa.select(*keys, sa.func.sum(c.value).label("value"), sa.func.max(parts).label("parts"))
        .where(
            c.measure_id.in_(sorted(generation.measure_numbers[m] for m in measures)),
            c.unit_id.in_(units),
            c.day >= first,
            c.day <= last,
            c.scenario_id.in_(sorted(schema.SCENARIOS.index(s) for s in scenarios)),
        )
        .group_by(*keys)
        .order_by(c.day)
    )


def _panel(
    generation: Generation, rows: pd.DataFrame, by: By | None, facet: str, nodes: Sequence[UnitId]
) -> Panel:
    names = {number: name for name, number in generation.measure_numbers.items()}
    rows["measure"] = rows["measure_id"].map(names)
    rows["scenario"] = rows["scenario_id"].map(dict(enumerate(schema.SCENARIOS)))
    if "facet_id" in rows:
        rows["facet_code"] = rows["facet_id"].map(generation.facets)
    else:
        rows["facet_code"] = ""
    if by == "unit":
        codes = {number: code for code, number in generation.unit_numbers.items()}
        rows["key"] = rows["unit_id"].map(codes)
        return Panel(rows, by, facet, tuple(nodes), tuple(nodes))
    if by == "facet":
        return Panel(rows, by, facet, _next_facets(rows["facet_code"], facet), tuple(nodes))
    return Panel(rows, by, facet, (WHOLE,), tuple(nodes))


def _next_facets(codes: pd.Series[str], under: str) -> tuple[str, ...]:
    """The facets one level below `under`, sorted."""
    depth = under.count("/") + 2 if under else 1
    inside = (c for c in codes.unique() if c and (not under or c.startswith(under + "/")))
    return tuple(sorted({"/".join(code.split("/")[:depth]) for code in inside}))


def ordinal(day: date) -> np.datetime64:
    """A civil day as numpy reads it."""
    return np.datetime64(day, "D")


def day_before(day: date, days: int) -> date:
    """`days` civil days earlier."""
    return day - timedelta(days=days)
