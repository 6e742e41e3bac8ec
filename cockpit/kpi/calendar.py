"""On which days a measure was reported anywhere in the hospital.

Only dates, no figure: it tells "nothing happened here" from "nothing was sent", and divides means.
"""

from __future__ import annotations

import numpy as np
import sqlalchemy as sa

from cockpit.kpi.model import MeasureId
from cockpit.kpi.panel import Days
from cockpit.warehouse import schema
from cockpit.warehouse.attach import Generation

_NONE: Days = np.array([], dtype="datetime64[D]")


def reported_days(generation: Generation, measure: MeasureId, scenario: str) -> Days:
    """Sorted days (first days of months for a monthly measure) with at least one observation."""
    calendars = generation.cached("reported_days", lambda: _read(generation))
    return calendars.get((measure, scenario), _NONE)


def _read(generation: Generation) -> dict[tuple[str, str], Days]:
    """One read for all measures: the roots' rollup, and the facts of roots that have no children."""
    units = generation.units
    numbers = generation.unit_numbers
    found: dict[tuple[str, str], list[Days]] = {}
    names = {number: name for name, number in generation.measure_numbers.items()}
    for table, has_children in ((schema.rollup_day, True), (schema.observation, False)):
        roots = [
            numbers[root.id]
            for root in units.roots()
            if bool(units.children(root.id)) == has_children
        ]
        c = table.c
        rows = generation.read(
            sa.select(c.measure_id, c.scenario_id, c.day)
            .where(c.unit_id.in_(roots))
            .group_by(c.measure_id, c.scenario_id, c.day)
        )
        for (measure, scenario), group in rows.groupby(["measure_id", "scenario_id"]):
            key = (names[measure], schema.SCENARIOS[scenario])
            found.setdefault(key, []).append(group["day"].to_numpy().astype("datetime64[D]"))
    return {key: np.unique(np.concatenate(parts)) for key, parts in found.items()}
