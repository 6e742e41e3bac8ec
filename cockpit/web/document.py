"""The HTML document that carries the application: built once from Streamlit's own.

French (or English) `lang`, the viewport of a phone with a notch, our title, our style sheet ahead
of the first paint, the manifest, a noscript page that leads to the brief, and no address outside.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from html import escape

from cockpit.i18n import Language
from cockpit.web.assets import ROOT, Encoding, encode
from cockpit.web.first import STYLE
from cockpit.web.headers import content_security_policy

GROUND = {"light": "#F4F6FA", "dark": "#0B1220"}
_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_DOCUMENT_QUALITY = 11

_BOOT = 'window.__streamlit={BACKEND_BASE_URL:location.origin+"/"}'
"""Where Streamlit's server is: without it a deep link first asks two addresses that do not exist.

Read by Streamlit 1.67, not public: tests/web/test_door.py checks that the name is still there.
"""

_HEAD = (
    '<link rel="stylesheet" href="/cockpit.css"><script src="/links.js" defer></script>'
    '<link rel="manifest" href="/manifest.webmanifest">'
    '<link rel="apple-touch-icon" href="/icons/180.png"><link rel="icon" href="/icons/32.png">'
    + "".join(
        f'<meta name="theme-color" media="(prefers-color-scheme: {scheme})" content="{colour}">'
        for scheme, colour in GROUND.items()
    )
)
_NOSCRIPT: dict[Language, str] = {
    "fr": '<p>Sans JavaScript, la <a href="/brief">synthèse du jour</a> reste lisible.</p>',
    "en": '<p>Without JavaScript, the <a href="/brief?lang=en">daily brief</a> remains.</p>',
}


@cache
def document(title: str, language: Language, encoding: Encoding | None) -> bytes:
    """The document in one language, already compressed."""
    return encode(_template(title, language).encode(), encoding, _DOCUMENT_QUALITY)


def with_first(title: str, language: Language, content: str, encoding: Encoding | None) -> bytes:
    """The document that shows `content` at once and hands over to the live page."""
    shown = (
        f'<style id="first-style">{STYLE}#root{{visibility:hidden}}#first{{position:fixed;inset:0;'
        f'z-index:900;overflow:auto;background:var(--ck-ground)}}</style><div id="first">{content}'
        '</div><script src="/first.js" defer></script>'
    )
    head, root, tail = _template(title, language).partition('<div id="root"></div>')
    return encode(f"{head}{root}{shown}{tail}".encode(), encoding)


@cache
def _template(title: str, language: Language) -> str:
    return _build(title, language)


@cache
def policy() -> str:
    """The content security policy of the document, with the hash of its one inline script."""
    scripts = _SCRIPT.findall(_build("", "fr"))
    return content_security_policy(f"'sha256-{_digest(script)}'" for script in scripts)


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def _build(title: str, language: Language) -> str:
    text = (ROOT / "index.html").read_text("utf-8")
    text = re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)
    text = re.sub(r'<link rel="(?:service-desc|shortcut icon)"[^>]*>', "", text)
    text = text.replace('<html lang="en">', f'<html lang="{language}">')
    text = text.replace("initial-scale=1, shrink-to-fit=no", "initial-scale=1, viewport-fit=cover")
    text = text.replace("<title>Streamlit</title>", f"<title>{escape(title)}</title>")
    text = re.sub(
        r"<noscript>.*?</noscript>",
        f"<noscript>{_NOSCRIPT[language]}</noscript>",
        text,
        flags=re.DOTALL,
    )
    text = _SCRIPT.sub(f"<script>{_BOOT}</script>", text)
    # Absolute, so that a deep link loads the same files.
    text = re.sub(r'(src|href)="\./', r'\1="/', text)
    text = text.replace("</head>", f"{_HEAD}</head>")
    return re.sub(r"\n\s*\n+", "\n", text)
