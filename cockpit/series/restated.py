"""Which figures moved after they had been consolidated: a number that moved says so."""

from __future__ import annotations

from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd
import sqlalchemy as sa

from cockpit.access.scope import Scope
from cockpit.kpi import compute
from cockpit.kpi.model import Kpi, MeasureId, UnitId
from cockpit.kpi.panel import Days
from cockpit.kpi.special import special_terms
from cockpit.kpi.windows import spanned, windows
from cockpit.series.model import Window
from cockpit.warehouse import schema
from cockpit.warehouse.attach import Generation


def _all(generation: Generation) -> pd.DataFrame:
    """Every restatement of actual figures: measure, unit, day, before, after, received_at."""
    moved, unit, measure, batch = (
        schema.restatement.c,
        schema.unit.c,
        schema.measure.c,
        schema.batch.c,
    )
    statement = (
        sa.select(
            measure.name.label("measure"),
            unit.code.label("unit"),
            moved.day,
            moved.before,
            moved.after,
            batch.source,
            batch.received_at,
        )
        .join_from(schema.restatement, schema.unit, moved.unit_id == unit.unit_id)
        .join(schema.measure, moved.measure_id == measure.measure_id)
        .join(schema.batch, moved.batch_id == batch.batch_id)
        .where(moved.scenario_id == 0)
    )
    return generation.fact("restatements", lambda: generation.read(statement))


def in_window(generation: Generation, kpi: Kpi, nodes: tuple[UnitId, ...], window: Window) -> bool:
    """Whether a figure that makes this KPI at these units over the window was restated."""
    moved = generation.fact("moved_units", lambda: _moved_units(generation))
    if moved.keys().isdisjoint(term.measure for term in (*kpi.terms(), *special_terms(kpi))):
        return False
    for measure, (start, end) in days_read(generation, kpi, nodes, window):
        if measure not in moved:
            continue
        days, units = moved[measure]
        inside = (days >= np.datetime64(start)) & (days <= np.datetime64(end))
        touched = units[inside]
        if len(touched) and any(np.isin(touched, _below(generation, node)).any() for node in nodes):
            return True
    return False


def _moved_units(generation: Generation) -> dict[str, tuple[Days, npt.NDArray[np.int64]]]:
    """By measure, the days and the unit numbers of its restatements."""
    rows = _all(generation)
    numbers = rows["unit"].map(generation.unit_numbers).to_numpy(dtype=np.int64)
    days: Days = rows["day"].to_numpy().astype("datetime64[D]")
    found = rows.groupby("measure").indices
    return {str(measure): (days[at], numbers[at].astype(np.int64)) for measure, at in found.items()}


def _below(generation: Generation, node: UnitId) -> npt.NDArray[np.int64]:
    numbers = generation.unit_numbers
    return generation.fact(
        ("below", node),
        lambda: np.array([numbers[unit.id] for unit in generation.units.descendants(node)]),
    )


def log(
    generation: Generation, scope: Scope, kpi: Kpi, unit: UnitId | None, window: Window
) -> pd.DataFrame:
    """The restatements behind a figure: measure, unit, day, before, after, source, received_at.

    Sorted by day, unit, measure. Raises UnknownUnit, OutOfScope.
    """
    scope.require(kpi.domain)
    nodes = compute.visible_nodes(generation, scope, unit)
    found = _matching(generation, kpi, nodes, window)
    return found.sort_values(["day", "unit", "measure"], ignore_index=True)


def _matching(
    generation: Generation, kpi: Kpi, nodes: tuple[UnitId, ...], window: Window
) -> pd.DataFrame:
    rows = _all(generation)
    if rows.empty:
        return rows
    below = {u.id for node in nodes for u in generation.units.descendants(node)}
    fed = pd.Series(data=False, index=rows.index)
    for measure, (start, end) in days_read(generation, kpi, nodes, window):
        days = rows["day"].between(pd.Timestamp(start), pd.Timestamp(end))
        fed |= (rows["measure"] == measure) & days
    return rows[fed & rows["unit"].isin(below)]


def days_read(
    generation: Generation, kpi: Kpi, nodes: tuple[UnitId, ...], window: Window
) -> set[tuple[MeasureId, tuple[date, date]]]:
    """What the figure reads, as (measure, (first day, last day)): a year to date moves with every
    month before."""
    own = windows([(window.start, window.end)])
    terms = {*special_terms(kpi)}
    for node in nodes:
        numerator, denominator = compute.terms_at(kpi, generation, node)
        terms.update(numerator, denominator)
    spans = {term: spanned(own, term.span) for term in terms}
    return {(term.measure, (days.first, days.last)) for term, days in spans.items()}
