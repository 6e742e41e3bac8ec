"""Mes notifications: who one is, by which channels and when, a trial, what became of messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from cockpit import state
from cockpit.administer import people as editor
from cockpit.errors import CockpitError
from cockpit.i18n import gettext as _
from cockpit.i18n import label, ngettext
from cockpit.notify import outbox, phones, trial
from cockpit.notify.people import BUILT_IN
from cockpit.notify.roster import read
from cockpit.series.model import Status
from cockpit.state.database import exists
from cockpit.views import duty_words, notify_forms, notify_words, parts, push_button, widgets
from cockpit.views.admin import words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cockpit.administer.people import PersonState, Rules
    from cockpit.settings import Home
    from cockpit.views.context import Context

_ME = "notify_person"
_SHOWN = 8


def show(context: Context) -> None:
    """Choose who one is, then one's choices beside one's messages. Raises BadNotify."""
    home = context.generation.home
    rules = editor.rules_of(home)
    mine = _mine(context, editor.listed(home, rules))
    widgets.head(context, _("Mes notifications"), words.told(), eyebrow=label(context.scope))
    one = _who(context, mine)
    if one is not None:
        count = phones.counts(home).get(one.name, 0)
        with st.container(key="notify_columns", horizontal=True):
            with st.container(key="notify_choices"):
                st.html(notify_words.card(one, count))
                notify_forms.choices(context, one, rules)
            with st.container(key="notify_messages"):
                st.html(parts.column(_phone(one, count)))
                _trial(context, one, rules)
                _last(context, one)
    if context.scope.administers:
        _directory(context, one, rules)


def _mine(context: Context, listed: Sequence[PersonState]) -> dict[str, PersonState]:
    """Those of the role; everybody for who administers. In the order of names."""
    seen = [one for one in listed if context.scope.administers or one.role == context.scope.role]
    return {one.name: one for one in sorted(seen, key=lambda one: one.label.casefold())}


def _who(context: Context, mine: dict[str, PersonState]) -> PersonState | None:
    """Who looks, as they said it in this tab: it opens no right, and nobody is signed in yet."""
    if not mine:
        said = _("Personne de ce profil n'est dans l'annuaire des notifications.")
        here, there = _("Ajoutez-la ci-dessous."), _("Demandez à la DSI de vous ajouter.")
        st.html(parts.empty(said, here if context.scope.administers else there))
        return None
    names, known = list(mine), st.session_state.get(_ME)
    title = _("Personne") if context.scope.administers else _("Vous êtes")
    chosen = st.selectbox(
        title,
        names,
        names.index(known) if known in names else None,
        format_func=lambda name: mine[name].label,
        key=f"notify_who_{context.scope.role}",
        placeholder=_("Choisissez votre nom"),
    )
    if chosen is None:
        st.html(parts.said(_("Choisissez votre nom pour régler ce qui vous est envoyé.")))
        return None
    st.session_state[_ME] = chosen
    return mine[chosen]


def _phone(one: PersonState, count: int) -> str:
    """The button of this phone; push reaches nobody without it."""
    said = ngettext("{n} téléphone inscrit", "{n} téléphones inscrits", count).format(n=count)
    title = parts.section(_("Ce téléphone"), said if count else "")
    return f"{title}{push_button.button(one.name)}"


def _trial(context: Context, one: PersonState, rules: Rules) -> None:
    """A message that takes the path of an alert, and what became of it."""
    st.html(parts.section(_("Essai")))
    ways = [*BUILT_IN, *rules.channels.named]
    own = next((ways.index(way) for way in one.get("red") if way in ways), 0)
    key = f"notify_way_{one.name}"
    way = st.selectbox(_("Voie"), ways, own, format_func=duty_words.channel, key=key)
    if not st.button(_("M'envoyer un message d'essai"), key="notify_try", width="stretch"):
        return
    try:
        with st.spinner(_("Envoi en cours…")):
            made = trial.send(context.generation.home, one.name, way)
    except CockpitError as error:
        words.refuse(error.sentence())
        return
    st.html(words.announced(*notify_words.trial(made, context.now)))


def _last(context: Context, one: PersonState) -> None:
    home = context.generation.home
    st.html(parts.section(_("Derniers messages")))
    found = outbox.listed(state.engine(home), _SHOWN, person=one.name) if exists(home) else ()
    st.html(notify_words.messages(found, context.now))


def _directory(context: Context, one: PersonState | None, rules: Rules) -> None:
    """Who administers adds and takes out; the faults of the file are told here."""
    st.html(parts.section(_("Annuaire")))
    for error in rules.channels.errors:
        st.html(words.announced(error.sentence(), Status.RED))
    with st.container(key="notify_directory"):
        with st.expander(_("Ajouter une personne"), key="person_add"):
            notify_forms.add(context, rules)
        if one is not None:
            with st.expander(_("Retirer cette personne"), key="person_out"):
                on_roster = _is_on_roster(context.generation.home, one.name)
                notify_forms.take_out(context, one, on_roster=on_roster)


def _is_on_roster(home: Home, name: str) -> bool:
    path = home.root / "astreinte.csv"
    shifts = read(path.read_text("utf-8", "replace")).shifts if path.exists() else ()
    return any(name in {one.person, one.deputy} and one.last > outbox.now() for one in shifts)
