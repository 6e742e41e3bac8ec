"""Synthèse: are we all right, what is not, what is coming; then eight tiles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cockpit import clock
from cockpit.brief import BriefLine, brief
from cockpit.forecast.oversight import acts_mark
from cockpit.i18n import gettext as _
from cockpit.i18n import pick
from cockpit.kpi.catalogue import home_kpis
from cockpit.kpi.model import Kpi
from cockpit.series.trend import trends
from cockpit.views import anchors, cards, groups, parts, widgets
from cockpit.views.context import Context
from cockpit.views.groups import Group
from cockpit.views.screens.links import group_link, sheet_link

_LINES = 5


def show(context: Context) -> None:
    """Header, status sentence, period switch, worst alert, rest of the brief, tiles: one element.

    All but the header is kept for the generation and the day: who looks, at what, in which
    language and with which KPIs are in the key, so nothing is ever shown to another scope.
    """
    here = replace(context, params=context.params.lasting())
    kpis = tuple(kpi for kpi in home_kpis(here.kpis) if kpi.domain in here.scope.domains)
    mark = acts_mark(here.generation.home)
    held = groups.in_hand(here.generation, here.scope)
    key = ("synthese", here.scope, here.params, here.language, kpis, clock.today(), mark, held)
    widgets.head(here, _("Synthèse"), here.generation.cached(key, lambda: body(here, kpis)))


def body(context: Context, kpis: Sequence[Kpi]) -> str:
    """All but the header."""
    made = brief(context.generation, context.scope)
    found = groups.opened(context.generation, context.scope)
    first = found[0] if found else None
    held = groups.in_hand(context.generation, context.scope)
    counts = groups.standing(context.generation, context.scope)
    return "".join(
        (
            widgets.breadcrumb(context, "synthese"),
            parts.hero(pick(made.headline_fr, made.headline_en), groups.reach(found, held), counts),
            widgets.period_switch(context, "synthese"),
            _worst(context, first) if first else "",
            _brief(context, groups.others(made, first, _LINES)),
            _tiles(context, kpis),
        )
    )


def _worst(context: Context, group: Group) -> str:
    said = f"{_('Alerte')} : {groups.title(group, context.units)}"
    drawn = cards.alert(group, context.units)
    return anchors.card(drawn, group_link(context, group), said)


def _brief(context: Context, lines: Sequence[BriefLine]) -> str:
    if not lines:
        return ""
    drawn = (
        anchors.card(
            cards.line(line.status, line.text),
            sheet_link(context, line.kpi, line.unit),
            line.text,
        )
        for line in lines
    )
    title = parts.section(_("À retenir"))
    return f'<section class="ck-later">{title}{parts.pile(drawn, "ck-stack")}</section>'


def _tiles(context: Context, kpis: Sequence[Kpi]) -> str:
    found = trends(context.generation, context.scope, kpis, context.unit.id, context.period)
    title = parts.section(_("Indicateurs clés"), context.unit.label)
    return f"{title}{widgets.tile_grid(context, found)}"
