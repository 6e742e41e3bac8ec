"""Where a thing of a screen leads."""

from __future__ import annotations

from cockpit.alerts.model import Alert
from cockpit.kpi.model import KpiId, UnitId
from cockpit.views.context import Context, Link


def sheet_link(context: Context, kpi: KpiId | None, unit: UnitId) -> Link:
    """The sheet of a KPI at a unit; the list of alerts when there is no KPI (a late source)."""
    if kpi is None:
        return context.link("alertes")
    return context.link("indicateur", kpi=kpi, unit=unit)


def alert_link(context: Context, alert: Alert) -> Link:
    """The sheet of the KPI of an alert, at its unit."""
    return sheet_link(context, alert.kpi, alert.unit)
