"""What every answer tells a phone of what it may keep, and the address that makes it forget.

Header `x-cockpit-phones: keep|forget EPOCH VERSION`: whether the hospital lets figures stay on
phones, how many times phones were told to forget, which version of the pages this server gives.
`cockpit/web/sw.js` obeys it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from anyio.to_thread import run_sync
from starlette.datastructures import MutableHeaders
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from cockpit import i18n
from cockpit.administer import phones
from cockpit.answers.visit import language_of
from cockpit.errors import BadRequest, CockpitError
from cockpit.i18n import gettext as _
from cockpit.series.model import Status
from cockpit.views import parts
from cockpit.web.offline import page, version
from cockpit.web.opened import warehouse

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

ERASING = {"clear-site-data": '"cache", "storage"', "cache-control": "no-store"}
"""On the answer that ends what a phone keeps; cookies are another matter."""

_SILENT = ("/static/", "/_stcore/", "/media/", "/component/", "/icons/", "/api/")


def routes() -> list[Route]:
    """The address that makes this phone forget."""
    return [Route("/effacer", erase, methods=["POST"])]


def erase(request: Request) -> Response:
    """The browser empties its caches, its storage and its workers for this site."""
    try:
        language = language_of(warehouse().home, request.query_params.get("lang"))
    except BadRequest:
        language = "fr"
    with i18n.use(language):
        title = _("Ce téléphone est effacé")
        said = parts.note(
            _("Plus aucun chiffre de Cockpit n'y est gardé. Vous pouvez fermer l'application."),
            Status.OK,
        )
        bar = f'<a href="/">{_("Rouvrir Cockpit")}</a>'
        text = page(title, parts.header(title, "Cockpit") + said, bar)
    return HTMLResponse(text, headers=ERASING)


class Told:
    """Adds the header, and of which published state the figures are, to what a phone may keep."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One connection."""
        if scope["type"] != "http" or scope["path"].startswith(_SILENT):
            await self.app(scope, receive, send)
            return
        said = await run_sync(_said)

        async def telling(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in said.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, telling)


def _said() -> dict[str, str]:
    home = warehouse().home
    try:
        policy = "keep" if home.installation.web.offline else "forget"
        said = {"x-cockpit-phones": f"{policy} {phones.epoch(home)} {version()}"}
        generation = warehouse().generation()
    except CockpitError:
        return {"x-cockpit-phones": f"forget {phones.epoch(home)} {version()}"}
    said["x-cockpit-generation"] = str(generation.id)
    if generation.published_at:
        said["x-cockpit-published"] = f"{generation.published_at.isoformat(timespec='seconds')}Z"
    return said
