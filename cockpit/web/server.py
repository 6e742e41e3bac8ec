"""Our half of the ASGI application: routes, middleware, start and stop.

Measured on two cores (docs/decisions): warm imports before the first visit (4 s -> 80 ms), and
`gc.freeze()` with `runner.postScriptGC = false` (rerun 112 ms -> 14 ms).
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import importlib
import pkgutil
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import streamlit as st
import structlog
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from cockpit import i18n, settings
from cockpit.answers import warm
from cockpit.answers.visit import language_of, visit
from cockpit.errors import BadRequest, CockpitError
from cockpit.i18n import gettext as _
from cockpit.views import nav
from cockpit.web import (
    accessibility,
    acknowledge,
    api,
    assets,
    brief,
    lite,
    manifest,
    offline,
    own,
    phones,
    plain,
    probes,
    push,
    sheet,
    taken,
)
from cockpit.web import first as first_screen
from cockpit.web.document import document, policy, with_first
from cockpit.web.headers import Door
from cockpit.web.opened import warehouse

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request

    from cockpit.i18n import Language

MAIN = Path(__file__).with_name("main.py")
"""Streamlit's main script; absolute, because uvicorn would resolve it from its own folder."""

_FOLLOW_S = 5.0
_REQUIRED = {
    "browser.gatherUsageStats": False,
    "server.enableXsrfProtection": True,
    "server.enableAgentApi": False,
    "client.showErrorDetails": "none",
    "runner.postScriptGC": False,
}
_LATE = ("altair", "babel.numbers", "pyarrow.pandas_compat", "cockpit.views.page")
"""What a page would import while it is drawn, beside the screens."""
_log = structlog.get_logger(__name__)


def routes() -> list[Route]:
    """Ours come before Streamlit's. The last one takes every other one-word address."""
    return [
        *probes.routes(),
        *taken.routes(),
        *api.routes(),
        *manifest.routes(),
        *own.routes(),
        *brief.routes(),
        *sheet.routes(),
        *acknowledge.routes(),
        *push.routes(),
        *offline.routes(),
        *accessibility.routes(),
        *phones.routes(),
        Route("/", page),
        Route("/{page}", page),
    ]


def middleware() -> list[Middleware]:
    """Outermost first: strangers are refused before anything is read."""
    hosts = st.get_option("server.allowedHosts")
    return [
        Middleware(Door, hosts=hosts, policy=policy()),
        Middleware(assets.Assets),
        Middleware(phones.Told),
    ]


def page(request: Request) -> Response:
    """The document of the application; 404 with a way back for a page that does not exist."""
    name = request.path_params.get("page", "")
    if name not in {found.url_path for found in nav.PAGES}:
        return HTMLResponse(_not_found(_language(request)), 404)
    if lite.wants_lite(request):
        return lite.respond(request, nav.at(name).id)
    encoding = assets.accepted(request.headers.get("accept-encoding", ""))
    headers = {"cache-control": "private, no-cache", "vary": lite.VARY}
    headers["x-cockpit-document"] = "live"
    if encoding:
        headers["content-encoding"] = encoding
    title = f"Cockpit · {warehouse().home.installation.name}"
    language = _language(request)
    first = "" if name else _first(request)
    if first:
        return HTMLResponse(with_first(title, language, first, encoding), headers=headers)
    return HTMLResponse(document(title, language, encoding), headers=headers)


def _language(request: Request) -> Language:
    try:
        return language_of(warehouse().home, request.query_params.get("lang"))
    except BadRequest:
        return "fr"


def _first(request: Request) -> str:
    """The first screen for an address that asks for nothing else; empty when it cannot be shown."""
    if not set(request.query_params) <= {"as", "lang", "lite"}:
        return ""
    try:
        who = visit(warehouse(), request.query_params)
        with i18n.use(who.language):
            return first_screen.content(who)
    except CockpitError:
        return ""  # the live page says why


def _not_found(language: Language) -> str:
    with i18n.use(language):
        title, said = _("Page introuvable"), _("Cette adresse n'existe pas.")
        back = f'<a href="/">{_("Revenir à la synthèse")}</a>'
        return plain.shell(
            title,
            f'<main class="ck-first ck-plain"><h1>{title}</h1><p>{said}</p></main>'
            f"{plain.ways(back)}",
        )


@contextlib.asynccontextmanager
async def lifespan(_app: object) -> AsyncIterator[dict[str, object]]:
    """Warm, then serve; a later generation is warmed in the background."""
    require_settings()
    settings.home().prepare()
    await asyncio.to_thread(_warm)
    gc.collect()
    gc.freeze()
    probes.Readiness.warm = True
    Thread(target=assets.squeeze, daemon=True).start()
    following = asyncio.create_task(_follow())
    try:
        yield {}
    finally:
        probes.Readiness.warm = False
        following.cancel()


def require_settings() -> None:
    """Refuse to start when `.streamlit/config.toml` was not found or was weakened."""
    for name, wanted in _REQUIRED.items():
        if st.get_option(name) != wanted:
            message = (
                f"Réglage {name} absent ou modifié : lancez « cockpit serve », qui lit "
                ".streamlit/config.toml. Le serveur ne démarre pas."
            )
            raise RuntimeError(message)


def _warm() -> None:
    """Import what any page needs (1 s that the first visit does not wait for), read the figures."""
    from cockpit.views import screens  # noqa: PLC0415

    listed = (f"{screens.__name__}.{one.name}" for one in pkgutil.iter_modules(screens.__path__))
    for name in (*_LATE, *listed):
        importlib.import_module(name)
    assets.warm()
    _warm_figures()


def _warm_figures() -> int | None:
    """Compute the home page of the default role, so that the first reader does not wait."""
    try:
        return warm.home_page(warehouse())
    except CockpitError as error:
        _log.warning("not warm", **error.log_line())
        return None


async def _follow() -> None:
    """When the worker publishes, warm the new state before the readers' next poll finds it."""
    seen: int | None = None
    while True:
        await asyncio.sleep(_FOLLOW_S)
        number = await asyncio.to_thread(_published)
        if number is not None and number != seen:
            if seen is not None:
                await asyncio.to_thread(_warm_figures)
            gc.collect()
            gc.freeze()
            seen = number


def _published() -> int | None:
    try:
        return warehouse().generation().id
    except CockpitError:
        return None


def on_script_error(error: Exception) -> bool:
    """Log what Streamlit would show; the visitor sees its generic sentence."""
    _log.error("script failed", kind=type(error).__name__, exc_info=error)
    return False
