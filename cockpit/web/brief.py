"""`/brief`: the morning page without any script, read in a lift.

One HTML answer of a few tens of kB, from the same views as the application, so that both always say
the same.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import structlog
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from cockpit import i18n
from cockpit.answers.visit import visit
from cockpit.errors import CockpitError
from cockpit.i18n import gettext as _
from cockpit.web import first
from cockpit.web.api import UNEXPECTED, status_of
from cockpit.web.assets import accepted, encode
from cockpit.web.opened import warehouse

if TYPE_CHECKING:
    from starlette.requests import Request

_log = structlog.get_logger(__name__)


def routes() -> list[Route]:
    """The brief."""
    return [Route("/brief", respond)]


def respond(request: Request) -> Response:
    """The page, compressed; an error is one sentence with its status."""
    asked = {
        name: request.query_params[name] for name in ("as", "lang") if name in request.query_params
    }
    try:
        who = visit(warehouse(), asked)
        with i18n.use(who.language):
            text, status = _shell(first.content(who) + _way_in(asked), who.language), 200
    except CockpitError as error:
        text, status = _shell(_refusal(error.sentence()), "fr"), status_of(error)
    except Exception as error:  # noqa: BLE001 - one French sentence, the log has the trace
        _log.error("brief failed", kind=type(error).__name__, exc_info=error)
        text, status = _shell(_refusal(UNEXPECTED), "fr"), 500
    encoding = accepted(request.headers.get("accept-encoding", ""))
    headers = {"cache-control": "private, no-cache", "vary": "accept-encoding"}
    if encoding:
        headers["content-encoding"] = encoding
    return HTMLResponse(encode(text.encode(), encoding), status, headers)


def _way_in(asked: dict[str, str]) -> str:
    query = f"?{urlencode(asked)}" if asked else ""
    return f'<p class="ck-way-in"><a href="/{escape(query)}">{_("Ouvrir Cockpit")}</a></p>'


def _refusal(sentence: str) -> str:
    return f'<main class="ck-first"><p role="alert">{escape(sentence)}</p></main>'


def _shell(content: str, language: i18n.Language) -> str:
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">'
        f"<title>{_('Synthèse')} · Cockpit</title>"
        f'<link rel="stylesheet" href="/cockpit.css"><style>{first.STYLE}'
        ".ck-way-in{position:fixed;inset:auto 0 0 0;margin:0;padding:12px 16px calc(12px + "
        "env(safe-area-inset-bottom));background:var(--ck-card);border-top:1px solid "
        "var(--ck-line);text-align:center}.ck-way-in a{color:var(--ck-accent);font-weight:650;"
        "display:block;line-height:44px;margin:-6px}"
        f"</style></head><body>{content}</body></html>"
    )
