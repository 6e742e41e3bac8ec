"""A KPI at many units over many windows in one read: what rules are judged on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cockpit.kpi.compute import closed, evaluate, is_known, panel_for, visible_nodes
from cockpit.kpi.panel import WHOLE
from cockpit.kpi.special import SPECIAL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cockpit.access.scope import Scope
    from cockpit.kpi.model import Kpi, Scenario, UnitId
    from cockpit.kpi.panel import Values
    from cockpit.kpi.reduce import Mask
    from cockpit.kpi.windows import Windows
    from cockpit.warehouse.attach import Generation


def values_at(
    generation: Generation,
    scope: Scope,
    kpi: Kpi,
    units: Sequence[UnitId],
    own: Windows,
    *,
    scenario: Scenario = "actual",
    facet: str = "",
) -> tuple[Values, Mask]:
    """A KPI at many units over many windows, in one read: what rules are judged on.

    Returns two arrays [units, windows]: values in the KPI's unit, NaN where it cannot be computed,
    and whether days or units are missing. Each unit is the one that `series` would give.
    Raises as `series`.
    """
    values = np.full((len(units), len(own)), np.nan)
    partial = np.zeros((len(units), len(own)), dtype=bool)
    for unit in units:
        visible_nodes(generation, scope, unit)
    if not is_known(generation, kpi, facet):
        scope.require(kpi.domain)
        return values, partial
    reads_alone = kpi.kind in SPECIAL and SPECIAL[kpi.kind].reads_alone
    for part, rows in _alike(own, generation, kpi, units):
        nodes = [units[row] for row in rows]
        panel = panel_for(
            generation, scope, [kpi], nodes, part, scenario=scenario, by="unit", facet=facet
        )
        for row, node in zip(rows, nodes, strict=True):
            mine, key = (panel, node) if reads_alone else (panel.at(node), WHOLE)
            if not (reads_alone or mine.groups):
                continue  # nothing was ever reported there: nothing to compute
            found = evaluate(generation, kpi, mine, part, node=node, key=key, scenario=scenario)
            values[row, : len(part)] = np.where(found.present, found.values, np.nan)
            partial[row, : len(part)] = found.partial
    return values, partial


def _alike(
    own: Windows, generation: Generation, kpi: Kpi, units: Sequence[UnitId]
) -> list[tuple[Windows, list[int]]]:
    """Units (by their place) that share the same windows: those of a plan end where a site does."""
    found: dict[int, tuple[Windows, list[int]]] = {}
    for row, unit in enumerate(units):
        part = closed(own, generation, kpi, (unit,))
        if len(part):
            last = int(part.ends[-1].astype(np.int64))
            found.setdefault(last, (part, []))[1].append(row)
    return list(found.values())
