"""Links as plain HTML, followed inside the live page by `cockpit/web/links.js`.

One element holds many of them: a grid of eight tiles is one message to the browser, where
`st.page_link` asks for three per tile. They are links without our script too: the document is then
loaded again.

card     HTML whose whole surface leads somewhere
stack    such cards one under the other
word     a few words that lead somewhere
away     a few words that lead to a page without script
crumbs   the units above, then where we are
switch   a choice among a few, each at its own address
tongues  such a choice between languages, which loads the document again
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import NamedTuple

from cockpit.views import parts


class Option(NamedTuple):
    """One choice of a switch: its words, where it leads, whether it is the present one."""

    label: str
    address: str
    chosen: bool


class Tongue(NamedTuple):
    """One language: its code, its name in itself, where it leads, whether it is spoken now."""

    code: str
    name: str
    address: str
    chosen: bool


def card(body: str, address: str, spoken: str) -> str:
    """HTML whose whole surface is a link; `spoken` is its accessible name."""
    named = f'href="{escape(address)}" aria-label="{escape(spoken)}"'
    return f'<div class="ck-tap">{body}<a class="ck-link" {named}></a></div>'


def word(label: str, address: str, spoken: str = "") -> str:
    """A few words that lead somewhere; `spoken`: the accessible name, where they say too little."""
    named = f' aria-label="{escape(spoken)}"' if spoken else ""
    return f'<a class="ck-link" href="{escape(address)}"{named}>{escape(label)}</a>'


def away(label: str, address: str) -> str:
    """A few words that leave the live page: the browser loads what they name."""
    return f'<p class="ck-crumbs"><a href="{escape(address)}">{escape(label)}</a></p>'


def stack(cards: Iterable[str]) -> str:
    """Cards one under the other."""
    return parts.pile(cards)


def crumbs(above: Iterable[tuple[str, str]], here: str = "") -> str:
    """The (label, address) of each level above, then where we are."""
    listed = " ".join(word(f"{label} ›", address) for label, address in above)
    return f'<p class="ck-crumbs">{listed} {parts.here(here) if here else ""}</p>'


def switch(title: str, options: Sequence[Option]) -> str:
    """Side by side, the present one marked."""
    listed = " ".join(_option(one) for one in options)
    return f'<nav class="ck-switch" aria-label="{escape(title)}">{listed}</nav>'


def _option(one: Option) -> str:
    marked = ' aria-current="true"' if one.chosen else ""
    return f'<a class="ck-link" href="{escape(one.address)}"{marked}>{escape(one.label)}</a>'


def tongues(title: str, options: Sequence[Tongue]) -> str:
    """Side by side; plain links, because a document says its language once, when it is loaded."""
    listed = " ".join(_tongue(one) for one in options)
    return f'<nav class="ck-switch" aria-label="{escape(title)}">{listed}</nav>'


def _tongue(one: Tongue) -> str:
    marked = ' aria-current="true"' if one.chosen else ""
    spoken = f'lang="{one.code}" hreflang="{one.code}"'
    return f'<a href="{escape(one.address)}" {spoken}{marked}>{escape(one.name)}</a>'
