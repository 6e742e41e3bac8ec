"""Which series get a daily forecast: every daily figure at the top, flows down to the services."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cockpit.kpi.model import Kpi, KpiId, UnitId

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cockpit.warehouse.attach import Generation

_DECIDED = {"beds_installed", "beds_open", "critical_app_availability", "credit_lines"}
"""What people decide, or what an outage makes: a calendar does not foresee it."""
_BELOW = {"ed_visits", "mco_stays", "inpatients", "bed_occupancy_rate", "short_absence_rate"}
_LEVELS_BELOW = ("pole", "service")
_FACETS: dict[str, tuple[str, ...]] = {
    "ed_visits": ("75+", "0-17"),
    "ed_admissions": ("MED", "CHIR", "OBST", "SC", "UHCD", "PSY"),
}


@dataclass(frozen=True, slots=True)
class Series:
    """One series: a KPI at a unit, whole (facet "") or one of its parts."""

    kpi: Kpi
    unit: UnitId
    facet: str = ""


def chosen(generation: Generation, kpis: Iterable[Kpi]) -> Iterator[Series]:
    """The series, those of the home screen first, then the other KPIs from the top down."""
    units, tops = generation.units, tops_of(generation)
    below = [unit.id for level in _LEVELS_BELOW for unit in units if unit.level == level]
    for kpi in sorted(filter(forecastable, kpis), key=lambda kpi: kpi.home_rank or 1000):
        places = (*tops, *below) if kpi.id in _BELOW else tops
        yield from (Series(kpi, unit) for unit in dict.fromkeys(places))
        yield from (Series(kpi, unit, f) for f in _FACETS.get(kpi.id, ()) for unit in tops)


def tops_of(generation: Generation) -> tuple[UnitId, ...]:
    """The hospital and its sites, once each."""
    units = generation.units
    return tuple(dict.fromkeys(unit.id for unit in (*units.roots(), *units.establishments())))


def forecastable(kpi: Kpi) -> bool:
    """A daily figure that stands for its own day (not a cumulated one) and that nobody decides."""
    daily = kpi.step == "day" and kpi.kind == "ratio" and kpi.id not in _DECIDED
    return daily and all(term.span == "period" for term in kpi.terms())


FILLS_BEDS = frozenset({"inpatients", "bed_occupancy_rate", "bed_occupancy_now"})
"""KPIs whose level moves with the open beds."""


def is_home(kpi: Kpi) -> bool:
    """Whether its tile is on the first screen: fitted and published first."""
    return kpi.home_rank > 0 or kpi.id == KpiId("bed_occupancy_rate")
