"""Administration: sources, published states and structure; the address says which screen."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from cockpit.errors import CockpitError
from cockpit.i18n import gettext as _
from cockpit.i18n import mark
from cockpit.series.model import Status
from cockpit.views import anchors, widgets
from cockpit.views.admin import adding, effects, listing, source, states, units, words
from cockpit.views.context import Context

SCREENS: dict[str, Callable[[Context], None]] = {
    "sources": listing.show,
    "generations": states.show,
    "structure": units.show,
    "source": source.show,
    "preview": effects.show,
    "new": adding.show,
}
_TABS = {
    "sources": mark("Sources"),
    "generations": mark("Générations"),
    "structure": mark("Structure"),
}

_WITHIN = {"preview": mark("Aperçu"), "new": mark("Nouvelle source")}


def show(context: Context) -> None:
    """The screen of the address; a screen that cannot be drawn leaves the others in reach."""
    wanted = context.params.screen or ""
    screen = wanted if wanted in SCREENS else "sources"
    tab = screen if screen in _TABS else "sources"
    options = [
        anchors.Option(_(title), words.at(context, name), name == tab)
        for name, title in _TABS.items()
    ]
    title, about = _("Administration"), context.params.source or context.params.kind
    screen_named = _({**_TABS, **_WITHIN}.get(screen, _TABS[tab]))
    where = " · ".join(one for one in (about, screen_named, title) if one)
    switch = anchors.switch(_("Écrans"), options)
    widgets.head(context, title, switch, words.told(), named=where)
    try:
        SCREENS[screen](context)
    except CockpitError as error:
        st.html(words.announced(error.sentence(), Status.RED))
