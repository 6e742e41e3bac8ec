"""The curve of a KPI sheet: its points, last year's beside them, target and forecast."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from cockpit.access.scope import Scope
from cockpit.forecast.oversight import acts_mark, drawable, overseen
from cockpit.kpi import compute, provisional
from cockpit.kpi.model import Grain, Kpi, UnitId
from cockpit.kpi.reduce import Points
from cockpit.kpi.windows import Windows, add_months, month_end, windows
from cockpit.series.compare import last_complete_month, same_day_before, same_week_before
from cockpit.series.model import ForecastPoint, Period, Point, Window
from cockpit.warehouse.attach import Generation

_DAYS = 60
_WEEKS = 26
_MONTHS = 24
_YEARS = 4


@dataclass(frozen=True, slots=True)
class Curve:
    """points and last_year have the same days (last year's value is drawn at this year's day).

    grain: length of one point. provisional_from: first day whose value may still move. corrected:
    what a person expects of coming days instead of the forecast.
    """

    kpi: Kpi
    grain: Grain
    points: tuple[Point, ...]
    last_year: tuple[Point, ...]
    budget: tuple[Point, ...]
    target: float | None
    forecast: tuple[ForecastPoint, ...]
    provisional_from: date | None
    corrected: tuple[Point, ...] = ()


def curve(
    generation: Generation, scope: Scope, kpi: Kpi, unit: UnitId | None, period: Period
) -> Curve:
    """Sixty days, twenty-six weeks of seven days, twenty-four months, or the years.

    The rolling twelve months are drawn month by month. Kept for the generation and the scope.
    Raises UnknownUnit, OutOfScope.
    """
    nodes = compute.visible_nodes(generation, scope, unit)
    scope.require(kpi.domain)
    key = ("curve", scope.key(), kpi, nodes, period, acts_mark(generation.home))
    return generation.cached(key, lambda: _make(generation, scope, kpi, nodes, period))


def _make(
    generation: Generation, scope: Scope, kpi: Kpi, nodes: tuple[UnitId, ...], period: Period
) -> Curve:
    as_of = provisional.last_day(generation, kpi, nodes)
    grain = _grain(kpi, period)
    if as_of is None:
        return Curve(kpi, grain, (), (), (), kpi.target, (), None)
    now = _now(kpi, period, as_of)
    before = _year_before(now, grain)
    points = _evaluate(generation, scope, kpi, nodes, [*now, *before])
    until = provisional.consolidated_until(generation, kpi, nodes)
    ahead = _forecast(generation, scope, kpi, nodes, grain, as_of)
    return Curve(
        kpi=kpi,
        grain=grain,
        points=_points(points, now, 0),
        last_year=_points(points, now, len(now)),
        budget=_budget(generation, scope, kpi, nodes, now, grain),
        target=kpi.target,
        forecast=ahead,
        provisional_from=until + timedelta(days=1) if until and until < as_of else None,
        corrected=_corrected(generation, kpi, nodes, ahead),
    )


def _grain(kpi: Kpi, period: Period) -> Grain:
    if period == Period.YEAR:
        return Grain.YEAR
    if kpi.step == "month" or period in {Period.MONTH, Period.ROLLING}:
        return Grain.MONTH
    return Grain.WEEK if period == Period.WEEK else Grain.DAY


def _now(kpi: Kpi, period: Period, as_of: date) -> list[tuple[date, date]]:
    grain = _grain(kpi, period)
    if grain == Grain.DAY:
        days = [as_of - timedelta(days=back) for back in reversed(range(_DAYS))]
        return [(day, day) for day in days]
    if grain == Grain.WEEK:
        ends = [as_of - timedelta(days=7 * back) for back in reversed(range(_WEEKS))]
        return [(end - timedelta(days=6), end) for end in ends]
    if grain == Grain.YEAR:
        years = range(as_of.year - _YEARS + 1, as_of.year + 1)
        return [(date(y, 1, 1), min(date(y, 12, 31), as_of)) for y in years]
    last = last_complete_month(as_of)
    months = [add_months(last, -back) for back in reversed(range(_MONTHS))]
    reach = 11 if period == Period.ROLLING else 0
    return [(add_months(month, -reach), month_end(month)) for month in months]


def _year_before(now: list[tuple[date, date]], grain: Grain) -> list[tuple[date, date]]:
    if grain in {Grain.DAY, Grain.WEEK}:
        before = [same_week_before(Window(start, end)) for start, end in now]
        return [(window.start, window.end) for window in before]
    if grain == Grain.YEAR:
        return [(add_months(start, -12), same_day_before(end)) for start, end in now]
    return [
        (add_months(start, -12), month_end(add_months(end.replace(day=1), -12)))
        for start, end in now
    ]


def _evaluate(  # noqa: PLR0917
    generation: Generation,
    scope: Scope,
    kpi: Kpi,
    nodes: tuple[UnitId, ...],
    pairs: list[tuple[date, date]],
    scenario: str = "actual",
) -> tuple[Points, Windows]:
    own = windows(pairs)
    panel = compute.panel_for(generation, scope, [kpi], nodes, own, scenario=scenario)  # type: ignore[arg-type]
    points = compute.evaluate(
        generation,
        kpi,
        panel,
        own,
        node=nodes[0],
        scenario=scenario,  # type: ignore[arg-type]
    )
    return points, own


def _points(
    evaluated: tuple[Points, Windows], now: list[tuple[date, date]], first: int
) -> tuple[Point, ...]:
    points, _ = evaluated
    return tuple(
        Point(end, float(points.values[first + i]))
        for i, (_, end) in enumerate(now)
        if points.present[first + i]
    )


def _budget(  # noqa: PLR0917
    generation: Generation,
    scope: Scope,
    kpi: Kpi,
    nodes: tuple[UnitId, ...],
    now: list[tuple[date, date]],
    grain: Grain,
) -> tuple[Point, ...]:
    """The KPI's own budget where its levels speak of one."""
    speaks = kpi.threshold is not None and kpi.threshold.against == "budget"
    if not speaks or grain not in {Grain.MONTH, Grain.YEAR}:
        return ()
    return _points(_evaluate(generation, scope, kpi, nodes, now, "budget"), now, 0)


def _forecast(  # noqa: PLR0917
    generation: Generation,
    scope: Scope,
    kpi: Kpi,
    nodes: tuple[UnitId, ...],
    grain: Grain,
    after: date,
) -> tuple[ForecastPoint, ...]:
    if grain != Grain.DAY or len(nodes) != 1:
        return ()
    return drawable(generation, scope, kpi, nodes[0], after)


def _corrected(
    generation: Generation, kpi: Kpi, nodes: tuple[UnitId, ...], ahead: tuple[ForecastPoint, ...]
) -> tuple[Point, ...]:
    if not ahead:
        return ()
    days = {point.day for point in ahead}
    acts = overseen(generation.home, kpi.id, nodes[0]).overrides
    return tuple(
        Point(day, act.value)
        for day, act in sorted(acts.items())
        if day in days and act.value is not None
    )
