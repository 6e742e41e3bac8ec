"""Streamlit's fonts cut down to the glyphs that are shown: 683 kB become 69 kB.

Made at start from the installed package, so that no font file lies in this repository. A letter
outside of the subset is drawn in the font of the system.
"""

from __future__ import annotations

import io
import re
from functools import cache
from typing import TYPE_CHECKING

from fontTools import subset

from cockpit.views import nav

if TYPE_CHECKING:
    from pathlib import Path

    from fontTools.ttLib import TTFont

TEXT, ICONS = "SourceSansVF", "MaterialSymbols"
_RANGES = (
    (0x20, 0x17F),  # Latin, with the accents of every European language
    (0x2000, 0x206F),  # spaces that do not break, dashes, quotation marks
    (0x2070, 0x209F),  # exponents and indices
)
_SIGNS = "€№™←↑→↓↗↘−≈≠≤≥▲▶▼◀◆●✓"
_NAME = re.compile(r":material/([a-z0-9_]+):")


def is_cut(name: str) -> bool:
    """Whether a font file is one that this module cuts."""
    return name.startswith((TEXT, ICONS)) and name.endswith(".woff2")


@cache
def cut(path: Path) -> bytes:
    """The subset of a font as WOFF2, every weight of it kept. Half a second of processor each."""
    is_text = path.name.startswith(TEXT)
    options = subset.Options(layout_closure=is_text, flavor="woff2")
    cutter = subset.Subsetter(options)
    with subset.load_font(str(path), options) as font:
        _choose(cutter, font, path, is_text=is_text)
        cutter.subset(font)
        out = io.BytesIO()
        subset.save_font(font, out, options)
    return out.getvalue()


def _choose(cutter: subset.Subsetter, font: TTFont, path: Path, *, is_text: bool) -> None:
    if is_text:
        ranges = (range(first, last + 1) for first, last in _RANGES)
        cutter.populate(unicodes=[code for codes in ranges for code in codes], text=_SIGNS)
    else:
        names = icons(path.parent.parent / "js")
        found = _ligatures(font)
        cutter.populate(glyphs=[found[one] for one in names if one in found], text="".join(names))


@cache
def icons(scripts: Path) -> frozenset[str]:
    """The icons that Streamlit's scripts name, and those of our pages."""
    theirs = (
        name for path in scripts.glob("*.js") for name in _NAME.findall(path.read_text("utf-8"))
    )
    return frozenset({*theirs, *(found.icon for found in nav.PAGES)})


def _ligatures(font: TTFont) -> dict[str, str]:
    """What is written -> the glyph that is drawn in its place."""
    letters = {glyph: chr(code) for code, glyph in font.getBestCmap().items()}
    found = {}
    for lookup in font["GSUB"].table.LookupList.Lookup:
        for part in lookup.SubTable:
            table = getattr(part, "ExtSubTable", part)
            for first, ligatures in getattr(table, "ligatures", {}).items():
                for one in ligatures:
                    name = "".join(letters.get(glyph, "") for glyph in (first, *one.Component))
                    found[name] = one.LigGlyph
    return found
