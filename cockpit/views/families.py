"""The families of indicators by the names of their pages, in the order of the bar."""

from __future__ import annotations

from cockpit.i18n import mark
from cockpit.kpi.model import Domain

FAMILIES = {
    Domain.BEDS: mark("Capacité"),
    Domain.ACTIVITY: mark("Activité"),
    Domain.FINANCE: mark("Finances"),
    Domain.WORKFORCE: mark("RH"),
    Domain.QUALITY: mark("Qualité"),
}
