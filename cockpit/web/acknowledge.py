"""`/accuser`: the page that a link of a mail opens, and the button that acknowledges.

Opening it changes nothing (mail filters and previews open every link); the form does, once. Plain
HTML without script, under the same door as every page.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import structlog
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from cockpit import i18n
from cockpit.errors import CockpitError
from cockpit.i18n import gettext as _
from cockpit.i18n import pick
from cockpit.notify import links
from cockpit.notify.letter import clean
from cockpit.web.api import UNEXPECTED, body_of, status_of
from cockpit.web.opened import warehouse

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

_LARGEST_FORM = 4096
_log = structlog.get_logger(__name__)


def routes() -> list[Route]:
    """The page and its button."""
    return [Route("/accuser", respond, methods=["GET", "POST"])]


async def respond(request: Request) -> Response:
    """GET asks, POST does."""
    if request.method == "POST":
        token = await _posted(request)
        return await run_in_threadpool(_answer, _done, token)
    return await run_in_threadpool(_answer, _asking, request.query_params.get("t", ""))


async def _posted(request: Request) -> str:
    body = await body_of(request, _LARGEST_FORM)
    return parse_qs(body.decode("ascii", "replace")).get("t", [""])[0]


def _answer(page: Callable[[str], str], token: str) -> Response:
    try:
        text, status = page(token), 200
    except CockpitError as error:
        text, status = _shell(f'<p role="alert">{escape(error.sentence())}</p>'), status_of(error)
    except Exception as error:  # noqa: BLE001 - one French sentence, the log has the trace
        _log.error("acknowledgement failed", kind=type(error).__name__, exc_info=error)
        text, status = _shell(f'<p role="alert">{escape(UNEXPECTED)}</p>'), 500
    return HTMLResponse(
        text, status, {"cache-control": "no-store", "referrer-policy": "no-referrer"}
    )


def _asking(token: str) -> str:
    found = links.opened(warehouse().home, token)
    with i18n.use(found.person.language):
        kept = found.kept
        title = clean(pick(kept.title_fr, kept.title_en))
        taken = kept.episode.acknowledged_by
        by = _("Déjà prise en note par {name}.").format(name=clean(taken)) if taken else ""
        button = _("J'en prends note")
        return _shell(
            f"<p><strong>{escape(title)}</strong></p><p>{escape(by)}</p>"
            f'<form method="post" action="/accuser"><input type="hidden" name="t" '
            f'value="{escape(token)}"><button type="submit">{button}</button></form>'
            f"<p>{_('En tant que {name}.').format(name=escape(clean(found.person.name)))}</p>"
        )


def _done(token: str) -> str:
    person = links.opened(warehouse().home, token).person
    kept = links.confirm(warehouse().home, token)
    with i18n.use(person.language):
        title = escape(clean(pick(kept.title_fr, kept.title_en)))
        said = _("C'est noté : personne d'autre ne sera appelé pour cette alerte.")
        return _shell(f'<p role="status">{said}</p><p>{title}</p><p><a href="/">Cockpit</a></p>')


def _shell(content: str) -> str:
    return (
        f'<!doctype html><html lang="{i18n.language()}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">'
        f'<meta name="robots" content="noindex"><title>{_("Alerte")} · Cockpit</title>'
        '<link rel="stylesheet" href="/cockpit.css"><style>.ck-note{max-width:32rem;margin:0 auto;'
        "padding:16px}.ck-note button{font:inherit;font-weight:650;min-height:48px;width:100%;"
        "border:0;border-radius:12px;color:#fff;background:#1D4ED8}</style></head>"
        f'<body><main class="ck-brief ck-note"><h1>{_("Alerte")}</h1>{content}</main></body></html>'
    )
