"""What a phone keeps to be read without network: the worker that does it, and its pages.

    /sw.js                  the worker, with what it must know; its half in the page is phone.js
    /hors-ligne             the page shown when nothing is kept for an address
    /alertes-hors-ligne     the lines of the offline brief that can be acknowledged

Nothing is kept when `cockpit.toml` says `[web] offline = false` (docs/phone.md).
"""

from __future__ import annotations

import hashlib
from functools import cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import structlog
from starlette.responses import HTMLResponse
from starlette.routing import Route

from cockpit import clock, i18n, settings
from cockpit.alerts.desk.inbox import BUDGET, inbox
from cockpit.answers.visit import visit
from cockpit.errors import CockpitError
from cockpit.i18n import gettext as _
from cockpit.i18n import pick
from cockpit.views import alert_matters, groups, nav, parts
from cockpit.views.alert_cards import SEVERITIES
from cockpit.views.status import CLASSES, chip
from cockpit.web import assets, interface, own, plain
from cockpit.web.api import UNEXPECTED, status_of
from cockpit.web.opened import warehouse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request
    from starlette.responses import Response

    from cockpit.kpi.units import UnitTree
    from cockpit.views.alert_matters import Matter

_HERE = Path(__file__).parent
_OWN = ("cockpit.css", "drafts.js", "first.js", "links.js", "phone.js", "push.js")
_BESIDE = (
    "/icons/32.png",
    "/icons/180.png",
    "/icons/192.png",
    "/hors-ligne",
    "/hors-ligne?lang=en",
)
_log = structlog.get_logger(__name__)


def routes() -> list[Route]:
    """The worker and the two pages."""
    return [
        Route("/sw.js", worker),
        Route("/hors-ligne", absent),
        Route("/alertes-hors-ligne", lines),
    ]


def worker(request: Request) -> Response:
    """The service worker; asked again at each visit, it renews itself when a byte changed."""
    return own.answer(request, "sw.js", _worker(keeps=_keeps()))


@cache
def version() -> str:
    """Changes with anything of ours that a phone keeps, and with Streamlit's files."""
    found = hashlib.sha256("\n".join((_static_version(), *_shell())).encode())
    for path in sorted(_HERE.rglob("*")):
        if path.suffix in {".js", ".css", ".py", ".png"}:
            found.update(path.name.encode() + path.read_bytes())
    return found.hexdigest()[:12]


@cache
def _static_version() -> str:
    """Streamlit's files, and what is replaced in them."""
    said = [*sorted(assets.known_assets()), repr((interface.FRENCH, interface.CHANGED))]
    return hashlib.sha256("\n".join(said).encode()).hexdigest()[:12]


def _keeps() -> bool:
    return settings.home().installation.web.offline


def _shell() -> tuple[str, ...]:
    """What is kept at install: what a kept page and a kept first screen name."""
    return (*map(own.address, _OWN), *_BESIDE)


@cache
def _worker(*, keeps: bool) -> bytes:
    known = {
        "version": version(),
        "assets": _static_version(),
        "keeps": keeps,
        "script": own.address("phone.js"),
        "shell": _shell(),
        "pages": [f"/{found.url_path}" for found in nav.PAGES],
    }
    return own.joined(known, "acts.js", "sw.js")


def absent(request: Request) -> Response:
    """No figure of its own: the phone lists what it keeps for the profile of the address."""
    language: i18n.Language = "en" if request.query_params.get("lang") == "en" else "fr"
    with i18n.use(language):
        if _keeps():
            kept = parts.section(_("Gardé sur ce téléphone"))
            kept += '<div class="ck-list" data-phone="kept"></div>'
        else:
            kept = parts.note(
                _("Votre établissement ne laisse garder aucun chiffre sur les téléphones.")
            )
        said = parts.state(_("Hors ligne"), _("Cette page demande le réseau."))
        head = parts.header(_("Lisible sans réseau"), "Cockpit")
        content = f'{head}<div data-phone="absent" hidden>{said}</div>{kept}'
        ways = ((_("Réessayer"), "again", " hidden"), (_("Synthèse"), "home", ""))
        bar = "".join(
            f'<a href="/" data-phone="{name}"{more}>{escape(label)}</a>'
            for label, name, more in ways
        )
        text = page(_("Hors ligne"), content, bar, own.address("phone.js"))
    return HTMLResponse(text, headers={"cache-control": "no-cache"})


def page(title: str, content: str, bar: str, script: str = "") -> str:
    """A page of ours without the framework. content: HTML; bar: the links under the thumb."""
    ours = f'<script src="{script}" defer></script>' if script else ""
    return plain.shell(
        title, f'<main class="ck-first ck-plain">{content}</main>{plain.ways(bar)}{ours}'
    )


def lines(request: Request) -> Response:
    """A fragment: the open matters that the role may take, each with its button."""
    asked = {
        name: request.query_params[name] for name in ("as", "lang") if name in request.query_params
    }
    headers = {"cache-control": "private, no-cache"}
    try:
        who = visit(warehouse(), asked)
        with i18n.use(who.language):
            items = inbox(who.generation, who.scope, clock.utc_naive(clock.now()))
            open_ones = [one for one in alert_matters.matters(items, "open") if one.episodes]
            text, status = _fragment(open_ones[:BUDGET], who.generation.units), 200
    except CockpitError as error:
        text, status = escape(error.sentence()), status_of(error)
    except Exception as error:  # noqa: BLE001 - one French sentence, the log has the trace
        _log.error("offline lines failed", kind=type(error).__name__, exc_info=error)
        text, status = escape(UNEXPECTED), 500
    return HTMLResponse(f'<html lang="fr">{text}</html>', status, headers)


def _fragment(matters: Sequence[Matter], units: UnitTree) -> str:
    if not matters:
        return "<section hidden></section>"
    title, who = _("Alertes à prendre en note"), _("Votre nom")
    said = _("Votre prise en note est gardée ici et envoyée au retour du réseau.")
    cards = "".join(_line(one, units) for one in matters)
    return (
        f'<section class="ck-column ck-to-take">{parts.section(title)}{parts.said(said)}'
        f'<label>{who}<input data-phone="who" maxlength="80" autocomplete="name"></label>'
        f"{cards}</section>"
    )


def _line(matter: Matter, units: UnitTree) -> str:
    worst, said = matter.group.worst, _("J'en prends note")
    status, title = SEVERITIES[worst.severity], escape(groups.title(matter.group, units))
    body = pick(worst.body_fr, worst.body_en) if matter.group.is_single else ""
    episodes = ",".join(str(one) for one in matter.episodes)
    return (
        f'<article class="ck-alert {CLASSES[status]}">'
        f'<div class="ck-alert-top">{chip(status)}</div><h3>{title}</h3>'
        f"<p>{escape(body or groups.places(matter.group))}</p>"
        f'<button class="ck-button" data-phone="take" data-episodes="{episodes}" '
        f'data-severity="{worst.severity}" data-title="{title}">{escape(said)}</button></article>'
    )
