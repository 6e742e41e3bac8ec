"""What a phone asks for besides the page: style sheet, scripts, icons."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.responses import Response
from starlette.routing import Route

from cockpit.web.api import as_json
from cockpit.web.assets import accepted, encode

if TYPE_CHECKING:
    from starlette.requests import Request

    from cockpit.web.assets import Encoding

_HERE = Path(__file__).parent
ICONS = _HERE / "icons"
_DAY = "public, max-age=86400"
_TYPES = {".png": "image/png", ".svg": "image/svg+xml", ".ico": "image/x-icon"}


def routes() -> list[Route]:
    """Style sheet, scripts, icons."""
    return [
        Route("/cockpit.css", style),
        Route("/first.js", lambda _request: _script("first.js")),
        Route("/links.js", lambda _request: _script("links.js")),
        Route("/icons/{name}", icon),
        Route("/favicon.png", lambda _request: _icon_named("32.png")),
    ]


def style(request: Request) -> Response:
    """The style sheet; asked again at each visit, so that an upgrade shows at once."""
    encoding = accepted(request.headers.get("accept-encoding", ""))
    headers = {"cache-control": "no-cache", "vary": "accept-encoding"}
    if encoding:
        headers["content-encoding"] = encoding
    return Response(_style(encoding), headers=headers, media_type="text/css")


@cache
def _style(encoding: Encoding | None) -> bytes:
    return encode((_HERE / "cockpit.css").read_bytes(), encoding, 9)


def _script(name: str) -> Response:
    """One of our two scripts: the hand-over from the first screen; links, and newer figures."""
    headers = {"cache-control": "no-cache"}
    return Response((_HERE / name).read_bytes(), headers=headers, media_type="text/javascript")


def icon(request: Request) -> Response:
    """One icon; 404 for a name that is not in the folder."""
    return _icon_named(request.path_params["name"])


def _icon_named(name: str) -> Response:
    body = _icons().get(name)
    if body is None:
        return as_json({"error": "NotFound", "sentence": "Cette icône n'existe pas."}, status=404)
    headers = {"cache-control": _DAY}
    return Response(body, headers=headers, media_type=_TYPES[Path(name).suffix])


@cache
def _icons() -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in ICONS.iterdir() if path.suffix in _TYPES}
