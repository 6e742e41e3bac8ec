"""Months and landings that agree between levels: the hospital's figure is the sum of its sites'.

Bottom-up (Dunn, Williams and DeChaine 1976): accounts and monthly activity are few figures, each
explained at its site, and a title's sums must hold too, which moving every node would break. The
hospital's range keeps its own width: errors of sites make up for one another.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from cockpit.forecast.coherent import shifted
from cockpit.forecast.landing_run import EXPENSE, LANDING, REVENUE
from cockpit.forecast.store import parts
from cockpit.kpi.compute import series
from cockpit.kpi.model import Grain, Kpi, KpiId, UnitId

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from cockpit.access.scope import Scope
    from cockpit.forecast.model import Forecast
    from cockpit.warehouse.attach import Generation

    Year = Callable[[KpiId, str, date, UnitId], float]
    """(kpi, title, end, unit) -> the sum of the twelve months and more up to that day."""

_TOLERANCE = 0.001


def summed_up(
    generation: Generation,
    scope: Scope,
    made: Iterable[Forecast],
    kpis: Mapping[KpiId, Kpi],
) -> Iterator[Forecast]:
    """The same forecasts; those of a root moved to the sum of those of its sites, point by point.

    kpis: the catalogue. One whose past months do not add up, or that is a rate, stays.
    """
    every = tuple(made)
    year = _reader(generation, scope, kpis)
    new = {(one.kpi, one.facet, one.model, one.origin, one.unit): one for one in every}
    for one in every:
        sites = [u.id for u in generation.units.children(one.unit) if u.level == "establishment"]
        told_by = _told_by(kpis, one)
        if not sites or not told_by or not one.points:
            yield one
            continue
        below = [
            new.get((one.kpi, one.facet, one.model, one.origin, site))
            or _stored(generation, scope, kpis[one.kpi], one, site)
            for site in sites
        ]
        known = [part for part in below if part is not None]
        units = [part.unit for part in known]
        whole = all(_adds_up(year, kpi, one, units) for kpi in told_by)
        yield _sum(one, known) if known and whole else one


def _told_by(kpis: Mapping[KpiId, Kpi], one: Forecast) -> tuple[Kpi, ...]:
    """The KPIs whose months say whether sites are all that feeds this one; () for a rate."""
    if one.kpi == LANDING:
        return kpis[REVENUE], kpis[EXPENSE]
    kpi = kpis[one.kpi]
    return () if kpi.denominator or kpi.additive == "none" else (kpi,)


def _sum(one: Forecast, below: Sequence[Forecast]) -> Forecast:
    middles = [{point.day: point.mid for point in part.points} for part in below]

    def gap(day: date, mid: float) -> float:
        if not all(day in values for values in middles):
            return 0.0
        return sum(values[day] for values in middles) - mid

    return replace(one, points=tuple(shifted(p, gap(p.day, p.mid)) for p in one.points))


def _stored(
    generation: Generation, scope: Scope, kpi: Kpi, one: Forecast, site: UnitId
) -> Forecast | None:
    """The forecast of a site that this run did not make again."""
    same = [
        row
        for row in parts(generation, scope, kpi, site)
        if (row.facet, row.origin) == (one.facet, one.origin)
    ]
    return same[-1] if same else None


def _adds_up(year: Year, kpi: Kpi, one: Forecast, sites: Sequence[UnitId]) -> bool:
    """Whether a year of months of these sites is that of the whole."""
    title = one.facet.rpartition("/")[2] if kpi.id == one.kpi else ""
    told = [
        year(kpi.id, title if title.isdigit() else "", one.origin, unit)
        for unit in (one.unit, *sites)
    ]
    return abs(told[0] - sum(told[1:])) <= _TOLERANCE * max(abs(told[0]), 1.0)


def _reader(generation: Generation, scope: Scope, kpis: Mapping[KpiId, Kpi]) -> Year:
    """A year of months, read once: the months, the year and every landing of a title ask it."""

    @cache
    def year(kpi: KpiId, title: str, until: date, unit: UnitId) -> float:
        rows = series(
            generation,
            scope,
            kpis[kpi],
            unit,
            start=until.replace(year=until.year - 1, day=1),
            end=until,
            grain=Grain.MONTH,
            facet=title,
        )
        return float(rows["value"].sum())

    return year
