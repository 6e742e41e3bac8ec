"""All that a tile says of a KPI: its value now, against before, last year and its target.

Many KPIs are read in one statement, then every figure is a slice of the same arrays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache

import numpy as np

from cockpit.access.scope import Scope
from cockpit.forecast.oversight import acts_mark, drawable
from cockpit.kpi import compute, provisional
from cockpit.kpi.model import Kpi, KpiId, Step, UnitId
from cockpit.kpi.panel import Panel
from cockpit.kpi.reduce import Points
from cockpit.kpi.special import SPECIAL
from cockpit.kpi.windows import Windows, add_months, month_end, together, windows
from cockpit.series import restated
from cockpit.series.compare import Frame, candidates, last_complete_month
from cockpit.series.freshness import freshness
from cockpit.series.model import Change, ForecastPoint, Period, Point, Status, Trend, Window
from cockpit.series.status import is_good, status
from cockpit.series.workdays import equal_days
from cockpit.warehouse.attach import Generation

_SPARK_DAYS = 30
_SPARK_WEEKS = 13
_SPARK_MONTHS = 13


@dataclass(frozen=True, slots=True, eq=False)
class _Plan:
    """The windows of one KPI: candidates for "now", then the curve; the same for many KPIs.

    windows: own, previous and last year of every candidate, then the curve, in one array.
    """

    frames: tuple[Frame, ...]
    spark: tuple[Window, ...]
    windows: Windows


def trend(
    generation: Generation, scope: Scope, kpi: Kpi, unit: UnitId | None, period: Period
) -> Trend:
    """One KPI at one unit (None: the scope's own) over one period of the switch."""
    return trends(generation, scope, (kpi,), unit, period)[0]


def trends(
    generation: Generation,
    scope: Scope,
    kpis: Sequence[Kpi],
    unit: UnitId | None,
    period: Period,
) -> tuple[Trend, ...]:
    """Many KPIs at one unit, in their order, from one read; kept for the generation and scope.

    A KPI that nothing feeds, or that cannot be computed, has no value and status UNAVAILABLE.
    Raises UnknownUnit, OutOfScope.
    """
    nodes = compute.visible_nodes(generation, scope, unit)
    for kpi in kpis:
        scope.require(kpi.domain)
    key = ("trends", scope.key(), tuple(kpis), nodes, period, acts_mark(generation.home))
    return generation.cached(key, lambda: _make(generation, scope, kpis, nodes, period))


def _make(
    generation: Generation,
    scope: Scope,
    kpis: Sequence[Kpi],
    nodes: tuple[UnitId, ...],
    period: Period,
) -> tuple[Trend, ...]:
    plans = {kpi.id: _plan_of(generation, kpi, nodes, period) for kpi in kpis}
    panels = {
        kpi.id: panel
        for group in _groups([kpi for kpi in kpis if plans[kpi.id]])
        for panel in [_panel(generation, scope, group, plans, nodes)]
        for kpi in group
    }
    return tuple(
        _trend(generation, scope, kpi, plan, panels[kpi.id], nodes, period)
        if (plan := plans[kpi.id])
        else _nothing(generation, kpi, nodes, period)
        for kpi in kpis
    )


def _plan_of(
    generation: Generation, kpi: Kpi, nodes: Sequence[UnitId], period: Period
) -> _Plan | None:
    as_of = provisional.last_day(generation, kpi, nodes)
    return _plan(kpi.step, period, as_of) if as_of else None


@lru_cache(maxsize=64)
def _plan(step: Step, period: Period, as_of: date) -> _Plan:
    """Only dates: made once for the KPIs, the units and the readers of a day."""
    frames = candidates(step, period, as_of)
    spark = _curve(step, period, as_of)
    triples = ((one.own, one.previous or one.last_year, one.last_year) for one in frames)
    every = [*(window for triple in triples for window in triple), *spark]
    return _Plan(frames, spark, windows([(window.start, window.end) for window in every]))


def _curve(step: Step, period: Period, as_of: date) -> tuple[Window, ...]:
    """The windows of the sparkline: thirty days, thirteen weeks or thirteen months."""
    if step == "day" and period == Period.DAY:
        days = (as_of - timedelta(days=back) for back in reversed(range(_SPARK_DAYS)))
        return tuple(Window(day, day) for day in days)
    if step == "day" and period == Period.WEEK:
        ends = [as_of - timedelta(days=7 * back) for back in reversed(range(_SPARK_WEEKS))]
        return tuple(Window(end - timedelta(days=6), end) for end in ends)
    last = last_complete_month(as_of)
    months = [add_months(last, -back) for back in reversed(range(_SPARK_MONTHS))]
    reach = 11 if period == Period.ROLLING else 0
    return tuple(Window(add_months(month, -reach), month_end(month)) for month in months)


def _groups(kpis: Sequence[Kpi]) -> list[list[Kpi]]:
    """KPIs that look years back are read apart, so that the others read little."""
    far = [kpi for kpi in kpis if kpi.kind in SPECIAL]
    near = [kpi for kpi in kpis if kpi.kind not in SPECIAL]
    return [group for group in (near, far) if group]


def _panel(
    generation: Generation,
    scope: Scope,
    kpis: Sequence[Kpi],
    plans: Mapping[KpiId, _Plan | None],
    nodes: Sequence[UnitId],
) -> Panel:
    distinct = dict.fromkeys(plan for kpi in kpis if (plan := plans[kpi.id]))
    every = together([plan.windows for plan in distinct])
    return compute.panel_for(generation, scope, kpis, nodes, every)


def _trend(  # noqa: PLR0917
    generation: Generation,
    scope: Scope,
    kpi: Kpi,
    plan: _Plan,
    panel: Panel,
    nodes: tuple[UnitId, ...],
    period: Period,
) -> Trend:
    points = compute.evaluate(generation, kpi, panel, plan.windows, node=nodes[0])
    at = next((i for i in range(len(plan.frames)) if points.present[3 * i]), None)
    if at is None:
        return _nothing(generation, kpi, nodes, period)
    chosen = plan.frames[at]
    value = float(points.values[3 * at])
    last_year = _against_last_year(generation, kpi, value, points, 3 * at + 2, chosen)
    target = _against_target(generation, scope, kpi, value, nodes, chosen.own)
    references = {c.kind: c for c in (last_year, target) if c}
    if kpi.threshold and kpi.threshold.against == "target" and target:
        references["target"] = target
    until = provisional.consolidated_until(generation, kpi, nodes)
    return Trend(
        kpi=kpi,
        unit=generation.units.get(nodes[0]),
        period=period,
        window=chosen.own,
        value=value,
        numerator=_number(points.numerators[3 * at]),
        denominator=_number(points.denominators[3 * at]),
        status=status(kpi, value, references),
        previous=_against(kpi, "previous", value, points, 3 * at + 1, chosen.previous),
        last_year=last_year,
        target=target,
        spark=_spark(points, plan, 3 * len(plan.frames)),
        forecast=_forecast(generation, scope, kpi, nodes, chosen.own.end)
        if period is Period.DAY
        else (),
        freshness=freshness(generation, kpi, nodes),
        provisional=until is not None and chosen.own.end > until,
        partial=bool(points.partial[3 * at]),
        restated=restated.in_window(generation, kpi, nodes, chosen.own),
    )


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _against(  # noqa: PLR0917
    kpi: Kpi, kind: str, value: float, points: Points, at: int, window: Window | None
) -> Change | None:
    if window is None or not points.present[at]:
        return None
    return change(kpi, kind, value, float(points.values[at]), window)


def change(kpi: Kpi, kind: str, value: float, reference: float, window: Window | None) -> Change:
    """A figure against another: difference, percent where a percent means something, polarity."""
    delta = value - reference
    is_rate = kpi.unit in {"%", "indice", "/100"}
    relative = None if is_rate or reference == 0 else 100.0 * delta / abs(reference)
    return Change(kind, reference, delta, relative, is_good(kpi, delta), window)


def _against_last_year(  # noqa: PLR0917
    generation: Generation, kpi: Kpi, value: float, points: Points, at: int, chosen: Frame
) -> Change | None:
    """Planned activity is compared at equal working days, for windows of a month or more."""
    if not points.present[at]:
        return None
    reference = float(points.values[at])
    found = change(kpi, "last_year", value, reference, chosen.last_year)
    region = generation.home.installation.holidays
    factor = equal_days(kpi, chosen.own, chosen.last_year, region=region)
    if factor == 1:
        return found
    scaled = change(kpi, "last_year", value, reference * factor, chosen.last_year)
    return replace(scaled, adjusted=True)


def _against_target(  # noqa: PLR0917
    generation: Generation,
    scope: Scope,
    kpi: Kpi,
    value: float,
    nodes: tuple[UnitId, ...],
    window: Window,
) -> Change | None:
    """The KPI's target, or its own budget over the same window when its levels speak of one."""
    if kpi.target is not None:
        return change(kpi, "target", value, kpi.target, None)
    if kpi.threshold is None or kpi.threshold.against != "budget" or kpi.threshold.on == "value":
        return None
    own = windows([(window.start, window.end)])
    panel = compute.panel_for(generation, scope, [kpi], nodes, own, scenario="budget")
    points = compute.evaluate(generation, kpi, panel, own, node=nodes[0], scenario="budget")
    if not points.present[0]:
        return None
    return change(kpi, "budget", value, float(points.values[0]), window)


def _spark(points: Points, plan: _Plan, first: int) -> tuple[Point, ...]:
    return tuple(
        Point(window.end, float(points.values[first + i]))
        for i, window in enumerate(plan.spark)
        if points.present[first + i]
    )


def _forecast(
    generation: Generation, scope: Scope, kpi: Kpi, nodes: tuple[UnitId, ...], after: date
) -> tuple[ForecastPoint, ...]:
    if kpi.step != "day" or len(nodes) != 1:
        return ()
    return drawable(generation, scope, kpi, nodes[0], after)


def _nothing(generation: Generation, kpi: Kpi, nodes: tuple[UnitId, ...], period: Period) -> Trend:
    return Trend(
        kpi=kpi,
        unit=generation.units.get(nodes[0]),
        period=period,
        window=None,
        value=None,
        numerator=None,
        denominator=None,
        status=Status.UNAVAILABLE,
        freshness=freshness(generation, kpi, nodes),
    )
