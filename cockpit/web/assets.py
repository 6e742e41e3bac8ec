"""Streamlit's scripts, styles and fonts: in the language of the page, made small once, kept a year.

Streamlit serves its 2.7 MB uncompressed; brotli and fonts cut down make 0.5 MB of it. Its few
English words are replaced on the way (`interface`).
"""

from __future__ import annotations

import gzip
import json
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import brotli
import streamlit
from anyio.to_thread import run_sync
from starlette.datastructures import Headers
from starlette.responses import Response

from cockpit.web import fonts, interface

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

Encoding = Literal["br", "gzip"]

ROOT = Path(streamlit.__file__).parent / "static"
_QUALITY, BEST = 5, 11
LASTING = {
    "cache-control": "public, max-age=31536000, immutable",
    # Shorter than the document's, and as strict: eighty answers of a first visit carry it.
    "content-security-policy": "default-src 'self'; frame-ancestors 'none'",
}
TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".woff2": "font/woff2",
}


class Assets:
    """Answers `/static/*.js`, `.css` and the fonts of the interface itself."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request; anything that is not one of these files goes on."""
        path = _asset(scope)
        if path is None:
            await self.app(scope, receive, send)
            return
        asked = Headers(scope=scope).get("accept-encoding", "")
        encoding = None if path.suffix == ".woff2" else accepted(asked)
        body = await run_sync(compressed, path, encoding)
        headers = {**LASTING, "vary": "accept-encoding"}
        if encoding:
            headers["content-encoding"] = encoding
        answer = Response(body, headers=headers, media_type=TYPES[path.suffix])
        await answer(scope, receive, send)


def _asset(scope: Scope) -> Path | None:
    if scope["type"] != "http" or scope["method"] not in {"GET", "HEAD"}:
        return None
    return known_assets().get(scope["path"])


@cache
def known_assets() -> dict[str, Path]:
    """Path of the request -> file; built once, so that no path of a request reaches the disk."""
    files = (path for path in (ROOT / "static").rglob("*") if path.suffix in TYPES)
    found = (path for path in files if path.suffix != ".woff2" or fonts.is_cut(path.name))
    return {f"/{path.relative_to(ROOT).as_posix()}": path for path in found}


def accepted(header: str) -> Encoding | None:
    """The best encoding that the browser takes."""
    offered = {part.split(";")[0].strip() for part in header.split(",")}
    if "br" in offered:
        return "br"
    return "gzip" if "gzip" in offered else None


def compressed(path: Path, encoding: Encoding | None) -> bytes:
    """A file as it is sent, in the language of the page, compressed; kept while we run."""
    found = _KEPT.get((path, encoding))
    if found is None:
        found = _KEPT[path, encoding] = _made(path, encoding, _QUALITY)
    return found


_KEPT: dict[tuple[Path, Encoding | None], bytes] = {}


def _made(path: Path, encoding: Encoding | None, quality: int) -> bytes:
    if path.suffix == ".woff2":
        return fonts.cut(path)
    return encode(spoken(path), encoding, quality)


def encode(body: bytes, encoding: Encoding | None, quality: int = _QUALITY) -> bytes:
    """The body in this encoding; itself without one."""
    if encoding == "br":
        return bytes(brotli.compress(body, quality=quality))
    return gzip.compress(body, mtime=0) if encoding == "gzip" else body


def spoken(path: Path) -> bytes:
    """A script that speaks the language of its document; any other file as it is."""
    if path.suffix != ".js":
        return path.read_bytes()
    return interface.spoken(path.name.split(".")[0], path.read_text("utf-8")).encode()


def first_files() -> tuple[Path, ...]:
    """What a first visit asks for: what the document names, what it then needs, and the fonts."""
    document = (ROOT / "index.html").read_text("utf-8")
    named = re.findall(r'(?:src|href)="\./(static/[^"]+\.(?:js|css))"', document)
    return (*(ROOT / name for name in named), *lazy_scripts(), *fonts_of_interface())


@cache
def lazy_scripts() -> tuple[Path, ...]:
    """The scripts of `st.html`, which the live page would ask for once it has been told so."""
    core, wanted = _closure("index.html"), _closure(_entry("Html/Html.tsx"))
    return tuple(ROOT / _manifest()[name]["file"] for name in wanted if name not in core)


def curves_script() -> Path:
    """The script that draws curves: 330 kB with those that it needs."""
    entry = _entry("ArrowVegaLiteChart/ArrowVegaLiteChart.tsx")
    return ROOT / str(_manifest()[entry]["file"])


@cache
def _manifest() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = json.loads((ROOT / "manifest.json").read_text("utf-8"))
    return found


def _entry(component: str) -> str:
    return next(name for name in _manifest() if name.endswith(f"/components/elements/{component}"))


def _closure(entry: str) -> dict[str, None]:
    """The chunks that one needs, itself included, in the order in which they are named."""
    found: dict[str, None] = {}
    waiting = [entry]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = None
            waiting += _manifest()[name].get("imports", [])
    return found


@cache
def fonts_of_interface() -> tuple[Path, ...]:
    """The icons, then the text: what every page shows."""
    media = ROOT / "static" / "media"
    names = (f"{fonts.ICONS}*.woff2", f"{fonts.TEXT}-Upright*.woff2")
    return tuple(path for name in names for path in sorted(media.glob(name)))


def warm() -> None:
    """Make what the first page asks for (2 s), before anybody asks."""
    for path in first_files():
        compressed(path, None if path.suffix == ".woff2" else "br")


def squeeze() -> None:
    """Compress it again, a tenth smaller: 3 s of processor, in the background after the start."""
    for path in first_files():
        if path.suffix != ".woff2":
            _KEPT[path, "br"] = _made(path, "br", BEST)
