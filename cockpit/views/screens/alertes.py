"""Alertes: what is open, worst first, by family; units under the same rule share a card."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import streamlit as st

from cockpit.i18n import gettext as _
from cockpit.i18n import mark, ngettext
from cockpit.kpi.model import Domain
from cockpit.views import anchors, cards, groups, parts, widgets
from cockpit.views.context import Context
from cockpit.views.groups import Group
from cockpit.views.screens.links import group_link

_ALL = ""
_SHOWN = 5
FAMILIES = {
    Domain.BEDS: mark("Capacité"),
    Domain.ACTIVITY: mark("Activité"),
    Domain.FINANCE: mark("Finances"),
    Domain.WORKFORCE: mark("RH"),
    Domain.QUALITY: mark("Qualité"),
}


def show(context: Context) -> None:
    """The open alerts of the scope, filtered by the family of the address."""
    found = groups.opened(context.generation, context.scope)
    widgets.head(context, _("Alertes"), eyebrow=_eyebrow(found))
    if not found:
        st.html(
            parts.state(_("Aucune alerte"), _("Aucun seuil n'est franchi dans votre périmètre."))
        )
        return
    _filter(context, found)
    chosen = context.params.domain
    shown = [group for group in found if chosen is None or group.worst.domain is chosen]
    if not shown:
        st.html(parts.empty(_("Aucune alerte dans cette famille.")))
        return
    st.html(parts.section(_("Alertes ouvertes"), _("la plus grave en premier")))
    _list(context, shown[:_SHOWN])
    if rest := shown[_SHOWN:]:
        said = ngettext("Voir l'autre", "Voir les {n} autres", len(rest)).format(n=len(rest))
        with st.expander(said):
            _list(context, rest)


def _eyebrow(found: Sequence[Group]) -> str:
    red = groups.reds(found)
    amber = len(found) - red
    first = ngettext("{n} alerte", "{n} alertes", red).format(n=red)
    return f"{first} · " + ngettext("{n} vigilance", "{n} vigilances", amber).format(n=amber)


def _filter(context: Context, groups_of: Sequence[Group]) -> None:
    found = Counter(group.worst.domain for group in groups_of)
    options = [_ALL, *(domain.value for domain in FAMILIES if found[domain])]
    current = context.params.domain.value if context.params.domain else _ALL

    def words(option: str) -> str:
        if option == _ALL:
            return _("Toutes {count}").format(count=len(groups_of))
        domain = Domain(option)
        return f"{_(FAMILIES[domain])} {found[domain]}"

    if current in options:
        widgets.pills("domain", _("Famille"), options, current, words)


def _list(context: Context, shown: Sequence[Group]) -> None:
    st.html(
        anchors.stack(
            anchors.card(
                cards.alert(group, context.units),
                group_link(context, group),
                groups.title(group, context.units),
            )
            for group in shown
        )
    )
