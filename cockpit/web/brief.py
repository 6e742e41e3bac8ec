"""`/brief`: the morning page without any script, read in a lift.

One HTML answer of a few tens of kB: the sentence, the lines of the brief, the tiles of the home
page. It reads the same views as the application, so that both always say the same.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from cockpit import clock, i18n
from cockpit.answers.visit import Visit, visit
from cockpit.brief import brief as make_brief
from cockpit.errors import CockpitError
from cockpit.i18n import gettext as _
from cockpit.kpi.catalogue import home_kpis
from cockpit.series.model import Period
from cockpit.series.trend import trends
from cockpit.views import dates, status, tiles
from cockpit.web.api import status_of
from cockpit.web.assets import accepted, encode
from cockpit.web.opened import warehouse

if TYPE_CHECKING:
    from starlette.requests import Request


def routes() -> list[Route]:
    """The brief."""
    return [Route("/brief", respond)]


def respond(request: Request) -> Response:
    """The page, compressed; an error is one sentence with its status."""
    try:
        who = visit(warehouse(), request.query_params)
        with i18n.use(who.language):
            text, code = _page(who, body(who)), 200
    except CockpitError as error:
        text, code = _shell(f"<p role=alert>{escape(error.sentence())}</p>", "fr"), status_of(error)
    encoding = accepted(request.headers.get("accept-encoding", ""))
    headers = {"cache-control": "private, no-cache", "vary": "accept-encoding"}
    if encoding:
        headers["content-encoding"] = encoding
    return HTMLResponse(encode(text.encode(), encoding), code, headers)


def body(who: Visit) -> str:
    """The brief and the tiles, as HTML; every datum escaped."""
    made = make_brief(who.generation, who.scope)
    lines = "".join(
        f"<li>{status.chip(line.status)} <span>{escape(line.text)}</span></li>"
        for line in made.lines
    )
    shown = [kpi for kpi in home_kpis(who.kpis) if kpi.domain in who.scope.domains]
    found = trends(who.generation, who.scope, shown, who.scope.roots[0], Period.DAY)
    headline = i18n.pick(made.headline_fr, made.headline_en)
    return (
        f"<p class=ck-headline>{escape(headline)}</p>"
        f"<ul class=ck-lines>{lines}</ul>{tiles.grid(found)}"
    )


def _page(who: Visit, content: str) -> str:
    unit = who.generation.units.get(who.scope.roots[0])
    said = dates.moment(who.generation.published_at, clock.utc_naive(clock.now()))
    return _shell(
        f"<header><p class=ck-where>{escape(unit.label)} · {escape(i18n.label(who.scope))}</p>"
        f"<h1>{_('Synthèse')}</h1><p class=ck-fresh>{escape(said)}</p></header>{content}"
        f'<p><a href="/">{_("Ouvrir Cockpit")}</a></p>',
        who.language,
    )


def _shell(content: str, language: i18n.Language) -> str:
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">'
        f'<title>{_("Synthèse")} · Cockpit</title><link rel="stylesheet" href="/cockpit.css">'
        f'</head><body class="ck-page"><main class="ck-brief">{content}</main></body></html>'
    )
