"""The same KPIs across many units, for a table: one read for all of them.

across(...)      the latest figure of each KPI at each unit
breakdown(...)   one additive KPI by facet over its latest window, at a chosen depth
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from cockpit.access.scope import Scope
from cockpit.errors import UnknownUnit
from cockpit.kpi import compute, provisional
from cockpit.kpi.model import Kpi, KpiId, Scenario, UnitId
from cockpit.kpi.panel import Panel
from cockpit.kpi.windows import Windows, windows
from cockpit.series.compare import frame
from cockpit.series.model import Period, Window
from cockpit.warehouse.attach import Generation

Row = Mapping[KpiId, float]


def across(
    generation: Generation,
    scope: Scope,
    kpis: Sequence[Kpi],
    units: Sequence[UnitId],
    period: Period,
) -> Mapping[UnitId, Row]:
    """Values in each KPI's unit, by unit then KPI; what cannot be computed is absent, never 0.

    Raises UnknownUnit for a unit outside the scope, OutOfScope for a hidden domain.
    """
    for unit in units:
        if not generation.units.is_within(unit, scope.roots):
            raise UnknownUnit(unit=unit)
    for kpi in kpis:
        scope.require(kpi.domain)
    key = ("across", scope.key(), tuple(kpis), tuple(units), period)
    return generation.cached(key, lambda: _across(generation, scope, kpis, units, period))


def _across(
    generation: Generation,
    scope: Scope,
    kpis: Sequence[Kpi],
    units: Sequence[UnitId],
    period: Period,
) -> Mapping[UnitId, Row]:
    found: dict[UnitId, dict[KpiId, float]] = {unit: {} for unit in units}
    own = {kpi.id: made for kpi in kpis if (made := _latest(generation, kpi, units, period))}
    if not own or not units:
        return found
    reach = windows([(w.start, w.end) for w in own.values()])
    fed = [kpi for kpi in kpis if kpi.id in own]
    panel = compute.panel_for(generation, scope, fed, units, reach, by="unit")
    for kpi in fed:
        for unit in units:
            value = _value(generation, kpi, panel, _pair(own[kpi.id]), unit)
            if value is not None:
                found[unit][kpi.id] = value
    return found


def _latest(
    generation: Generation, kpi: Kpi, units: Sequence[UnitId], period: Period
) -> Window | None:
    """One window for all, so that the rows of a table compare."""
    as_of = provisional.last_day(generation, kpi, units)
    return frame(kpi.step, period, as_of).own if as_of else None


def _pair(window: Window) -> Windows:
    return windows([(window.start, window.end)])


def _value(
    generation: Generation, kpi: Kpi, panel: Panel, own: Windows, unit: UnitId
) -> float | None:
    points = compute.evaluate(generation, kpi, panel, own, node=unit, key=unit)
    return float(points.values[0]) if points.present[0] else None


def breakdown(
    generation: Generation,
    scope: Scope,
    kpi: Kpi,
    unit: UnitId,
    window: Window,
    *,
    under: str = "",
    scenario: Scenario = "actual",
) -> dict[str, float]:
    """An additive KPI over a window by facet, one level below `under`, largest first.

    "1/6411" counts in "1" at the top and in "1/6411" under "1". Raises UnknownUnit, OutOfScope.
    """
    nodes = compute.visible_nodes(generation, scope, unit)
    scope.require(kpi.domain)
    key = ("breakdown", scope.key(), kpi, nodes, window.start, window.end, under, scenario)
    return generation.cached(
        key, lambda: _breakdown(generation, scope, kpi, nodes, _pair(window), under, scenario)
    )


def _breakdown(  # noqa: PLR0917
    generation: Generation,
    scope: Scope,
    kpi: Kpi,
    nodes: tuple[UnitId, ...],
    own: Windows,
    under: str,
    scenario: Scenario,
) -> dict[str, float]:
    panel = compute.panel_for(
        generation, scope, [kpi], nodes, own, scenario=scenario, by="facet", facet=under
    )
    totals: dict[str, float] = {}
    for facet in panel.keys:
        points = compute.evaluate(
            generation, kpi, panel, own, node=nodes[0], key=facet, scenario=scenario
        )
        head = _head(facet, under)
        if points.present[0] and head:
            totals[head] = totals.get(head, 0.0) + float(points.values[0])
    return dict(sorted(totals.items(), key=lambda one: -abs(one[1])))


def _head(facet: str, under: str) -> str:
    depth = under.count("/") + 2 if under else 1
    return "/".join(facet.split("/")[:depth])


def year_of(generation: Generation, kpi: Kpi, nodes: Sequence[UnitId] = ()) -> Window | None:
    """From 1 January to the last day that the KPI describes (at the sites of `nodes`).

    None when nothing feeds it.
    """
    as_of = provisional.last_day(generation, kpi, nodes)
    return Window(date(as_of.year, 1, 1), as_of) if as_of else None
