"""Synthèse: are we all right, what is not, what is coming; then eight tiles."""

from __future__ import annotations

import streamlit as st

from cockpit.brief import BriefLine, brief
from cockpit.i18n import gettext as _
from cockpit.i18n import pick
from cockpit.kpi.catalogue import home_kpis
from cockpit.series.trend import trends
from cockpit.views import cards, groups, parts, widgets
from cockpit.views.context import Context
from cockpit.views.screens.links import group_link, sheet_link

_LINES = 5


def show(context: Context) -> None:
    """Header, status sentence, period switch, worst alert, rest of the brief, tiles."""
    made = brief(context.generation, context.scope)
    found = groups.opened(context.generation, context.scope)
    first = found[0] if found else None
    counts = groups.standing(context.generation, context.scope)
    widgets.head(context, _("Synthèse"))
    widgets.breadcrumb(context, "synthese", context.path())
    headline = pick(made.headline_fr, made.headline_en)
    st.html(parts.hero(headline, groups.reach(found), counts))
    widgets.period_switch(context)
    if first is not None:
        said = f"{_('Alerte')} : {groups.title(first, context.units)}"
        card = cards.alert(first, context.units, brief=True)
        st.html(widgets.linked(card, group_link(context, first), said))
    _brief(context, groups.others(made, first, _LINES))
    _tiles(context)


def _brief(context: Context, lines: list[BriefLine]) -> None:
    if not lines:
        return
    with st.container(key="brief"):
        drawn = "".join(
            widgets.linked(
                cards.line(line.status, line.text),
                sheet_link(context, line.kpi, line.unit),
                line.text,
            )
            for line in lines
        )
        st.html(f'{parts.section(_("À retenir"))}<div class="ck-stack">{drawn}</div>')


def _tiles(context: Context) -> None:
    kpis = [kpi for kpi in home_kpis(context.kpis) if kpi.domain in context.scope.domains]
    found = trends(context.generation, context.scope, kpis, context.unit.id, context.period)
    st.html(parts.section(_("Indicateurs clés"), context.unit.label))
    widgets.tile_grid(context, found)
