"""The brief as the HTML of a mail: the parts of `/brief` that a mail client bears.

Mail clients drop style sheets, positions and pictures: what is left is one column, colours written
in each element, and words that say all that a colour says.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from cockpit.i18n import gettext as _
from cockpit.i18n import language

TILE = "tile"
"""What a line is, beside "brief": one KPI of the home page."""

_INK, _MUTED, _RED, _BLUE = "#14213A", "#55637A", "#A3152A", "#0B5CAD"
_CARD = "margin:0 0 8px;padding:10px 14px;border:1px solid #DDE3EC;border-left:4px solid"
_LIST = "margin:0;padding:0;list-style:none"
_SECTION = "margin:18px 0 8px;font-size:16px"


@dataclass(frozen=True, slots=True)
class Row:
    """One line, already cleaned. links: (words, address)."""

    what: str
    title: str
    is_red: bool = False
    links: tuple[tuple[str, str], ...] = ()


def html(subject: str, rows: Sequence[Row], link: str, foot: str) -> str:
    """The whole document. rows: the status sentence first, then the brief and the tiles.

    link: the address of the brief, "" without one.
    """
    told = [row for row in rows if row.what != TILE]
    tiles = [row for row in rows if row.what == TILE]
    head = "".join(_hero(row.title) for row in told[:1])
    return (
        f'<!doctype html><html lang="{language()}"><head><meta charset="utf-8">'
        f"<title>{escape(subject)}</title></head>"
        f'<body style="margin:0 auto;padding:12px;max-width:640px;font-family:sans-serif;'
        f'font-size:15px;line-height:1.45;color:{_INK};background:#FFFFFF">'
        f'<h1 style="margin:0 0 10px;font-size:20px">{escape(subject)}</h1>{head}'
        f"{_section(_('À retenir'), told[1:])}{_section(_('Indicateurs clés'), tiles)}"
        f'{_way(link)}<p style="color:{_MUTED};font-size:13px">{escape(foot)}</p></body></html>'
    )


def _hero(sentence: str) -> str:
    look = f"margin:0;padding:14px 16px;border-radius:12px;background:{_BLUE};color:#FFFFFF"
    return f'<p style="{look};font-size:18px"><strong>{escape(sentence)}</strong></p>'


def _section(title: str, rows: Iterable[Row]) -> str:
    items = "".join(_item(row) for row in rows)
    if not items:
        return ""
    return f'<h2 style="{_SECTION}">{escape(title)}</h2><ul style="{_LIST}">{items}</ul>'


def _item(row: Row) -> str:
    linked = "".join(
        f'<br><a style="color:{_BLUE}" href="{escape(address)}">{escape(words)}</a>'
        for words, address in row.links
    )
    edge = _RED if row.is_red else _MUTED
    return f'<li style="{_CARD} {edge};border-radius:10px">{escape(row.title)}{linked}</li>'


def _way(link: str) -> str:
    if not link:
        return ""
    words = escape(_("Lire la synthèse"))
    return f'<p><a style="color:{_BLUE}" href="{escape(link)}"><strong>{words}</strong></a></p>'
