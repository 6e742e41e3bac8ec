"""Synthèse: are we all right, what is not, what is coming; then eight tiles."""

from __future__ import annotations

import streamlit as st

from cockpit.alerts.model import Alert
from cockpit.alerts.store import active
from cockpit.brief import Brief, BriefLine, brief
from cockpit.i18n import gettext as _
from cockpit.i18n import ngettext, pick
from cockpit.kpi.catalogue import home_kpis
from cockpit.series.model import Status
from cockpit.series.trend import trends
from cockpit.views import cards, parts, widgets
from cockpit.views.context import Context
from cockpit.views.screens.links import alert_link, sheet_link

_LINES = 5


def show(context: Context) -> None:
    """Header, status sentence, period switch, worst alert, rest of the brief, tiles."""
    made = brief(context.generation, context.scope)
    alerts = active(context.generation, context.scope)
    widgets.head(context, _("Synthèse"))
    widgets.breadcrumb(context, "synthese", context.path())
    st.html(parts.hero(pick(made.headline_fr, made.headline_en), _reach(alerts), _counts(made)))
    widgets.period_switch(context)
    if alerts:
        widgets.tap(
            "worst",
            cards.alert(alerts[0], brief=True),
            alert_link(context, alerts[0]),
            _said(alerts[0]),
        )
    _brief(context, _others(made, alerts))
    _tiles(context)


def _counts(made: Brief) -> parts.Counts:
    found = dict(made.counts)
    return parts.Counts(
        found.get(Status.RED, 0), found.get(Status.AMBER, 0), found.get(Status.OK, 0)
    )


def _reach(alerts: tuple[Alert, ...]) -> str:
    """How many places are concerned, under the sentence."""
    if not alerts:
        return _("Aucune alerte ouverte.")
    units = len({alert.unit for alert in alerts})
    text = ngettext("{n} alerte ouverte", "{n} alertes ouvertes", len(alerts))
    where = ngettext("{n} unité concernée", "{n} unités concernées", units)
    return f"{text.format(n=len(alerts))} · {where.format(n=units)}"


def _said(alert: Alert) -> str:
    return f"{_('Alerte')} : {pick(alert.title_fr, alert.title_en)}"


def _others(made: Brief, alerts: tuple[Alert, ...]) -> list[BriefLine]:
    """The brief without the line of the alert that is shown in full."""
    worst = alerts[0] if alerts else None
    return [
        line
        for line in made.lines
        if not (worst and line.kind == "alert" and (line.kpi, line.unit) == (worst.kpi, worst.unit))
    ][:_LINES]


def _brief(context: Context, lines: list[BriefLine]) -> None:
    if not lines:
        return
    with st.container(key="brief"):
        st.html(parts.section(_("À retenir")))
        with st.container(key="stack_brief"):
            for at, line in enumerate(lines):
                link = sheet_link(context, line.kpi, line.unit)
                widgets.tap(f"line_{at}", cards.line(line.status, line.text), link, line.text)


def _tiles(context: Context) -> None:
    kpis = [kpi for kpi in home_kpis(context.kpis) if kpi.domain in context.scope.domains]
    found = trends(context.generation, context.scope, kpis, context.unit.id, context.period)
    st.html(parts.section(_("Indicateurs clés"), context.unit.label))
    widgets.tile_grid(context, found)
