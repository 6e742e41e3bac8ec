"""The gap to a target, the budget or last year, in the KPI's unit or in percent.

An amount is judged from 1 January, month after month (domain: "cumul"): one month against the same
month is mostly noise. A year stops at its first missing month or reference.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from cockpit.alerts.conditions.compared import Asked, Compared
from cockpit.alerts.observe import a_year_before
from cockpit.alerts.rule import Gap
from cockpit.kpi.model import Grain, Kpi
from cockpit.kpi.windows import Windows, period_start, periods
from cockpit.series.model import Window
from cockpit.series.workdays import working_days

if TYPE_CHECKING:
    from cockpit.kpi.panel import Values


def compared(asked: Asked, condition: Gap) -> Compared:
    """Levels are points of the KPI's unit, or percent of the reference."""
    is_cumulated = _adds_up(asked.kpi, asked.grain)
    own = asked.reader.closed(asked.grain, asked.reader.judged(asked.grain))
    if is_cumulated:
        january = period_start(own.first, Grain.YEAR)
        own = periods(january, own.last, asked.grain)
    values = asked.reader.values(asked.kpi, asked.units, own, asked.facet)
    found = Compared(own.starts, own.ends, values, _reference(asked, condition, own), values)
    if is_cumulated:
        found = from_january(found)
    step = np.abs(found.base) / 100 if condition.in_percent else np.ones_like(values)
    return replace(found, step=step).last(asked.reader.judged(asked.grain))


def _adds_up(kpi: Kpi, grain: Grain) -> bool:
    """Amounts and counts that add up over the months."""
    adds = kpi.additive in {"full", "establishments"} and not kpi.denominator
    return grain is Grain.MONTH and adds and all(term.span == "period" for term in kpi.terms())


def _reference(asked: Asked, condition: Gap, own: Windows) -> Values:
    reader, kpi, units = asked.reader, asked.kpi, asked.units
    match condition.against:
        case "budget":
            return reader.plan(kpi, units, own, "budget", asked.facet)
        case "last_year":
            before = reader.year_before(kpi, units, own, asked.grain, asked.facet)
            return before * _working_ratio(asked, own)
        case "target":
            target = np.nan if kpi.target is None else kpi.target
            return np.full((len(units), len(own)), target)


def _working_ratio(asked: Asked, own: Windows) -> Values:
    """Working days of each period over those a year before; 1 unless the KPI is compared so."""
    kpi = asked.kpi
    if not kpi.compare_working_days or kpi.denominator or asked.grain is not Grain.MONTH:
        return np.ones(len(own))
    region = asked.reader.generation.home.installation.holidays
    then, now = (
        np.array(
            [
                working_days(Window(start, end), region=region)
                for start, end in zip(
                    one.starts.astype(object), one.ends.astype(object), strict=True
                )
            ]
        )
        for one in (a_year_before(own, asked.grain), own)
    )
    return np.where(then > 0, now / np.maximum(then, 1), 1.0)


def from_january(found: Compared) -> Compared:
    """Months summed from January on; what follows a missing month of the year is unknown."""
    values, base = found.values.copy(), found.base.copy()
    unknown = np.isnan(values) | np.isnan(base)
    values[unknown] = base[unknown] = np.nan
    for index, start in enumerate(found.starts.astype(object)):
        if start.month > 1 and index:
            values[:, index] += values[:, index - 1]
            base[:, index] += base[:, index - 1]
    return replace(found, values=values, base=base, cumulated=True)
