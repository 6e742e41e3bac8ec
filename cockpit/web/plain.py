"""A page without any script: what the brief, the KPI sheet and the lite pages have in common.

They are the live pages' own HTML, with links that lead to each other instead of to pages that need
a script; everything but the style sheet is in the answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import structlog
from starlette.responses import HTMLResponse, Response

from cockpit import clock, i18n
from cockpit.answers.visit import visit
from cockpit.errors import BadRequest, CockpitError, UnknownUnit
from cockpit.i18n import gettext as _
from cockpit.series.model import Period
from cockpit.views import dates, parts
from cockpit.views.admin.words import unbroken
from cockpit.views.context import Context
from cockpit.views.params import Params, parse
from cockpit.web import first, own
from cockpit.web.api import UNEXPECTED, status_of
from cockpit.web.assets import accepted, encode
from cockpit.web.opened import warehouse

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.requests import Request

_LIGHT = {"synthese": "brief", "indicateur": "fiche"}
_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class LightContext(Context):
    """A reader whose links stay among the pages without script."""

    def link(self, page: str, **changes: object) -> str:
        """The brief, the script-free sheet, or the lite version of any other page."""
        address = super().link(_LIGHT.get(page, page), **changes)
        return address if page in _LIGHT else f"{address}{'&' if '?' in address else '?'}lite=1"

    def live(self, page: str) -> str:
        """The same figures in the application, for a browser that asks for less too."""
        address = super().link(page)
        return f"{address}{'&' if '?' in address else '?'}lite=0"


@dataclass(frozen=True, slots=True)
class Plain:
    """What one page shows. main: HTML of its parts.

    ways: (label, address) of the bar below; the last one leads to the application.
    """

    title: str
    main: str
    ways: tuple[tuple[str, str], ...]


def answer(
    request: Request, draw: Callable[[LightContext], Plain], vary: str = "accept-encoding"
) -> Response:
    """The page that `draw` makes for this reader, compressed; an error is one sentence."""
    language: i18n.Language = "en" if request.query_params.get("lang") == "en" else "fr"
    try:
        context = _context(request.query_params)
        language = context.language
        with i18n.use(language):
            shown = draw(context)
            text, status = _document(shown, context), 200
    except CockpitError as error:
        with i18n.use(language):
            back = "" if isinstance(error, BadRequest) else _back(request)
            text, status = _refusal(error.sentence(), back), status_of(error)
    except Exception as error:  # noqa: BLE001 - one sentence, the log has the trace
        _log.error("page failed", kind=type(error).__name__, exc_info=error)
        text, status = _refusal(UNEXPECTED), 500
    encoding = accepted(request.headers.get("accept-encoding", ""))
    headers = {"cache-control": "private, no-cache", "vary": vary}
    if encoding:
        headers["content-encoding"] = encoding
    return HTMLResponse(encode(text.encode(), encoding), status, headers)


def _context(query: Mapping[str, str]) -> LightContext:
    """Raises NoGeneration, BadRequest, UnknownUnit."""
    who, params, home = visit(warehouse(), query), parse(query), warehouse().home
    if query.get("unit") and params.unit is None:
        raise UnknownUnit(unit=query["unit"])
    return LightContext(
        generation=who.generation,
        scope=who.scope,
        unit=who.generation.units.get(who.unit(params.unit)),
        period=params.period or Period.DAY,
        language=who.language,
        params=params,
        kpis=who.kpis,
        name=home.installation.name,
    )


def _document(shown: Plain, context: LightContext) -> str:
    links = " ".join(
        f'<a href="{escape(address)}">{escape(label)}</a>' for label, address in shown.ways
    )
    stamp = first.stamp(context.generation)
    body = (
        f'<a class="ck-skip" href="#content">{_("Aller au contenu")}</a>'
        f'<main class="ck-first ck-plain" id="content" {stamp}>{shown.main}</main>'
        f'<footer class="ck-paper">{escape(_told(context))}{_stated()}</footer>'
        f"{ways(links)}"
    )
    return shell(shown.title, body)


def _stated() -> str:
    """The accessibility statement, which the law wants within reach of every page."""
    query = "" if i18n.language() == "fr" else f"?lang={i18n.language()}"
    said = escape(_("Accessibilité : voir la déclaration"))
    return f'<p class="ck-stated"><a href="/accessibilite{query}">{said}</a></p>'


def _told(context: LightContext) -> str:
    """What a sheet of paper must say of itself."""
    text = _("{name} · {profile} · {day} · chiffres publiés le {stamp}, état n° {number}")
    return text.format(
        name=context.name,
        profile=i18n.pick(context.scope.label_fr, context.scope.label_en),
        day=dates.long_day(clock.today()),
        stamp=dates.stamp(context.generation.published_at),
        number=context.generation.id,
    )


def _back(request: Request) -> str:
    """The role and the language that asked, for a way back that is theirs."""
    asked = parse(request.query_params)
    query = urlencode(Params(role=asked.role, language=asked.language).query())
    return f"?{query}" if query else ""


def _refusal(sentence: str, back: str = "") -> str:
    title = _("Page indisponible")
    home = f'<a href="/brief{escape(back)}">{_("Revenir à la synthèse")}</a>'
    return shell(
        title,
        f'<main class="ck-first ck-plain">{parts.header(title, "Cockpit")}'
        f'<p class="ck-note ck-amber" role="alert">{escape(unbroken(sentence))}</p>'
        f"</main>{ways(home)}",
    )


def ways(links: str) -> str:
    """The bar under the thumb. links: HTML."""
    return f'<nav class="ck-way" aria-label="{escape(_("Pages"))}">{links}</nav>'


def shell(title: str, body: str) -> str:
    """The document around a body, in the language of the run."""
    return (
        f'<!doctype html><html lang="{i18n.language()}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">'
        f'<title>{escape(title)} · Cockpit</title><link rel="icon" href="/icons/32.png">'
        f'<link rel="stylesheet" href="{own.address("cockpit.css")}">'
        f"<style>{first.STYLE}{own.text('plain.css')}</style>"
        f"</head><body>{body}</body></html>"
    )
