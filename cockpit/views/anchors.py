"""Links as plain HTML, followed inside the live page by `cockpit/web/links.js`.

One element holds many of them: a grid of eight tiles is one message to the browser, where
`st.page_link` asks for three per tile. They are links without our script too: the document is then
loaded again.

card     HTML whose whole surface leads somewhere
stack    such cards one under the other
word     a few words that lead somewhere
crumbs   the units above, then where we are
switch   a choice among a few, each at its own address
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


def card(body: str, address: str, spoken: str, episode: int | None = None) -> str:
    """HTML whose whole surface is a link; `spoken` is its accessible name.

    episode: the alert of the desk that it tells, which a script of the page may act on.
    """
    named = f'href="{escape(address)}" aria-label="{escape(spoken)}"'
    told = "" if episode is None else f' data-alert="{episode}"'
    return f'<div class="ck-tap"{told}>{body}<a class="ck-link" {named}></a></div>'


def word(label: str, address: str) -> str:
    """A few words that lead somewhere."""
    return f'<a class="ck-link" href="{escape(address)}">{escape(label)}</a>'


def stack(cards: Iterable[str]) -> str:
    """Cards one under the other."""
    return f'<div class="ck-list">{"".join(cards)}</div>'


def crumbs(above: Iterable[tuple[str, str]], here: str = "") -> str:
    """The (label, address) of each level above, then where we are."""
    listed = "".join(word(f"{label} ›", address) for label, address in above)
    return f'<p class="ck-crumbs">{listed}{parts.here(here) if here else ""}</p>'


def switch(title: str, options: Sequence[Option]) -> str:
    """Side by side, the present one marked."""
    listed = "".join(_option(one) for one in options)
    return f'<nav class="ck-switch" aria-label="{escape(title)}">{listed}</nav>'


def _option(one: Option) -> str:
    marked = ' aria-current="true"' if one.chosen else ""
    return f'<a class="ck-link" href="{escape(one.address)}"{marked}>{escape(one.label)}</a>'
