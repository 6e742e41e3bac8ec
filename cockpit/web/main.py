"""Streamlit's main script, run for every visitor and every gesture: context, bar, page.

It lies away from `pages/`, so that Streamlit never builds its own menu from that folder.
"""

from __future__ import annotations

import streamlit as st
import structlog

from cockpit.administer import phones
from cockpit.answers.visit import scope_of
from cockpit.errors import CockpitError, Refused, UnknownUnit
from cockpit.i18n import gettext as _
from cockpit.i18n import speak
from cockpit.kpi.installed import kpis_of
from cockpit.views import nav, parts
from cockpit.views.context import Context, build, enter
from cockpit.views.params import parse
from cockpit.web.opened import warehouse

_log = structlog.get_logger(__name__)


def main() -> None:
    """One run. What cannot be shown is one sentence, never a trace."""
    params = parse(st.query_params.to_dict())
    installation = warehouse().home.installation
    speak(params.language or installation.language)
    try:
        generation = warehouse().generation()
        context = build(
            generation,
            scope_of(generation, params.role),
            params,
            language=installation.language,
            kpis=kpis_of(warehouse().home.kpis),
            name=installation.name,
        )
    except CockpitError as error:
        _log.warning("visit refused", **error.log_line())
        _configure(installation.name)
        st.html(parts.drawn_from(_newest(), parts.error(error.sentence())))
        if isinstance(error, Refused):
            st.button(_("Revenir à mon périmètre"), on_click=_leave, args=(error,))
        return
    draw(context)


def draw(context: Context) -> None:
    """The bar, then the page that the address names, among those of the role."""
    enter(context)
    chosen = st.navigation(nav.streamlit_pages(), position="hidden")
    _configure(f"{chosen.title} · {context.name}")
    bar = nav.bottom_nav(context, nav.at(chosen.url_path).id)
    st.html(parts.drawn_from(context.generation.id, bar, drafts=_drafts()))
    chosen.run()


def _drafts() -> str:
    """A revocation changes the number: what a phone kept under another one is forgotten."""
    home = warehouse().home
    return str(phones.epoch(home)) if home.installation.web.offline else ""


def _leave(error: Refused) -> None:
    """Take away from the address what was refused: the unit, else everything."""
    wrong = {"unit"} if isinstance(error, UnknownUnit) else set(st.query_params)
    for name in wrong:
        st.query_params.pop(name, None)


def _newest() -> int:
    """The newest generation; 0 before the first."""
    try:
        return warehouse().generation().id
    except CockpitError:
        return 0


def _configure(title: str) -> None:
    """The icon is the document's own: one given here would be read and sent at every gesture."""
    st.set_page_config(page_title=title, layout="wide", initial_sidebar_state="collapsed")


main()
