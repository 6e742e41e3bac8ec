"""The HTML document that carries the application: built once from Streamlit's own.

French (or English) `lang`, the viewport of a phone with a notch, our title, the manifest, a
noscript page that leads to the brief, and no address outside. The first figure waits for nothing
but the document: our style sheet is in it, and Streamlit's scripts and style come after the first
screen, in the order in which the live page needs them.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache, lru_cache
from html import escape
from pathlib import Path

from cockpit.i18n import Language
from cockpit.web import own
from cockpit.web.assets import (
    BEST,
    ROOT,
    Encoding,
    curves_script,
    encode,
    fonts_of_interface,
    lazy_scripts,
)
from cockpit.web.first import STYLE
from cockpit.web.headers import content_security_policy
from cockpit.web.manifest import GROUND, apple_tags

_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)

_BOOT = (
    'window.__streamlit={BACKEND_BASE_URL:location.origin+"/"};'
    'window[Symbol.for("react-aria.i18n.locale")]='
    'document.documentElement.lang==="en"?"en-GB":"fr-FR"'
)
"""Where Streamlit's server is: without it a deep link first asks two addresses that do not exist.
Then what its widgets say to a screen reader: in the language of the page, not of the browser.

Read by Streamlit 1.67, not public: tests/web/test_door.py checks that both names are still there.
"""

_LATER = re.compile(
    r'\s*(<script type="module"[^>]*></script>|<link rel="(?:modulepreload|stylesheet)"[^>]*>)'
)
"""What Streamlit puts in the head, where its style sheet would hold back the first paint."""

_HEAD = (
    '<link rel="manifest" href="/manifest.webmanifest">'
    '<link rel="apple-touch-icon" href="/icons/180.png"><link rel="icon" href="/icons/32.png">'
    + "".join(
        f'<meta name="theme-color" media="(prefers-color-scheme: {scheme})" content="{colour}">'
        for scheme, colour in GROUND.items()
    )
)
_NOSCRIPT: dict[Language, str] = {
    "fr": '<p>Sans JavaScript, la <a href="/brief">synthèse du jour</a> reste lisible. '
    '<a href="/accessibilite">Accessibilité</a></p>',
    "en": '<p>Without JavaScript, the <a href="/brief?lang=en">daily brief</a> remains. '
    '<a href="/accessibilite?lang=en">Accessibility</a></p>',
}


@cache
def document(title: str, language: Language, encoding: Encoding | None) -> bytes:
    """The document in one language, already compressed."""
    return encode(_template(title, language).encode(), encoding, BEST)


@lru_cache(maxsize=64)
def with_first(title: str, language: Language, content: str, encoding: Encoding | None) -> bytes:
    """The document that shows `content` at once and hands over to the live page."""
    shown = (
        f'<style id="first-style">{STYLE}#root{{visibility:hidden}}#first{{position:fixed;inset:0;'
        "z-index:900;overflow:auto;background:var(--ck-ground);"
        f'font-family:"{_FACE}","{_NEAR}",sans-serif}}</style>'
        f'<style id="light-style">{_LIGHT}</style><div id="first">{content}'
        f'</div><script src="{own.address("first.js")}" '
        f'data-curves="{_address(curves_script())}" defer></script>'
    )
    head, root, tail = _template(title, language).partition('<div id="root"></div>')
    return encode(f"{head}{root}{shown}{tail}".encode(), encoding)


@cache
def _template(title: str, language: Language) -> str:
    return _build(title, language)


@cache
def policy() -> str:
    """The content security policy of the document, with the hashes of its two inline scripts."""
    scripts = _SCRIPT.findall(_build("", "fr"))
    return content_security_policy(f"'sha256-{_digest(script)}'" for script in scripts)


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def _build(title: str, language: Language) -> str:
    text = re.sub(r"<!--.*?-->", "", _index(), flags=re.DOTALL)
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
    later = _later(_LATER.findall(text))
    text = _LATER.sub("", text)
    head = f"<style>{_style()}</style>{_script('links.js')}{_HEAD}{_of_the_phone()}"
    text = text.replace("</head>", f"{head}</head>")
    text = text.replace("</body>", f"{later}</body>")
    return re.sub(r"\n\s*\n+", "\n", text)


def _of_the_phone() -> str:
    """The worker, the push, and what an iPhone wants to be told."""
    return _script("phone.js") + _script("push.js") + apple_tags()


def _script(name: str) -> str:
    return f'<script src="{own.address(name)}" defer></script>'


def _style() -> str:
    """Our style sheet, and the font of the first screen.

    `optional` and a name of its own: neither a font that comes after the first paint nor the one
    that Streamlit declares later may move a line of it.
    """
    upright = fonts_of_interface()[1]
    face = (
        f'@font-face{{font-family:"{_FACE}";src:url({_address(upright)}) format("woff2");'
        "font-weight:200 900;font-display:optional}"
    )
    near = "".join(
        f'@font-face{{font-family:"{_NEAR}";src:{", ".join(f"local({name!r})" for name in names)};'
        f"font-weight:{weights};size-adjust:{size}}}"
        for names, weights, size in _LIKE
    )
    return face + _theirs() + near + own.text("cockpit.css")


def _theirs() -> str:
    """The fonts of the live page, which Streamlit declares in its style sheet of formulas: that
    one comes last, and neither an icon nor a word of the live page may wait for it."""
    sheets = (ROOT / name for name in re.findall(r'href="\./(static/css/[^"]+)"', _index()))
    faces = "".join("".join(_FACES.findall(sheet.read_text("utf-8"))) for sheet in sheets)
    return faces.replace("url(../", "url(/static/")


_FACES = re.compile(r"@font-face\{(?![^}]*KaTeX)[^}]*\}")


@cache
def _index() -> str:
    """Streamlit's own document."""
    return (ROOT / "index.html").read_text("utf-8")


_LIGHT = ".ck-spark{background:none;-webkit-mask-image:none;mask-image:none}"
"""Each curve is a document of its own for the browser: sixteen cost the first paint 0.2 s on a
phone, so they are drawn a moment later; on an installed phone, once the live page is there."""

_FACE, _NEAR = "Cockpit Sans", "Cockpit Near"
_LIKE = (
    (("Arial", "Helvetica Neue", "Roboto", "Liberation Sans"), "200 500", "91.4%"),
    (
        ("Arial Bold", "Helvetica Neue Bold", "Roboto Bold", "Liberation Sans Bold"),
        "600 900",
        "89%",
    ),
)
"""When the font comes too late: those of telephones and desks, drawn at its width, so that lines
break where they will. A letter of French: 0.4128 em against 0.4517; in bold 0.4306, 0.4817."""


def _later(theirs: list[str]) -> str:
    """The live page's files: the four large ones now, the others after the first paint; last the
    style sheet, of formulas and fonts: it would have the whole page styled and laid out again.

    Eighty requests cost the thread that paints 0.2 s on a phone. `template` holds links that the
    browser does not see; a tab that is not looked at, which never paints, takes them at once.
    """
    sheets = [tag for tag in theirs if "stylesheet" in tag]
    large = [tag for tag in theirs if "<script" in tag or _size(tag) > _LARGE]
    small = [tag for tag in theirs if tag not in (*sheets, *large)]
    return (
        f'{"".join(large)}<template id="later">{"".join(small)}{_next()}</template>'
        f'<template id="last">{"".join(sheets)}</template><script>{_AFTER_PAINT}</script>'
    )


_LARGE = 100_000
_AFTER_PAINT = (
    "{const open=name=>{const found=document.getElementById(name);"
    "if(found){document.body.append(found.content);found.remove()}return found};"
    'const draw=()=>document.getElementById("light-style")?.remove();'
    "const curves=document.documentElement.dataset.kept?2000:100;"
    'const go=()=>{if(open("later")){setTimeout(draw,curves);setTimeout(open,3000,"last")}};'
    "if(document.hidden)go();"
    "requestAnimationFrame(()=>requestAnimationFrame(()=>setTimeout(go)));setTimeout(go,2000)}"
)


def _size(tag: str) -> int:
    found = re.search(r'href="/(static/[^"]+)"', tag)
    return (ROOT / found[1]).stat().st_size if found else 0


def _next() -> str:
    """What the live page asks for after its own scripts, asked for beside them."""
    chunks = [f'rel="modulepreload" href="{_address(path)}"' for path in lazy_scripts()]
    asked = [f'rel="preload" as="fetch" href="/_stcore/{name}"' for name in _ASKED]
    icons = f'rel="preload" as="font" type="font/woff2" href="{_address(fonts_of_interface()[0])}"'
    links = "".join(f"<link crossorigin {one}>" for one in (*chunks, *asked, icons))
    return links + _script("drafts.js")


_ASKED = ("health", "host-config")


def _address(path: Path) -> str:
    return f"/{path.relative_to(ROOT).as_posix()}"
