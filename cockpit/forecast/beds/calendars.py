"""The calendars of the beds: those of the fits, with the events that the hospital marked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from cockpit.forecast import events
from cockpit.forecast.calendar_fr import FrenchCalendar
from cockpit.forecast.choose import Series
from cockpit.kpi.catalogue import KPIS
from cockpit.kpi.model import KpiId, UnitId

if TYPE_CHECKING:
    from cockpit.forecast.beds.read import Hospital
    from cockpit.forecast.events import Events
    from cockpit.kpi.units import UnitTree
    from cockpit.settings import Installation
    from cockpit.warehouse.attach import Generation

CENSUS, ADMISSIONS, VISITS = KpiId("inpatients"), KpiId("ed_admissions"), KpiId("ed_visits")
"""KPIs whose events hold for the census, for the ED admissions and for the ED visits."""


@dataclass(frozen=True, eq=False)
class Calendars:
    """One calendar per series: days marked to be excluded teach nothing, an effect comes again."""

    installation: Installation
    marked: Events
    units: UnitTree

    @cached_property
    def days(self) -> FrenchCalendar:
        """Public and school holidays alone: what a day is, whatever the series."""
        return FrenchCalendar(self.installation.holidays, self.installation.school_zone)

    def of(self, kpi: KpiId, *units: UnitId) -> FrenchCalendar:
        """The calendar of a KPI at a unit, or at the sum of several."""
        found = [self.marked.of(Series(KPIS[kpi], unit), self.units) for unit in units]
        every = tuple(dict.fromkeys(event for events_of in found for event in events_of))
        return FrenchCalendar(
            self.installation.holidays, self.installation.school_zone, events=every
        )

    @cached_property
    def admissions(self) -> FrenchCalendar:
        """That of the ED admissions of the whole hospital."""
        return self.of(ADMISSIONS, *(root.id for root in self.units.roots()))

    def taught(self, hospital: Hospital) -> Hospital:
        """The hospital with holes on the days that teach nothing: habits are learned from it."""
        wards = {
            unit: ward.without(self.of(CENSUS, unit).excluded(hospital.days))
            for unit, ward in hospital.wards.items()
        }
        excluded = self.admissions.excluded(hospital.days)
        sent = {
            name: np.where(excluded, np.nan, values) for name, values in hospital.admissions.items()
        }
        return replace(hospital, wards=wards, admissions=sent)


def calendars(generation: Generation, installation: Installation) -> Calendars:
    """Those of an installation; a faulty `events.toml` gives no event (the fits say so)."""
    return Calendars(installation, events.load(generation.home.root), generation.units)
