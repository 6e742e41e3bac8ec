"""Streamlit's main script, run for every visitor and every gesture: context, bar, page.

It lies away from `pages/`, so that Streamlit never builds its own menu from that folder.
"""

from __future__ import annotations

import streamlit as st
import structlog

from cockpit.alerts.store import active
from cockpit.answers.local import kpis_of
from cockpit.answers.visit import scope_of
from cockpit.errors import CockpitError
from cockpit.i18n import speak
from cockpit.views import nav, page, parts
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
        follow(None)
        return
    draw(page.with_pages(context))
    follow(generation.id)


def draw(context: Context) -> None:
    """The bar, then the page that the address names, among those of the role."""
    enter(context)
    chosen = st.navigation(list(context.pages.values()), position="hidden")
    current = next(name for name, one in context.pages.items() if one.url_path == chosen.url_path)
    _configure(f"{chosen.title} · {context.name}")
    red = sum(alert.severity == "red" for alert in active(context.generation, context.scope))
    nav.bottom_nav(context, current, badge=red)
    chosen.run()


@st.fragment(run_every="30s")
def follow(seen: int | None) -> None:
    """Draw again when a newer generation is published; widgets keep their values."""
    try:
        newest = warehouse().generation().id
    except CockpitError:
        return
    if newest != seen:
        st.rerun(scope="app")


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
