"""Activité: stays, emergency department, theatre, consultations."""

from __future__ import annotations

import streamlit as st

from cockpit.i18n import gettext as _
from cockpit.i18n import mark
from cockpit.series.curve import curve
from cockpit.series.trend import trends
from cockpit.views import parts, widgets
from cockpit.views.context import Context

_GROUPS = {
    mark("Séjours"): (
        "mco_stays",
        "mco_ambulatory_stays",
        "alos_full",
        "ip_dms",
        "surgery_ambulatory_rate",
        "readmission_30d_rate",
    ),
    mark("Urgences"): (
        "ed_visits",
        "ed_hospitalisation_rate",
        "ed_los_median",
        "ed_los_over_8h_rate",
        "ed_visits_75_share",
        "ed_lwbs_rate",
    ),
    mark("Bloc opératoire"): ("or_occupancy_rate", "or_late_cancellation_rate"),
    mark("Consultations, séances, maternité"): ("outpatient_visits", "sessions", "births"),
}
_CURVE = "mco_stays"


def show(context: Context) -> None:
    """One group of tiles per activity; a KPI without figures stays on its sheet."""
    widgets.head(context, _("Activité"), *widgets.where_and_when(context, "activite"))
    shown = [_group(context, title, names) for title, names in _GROUPS.items()]
    if not any(shown):
        st.html(parts.empty(_("Aucune activité déclarée pour ce périmètre.")))
    for kpi in context.having(_CURVE):
        drawn = curve(context.generation, context.scope, kpi, context.unit.id, context.period)
        if drawn.points:
            widgets.chart(context, drawn, kpi, _("Séjours MCO"))


def _group(context: Context, title: str, names: tuple[str, ...]) -> bool:
    kpis = context.having(*names)
    found = trends(context.generation, context.scope, kpis, context.unit.id, context.period)
    known = [one for one in found if one.value is not None]
    if known:
        st.html(parts.column(parts.section(_(title)), widgets.kept_tiles(context, known)))
    return bool(known)
