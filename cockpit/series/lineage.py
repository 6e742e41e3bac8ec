"""Where a figure comes from, down to the delivered file, and what a delivery fed, back up."""

from __future__ import annotations

import pandas as pd
import sqlalchemy as sa

from cockpit.access.scope import Scope
from cockpit.kpi import compute
from cockpit.kpi.installed import kpis_of
from cockpit.kpi.model import Kpi, KpiId, UnitId
from cockpit.kpi.special import special_terms
from cockpit.series.model import Window
from cockpit.series.restated import days_read
from cockpit.warehouse import schema
from cockpit.warehouse.attach import Generation

_fact, _batch, _measure = schema.observation.c, schema.batch.c, schema.measure.c


def lineage(
    generation: Generation, scope: Scope, kpi: Kpi, unit: UnitId | None, window: Window
) -> pd.DataFrame:
    """The deliveries behind a figure, newest first.

    One row per measure, scenario and delivery: measure, scenario, source, file, source_hash,
    received_at (naive UTC), lines, refused (of the whole delivery), rows, units, first_day and
    last_day (of what this figure reads in it). An empty source_hash is what Cockpit derived itself.
    Raises UnknownUnit, OutOfScope.
    """
    scope.require(kpi.domain)
    nodes = compute.visible_nodes(generation, scope, unit)
    numbers = generation.measure_numbers
    read = [
        sa.and_(_fact.measure_id == numbers[measure], _fact.day.between(first, last))
        for measure, (first, last) in days_read(generation, kpi, nodes, window)
        if measure in numbers
    ]
    below = sa.select(schema.closure.c.unit_id).where(
        schema.closure.c.node_id.in_([generation.unit_numbers[node] for node in nodes])
    )
    statement = _deliveries().where(sa.or_(sa.false(), *read), _fact.unit_id.in_(below))
    found = generation.read(statement)
    found["scenario"] = [schema.SCENARIOS[number] for number in found.pop("scenario_id")]
    return found


def _deliveries() -> sa.Select[tuple[object, ...]]:
    own = (
        _measure.name.label("measure"),
        _fact.scenario_id,
        _batch.source,
        _batch.file,
        _batch.source_hash,
        _batch.received_at,
        _batch.lines,
        _batch.refused,
    )
    return (
        sa.select(
            *own,
            sa.func.count().label("rows"),
            sa.func.count(sa.distinct(_fact.unit_id)).label("units"),
            sa.func.min(_fact.day).label("first_day"),
            sa.func.max(_fact.day).label("last_day"),
        )
        .join_from(schema.observation, schema.batch, _fact.batch_id == _batch.batch_id)
        .join(schema.measure, _fact.measure_id == _measure.measure_id)
        .group_by(*own)
        .order_by(_batch.received_at.desc(), _measure.name, _fact.scenario_id, _batch.file)
    )


def fed_by(generation: Generation, source_hash: str) -> pd.DataFrame:
    """What one delivery feeds now: measure, scenario, rows, units, first_day, last_day, and `kpis`,
    the identifiers (tuple) of the KPIs that read the measure. Rows replaced since are not in it.

    For those who administer sources: no figure is read.
    """
    found = generation.read(_deliveries().where(_batch.source_hash == source_hash))
    found["scenario"] = [schema.SCENARIOS[number] for number in found.pop("scenario_id")]
    readers = _readers(generation)
    found["kpis"] = [readers.get(measure, ()) for measure in found["measure"]]
    columns = ["measure", "scenario", "rows", "units", "first_day", "last_day", "kpis"]
    return found[columns]


def _readers(generation: Generation) -> dict[str, tuple[KpiId, ...]]:
    """By measure, the KPIs that read it."""
    found: dict[str, list[KpiId]] = {}
    for kpi in kpis_of(generation.home.kpis).values():
        for measure in sorted({term.measure for term in (*kpi.terms(), *special_terms(kpi))}):
            found.setdefault(measure, []).append(kpi.id)
    return {measure: tuple(names) for measure, names in found.items()}
