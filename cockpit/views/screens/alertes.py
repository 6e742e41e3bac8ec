"""Alertes: what is open, worst first, by family."""

from __future__ import annotations

from collections import Counter

import streamlit as st

from cockpit.alerts.model import Alert
from cockpit.alerts.store import active
from cockpit.i18n import gettext as _
from cockpit.i18n import mark, ngettext, pick
from cockpit.kpi.model import Domain
from cockpit.views import cards, parts, widgets
from cockpit.views.context import Context
from cockpit.views.screens.links import alert_link

_ALL = ""
_MOST = 30
FAMILIES = {
    Domain.BEDS: mark("Capacité"),
    Domain.ACTIVITY: mark("Activité"),
    Domain.FINANCE: mark("Finances"),
    Domain.WORKFORCE: mark("RH"),
    Domain.QUALITY: mark("Qualité"),
}


def show(context: Context) -> None:
    """The open alerts of the scope, filtered by the family of the address."""
    alerts = active(context.generation, context.scope)
    widgets.head(context, _("Alertes"), eyebrow=_eyebrow(alerts))
    if not alerts:
        st.html(
            parts.state(_("Aucune alerte"), _("Aucun seuil n'est franchi dans votre périmètre."))
        )
        return
    _filter(context, alerts)
    chosen = context.params.domain
    shown = [alert for alert in alerts if chosen is None or alert.domain is chosen]
    if not shown:
        st.html(parts.empty(_("Aucune alerte dans cette famille.")))
    st.html(parts.section(_("Alertes ouvertes"), _("la plus grave en premier")))
    _list(context, shown)


def _eyebrow(alerts: tuple[Alert, ...]) -> str:
    red = sum(alert.severity == "red" for alert in alerts)
    amber = len(alerts) - red
    first = ngettext("{n} alerte", "{n} alertes", red).format(n=red)
    return f"{first} · " + ngettext("{n} vigilance", "{n} vigilances", amber).format(n=amber)


def _filter(context: Context, alerts: tuple[Alert, ...]) -> None:
    found = Counter(alert.domain for alert in alerts)
    options = [_ALL, *(domain.value for domain in FAMILIES if found[domain])]
    current = context.params.domain.value if context.params.domain else _ALL

    def words(option: str) -> str:
        if option == _ALL:
            return _("Toutes {count}").format(count=len(alerts))
        domain = Domain(option)
        return f"{_(FAMILIES[domain])} {found[domain]}"

    if current in options:
        widgets.pills("domain", _("Famille"), options, current, words)


def _list(context: Context, shown: list[Alert]) -> None:
    with st.container(key="stack_alerts"):
        for at, alert in enumerate(shown[:_MOST]):
            title = pick(alert.title_fr, alert.title_en)
            widgets.tap(f"alert_{at}", cards.alert(alert), alert_link(context, alert), title)
    left = len(shown) - _MOST
    if left > 0:
        said = ngettext("{n} autre alerte, moins grave.", "{n} autres alertes, moins graves.", left)
        st.html(parts.said(said.format(n=left)))
