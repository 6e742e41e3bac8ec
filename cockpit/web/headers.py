"""Who may knock, what may come in, and what every answer says.

Pure ASGI middleware, so that websockets pass through the same checks as pages: a request for a
host that is not ours (DNS rebinding) or from a page of another origin is refused before any script
runs, and before Streamlit would ask an outside service for this machine's public address.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, PlainTextResponse

from cockpit.web.counts import COUNTS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

SECURITY = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
"""On every answer. HSTS belongs to the TLS proxy: this process speaks plain HTTP on loopback."""

_CLOSED = ("/_stcore/metrics", "/_stcore/agent")
_OPEN = frozenset({"_stcore", "static", "media", "component", "api", "icons", "push"})
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def content_security_policy(script_hashes: Iterable[str]) -> str:
    """Nothing comes from outside; the only inline scripts are those whose hash is given.

    Inline styles stay: emotion (Streamlit) writes them at run time.
    """
    scripts = " ".join(["'self'", *script_hashes])
    return (
        f"default-src 'self'; script-src {scripts}; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; "
        "worker-src 'self' blob:; frame-src 'none'; frame-ancestors 'none'; object-src 'none'; "
        "base-uri 'self'; form-action 'self'"
    )


class Door:
    """Refuses strangers, closes what Streamlit leaves open, counts, and signs every answer."""

    def __init__(self, app: ASGIApp, *, hosts: Iterable[str], policy: str) -> None:
        self.app = app
        self.hosts = frozenset(host.strip("[]").lower() for host in hosts)
        self.always = SECURITY | {"content-security-policy": policy}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One connection."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        elif not self._is_welcome(scope):
            await _refuse(scope, receive, self._signed(send))
        elif _is_closed(scope["path"]):
            await _absent(scope)(scope, receive, self._signed(send))
        else:
            await self.app(scope, receive, self._signed(send))

    def _is_welcome(self, scope: Scope) -> bool:
        headers = Headers(scope=scope)
        if _hostname(headers.get("host", "")) not in self.hosts:
            return False
        origin = headers.get("origin")
        changes = scope["type"] == "websocket" or scope["method"] not in _SAFE
        return not (origin and changes) or urlsplit(origin or "").netloc == headers.get("host")

    def _signed(self, send: Send) -> Send:
        async def signed(message: Message) -> None:
            if message["type"] == "http.response.start":
                COUNTS.add(message["status"])
                headers = MutableHeaders(scope=message)
                for name, value in self.always.items():
                    headers.setdefault(name, value)
            await send(message)

        return signed


def _hostname(host: str) -> str:
    try:
        return (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:
        return ""


def _is_closed(path: str) -> bool:
    """Streamlit's own metrics and agent API, and any deep path: it would answer its page as 200."""
    first, _, rest = path.lstrip("/").partition("/")
    return path.startswith(_CLOSED) or (bool(rest) and first not in _OPEN)


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008, "reason": ""})
        return
    answer = PlainTextResponse("Adresse ou origine refusée.\n", status_code=400)
    await answer(scope, receive, send)


def _absent(scope: Scope) -> ASGIApp:
    if scope["type"] == "websocket":
        return _refuse
    return JSONResponse(
        {"error": "NotFound", "sentence": "Cette adresse n'existe pas."}, status_code=404
    )
