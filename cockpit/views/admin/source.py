"""One source: where it stands, its four acts, and its tabs, from its settings to its readings."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from cockpit.administer import sources, waiting
from cockpit.administer.sources import SourceState
from cockpit.errors import BadRequest, CockpitError
from cockpit.i18n import gettext as _
from cockpit.i18n import mark, ngettext
from cockpit.series.model import Status
from cockpit.views import anchors, french, parts
from cockpit.views.admin import (
    acts,
    contract,
    listing,
    mapping,
    readings,
    settings,
    text,
    withdrawing,
    words,
)
from cockpit.views.context import Context
from cockpit.warehouse.held import Held

_HELD = 3
_ACTS = {**acts.ACTS, "withdraw": withdrawing.show}

TABS: dict[str, tuple[str, Callable[[Context, SourceState], None]]] = {
    "settings": (mark("Réglages"), settings.show),
    "columns": (mark("Colonnes"), mapping.show),
    "contract": (mark("Contrat"), contract.show),
    "text": (mark("Texte"), text.show),
    "runs": (mark("Lectures"), readings.show),
}


def show(context: Context) -> None:
    """The source of the address; an act alone, or its tabs. Raises BadRequest."""
    one = named(context)
    up = words.at(context, "sources")
    st.html(
        parts.column(
            words.back(_("Sources"), up),
            listing.row(one, listing.by_name(context).get(one.name), context),
        )
    )
    if context.params.act in _ACTS:
        _ACTS[context.params.act](context, one)
        return
    acts.forget(context, one)
    if one.error:
        st.html(words.announced(one.error, Status.RED))
    st.html(words.buttons(*listing.acts(context, one)))
    _refused(context, one)
    _waiting(context, one)
    wanted = context.params.tab or ""
    tab = wanted if wanted in TABS else "text" if one.error else "settings"
    options = [
        anchors.Option(
            _(title), words.at(context, "source", source=one.name, tab=name), name == tab
        )
        for name, (title, _show) in TABS.items()
    ]
    st.html(anchors.switch(_("Parties de la source"), options))
    TABS[tab][1](context, one)


def named(context: Context) -> SourceState:
    """The source of the address. Raises BadRequest."""
    for one in sources.listed(context.generation.home):
        if one.name == context.params.source:
            return one
    raise BadRequest(field="source", expected=mark("une source de la liste"))


def _refused(context: Context, one: SourceState) -> None:
    """Deliveries that the published figures refuse: they go in by themselves, or are sent away."""
    found = waiting.refused(context.generation.home, one.name) if one.refusals else ()
    if not found:
        return
    st.html(parts.section(_("Livraisons refusées"), str(len(found))))
    st.html(parts.said(_("Elles entrent seules dès que plus rien ne s'y oppose.")))
    for batch in found[:_HELD]:
        away = words.at(context, "source", source=one.name, act="discard", code=str(batch.seq))
        said = _("n° {number} · {file} · {count} observations").format(
            number=batch.seq, file=batch.file, count=french.number(batch.accepted)
        )
        st.html(parts.column(parts.said(said), words.buttons(words.button(_("Écarter"), away))))
    if rest := len(found) - _HELD:
        st.html(parts.said(_("et {n} autres").format(n=rest)) if rest > 0 else "")


def _waiting(context: Context, one: SourceState) -> None:
    """Deliveries that look wrong, each with its reason and its two ways out."""
    found = waiting.waiting(context.generation.home, one.name) if one.held else ()
    if not found:
        return
    st.html(parts.section(_("Livraisons retenues"), str(len(found))))
    if len(found) > 1:
        said = _("Tout accepter ({n})").format(n=len(found))
        if st.button(said, key="approve_all"):
            _let(context, one, None)
    for held in found[:_HELD]:
        _one_held(context, one, held)
    if rest := found[_HELD:]:
        with st.expander(_("Voir les {n} autres").format(n=len(rest))):
            for held in rest:
                _one_held(context, one, held)
    st.html(words.command("cockpit", "source", "approve", one.name))


def _one_held(context: Context, one: SourceState, held: Held) -> None:
    """Why it waits, then its two ways out."""
    batch = held.batch
    said = _("n° {number} · {file} · {count} observations").format(
        number=batch.seq, file=batch.file, count=french.number(batch.accepted)
    )
    st.html(words.panel(said, held.why or _("Retenue en attendant votre avis.")))
    with st.container(horizontal=True, key=f"held_{batch.seq}"):
        if st.button(_("Accepter"), key=f"approve_{batch.seq}", type="primary"):
            _let(context, one, batch.seq)
        away = words.at(context, "source", source=one.name, act="discard", code=str(batch.seq))
        st.html(words.buttons(words.button(_("Écarter"), away)))


def _let(context: Context, one: SourceState, seq: int | None) -> None:
    try:
        count = waiting.approve(context.generation.home, one.name, words.who(context), seq)
    except CockpitError as error:
        words.tell(error.sentence(), Status.RED)
    else:
        said = ngettext("{n} livraison acceptée", "{n} livraisons acceptées", count)
        words.tell(said.format(n=count) + _(" : publiez pour que ce soit vu."))
    words.go("source", source=one.name)
