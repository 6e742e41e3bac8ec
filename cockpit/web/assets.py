"""Streamlit's scripts and styles: in French, compressed once, kept by the browser for a year.

Streamlit serves its 2.7 MB uncompressed; brotli makes 0.7 MB of it. Its few English words are
replaced on the way, because no parameter reaches them; a test checks that each one still exists,
so that an upgrade of Streamlit cannot bring them back unseen.
"""

from __future__ import annotations

import gzip
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import brotli
import streamlit
from anyio.to_thread import run_sync
from starlette.datastructures import Headers
from starlette.responses import Response

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

Encoding = Literal["br", "gzip"]

ROOT = Path(streamlit.__file__).parent / "static"
_QUALITY = 5
_YEAR = "public, max-age=31536000, immutable"
_TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}

_NO_SUCH_PAGE = (
    "`You have requested page /${e}, but no corresponding file was found in the app's pages/ "
    "directory`"
)

FRENCH: dict[str, tuple[tuple[str, str], ...]] = {
    "index": (
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
    """Answers `/static/*.js` and `.css` itself, whatever the accepted encoding of the browser."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request; anything that is not a script or a style goes on."""
        path = _asset(scope)
        if path is None:
            await self.app(scope, receive, send)
            return
        encoding = accepted(Headers(scope=scope).get("accept-encoding", ""))
        body = await run_sync(compressed, path, encoding)
        headers = {"cache-control": _YEAR, "vary": "accept-encoding"}
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
    found = (path for path in (ROOT / "static").rglob("*") if path.suffix in _TYPES)
    return {f"/{path.relative_to(ROOT).as_posix()}": path for path in found}


def accepted(header: str) -> Encoding | None:
    """The best encoding that the browser takes."""
    offered = {part.split(";")[0].strip() for part in header.split(",")}
    if "br" in offered:
        return "br"
    return "gzip" if "gzip" in offered else None


@cache
def compressed(path: Path, encoding: Encoding | None) -> bytes:
    """A file in French, compressed; kept for the life of the process."""
    return encode(in_french(path), encoding)


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


def warm() -> None:
    """Compress what the first page asks for (0.2 s), before anybody asks."""
    document = (ROOT / "index.html").read_text("utf-8")
    for name in re.findall(r'(?:src|href)="\.(/static/[^"]+\.(?:js|css))"', document):
        compressed(known_assets()[name], "br")
