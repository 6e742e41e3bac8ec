"""Streamlit's main script, run for every visitor and every gesture: context, bar, page.

It lies away from `pages/`, so that Streamlit never builds its own menu from that folder.
"""

from __future__ import annotations

import streamlit as st
import structlog

from cockpit.answers.visit import scope_of
from cockpit.errors import CockpitError, Refused, UnknownUnit
from cockpit.i18n import gettext as _
from cockpit.i18n import speak
from cockpit.kpi.installed import kpis_of
from cockpit.views import groups, nav, page, parts
from cockpit.views.context import Context, build, enter
from cockpit.views.params import parse
from cockpit.web.opened import warehouse
from cockpit.web.pwa import ICONS

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
        st.html(parts.error(error.sentence()))
        if isinstance(error, Refused):
            st.button(_("Revenir à mon périmètre"), on_click=_leave, args=(error,))
        follow(_newest())
        return
    draw(page.with_pages(context))
    follow(generation.id)


def draw(context: Context) -> None:
    """The bar, then the page that the address names, among those of the role."""
    enter(context)
    chosen = st.navigation(list(context.pages.values()), position="hidden")
    current = next(name for name, one in context.pages.items() if one.url_path == chosen.url_path)
    _configure(f"{chosen.title} · {context.name}")
    red = groups.reds(groups.opened(context.generation, context.scope))
    nav.bottom_nav(context, current, badge=red)
    chosen.run()


@st.fragment(run_every="30s")
def follow(seen: int | None) -> None:
    """Draw again when a newer generation is published; widgets keep their values."""
    newest = _newest()
    if newest is not None and newest != seen:
        st.rerun(scope="app")


def _leave(error: Refused) -> None:
    """Take away from the address what was refused: the unit, else everything."""
    wrong = {"unit"} if isinstance(error, UnknownUnit) else set(st.query_params)
    for name in wrong:
        st.query_params.pop(name, None)


def _newest() -> int | None:
    """The newest generation; None before the first."""
    try:
        return warehouse().generation().id
    except CockpitError:
        return None


def _configure(title: str) -> None:
    """A local icon: one given by name would be fetched from outside."""
    icon = ICONS / "32.png"
    st.set_page_config(
        page_title=title,
        page_icon=str(icon) if icon.exists() else None,
        layout="wide",
        initial_sidebar_state="collapsed",
    )


main()
