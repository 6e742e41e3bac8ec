"""The pages: one line each. Title, icon, address, place, who may see it.

`place` "bar" asks for a place in the bottom bar (five at most, the first and the last two kept);
on a desktop every visible page has its entry in the rail.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import streamlit as st
from streamlit.navigation.page import Page as StreamlitPage

from cockpit.access.scope import Scope
from cockpit.i18n import gettext as _
from cockpit.i18n import mark
from cockpit.kpi.model import Domain
from cockpit.views.context import Context

_FILES = Path(__file__).resolve().parents[2] / "pages"
_BAR = 5
_SHOWN = 9


@dataclass(frozen=True, slots=True)
class Page:
    """One page. domain: the family that a role must see; admin: for those who administer."""

    id: str
    title: str
    icon: str
    place: Literal["bar", "more", "hidden"] = "more"
    domain: Domain | None = None
    admin: bool = False

    @property
    def url_path(self) -> str:
        """The address of the page; the first page is at the root."""
        return "" if self.id == PAGES[0].id else self.id


PAGES = (
    Page("synthese", mark("Synthèse"), "monitoring", "bar"),
    Page("alertes", mark("Alertes"), "notifications", "bar"),
    Page("capacite", mark("Capacité"), "bed", "bar", Domain.BEDS),
    Page("finances", mark("Finances"), "euro", "bar", Domain.FINANCE),
    Page("rh", mark("RH"), "groups", "bar", Domain.WORKFORCE),
    Page("activite", mark("Activité"), "ecg_heart", "bar", Domain.ACTIVITY),
    Page("explorer", mark("Explorer"), "query_stats"),
    Page("sources", mark("Sources"), "database", admin=True),
    Page("plus", mark("Plus"), "more_horiz", "bar"),
    Page("indicateur", mark("Indicateur"), "insights", "hidden"),
)


def page(name: str) -> Page:
    """The page of this id."""
    return next(found for found in PAGES if found.id == name)


def may_see(found: Page, scope: Scope) -> bool:
    """Whether the role sees this page."""
    if found.admin:
        return scope.administers
    return found.domain is None or found.domain in scope.domains


def visible(scope: Scope) -> tuple[Page, ...]:
    """The pages of a role, in order; the others do not exist for it."""
    return tuple(found for found in PAGES if may_see(found, scope))


def bar(scope: Scope) -> tuple[Page, ...]:
    """The five entries of the phone: the last one is always Plus."""
    wanted = [found for found in visible(scope) if found.place == "bar"]
    return (*wanted[:-1][: _BAR - 1], wanted[-1])


def streamlit_pages() -> dict[str, StreamlitPage]:
    """What st.navigation and st.page_link take, for every role: a closed page says that it is.

    No icon here: it would be fetched from outside.
    """
    return {
        found.id: st.Page(
            _FILES / f"{found.id}.py",
            title=_(found.title),
            url_path=found.url_path,
            default=not found.url_path,
        )
        for found in PAGES
    }


def bottom_nav(context: Context, current: str, badge: int = 0) -> None:
    """Draw the bar (the rail on a desktop). current: a page id. badge: open red alerts."""
    thumb = {found.id for found in bar(context.scope)}
    with st.container(key="nav", horizontal=True, gap=None):
        for found in visible(context.scope):
            if found.place != "hidden":
                _entry(context, found, current, badge, place="bar" if found.id in thumb else "rail")


def _entry(context: Context, found: Page, current: str, badge: int, *, place: str) -> None:
    on = "on" if _lit(found.id, current) else "off"
    counted = badge if found.id == "alertes" else 0
    changes = _FRESH | {"unit": None} if found.id in _WHOLE else _FRESH
    link = context.link(found.id, **changes)
    with st.container(key=f"tab_{on}_{place}_{found.id}", gap=None):
        st.page_link(**link, label=_(found.title), icon=f":material/{found.icon}:")
        if counted:
            shown = str(counted) if counted <= _SHOWN else f"{_SHOWN}+"
            st.html(f'<span class="ck-badge">{shown}</span>')


_WHOLE = frozenset({"synthese", "alertes", "sources", "plus"})
"""Pages about all that the role sees: their tab leads back to the top."""

_FRESH: dict[str, None] = dict.fromkeys(("kpi", "domain", "grain", "split", "facet", "source"))
"""Parameters of one page only: a tab starts without them, and keeps role, unit and period."""


def _lit(found: str, current: str) -> bool:
    """A KPI sheet belongs to Synthèse as long as it has no tab of its own."""
    return found == ("synthese" if current == "indicateur" else current)
