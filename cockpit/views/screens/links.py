"""Where a thing of a screen leads."""

from __future__ import annotations

from cockpit.kpi.model import KpiId, UnitId
from cockpit.views import groups
from cockpit.views.context import Context
from cockpit.views.groups import Group


def sheet_link(context: Context, kpi: KpiId | None, unit: UnitId) -> str:
    """The sheet of a KPI at a unit; the list of alerts when there is no KPI (a late source)."""
    if kpi is None:
        return context.link("alertes")
    return context.link("indicateur", kpi=kpi, unit=unit)


def group_link(context: Context, group: Group) -> str:
    """The sheet of the KPI of a group, at the unit that holds all its alerts."""
    unit = groups.meeting(group, context.units)
    inside = context.units.is_within(unit, context.scope.roots)
    return sheet_link(context, group.worst.kpi, unit if inside else group.worst.unit)
