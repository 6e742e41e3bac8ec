"""Streamlit's scripts, styles and fonts: in French, made small once, kept by browsers for a year.

Streamlit serves its 2.7 MB uncompressed; brotli and fonts cut down make 0.5 MB of it. Its few
English words are replaced on the way, because no parameter reaches them; a test checks that each
one still exists, so that an upgrade of Streamlit cannot bring them back unseen.
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

from cockpit.web import fonts

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

Encoding = Literal["br", "gzip"]

ROOT = Path(streamlit.__file__).parent / "static"
_QUALITY, _BEST = 5, 11
_HEADERS = {
    "cache-control": "public, max-age=31536000, immutable",
    # Shorter than the document's, and as strict: eighty answers of a first visit carry it.
    "content-security-policy": "default-src 'self'; frame-ancestors 'none'",
}
_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".woff2": "font/woff2",
}

_NO_SUCH_PAGE = (
    "`You have requested page /${e}, but no corresponding file was found in the app's pages/ "
    "directory`"
)

FRENCH: dict[str, tuple[tuple[str, str], ...]] = {
    "index": (
        # Never a modal over the figures: web/phone.js says it in a line at the bottom.
        ("this.state.connectionErrorDismissed||this.showError(", "!0||this.showError("),
        ("`Connection error`", "`Connexion interrompue`"),
        (
            "Streamlit server is not responding. Are you connected to the internet?",
            "Le serveur ne répond pas. Les chiffres restent lisibles, reconnexion automatique.",
        ),
        (
            "Connection lost. Please wait for the app to reconnect, then try again.",
            "Connexion interrompue. Attendez la reconnexion puis réessayez.",
        ),
        ("`Skip to main content`", "`Aller au contenu principal`"),
        ("`Page not found`", "`Page introuvable`"),
        (_NO_SUCH_PAGE, "`La page « ${e} » n'existe pas pour ce profil`"),
        ("The page that you have requested does not seem to exist", "Cette page n'existe pas"),
        (". Running the app's main page.", ". Voici la synthèse."),
        ("`Please wait...`", "`Un instant…`"),
        ('"aria-label":`Running...`', '"aria-label":`Calcul en cours`'),
        ('"aria-label":`Close`', '"aria-label":`Fermer`'),
        ("children:`Close`", "children:`Fermer`"),
    ),
    "utils": (
        ("`Choose an option`", "`Choisir`"),
        ("`Choose options`", "`Choisir`"),
        ("`No options to select`", "`Aucun choix possible`"),
    ),
    "Selectbox": (
        ("`No results`", "`Aucun résultat`"),
        ("`Clear value`", "`Effacer`"),
    ),
    "Multiselect": (
        ("`No results`", "`Aucun résultat`"),
        ("`Select all`", "`Tout choisir`"),
        ("`Clear all`", "`Tout effacer`"),
        ("`Selected values`", "`Choix faits`"),
    ),
    "TextInput": (
        ("`Show password`", "`Afficher la saisie`"),
        ("`Hide password`", "`Masquer la saisie`"),
    ),
    "DateInput": (
        ("`Choose date`", "`Choisir le jour`"),
        (
            "`Use arrow keys to navigate dates. Enter to select. Escape to close.`",
            "`Flèches pour changer de jour, Entrée pour choisir, Échap pour fermer.`",
        ),
    ),
    "FileUploader": (
        ("`Upload`", "`Déposer`"),
        (" per file`", " par fichier`"),
    ),
}
"""Chunk name (before its hash) -> (English in the script, French)."""


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
        headers = {**_HEADERS, "vary": "accept-encoding"}
        if encoding:
            headers["content-encoding"] = encoding
        answer = Response(body, headers=headers, media_type=_TYPES[path.suffix])
        await answer(scope, receive, send)


def _asset(scope: Scope) -> Path | None:
    if scope["type"] != "http" or scope["method"] not in {"GET", "HEAD"}:
        return None
    return known_assets().get(scope["path"])


@cache
def known_assets() -> dict[str, Path]:
    """Path of the request -> file; built once, so that no path of a request reaches the disk."""
    files = (path for path in (ROOT / "static").rglob("*") if path.suffix in _TYPES)
    found = (path for path in files if path.suffix != ".woff2" or fonts.is_cut(path.name))
    return {f"/{path.relative_to(ROOT).as_posix()}": path for path in found}


def accepted(header: str) -> Encoding | None:
    """The best encoding that the browser takes."""
    offered = {part.split(";")[0].strip() for part in header.split(",")}
    if "br" in offered:
        return "br"
    return "gzip" if "gzip" in offered else None


def compressed(path: Path, encoding: Encoding | None) -> bytes:
    """A file as it is sent: in French, compressed; kept for the life of the process."""
    found = _KEPT.get((path, encoding))
    if found is None:
        found = _KEPT[path, encoding] = _made(path, encoding, _QUALITY)
    return found


_KEPT: dict[tuple[Path, Encoding | None], bytes] = {}


def _made(path: Path, encoding: Encoding | None, quality: int) -> bytes:
    if path.suffix == ".woff2":
        return fonts.cut(path)
    return encode(in_french(path), encoding, quality)


def encode(body: bytes, encoding: Encoding | None, quality: int = _QUALITY) -> bytes:
    """The body in this encoding; itself without one."""
    if encoding == "br":
        return bytes(brotli.compress(body, quality=quality))
    return gzip.compress(body, mtime=0) if encoding == "gzip" else body


def in_french(path: Path) -> bytes:
    """A script with Streamlit's English words replaced."""
    text = path.read_bytes()
    if path.suffix == ".js":
        for english, french in FRENCH.get(path.name.split(".")[0], ()):
            text = text.replace(english.encode(), french.encode())
    return text


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
            _KEPT[path, "br"] = _made(path, "br", _BEST)
