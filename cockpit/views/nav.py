"""The pages: one line each. Title, icon, address, place, who may see it.

`place` "bar" asks for a place in the bottom bar (five at most, the first and the last two kept);
on a desktop every visible page has its entry in the rail.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, replace
from functools import cache
from html import escape
from pathlib import Path
from typing import Literal

import streamlit as st
from streamlit.navigation.page import Page as StreamlitPage

from cockpit.access.scope import Scope
from cockpit.i18n import Language, language, mark
from cockpit.i18n import gettext as _
from cockpit.kpi.model import Domain
from cockpit.views import alert_matters
from cockpit.views.context import HOME, Context

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
        return "" if self.id == HOME else self.id


PAGES = (
    Page("synthese", mark("Synthèse"), "monitoring", "bar"),
    Page("alertes", mark("Alertes"), "notifications", "bar"),
    Page("capacite", mark("Capacité"), "bed", "bar", Domain.BEDS),
    Page("finances", mark("Finances"), "euro", "bar", Domain.FINANCE),
    Page("rh", mark("RH"), "groups", "bar", Domain.WORKFORCE),
    Page("activite", mark("Activité"), "ecg_heart", "bar", Domain.ACTIVITY),
    Page("scenarios", mark("Et si…"), "alt_route", domain=Domain.BEDS),
    Page("decisions", mark("Décisions"), "task_alt"),
    Page("explorer", mark("Explorer"), "query_stats"),
    Page("fiabilite", mark("Fiabilité"), "fact_check"),
    Page("astreinte", mark("Astreinte"), "support_agent"),
    Page("notifications", mark("Mes notifications"), "notifications_active"),
    Page("sources", mark("Sources"), "database", admin=True),
    Page("administration", mark("Administration"), "settings", admin=True),
    Page("plus", mark("Plus"), "more_horiz", "bar"),
    Page("indicateur", mark("Indicateur"), "insights", "hidden"),
)


def page(name: str) -> Page:
    """The page of this id."""
    return next(found for found in PAGES if found.id == name)


def at(url_path: str) -> Page:
    """The page of this address."""
    return next(found for found in PAGES if found.url_path == url_path)


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


def streamlit_pages() -> list[StreamlitPage]:
    """What st.navigation takes, for every role: a closed page says that it is.

    Copies, because st.navigation marks the one that this run may call. No icon here: it would be
    fetched from outside.
    """
    return [copy(made) for made in _made(language())]


@cache
def _made(_spoken: Language) -> tuple[StreamlitPage, ...]:
    """Made once per language: looking for their eleven files would cost each run 0.8 ms."""
    return tuple(
        st.Page(
            _FILES / f"{found.id}.py",
            title=_(found.title),
            url_path=found.url_path,
            default=not found.url_path,
        )
        for found in PAGES
    )


def bottom_nav(context: Context, current: str) -> str:
    """The bar (the rail on a desktop) as HTML, with how many red alerts nobody has. current: an id.

    Kept for the generation until somebody acts: it is the same at every gesture.
    """
    lasting = replace(context, params=context.params.lasting())
    key = (
        "nav",
        lasting.scope,
        lasting.params,
        lasting.language,
        current,
        alert_matters.desk_key(context),
    )
    return lasting.generation.cached(key, lambda: _nav(lasting, current))


def _nav(context: Context, current: str) -> str:
    thumb = {found.id for found in bar(context.scope)}
    red = alert_matters.untaken_reds(context)
    entries = " ".join(
        _entry(context, found, current, thumb=found.id in thumb, badge=_badge(found, red))
        for found in visible(context.scope)
        if found.place != "hidden"
    )
    return f'<nav class="ck-nav" aria-label="{escape(_("Pages"))}">{entries}</nav>'


def _entry(context: Context, found: Page, current: str, *, thumb: bool, badge: str) -> str:
    address = context.link(found.id, **({"unit": None} if found.id in _WHOLE else {}))
    place = "ck-link" if thumb else "ck-link ck-rail"
    here = ' aria-current="page"' if _lit(found.id, current) else ""
    icon = f'<span class="ck-icon" aria-hidden="true" translate="no">{found.icon}</span>'
    title = f"<span>{escape(_(found.title))}</span>"
    return f'<a class="{place}" href="{escape(address)}"{here}>{icon} {title}{badge}</a>'


def _badge(found: Page, red: int) -> str:
    if found.id != "alertes" or not red:
        return ""
    shown = str(red) if red <= _SHOWN else f"{_SHOWN}+"
    said = f'<span class="ck-sr"> {escape(_("à prendre"))}</span>'
    return f' <span class="ck-badge">{shown}{said}</span>'


_WHOLE = frozenset(
    {
        "synthese",
        "alertes",
        "scenarios",
        "decisions",
        "astreinte",
        "notifications",
        "fiabilite",
        "sources",
        "administration",
        "plus",
    }
)
"""Pages about all that the role sees: their tab leads back to the top."""


def _lit(found: str, current: str) -> bool:
    """A KPI sheet belongs to Synthèse as long as it has no tab of its own."""
    return found == ("synthese" if current == "indicateur" else current)
