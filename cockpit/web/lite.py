"""Less data: the version without script of any page, asked for by `?lite=1` or by the browser.

A browser that saves data says so in a header (`Save-Data: on`); `?lite=0` wins over it, and is
what « Version complète » leads to.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cockpit.errors import OutOfScope
from cockpit.i18n import gettext as _
from cockpit.series.trend import trends
from cockpit.views import anchors, cards, french, groups, nav, parts, tiles, widgets
from cockpit.views.context import HOME
from cockpit.views.screens.links import group_link
from cockpit.web import brief, sheet
from cockpit.web.plain import LightContext, Plain, answer

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

VARY = "accept-encoding, save-data"
_ASKED = {"1": True, "0": False}


def wants_lite(request: Request) -> bool:
    """Whether to answer without the application; the address decides before the browser does."""
    asked = _ASKED.get(request.query_params.get("lite", ""))
    if asked is not None:
        return asked
    return request.headers.get("save-data", "").strip().lower() == "on"


def respond(request: Request, name: str) -> Response:
    """The lite version of a page. name: its id in `nav.PAGES`."""
    kpi, page = request.query_params.get("kpi", ""), nav.page(name)

    def draw(context: LightContext) -> Plain:
        shown = sheet.draw(context, kpi) if name == "indicateur" else _draw(context, page)
        full = (_("Version complète"), context.live(name))
        return replace(shown, ways=(*shown.ways[:-1], full))

    return answer(request, draw, VARY)


def _draw(context: LightContext, page: nav.Page) -> Plain:
    """The brief, the alerts, or the KPIs of a family; the brief again for what needs a script."""
    if not nav.may_see(page, context.scope):
        raise OutOfScope(what=page.id)
    if page.id == HOME:
        return brief.draw(context)
    if page.id == "alertes":
        return _listed(context, page, _alerts(context))
    if page.domain is not None:
        return _listed(context, page, _kpis(context, page))
    text = _("« {page} » n'a pas de version légère. Voici la synthèse.")
    return brief.draw(context, text.format(page=_(page.title)))


def _listed(context: LightContext, page: nav.Page, rows: str) -> Plain:
    title = _(page.title)
    where = widgets.breadcrumb(context, page.id)
    ways = (
        (_("Synthèse"), context.link("synthese")),
        (_("Ouvrir Cockpit"), context.live(page.id)),
    )
    return Plain(title, widgets.header(context, title) + where + rows, ways)


def _kpis(context: LightContext, page: nav.Page) -> str:
    """Every KPI of the family that has a figure here, each leading to its sheet."""
    kpis = tuple(kpi for kpi in context.kpis.values() if kpi.domain is page.domain)
    ask = (context.generation, context.scope)
    found = trends(*ask, kpis, context.unit.id, context.period)
    rows = [
        anchors.card(
            cards.line(one.status, tiles.name(one.kpi), french.short(one.kpi, one.value)),
            context.link("indicateur", kpi=one.kpi.id, unit=one.unit.id),
            tiles.spoken(one),
        )
        for one in found
        if french.known(one.value)
    ]
    switch = widgets.period_switch(context, page.id)
    return switch + (anchors.stack(rows) if rows else parts.empty())


def _alerts(context: LightContext) -> str:
    found = groups.opened(context.generation, context.scope)
    rows = [
        anchors.card(
            cards.alert(group, context.units),
            group_link(context, group),
            groups.title(group, context.units),
        )
        for group in found
    ]
    held = groups.in_hand(context.generation, context.scope)
    return parts.section(_("Alertes ouvertes"), groups.reach(found, held)) + anchors.stack(rows)
