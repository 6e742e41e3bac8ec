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
from cockpit.errors import BadRequest, CockpitError
from cockpit.i18n import gettext as _
from cockpit.i18n import pick
from cockpit.notify import links
from cockpit.notify.letter import clean
from cockpit.series.model import Status
from cockpit.views import alert_cards, dates, parts
from cockpit.views.status import CLASSES, chip
from cockpit.web import plain
from cockpit.web.api import UNEXPECTED, body_of, status_of
from cockpit.web.opened import warehouse

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from cockpit.alerts.desk.keep import Kept

_LARGEST_FORM = 4096
_HEADERS = {
    "cache-control": "no-store",
    "referrer-policy": "strict-origin",  # "no-referrer" would make browsers hide whose form it is
    "x-robots-tag": "noindex",
}
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
        text, status = _refusal(error), status_of(error)
    except Exception as error:  # noqa: BLE001 - one French sentence, the log has the trace
        _log.error("acknowledgement failed", kind=type(error).__name__, exc_info=error)
        text, status = _shell(f'<p role="alert">{escape(UNEXPECTED)}</p>'), 500
    return HTMLResponse(text, status, _HEADERS)


def _asking(token: str) -> str:
    found = links.opened(warehouse().home, token)
    with i18n.use(found.person.language):
        kept = found.kept
        taken = kept.episode.acknowledged_by
        button = escape(_("J'en prends note"))
        by = _("Déjà prise en note par {name}.").format(name=clean(taken)) if taken else ""
        return _shell(
            f"{_alert(kept)}{_said(by)}"
            f'<form method="post" action="/accuser"><input type="hidden" name="t" '
            f'value="{escape(token)}"><button class="ck-button ck-main" type="submit">{button}'
            "</button></form>"
            f"{_said(_('En tant que {name}.').format(name=clean(found.person.name)))}"
        )


def _done(token: str) -> str:
    person = links.opened(warehouse().home, token).person
    kept = links.confirm(warehouse().home, token)
    with i18n.use(person.language):
        said = _("C'est noté : personne d'autre ne sera appelé pour cette alerte.")
        noted = f'<p class="ck-note ck-ok" role="status">{escape(said, quote=False)}</p>'
        return _shell(f"{noted}{_alert(kept)}")


def _refusal(error: CockpitError) -> str:
    """What happened, that nothing changed, and where to do it instead."""
    why = error.said("expected") if isinstance(error, BadRequest) else error.sentence()
    kept = _("Rien n'a été modifié. L'écran Alertes dit où en est l'alerte.")
    needed = _("Il faut {expected}.").format(expected=why)
    title = _("Ce lien ne peut pas servir")
    return _shell(parts.state(title, needed, kept, Status.AMBER, role="alert"))


def _alert(kept: Kept) -> str:
    """What it is about, as its card says it."""
    episode = kept.episode
    since = _("depuis le {day}").format(day=dates.numeric(episode.since))
    status = alert_cards.SEVERITIES[episode.severity]
    title = clean(pick(kept.title_fr, kept.title_en))
    return (
        f'<article class="ck-alert {CLASSES[status]}"><div class="ck-alert-top">{chip(status)}'
        f"<span>{escape(since)}</span></div><h2>{escape(title)}</h2></article>"
    )


def _said(text: str) -> str:
    return parts.said(text) if text else ""


def _shell(content: str) -> str:
    """The page, with a way to the alerts below as on every page."""
    link = f'<a href="/alertes">{escape(_("Ouvrir les alertes"))}</a>'
    return plain.shell(
        _("Alerte"),
        f'<main class="ck-first ck-plain ck-acknowledge"><h1>{_("Alerte")}</h1>{content}</main>'
        f"{plain.ways(link)}",
    )
