"""Capacité: what is free now, by service, against what is coming."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import streamlit as st

from cockpit.forecast.beds.balance import balance as beds_balance
from cockpit.forecast.beds.model import Outlook
from cockpit.forecast.beds.store import latest_of
from cockpit.i18n import gettext as _
from cockpit.kpi import provisional
from cockpit.kpi.model import Kpi, KpiId, MeasureId, Term, UnitId
from cockpit.kpi.units import Unit
from cockpit.series.across import across, breakdown
from cockpit.series.curve import curve
from cockpit.series.model import Period, Status, Trend, Window
from cockpit.series.status import status
from cockpit.series.trend import trends
from cockpit.views import (
    anchors,
    beds_outlook,
    beds_sheet,
    cards,
    dates,
    facets,
    french,
    parts,
    tables,
    widgets,
)
from cockpit.views.context import Context

_NOW = (
    "bed_occupancy_now",
    "beds_available_now",
    "bjml",
    "bjml_gap",
    "boarders_now",
    "ed_present_15h",
    "ed_visits",
    "het_tension_index",
)
_BEDS = ("beds_installed", "beds_open", "bed_occupancy_now", "beds_available_now")
_SHOWN = 8
_OCCUPANCY = KpiId("bed_occupancy_now")


def show(context: Context) -> None:
    """The coming week, tiles of the moment, one line per service, closed beds, curves."""
    widgets.head(context, _("Capacité"), widgets.breadcrumb(context, "capacite"))
    ask = (context.generation, context.scope)
    _coming(context)
    now = trends(*ask, context.having(*_NOW), context.unit.id, Period.DAY)
    st.html(parts.note(balance(now), _worst(now)))
    st.html(parts.section(_("Situation"), _("relevé de 8 h et veille")))
    st.html(widgets.kept_tiles(context, [found for found in now if found.value is not None]))
    _services(context)
    _closed(context)
    for kpi in context.having(_OCCUPANCY, "ed_visits"):
        drawn = curve(*ask, kpi, context.unit.id, Period.DAY)
        widgets.chart(context, drawn, kpi, _curve_title(kpi))


def _coming(context: Context) -> None:
    """What the coming days look like: a sentence, the heat strip, the sheet of the bed meeting."""
    units = [unit for unit in services(context) if unit.id != context.unit.id]
    asked = [context.unit.id, *(unit.id for unit in units)]
    found = latest_of(context.generation, context.scope, asked)
    whole = found.get(context.unit.id)
    if whole is None:
        return
    if whole.refused:
        st.html(parts.note(_(whole.refused)))
        return
    slot = beds_outlook.slot_of(context.params.tab)
    st.html(beds_outlook.headline(whole, slot))
    st.html(parts.section(_("7 prochains jours"), _("touchez un service")))
    options = [
        anchors.Option(beds_outlook.hour(one), context.link("capacite", tab=tab), one == slot)
        for tab, one in beds_outlook.SLOTS.items()
    ]
    st.html(anchors.switch(_("Heure"), options))
    rows = sorted((unit for unit in units if unit.id in found), key=lambda u: -_peak(found[u.id]))
    st.html(beds_outlook.strip(context, rows[:_SHOWN], found, slot, whole=whole))
    st.html(beds_outlook.legend())
    if rest := rows[_SHOWN:]:
        with st.expander(_("Voir les {n} autres services").format(n=len(rest))):
            st.html(beds_outlook.strip(context, rest, found, slot))
    with st.expander(_("Détail par jour, méthode et erreur")):
        st.html(beds_outlook.detail(whole) + beds_outlook.trust(whole))
    _sheet(context, rows, found, whole)
    address = context.link("scenarios", kpi=None, tab=None)
    st.html(
        anchors.card(
            cards.line(Status.NONE, _("Et si… ? Tester une décision")), address, _("Et si… ?")
        )
    )


def _peak(outlook: Outlook) -> float:
    return max((day.rate or 0.0 for day in outlook.days[: 2 * 7]), default=0.0)


def _sheet(
    context: Context, units: Sequence[Unit], found: Mapping[UnitId, Outlook], whole: Outlook
) -> None:
    """The balance of today by service, the worst first."""
    safety = context.generation.home.installation.bed_safety_pct
    total = beds_balance(whole, safety_pct=safety)
    if total is None:
        return
    made = ((unit, beds_balance(found[unit.id], safety_pct=safety)) for unit in units)
    lines = sorted(((u, one) for u, one in made if one), key=lambda line: line[1].p50)
    st.html(parts.section(_("Bilan de la réunion de lits"), dates.short_day(total.day)))
    st.html(beds_sheet.verdict(lines, total))
    st.html(beds_sheet.sheet(context, lines[:_SHOWN], total))
    if rest := lines[_SHOWN:]:
        with st.expander(_("Voir les {n} autres services").format(n=len(rest))):
            st.html(beds_sheet.sheet(context, rest))
    st.html(beds_sheet.sources(total))


def balance(now: Sequence[Trend]) -> str:
    """Free beds against the beds that ED admissions need each day, in one sentence."""
    by_id = {found.kpi.id: found for found in now if found.value is not None}
    free, needed = by_id.get(KpiId("beds_available_now")), by_id.get(KpiId("bjml"))
    if free is None or needed is None:
        return _("Lits disponibles et besoin journalier : n.d.")
    text = _("{free} disponibles pour un besoin journalier minimal de {needed}.")
    return text.format(
        free=french.value(free.kpi, free.value), needed=french.value(needed.kpi, needed.value)
    )


def _worst(now: Sequence[Trend]) -> Status:
    found = {one.kpi.id: one.status for one in now}
    return found.get(KpiId("bjml_gap"), Status.NONE)


def _curve_title(kpi: Kpi) -> str:
    if kpi.id == _OCCUPANCY:
        return _("Occupation, 60 jours et prévision")
    return _("Passages aux urgences, 60 jours et prévision")


def bedded(units: Sequence[Unit], found: Mapping[UnitId, Mapping[KpiId, float]]) -> list[Unit]:
    """The services that have beds."""
    return [unit for unit in units if found[unit.id].get(KpiId("beds_installed"))]


def services(context: Context) -> list[Unit]:
    """Units of one line each: services below the unit, else the lowest ones."""
    below = context.units.descendants(context.unit.id)
    found = [unit for unit in below if unit.level == "service"]
    return found or list(context.units.leaves(context.unit.id))


def _services(context: Context) -> None:
    kpis = context.having(*_BEDS)
    units = services(context)
    ids = [unit.id for unit in units]
    found = across(context.generation, context.scope, kpis, ids, Period.DAY)
    rows = bedded(units, found)
    st.html(parts.section(_("Lits par service"), _("du plus tendu au plus libre")))
    if not rows:
        st.html(parts.empty(_("Aucun lit déclaré pour ce périmètre.")))
        return
    known = {kpi.id: kpi for kpi in kpis}
    tightest = sorted(rows, key=lambda unit: -found[unit.id].get(_OCCUPANCY, -1.0))
    st.html(bed_table(known, tightest[:_SHOWN], found))
    if rest := tightest[_SHOWN:]:
        with st.expander(_("Voir les {n} autres services").format(n=len(rest))):
            st.html(bed_table(known, rest, found, more=True))


def _closed(context: Context) -> None:
    """Closed beds by reason, at the last census."""
    for rate in context.having("beds_closed_rate"):
        kpi = _counting(rate)
        last = provisional.last_day(context.generation, kpi, [context.unit.id])
        if last is None:
            continue
        ask = (context.generation, context.scope, kpi, context.unit.id, Window(last, last))
        found = {motive: beds for motive, beds in breakdown(*ask).items() if beds}
        st.html(parts.section(_("Lits fermés par motif"), dates.short_day(last)))
        if found:
            st.html(tables.shares(motive_rows(found)))
        else:
            st.html(parts.said(_("Aucun lit fermé.")))


def _counting(rate: Kpi) -> Kpi:
    """The closed beds themselves, which the rate divides by the installed ones."""
    terms = (Term(MeasureId("beds_closed")),)
    return replace(rate, id=KpiId("beds_closed"), numerator=terms, denominator=(), scale=1)


def motive_rows(found: Mapping[str, float]) -> list[tuple[str, str, float]]:
    """Motive, beds with their share of all that are closed, size."""
    whole = sum(found.values())
    return [
        (
            facets.label(motive),
            f"{french.number(beds)} · {french.percent(100 * beds / whole, 0)}",
            beds,
        )
        for motive, beds in found.items()
    ]


def bed_table(
    kpis: Mapping[KpiId, Kpi],
    units: Sequence[Unit],
    found: Mapping[UnitId, Mapping[KpiId, float]],
    *,
    more: bool = False,
) -> str:
    """Occupancy, available, open, closed, installed; one line per service. more: in a fold."""
    columns = [
        tables.Column(_("Service"), number=False),
        tables.Column(_("Occupation"), wide=True),
        tables.Column(_("Disponibles")),
        tables.Column(_("Ouverts")),
        tables.Column(_("Fermés")),
        tables.Column(_("Installés")),
    ]
    rows = [_bed_row(kpis[_OCCUPANCY], unit, found[unit.id]) for unit in units]
    caption = tables.further(_("Lits par service, dernier relevé"), more=more)
    return tables.table(caption, columns, rows)


def _bed_row(occupancy: Kpi, unit: Unit, row: Mapping[KpiId, float]) -> tuple[str, ...]:
    share, free = row.get(_OCCUPANCY), row.get(KpiId("beds_available_now"))
    installed, opened = row.get(KpiId("beds_installed")), row.get(KpiId("beds_open"))
    closed = installed - opened if installed is not None and opened is not None else None
    level = Status.UNAVAILABLE if share is None else status(occupancy, share, {})
    return (
        unit.label,
        tables.bar(share, french.percent(share), level),
        *(french.number(beds) for beds in (free, opened, closed, installed)),
    )
