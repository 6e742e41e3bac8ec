"""`/brief`: the morning page without any script, read in a lift or on paper.

One HTML answer of a few tens of kB, drawn by the live page's own function, so that both always say
the same; what it names leads to `/fiche`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from starlette.routing import Route

from cockpit import clock
from cockpit.forecast.oversight import acts_mark
from cockpit.i18n import gettext as _
from cockpit.kpi.catalogue import home_kpis
from cockpit.views import groups, parts, widgets
from cockpit.views.screens import synthese
from cockpit.web.plain import LightContext, Plain, answer

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response


def routes() -> list[Route]:
    """The brief."""
    return [Route("/brief", respond)]


def respond(request: Request) -> Response:
    """The brief of the role that asks; an error is one sentence with its status."""
    return answer(request, draw)


def draw(context: LightContext, note: str = "") -> Plain:
    """Header, status sentence, periods, worst alert, the rest of the brief, tiles.

    note: a sentence about the page that was asked for instead.
    """
    here = replace(context, params=context.params.lasting())
    head = widgets.header(here, _("Synthèse"))
    told = parts.note(note) if note else ""
    ways = ((_("Ouvrir Cockpit"), here.live("synthese")),)
    return Plain(_("Synthèse"), head + told + _body(here), ways)


def _body(context: LightContext) -> str:
    """Kept for the generation until somebody acts: role, unit, period and language are in the key,
    so nothing is ever shown to another scope."""
    kpis = tuple(kpi for kpi in home_kpis(context.kpis) if kpi.domain in context.scope.domains)
    held = groups.in_hand(context.generation, context.scope)
    marks = (clock.today(), acts_mark(context.generation.home), held)
    key = ("brief page", context.scope, context.params, context.language, kpis, marks)
    return context.generation.cached(key, lambda: synthese.body(context, kpis))
