"""How Cockpit looks on a home screen: manifest, icons, and for an iPhone its tags, first images.

An iPhone reads neither the colours nor the name of the manifest at launch: it wants one image per
size of screen. They are drawn here, the ground with the icon in its middle, on first request.
"""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image
from starlette.responses import Response
from starlette.routing import Route

from cockpit import i18n, settings
from cockpit.i18n import gettext as _
from cockpit.web.api import as_json

if TYPE_CHECKING:
    from starlette.requests import Request

    from cockpit.settings import Installation

GROUND = {"light": "#F4F6FA", "dark": "#0B1220"}
"""The colour behind everything, as in cockpit.css."""

ICONS = Path(__file__).parent / "icons"
_DAY = "public, max-age=86400"
_SCREENS = (
    (375, 667, 2),
    (414, 896, 2),
    (375, 812, 3),
    (390, 844, 3),
    (393, 852, 3),
    (402, 874, 3),
    (414, 896, 3),
    (420, 912, 3),
    (428, 926, 3),
    (430, 932, 3),
    (440, 956, 3),
)
"""iPhones on which iOS 16.4 (the first with web push) and later run: points wide, high, scale."""

_SHARE = 3  # the icon is a third of the width


def routes() -> list[Route]:
    """The manifest, the images of a launch and the icons."""
    return [
        Route("/manifest.webmanifest", manifest),
        Route("/icons/splash-{width:int}x{height:int}-{scheme}.png", splash),
        Route("/icons/{name}", icon),
        Route("/favicon.png", lambda _request: _icon_named("32.png")),
    ]


def manifest(_request: Request) -> Response:
    """Makes the page installable on a phone's home screen."""
    home = settings.home().installation
    with i18n.use(home.language):
        answer = as_json(_body(home))
    answer.headers["content-type"] = "application/manifest+json"
    answer.headers["cache-control"] = _DAY
    return answer


def _body(home: Installation) -> dict[str, object]:
    return {
        "id": "/",
        "name": f"Cockpit · {home.name}",
        "short_name": "Cockpit",
        "description": _("Le tableau de bord de la direction de l'hôpital."),
        "lang": home.language,
        "dir": "ltr",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "orientation": "any",
        "categories": ["business", "medical", "productivity"],
        "background_color": GROUND["light"],
        "theme_color": GROUND["light"],
        "icons": _icons(),
        "shortcuts": _shortcuts(),
        "screenshots": _screenshots(),
    }


def _icons() -> list[dict[str, str]]:
    any_shape = [
        {"src": f"/icons/{side}.png", "sizes": f"{side}x{side}", "type": "image/png"}
        for side in (192, 512)
    ]
    masked = {
        "src": "/icons/maskable.png",
        "sizes": "512x512",
        "type": "image/png",
        "purpose": "maskable",
    }
    return [*any_shape, masked]


def _shortcuts() -> list[dict[str, object]]:
    """A long press on the icon."""
    icon = [{"src": "/icons/192.png", "sizes": "192x192", "type": "image/png"}]
    pages = (
        (_("Alertes"), "/alertes"),
        (_("Capacité"), "/capacite"),
        (_("Synthèse sans script"), "/brief"),
    )
    return [{"name": name, "url": url, "icons": icon} for name, url in pages]


def _screenshots() -> list[dict[str, str]]:
    """Of the sample hospital; made again by `python -m bench.screenshots`."""
    shown = (("390x844", "narrow"), ("1280x800", "wide"))
    return [
        {
            "src": f"/icons/screen-{sizes}.png",
            "sizes": sizes,
            "type": "image/png",
            "form_factor": form,
            "label": _("Synthèse de l'hôpital d'exemple"),
        }
        for sizes, form in shown
    ]


def apple_tags() -> str:
    """What the document tells an iPhone: it opens alone on the screen, under this name."""
    tags = [
        '<meta name="mobile-web-app-capable" content="yes">',
        '<meta name="apple-mobile-web-app-capable" content="yes">',
        '<meta name="apple-mobile-web-app-title" content="Cockpit">',
        # "default": the bar keeps its own ground, light or dark, and hides nothing of the page.
        '<meta name="apple-mobile-web-app-status-bar-style" content="default">',
    ]
    return "".join([*tags, *(_splash_tag(*screen) for screen in _SCREENS)])


def _splash_tag(width: int, height: int, scale: int) -> str:
    screen = (
        f"(device-width:{width}px) and (device-height:{height}px) and "
        f"(-webkit-device-pixel-ratio:{scale}) and (orientation:portrait)"
    )
    image = f"/icons/splash-{width * scale}x{height * scale}"
    return "".join(
        f'<link rel="apple-touch-startup-image" href="{image}-{scheme}.png" '
        f'media="{screen} and (prefers-color-scheme:{scheme})">'
        for scheme in GROUND
    )


def splash(request: Request) -> Response:
    """The image of one screen; 404 for a size that no iPhone of the list has."""
    asked = request.path_params
    size, scheme = (asked["width"], asked["height"]), asked["scheme"]
    if size not in {(wide * by, high * by) for wide, high, by in _SCREENS} or scheme not in GROUND:
        body = {"error": "NotFound", "sentence": "Cette image n'existe pas."}
        return as_json(body, status=404)
    return Response(_drawn(size, scheme), headers={"cache-control": _DAY}, media_type="image/png")


@cache
def _drawn(size: tuple[int, int], scheme: str) -> bytes:
    """10 kB: a palette is enough for one icon on one colour."""
    side = size[0] // _SHARE
    picture = Image.new("RGB", size, GROUND[scheme])
    with Image.open(ICONS / "512.png") as icon:
        drawn = icon.convert("RGBA").resize((side, side), Image.Resampling.LANCZOS)
    picture.paste(drawn, ((size[0] - side) // 2, (size[1] - side) // 2), drawn)
    out = io.BytesIO()
    picture.quantize(64).save(out, "PNG", optimize=True)
    return out.getvalue()


def icon(request: Request) -> Response:
    """One icon; 404 for a name that is not in the folder."""
    return _icon_named(request.path_params["name"])


def _icon_named(name: str) -> Response:
    body = _icon_files().get(name)
    if body is None:
        return as_json({"error": "NotFound", "sentence": "Cette icône n'existe pas."}, status=404)
    return Response(body, headers={"cache-control": _DAY}, media_type="image/png")


@cache
def _icon_files() -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in ICONS.glob("*.png")}
