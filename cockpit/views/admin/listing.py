"""Every source: where it stands, its last and next reading, what waits for a person."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import streamlit as st

from cockpit.administer import sources
from cockpit.administer.sources import SourceState
from cockpit.i18n import gettext as _
from cockpit.i18n import ngettext
from cockpit.series import freshness
from cockpit.series.model import Freshness, Status
from cockpit.views import anchors, dates, french, parts
from cockpit.views.admin import words
from cockpit.views.context import Context
from cockpit.views.status import CLASSES, ICONS

_ORDER = (Status.RED, Status.AMBER, Status.NONE, Status.OK)


def show(context: Context) -> None:
    """What needs somebody first; each card leads to its source."""
    listed = sources.listed(context.generation.home)
    fresh = by_name(context)
    st.html(
        parts.column(
            parts.section(_("Sources"), _counted(listed, fresh)),
            words.buttons(
                words.button(_("Ajouter une source"), words.at(context, "new"), main=True)
            ),
        )
    )
    if not listed:
        st.html(parts.empty(_("Aucune source n'est déclarée."), "cockpit source add"))
        return
    ordered = sorted(listed, key=lambda one: (_ORDER.index(_status(one, fresh)), one.label))
    st.html(anchors.stack(_card(context, one, fresh.get(one.name)) for one in ordered))
    st.html(words.command("cockpit", "source", "list"))


def by_name(context: Context) -> Mapping[str, Freshness]:
    """What each source published last."""
    return {one.source: one for one in freshness.sources(context.generation)}


def _status(one: SourceState, fresh: Mapping[str, Freshness]) -> Status:
    return words.state_of(one, late=_is_late(fresh.get(one.name)))[0]


def _is_late(found: Freshness | None) -> bool:
    return found is not None and found.late


def _counted(listed: tuple[SourceState, ...], fresh: Mapping[str, Freshness]) -> str:
    first = ngettext("{n} source", "{n} sources", len(listed)).format(n=len(listed))
    wrong = sum(_status(one, fresh) in {Status.RED, Status.AMBER} for one in listed)
    return f"{first} · " + ngettext("{n} à voir", "{n} à voir", wrong).format(n=wrong)


def _card(context: Context, one: SourceState, fresh: Freshness | None) -> str:
    address = words.at(context, "source", source=one.name)
    return (
        f'<div class="ck-tap">{row(one, fresh, context)}'
        f'<a class="ck-link" href="{escape(address)}" aria-label="{escape(one.label)}"></a>'
        f'<p class="ck-acts">{"".join(acts(context, one))}</p></div>'
    )


def row(one: SourceState, fresh: Freshness | None, context: Context) -> str:
    """One source in three lines: name and state, readings, what it holds."""
    status, word = words.state_of(one, late=_is_late(fresh))
    sign = f'<span aria-hidden="true">{ICONS[status]}</span>'
    lines = "".join(
        f'<span class="ck-muted">{escape(" · ".join(said))}</span>'
        for said in (_readings(one, context), _holding(one, fresh))
        if said
    )
    return (
        f'<div class="ck-row ck-source {CLASSES[status]}">{sign}<span>'
        f"<b>{escape(one.label)}</b> {words.chip(status, word)}{lines}{_told(one)}</span></div>"
    )


def _told(one: SourceState) -> str:
    said = words.told_of(one)
    return f'<span class="ck-muted">{escape(words.unbroken(said))}</span>' if said else ""


def _readings(one: SourceState, context: Context) -> list[str]:
    last = words.since(one.last.ended_at if one.last else None, context.now)
    return [
        _("lue : {when}").format(when=last),
        _("prochaine : {when}").format(when=words.soon(one.next_at)),
    ]


def _holding(one: SourceState, fresh: Freshness | None) -> list[str]:
    said = []
    if fresh and fresh.as_of:
        said.append(_("données au {day}").format(day=dates.bare_day(fresh.as_of)))
    if one.quarantined:
        text = ngettext("{n} ligne en quarantaine", "{n} lignes en quarantaine", one.quarantined)
        said.append(text.format(n=french.number(one.quarantined)))
    if one.held:
        said.append(
            ngettext("{n} livraison retenue", "{n} livraisons retenues", one.held).format(
                n=one.held
            )
        )
    return said


def acts(context: Context, one: SourceState) -> list[str]:
    """Test, preview, publish, pause or resume: links to where each is explained and done."""

    def act(name: str) -> str:
        return words.at(context, "source", source=one.name, act=name)

    paused = (_("Reprendre"), "resume") if one.paused else (_("Pause"), "pause")
    return [
        words.button(_("Tester"), act("test")),
        words.button(_("Aperçu"), words.at(context, "preview", source=one.name)),
        words.button(_("Publier"), act("publish")),
        words.button(paused[0], act(paused[1])),
    ]
