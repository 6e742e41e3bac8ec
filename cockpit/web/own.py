"""Our own scripts and style sheets: named here once, read and compressed once.

    /links.js?v=DIGEST     what documents name: kept a year, another content has another address
    /links.js, another v   the present content, asked again at each visit: for a tab opened or a
                           page kept before an upgrade, and for what a worker is known by
                           (/sw.js, /push-worker.js)

`sw.js` is assembled in `offline`, `plain.css` is written into its pages (`plain`).
"""

from __future__ import annotations

import hashlib
import json
import re
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.responses import Response
from starlette.routing import Route

from cockpit.web.assets import BEST, LASTING, TYPES, Encoding, accepted, encode
from cockpit.web.words import words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

NAMES = (
    "cockpit.css",
    "drafts.js",
    "first.js",
    "links.js",
    "phone.js",
    "push.js",
    "push-worker.js",
)
_HERE = Path(__file__).parent
_COMMENT = re.compile(r"^ *//.*\n", re.MULTILINE)


def routes() -> list[Route]:
    """Each of them, at the root: a worker has the scope of its folder."""
    return [Route(f"/{name}", partial(_respond, name)) for name in NAMES]


def _respond(name: str, request: Request) -> Response:
    return answer(request, name, content(name))


def address(name: str) -> str:
    """Where a document finds it: of the same version as the document, always."""
    return f"/{name}?v={_digest(content(name))}"


@cache
def content(name: str) -> bytes:
    """A script or style sheet as a browser gets it, before compression."""
    if name == "phone.js":
        return joined({"words": words()}, "acts.js", name)
    return text(name).encode()


@cache
def text(name: str) -> str:
    """A file of this folder; a script without its lines of comment, which no browser needs."""
    said = (_HERE / name).read_text("utf-8")
    return _COMMENT.sub("", said) if name.endswith(".js") else said


def joined(known: Mapping[str, object], *names: str) -> bytes:
    """Scripts as one, after what the server tells them: the constant `COCKPIT`."""
    said = json.dumps(known, ensure_ascii=False, separators=(",", ":"))
    return "\n".join([f"const COCKPIT = {said};", *map(text, names)]).encode()


def answer(request: Request, name: str, body: bytes) -> Response:
    """A year for the address that carries the digest of the body; asked again at any other."""
    digest = _digest(body)
    headers = {"vary": "accept-encoding", "etag": f'W/"{digest}"'}
    if request.query_params.get("v") == digest:
        headers |= LASTING
    else:
        headers["cache-control"] = "no-cache"
    if f'"{digest}"' in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    encoding = accepted(request.headers.get("accept-encoding", ""))
    if encoding:
        headers["content-encoding"] = encoding
    kind = TYPES[Path(name).suffix]
    return Response(_encoded(body, encoding), headers=headers, media_type=kind)


@cache
def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:12]


@cache
def _encoded(body: bytes, encoding: Encoding | None) -> bytes:
    return encode(body, encoding, BEST)
