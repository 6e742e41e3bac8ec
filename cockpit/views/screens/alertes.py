"""Alertes: what asks for somebody first, each matter with its acts; one alert; rules; noise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import get_args

import streamlit as st

from cockpit.alerts.desk import inbox
from cockpit.i18n import gettext as _
from cockpit.i18n import ngettext, pick
from cockpit.kpi.model import Domain
from cockpit.views import (
    alert_acts,
    alert_cards,
    alert_matters,
    alert_tabs,
    anchors,
    groups,
    parts,
    widgets,
)
from cockpit.views.admin import words
from cockpit.views.alert_matters import Matter, Pile
from cockpit.views.context import Context
from cockpit.views.families import FAMILIES
from cockpit.views.groups import Group
from cockpit.views.screens import alert_noise, alert_rules, alert_sheet

_ALL = ""
_VISIT = "alerts_visit"
_AWAY, _FIRST = timedelta(minutes=30), timedelta(hours=24)


def show(context: Context) -> None:
    """The list, the sheet of `?alert=`, the rules or the noise of `?screen=`."""
    if context.params.screen == alert_tabs.RULES:
        alert_rules.show(context)
    elif context.params.screen == alert_tabs.NOISE:
        alert_noise.show(context)
    elif context.params.alert:
        alert_sheet.show(context, context.params.alert)
    else:
        _list(context)


def _list(context: Context) -> None:
    """The alerts of the scope, filtered by the family of the address."""
    items = inbox.inbox(context.generation, context.scope, context.now)
    since = last_visit(context.now)
    piles = {pile: alert_matters.matters(items, pile) for pile in get_args(Pile)}
    everything = groups.grouped(item.alert for item in items if item.is_judged)
    head = _eyebrow(everything, len(piles["taken"]))
    widgets.head(context, _("Alertes"), alert_tabs.switch(context), words.told(), eyebrow=head)
    if everything:
        _filter(context, everything)
    chosen = context.params.domain
    shown = {
        pile: [one for one in listed if chosen in {None, one.group.worst.domain}]
        for pile, listed in piles.items()
    }
    _open(context, shown["open"], since, any_at_all=bool(everything))
    _fold(context, _("Prises en main"), "taken", shown["taken"])
    _fold(context, _("En cours de retour"), "recovering", shown["recovering"])
    _fold(context, _("Différées"), "snoozed", shown["snoozed"])
    _ended(context)


def last_visit(now: datetime) -> datetime:
    """When this tab last looked at the list before the present visit; a day ago for a first one.

    A visit goes on while the list is drawn again within half an hour.
    """
    seen: tuple[datetime | None, datetime] = st.session_state.get(_VISIT, (None, now - _FIRST))
    at, before = seen
    if at is not None and now - at > _AWAY:
        before = at
    st.session_state[_VISIT] = (now, before)
    return before


def _eyebrow(found: Sequence[Group], taken: int) -> str:
    """Counted as everywhere else; then how many matters somebody has."""
    red = groups.reds(found)
    amber = len(found) - red
    said = [
        ngettext("{n} alerte", "{n} alertes", red).format(n=red),
        ngettext("{n} vigilance", "{n} vigilances", amber).format(n=amber),
    ]
    if taken:
        said.append(ngettext("{n} prise en main", "{n} prises en main", taken).format(n=taken))
    return " · ".join(said)


def _filter(context: Context, found: Sequence[Group]) -> None:
    count = Counter(one.worst.domain for one in found)
    options = [_ALL, *(domain.value for domain in FAMILIES if count[domain])]
    current = context.params.domain.value if context.params.domain else _ALL

    def said(option: str) -> str:
        if option == _ALL:
            return _("Toutes {count}").format(count=len(found))
        domain = Domain(option)
        return f"{_(FAMILIES[domain])} {count[domain]}"

    if current in options:
        widgets.pills("domain", _("Famille"), options, current, said)


def _open(context: Context, shown: Sequence[Matter], since: datetime, *, any_at_all: bool) -> None:
    """At most five, the rest folded: who has thirty alerts has none."""
    if not shown:
        none = parts.state(_("Aucune alerte"), _("Aucun seuil n'est franchi dans votre périmètre."))
        st.html(parts.empty(_("Aucune alerte ouverte ici.")) if any_at_all else none)
        return
    st.html(parts.section(_("Alertes ouvertes"), _("la plus grave en premier")))
    _cards(context, shown[: inbox.BUDGET], since)
    if rest := shown[inbox.BUDGET :]:
        said = ngettext("Voir l'autre", "Voir les {n} autres", len(rest)).format(n=len(rest))
        unfolded = _is_asked(context, rest)
        with st.expander(said, unfolded, key="rest", on_change="rerun") as fold:
            if fold.open or unfolded:
                _cards(context, rest, since)


def _fold(context: Context, title: str, key: str, shown: Sequence[Matter]) -> None:
    """What can wait, apart; drawn when it is opened."""
    if not shown:
        return
    unfolded = _is_asked(context, shown)
    with st.expander(f"{title} · {len(shown)}", unfolded, key=key, on_change="rerun") as fold:
        if fold.open or unfolded:
            _cards(context, shown, context.now)


def _is_asked(context: Context, shown: Sequence[Matter]) -> bool:
    return bool(context.params.code) and context.params.code in {one.code for one in shown}


def _cards(context: Context, shown: Sequence[Matter], since: datetime) -> None:
    with st.container(key=f"matters_{shown[0].group.worst.rule}_{len(shown)}"):
        for matter in shown:
            _card(context, matter, since)


def _card(context: Context, matter: Matter, since: datetime) -> None:
    worst = matter.group.worst
    with st.container(key=f"matter_{worst.rule}_{worst.unit}_{worst.severity}_{matter.stage}"):
        drawn = alert_cards.card(matter, context.units, context.now, new=matter.is_new(since))
        st.html(
            anchors.card(
                drawn,
                alert_sheet.address(context, worst.rule, worst.unit, worst.facet),
                groups.title(matter.group, context.units),
            )
        )
        alert_acts.row(context, matter)


def _ended(context: Context) -> None:
    """The last ones that are over, each with its history one tap away."""
    with st.expander(_("Terminées ces 30 derniers jours"), key="ended", on_change="rerun") as fold:
        if not fold.open:
            return
        found = inbox.ended(context.generation, context.scope, context.now)
        if not found:
            st.html(parts.empty(_("Aucune alerte ne s'est terminée ces 30 derniers jours.")))
            return
        rows = (
            anchors.card(
                alert_cards.over(one),
                alert_sheet.address(context, one.episode.rule, one.episode.unit, one.facet),
                pick(one.title_fr, one.title_en),
            )
            for one in found
        )
        st.html(anchors.stack(rows))
