"""The closed periods that rules are judged on: every unit of a KPI in one read.

A period under way or with missing days is left out: it would fire on its own incompleteness.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from cockpit.kpi.many import values_at
from cockpit.kpi.model import Grain, Kpi, Scenario, UnitId
from cockpit.kpi.panel import Values
from cockpit.kpi.windows import Windows, add_months, period_end, period_start, periods, windows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cockpit.access.scope import Scope
    from cockpit.kpi.units import Unit
    from cockpit.warehouse.attach import Generation

JUDGED = {Grain.DAY: 60, Grain.WEEK: 26, Grain.MONTH: 18, Grain.QUARTER: 8, Grain.YEAR: 3}
"""Periods that a course of today is followed over, by their length."""


def first_of(today: date, grain: Grain, count: int) -> date:
    """First day of the period that is `count` periods before the one under way."""
    current = period_start(today, grain)
    if grain in {Grain.DAY, Grain.WEEK}:
        return current - timedelta(days=count * (1 if grain is Grain.DAY else 7))
    months = {Grain.MONTH: 1, Grain.QUARTER: 3, Grain.YEAR: 12}[grain]
    return add_months(current, -count * months)


@dataclass
class Reader:
    """One generation read for many rules; what two rules share is read once.

    until: the day under way; what ends on it or later is not closed. tried_from: first day of a
    range of the past on which a rule is tried: its course is followed through all of it, and before
    it for as long as that of today.
    """

    generation: Generation
    scope: Scope
    until: date
    known: Mapping[str, Kpi]
    tried_from: date | None = None
    _read: dict[tuple[object, ...], Values] = field(default_factory=dict)
    _closed: dict[tuple[Grain, int], Windows] = field(default_factory=dict)

    @cached_property
    def units(self) -> tuple[Unit, ...]:
        """Every unit of the scope, parents first."""
        tree = self.generation.units
        return tuple(unit for root in self.scope.roots for unit in tree.descendants(root))

    def judged(self, grain: Grain) -> int:
        """How many of the last closed periods a course is followed over."""
        if self.tried_from is None:
            return JUDGED[grain]
        last = period_start(self.until, grain) - timedelta(days=1)
        return JUDGED[grain] + len(periods(period_start(self.tried_from, grain), last, grain))

    def closed(self, grain: Grain, count: int) -> Windows:
        """The last `count` closed periods."""
        if (grain, count) not in self._closed:
            first, current = first_of(self.until, grain, count), period_start(self.until, grain)
            self._closed[grain, count] = periods(first, current - timedelta(days=1), grain)
        return self._closed[grain, count]

    def values(self, kpi: Kpi, units: Sequence[UnitId], own: Windows, facet: str = "") -> Values:
        """The KPI [units, windows], NaN where it is unknown or where days are missing."""
        return self._once(kpi, units, own, facet, "actual", whole=True)

    def plan(
        self, kpi: Kpi, units: Sequence[UnitId], own: Windows, scenario: Scenario, facet: str = ""
    ) -> Values:
        """The same in a plan, which lacks no day."""
        return self._once(kpi, units, own, facet, scenario, whole=False)

    def year_before(
        self, kpi: Kpi, units: Sequence[UnitId], own: Windows, grain: Grain, facet: str = ""
    ) -> Values:
        """The same a year earlier, period by period, as it was."""
        return self._once(kpi, units, a_year_before(own, grain), facet, "actual", whole=False)

    def _once(
        self,
        kpi: Kpi,
        units: Sequence[UnitId],
        own: Windows,
        facet: str,
        scenario: Scenario,
        *,
        whole: bool,
    ) -> Values:
        days = (own.starts.tobytes(), own.ends.tobytes())
        key = (kpi.id, tuple(units), *days, facet, scenario, whole)
        if key not in self._read:
            values, partial = values_at(
                self.generation, self.scope, kpi, units, own, scenario=scenario, facet=facet
            )
            self._read[key] = np.where(partial, np.nan, values) if whole else values
        return self._read[key]


def a_year_before(own: Windows, grain: Grain) -> Windows:
    """The same civil periods of the year before."""
    starts = [add_months(start, -12) for start in own.starts.astype(object)]
    return windows([(start, period_end(start, grain)) for start in starts])
