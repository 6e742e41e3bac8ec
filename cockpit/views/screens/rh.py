"""RH: people against what is authorised, who is absent and why, what replaces them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from cockpit.i18n import gettext as _
from cockpit.kpi.model import Kpi, KpiId, UnitId
from cockpit.kpi.units import Unit
from cockpit.series.across import across, breakdown
from cockpit.series.curve import curve
from cockpit.series.model import Period, Trend
from cockpit.series.trend import trend, trends
from cockpit.views import dates, facets, french, parts, tables, tiles, widgets
from cockpit.views.context import Context

_TILES = (
    "fte_paid",
    "fte_gap_to_budget",
    "absence_rate",
    "short_absence_rate",
    "temp_staff_cost",
    "overtime_hours_per_fte",
    "vacancy_rate",
    "turnover_rate",
)
_TABLE = ("fte_paid", "fte_gap_to_budget", "absence_rate", "overtime_hours_per_fte")


def show(context: Context) -> None:
    """Tiles, absence curve and motives, temporary staff by profession, one line per unit below."""
    widgets.head(context, _("Ressources humaines"), *widgets.where_and_when(context, "rh"))
    ask = (context.generation, context.scope)
    found = trends(*ask, context.having(*_TILES), context.unit.id, context.period)
    st.html(parts.section(_("Vue d'ensemble"), context.unit.label))
    st.html(widgets.kept_tiles(context, found))
    for kpi in context.having("absence_rate"):
        drawn = curve(*ask, kpi, context.unit.id, Period.MONTH)
        widgets.chart(context, drawn, kpi, _("Absentéisme, 24 mois"))
    _split(context, "absence_by_motive", _("Absences par motif"))
    _split(context, "temp_staff_cost", _("Intérim par métier"))
    _units(context)


def _split(context: Context, name: str, title: str) -> None:
    """One KPI by facet over its own window."""
    for kpi in context.having(name):
        found = trend(context.generation, context.scope, kpi, context.unit.id, context.period)
        rows = _parts(context, kpi, found)
        if rows:
            st.html(parts.section(title, dates.covering(found.window)))
            st.html(tables.shares(share_rows(kpi, rows)))


def _parts(context: Context, kpi: Kpi, found: Trend) -> Mapping[str, float]:
    if found.window is None:
        return {}
    return breakdown(context.generation, context.scope, kpi, context.unit.id, found.window)


def share_rows(kpi: Kpi, rows: Mapping[str, float]) -> list[tuple[str, str, float]]:
    """Label, figure with its share of the whole, size."""
    whole = sum(rows.values())
    return [(facets.label(code), _of(kpi, value, whole), value) for code, value in rows.items()]


def _of(kpi: Kpi, value: float, whole: float) -> str:
    share = french.percent(100 * value / whole if whole else None, 0)
    return f"{french.short(kpi, value)} · {share}"


def _units(context: Context) -> None:
    units = context.units.children(context.unit.id)
    kpis = context.having(*_TABLE)
    if not units or not kpis:
        return
    ids = [unit.id for unit in units]
    found = across(context.generation, context.scope, kpis, ids, Period.MONTH)
    shown = [unit for unit in units if found[unit.id]]
    if shown:
        st.html(parts.section(_("Par unité"), _("dernier mois complet")))
        st.html(unit_table(kpis, shown, found))


def unit_table(
    kpis: Sequence[Kpi], units: Sequence[Unit], found: Mapping[UnitId, Mapping[KpiId, float]]
) -> str:
    """One line per unit, one column per KPI."""
    columns = [
        tables.Column(_("Unité"), number=False),
        *(tables.Column(tiles.name(kpi)) for kpi in kpis),
    ]
    rows = [
        (unit.label, *(french.value(kpi, found[unit.id].get(kpi.id)) for kpi in kpis))
        for unit in units
    ]
    return tables.table(_("Indicateurs par unité"), columns, rows)
