"""Astreinte: who is on duty now, the coming weeks, what to put right; edited by who may."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from cockpit.access.scope import DEFAULT_ROLE
from cockpit.administer import roster as editor
from cockpit.errors import CockpitError
from cockpit.i18n import gettext as _
from cockpit.notify import book, phones
from cockpit.series.model import Status
from cockpit.views import duty_cards, duty_file, duty_forms, duty_words, french, parts, widgets
from cockpit.views.admin import words
from cockpit.views.duty_words import Reach

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cockpit.administer.roster import Written
    from cockpit.notify.roster import Turn
    from cockpit.views.context import Context
    from cockpit.views.duty_words import Remark

PAGE = "astreinte"
_AHEAD = timedelta(weeks=5)


def show(context: Context) -> None:
    """The roster, or the screen of one act. Raises BadNotify, BadStructure."""
    home = context.generation.home
    reach = Reach(book.load(home), phones.counts(home))
    written = editor.read(home)
    asked = {"add": _add, "turn": _turn, "line": _line, "file": _file}.get(context.params.act or "")
    if asked is None:
        _overview(context, reach, written)
    else:
        asked(context, reach, written)


def may_edit(context: Context) -> bool:
    """The general management, and who administers."""
    return context.scope.administers or context.scope.role == DEFAULT_ROLE


def _overview(context: Context, reach: Reach, written: Written) -> None:
    roster, now = written.roster, context.now
    turns = roster.turns(now, now + _AHEAD)
    card = duty_cards.now(_present(turns, context), _following(turns, context), roster, reach, now)
    codes = {line: written.code(line) for line in _numbers(written)}
    listed = duty_words.remarks(roster, reach, turns, codes, now)
    links = partial(_leads, context, written)
    widgets.head(context, _("Astreinte"), words.told())
    with st.container(key="duty_columns", horizontal=True):
        with st.container(key="duty_now"):
            remarks = duty_cards.remarks(listed, partial(_puts_right, context))
            st.html(parts.column(card, _buttons(context), remarks))
        with st.container(key="duty_weeks"):
            if roster.shifts:
                st.html(duty_cards.weeks(turns, reach, links, now))
            else:
                said = _("Aucun tour n'est au tableau.")
                st.html(parts.empty(said, _("Ajoutez un tour, ou importez un fichier.")))


def _numbers(written: Written) -> list[int]:
    told = (int(str(one.facts.get("line", 0))) for one in written.roster.errors)
    return [*(one.line for one in written.roster.shifts), *(one for one in told if one)]


def _present(turns: Sequence[Turn], context: Context) -> Turn | None:
    return next((one for one in turns if one.first <= context.now < one.last), None)


def _following(turns: Sequence[Turn], context: Context) -> Turn | None:
    """The next turn that somebody holds."""
    return next((one for one in turns if one.first > context.now and one.shift), None)


def _at(context: Context, act: str | None, code: str | None = None) -> str:
    return context.link(PAGE, act=act, code=code, unit=None, kpi=None)


def _leads(context: Context, written: Written, turn: Turn) -> str:
    if turn.shift is not None:
        return _at(context, "turn", written.code(turn.shift.line))
    hole = None if turn.is_end else duty_words.gap_code(turn)
    return _at(context, "add", hole) if may_edit(context) else ""


def _puts_right(context: Context, one: Remark) -> str:
    if one.act == duty_words.PERSON:
        address = context.link("notifications", act=None, code=None, unit=None)
        return address if context.scope.administers else ""
    return _at(context, one.act, one.code or None) if one.act and may_edit(context) else ""


def _buttons(context: Context) -> str:
    if not may_edit(context):
        return parts.said(_("La direction générale et la DSI tiennent ce tableau."))
    return words.buttons(
        words.button(_("Ajouter un tour"), _at(context, "add"), main=True),
        words.button(_("Importer, exporter"), _at(context, "file")),
    )


def _back(context: Context, title: str) -> None:
    back = words.back(_("Astreinte"), _at(context, None))
    widgets.head(context, title, back, words.told())


def _closed(context: Context) -> bool:
    """Whether this role may not change the roster, which is then said."""
    if not may_edit(context):
        st.html(parts.forbidden())
    return not may_edit(context)


def _add(context: Context, reach: Reach, written: Written) -> None:
    _back(context, _("Ajouter un tour"))
    if _closed(context):
        return
    if not reach.book.people.people:
        _no_people(context)
        return
    bounds = duty_forms.proposed(written.roster, context.params.code or "", context.now)
    with st.container(key="duty_form"):
        duty_forms.add(context, reach, bounds)


def _no_people(context: Context) -> None:
    said = _("L'annuaire est vide : ajoutez d'abord les personnes dans « Mes notifications ».")
    st.html(parts.empty(said))
    address = context.link("notifications", act=None, code=None)
    st.html(words.buttons(words.button(_("Mes notifications"), address, main=True)))


def _turn(context: Context, reach: Reach, written: Written) -> None:
    """One turn: who, how to call them; a replacement and its removal for who may."""
    code = context.params.code or ""
    try:
        shift = written.shift(code)
    except CockpitError as error:
        _back(context, _("Tour d'astreinte"))
        st.html(words.announced(error.sentence(), Status.AMBER))
        return
    found = written.roster.turns(shift.first, shift.last)
    own = [one for one in found if one.shift is shift]
    turn = next((one for one in own if one.last > context.now), own[0] if own else None)
    # A title breaks between its two days, not inside one.
    days = duty_words.span(shift.first, shift.last).replace(" ", french.NBSP)
    _back(context, days.replace("–\u202f", "– "))
    cards = [duty_cards.person(shift.person, _("D'astreinte"), reach)]
    if shift.deputy:
        cards.append(duty_cards.person(shift.deputy, _("Adjoint"), reach))
    st.html(parts.pile(cards, "ck-list ck-two"))
    if not may_edit(context):
        return
    with st.container(key="duty_form"):
        if turn is None:
            said = _("D'autres tours couvrent celui-ci en entier : il est sans effet.")
            st.html(parts.note(said, Status.AMBER))
        elif turn.last > context.now:
            with st.expander(_("Remplacer pour quelques jours"), expanded=True):
                duty_forms.stand_in(context, reach, turn, code)
        with st.expander(_("Retirer ce tour")):
            said = _("Les autres lignes ne changent pas ; un trou éventuel sera signalé.")
            duty_forms.take_out(context, code, _("Retirer ce tour"), said)


def _line(context: Context, _reach: Reach, written: Written) -> None:
    """A line that could not be read: as it is written, and out."""
    _back(context, _("Ligne illisible"))
    if _closed(context):
        return
    code = context.params.code or ""
    error = next(
        (
            one
            for one in written.roster.errors
            if one.facts.get("line") and written.code(int(str(one.facts["line"]))) == code
        ),
        None,
    )
    if error is None:
        st.html(words.announced(_("Cette ligne n'est plus dans le tableau."), Status.AMBER))
        return
    st.html(words.announced(error.sentence(), Status.RED))
    text = written.line(int(str(error.facts["line"])))
    st.html(f'<p class="ck-command"><code>{parts.html(text[:400])}</code></p>')
    with st.container(key="duty_form"):
        said = _("Elle est sans effet : la retirer ne change l'astreinte de personne.")
        duty_forms.take_out(context, code, _("Retirer cette ligne"), said)


def _file(context: Context, reach: Reach, written: Written) -> None:
    _back(context, _("Importer, exporter"))
    if _closed(context):
        return
    with st.container(key="duty_form"):
        duty_file.take_away(written, reach)
        duty_file.bring_in(context, reach, written)
