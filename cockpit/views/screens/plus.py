"""Plus: the other pages, who we look as, the language."""

from __future__ import annotations

import streamlit as st

from cockpit.i18n import LANGUAGES, label
from cockpit.i18n import gettext as _
from cockpit.series.model import Status
from cockpit.views import anchors, cards, dates, nav, parts, phone_cards, widgets
from cockpit.views.context import Context, roles

_LANGUAGE_NAMES = {"fr": "Français", "en": "English"}


def show(context: Context) -> None:
    """Links to the pages that have no place in the bar, then the two switches, the phone."""
    widgets.head(context, _("Plus"))
    thumb = {found.id for found in nav.bar(context.scope)}
    rows = []
    for found in nav.visible(context.scope):
        if found.place != "hidden" and found.id not in thumb:
            title = _(found.title)
            body = cards.line(Status.NONE, title, mute=True)
            rows.append(anchors.card(body, context.link(found.id, kpi=None), title))
    st.html(anchors.stack(rows))
    _see_as(context)
    _language(context)
    st.html(phone_cards.cards(context))
    st.html(parts.section(_("À propos")))
    said = _("{name} · état n° {number} publié le {when}").format(
        name=context.name,
        number=context.generation.id,
        when=dates.stamp(context.generation.published_at),
    )
    st.html(parts.said(said))
    st.html(
        anchors.away(
            _("Accessibilité : voir la déclaration"), f"/accessibilite?lang={context.language}"
        )
    )


def _see_as(context: Context) -> None:
    known = {scope.role: label(scope) for scope in roles(context.units)}
    st.html(parts.section(_("Voir comme")))
    st.html(parts.said(_("Le profil choisit les sites et les familles visibles.")))
    widgets.choice(
        "as",
        _("Profil"),
        list(known),
        context.scope.role,
        words=lambda role: known[role],
        clears=("unit", "kpi"),
    )


def _language(context: Context) -> None:
    st.html(parts.section(_("Langue")))
    st.html(anchors.tongues(_("Langue"), _tongues(context)))


def _tongues(context: Context) -> list[anchors.Tongue]:
    """The document itself is in one language: another one loads it again."""
    return [
        anchors.Tongue(
            code,
            _LANGUAGE_NAMES[code],
            context.link("plus", language=code),
            code == context.language,
        )
        for code in LANGUAGES
    ]
