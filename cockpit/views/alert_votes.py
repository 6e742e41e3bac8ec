"""Whether an alert was worth hearing of: one tap, a reason for who wants to give one, the tally.

The vote is about the episode that is open, else about the last one. It is the person's only one:
another tap changes it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import streamlit as st

from cockpit import state
from cockpit.alerts.desk import votes
from cockpit.alerts.desk.votes import Vote
from cockpit.errors import CockpitError
from cockpit.i18n import gettext as _
from cockpit.i18n import mark, ngettext
from cockpit.views import alert_acts, parts, signatures
from cockpit.views.admin import words
from cockpit.views.screens.prevision import named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cockpit.alerts.desk.keep import Kept
    from cockpit.views.context import Context

Word = Literal["useful", "useless"]
WORDS: dict[Word, str] = {"useful": mark("Utile"), "useless": mark("Inutile")}


def box(context: Context, kept: Kept) -> None:
    """kept: an episode that the reader may touch."""
    cast = votes.votes(state.engine(context.generation.home), [kept.id])
    mine = _mine(context, cast)
    with st.container(key="vote", border=True):
        st.html(parts.section(_("Cette alerte a-t-elle servi ?"), tally(cast)))
        asked = _asked(context, kept)
        if asked is not None:
            _form(context, kept, asked)
        else:
            _buttons(context, kept, mine)
        if written := reasons(cast):
            st.html(written)
        if mine is not None and asked is None:
            _why(context, kept, mine)


def tally(cast: Sequence[Vote]) -> str:
    """As "2 utiles, 1 inutile"."""
    useful = sum(one.useful for one in cast)
    return counted(useful, len(cast) - useful)


def counted(useful: int, useless: int) -> str:
    """The same from two counts."""
    if not useful + useless:
        return _("aucun avis")
    return ", ".join(
        (
            ngettext("{n} utile", "{n} utiles", useful).format(n=useful),
            ngettext("{n} inutile", "{n} inutiles", useless).format(n=useless),
        )
    )


def reasons(cast: Sequence[Vote]) -> str:
    """What was written with the votes, the newest first, as text whatever it holds."""
    return "".join(
        f'<div class="ck-act"><b>{parts.html(_(WORDS[_word(one)]))}</b>'
        f'<span>{parts.html(one.why)}</span><span class="ck-muted">'
        f"{parts.html(signatures.shown(one.who))}</span></div>"
        for one in reversed(cast)
        if one.why
    )


def _word(one: Vote) -> Word:
    return "useful" if one.useful else "useless"


def _mine(context: Context, cast: Sequence[Vote]) -> Vote | None:
    name = alert_acts.known_name()
    who = named(context, name) if name else ""
    return next((one for one in cast if one.who == who), None)


def _asked(context: Context, kept: Kept) -> Word | None:
    if context.params.code != str(kept.id):
        return None
    return next((word for word in WORDS if word == context.params.act), None)


def _buttons(context: Context, kept: Kept, mine: Vote | None) -> None:
    """The vote already given is the full one."""
    with st.container(key="vote_row", horizontal=True):
        for word, said in WORDS.items():
            given = mine is not None and _word(mine) == word
            kind: Literal["primary", "secondary"] = "primary" if given else "secondary"
            if st.button(_(said), key=f"{word}_{kept.id}", type=kind, width="stretch"):
                _begin(context, kept, word, mine)


def _begin(context: Context, kept: Kept, word: Word, mine: Vote | None) -> None:
    """At once when the name is known, else ask it."""
    if mine is not None and _word(mine) == word:
        return
    if alert_acts.known_name():
        _vote(context, kept, word, alert_acts.known_name(), "")
        return
    st.query_params["act"], st.query_params["code"] = word, str(kept.id)
    st.rerun()


def _form(context: Context, kept: Kept, word: Word) -> None:
    key = f"vote_{kept.id}_{alert_acts.current_round()}"
    with st.form(f"form_{key}", border=False):
        why = _reason(key, "")
        who = alert_acts.name_field(key)
        with st.container(key=f"send_{key}", horizontal=True):
            sent = st.form_submit_button(_(WORDS[word]), type="primary", width="stretch")
            left = st.form_submit_button(_("Annuler"), width="stretch")
    if left:
        alert_acts.leave()
    if sent:
        _vote(context, kept, word, who, why)


def _why(context: Context, kept: Kept, mine: Vote) -> None:
    """A reason for a vote that was one tap."""
    key = f"reason_{kept.id}_{alert_acts.current_round()}"
    with st.expander(_("Dire pourquoi"), key=f"fold_{key}"), st.form(f"form_{key}", border=False):
        why = _reason(key, mine.why)
        if st.form_submit_button(_("Enregistrer le motif"), type="primary", width="stretch"):
            _vote(context, kept, _word(mine), alert_acts.known_name(), why)


def _reason(key: str, before: str) -> str:
    return st.text_area(_("Motif (facultatif)"), before, key=f"why_{key}", height=80)


def _vote(context: Context, kept: Kept, word: Word, who: str, why: str) -> None:
    try:
        cast = Vote(
            episode=kept.id,
            at=context.now,
            who=alert_acts.signed(context, who),
            useful=word == "useful",
            why=" ".join(why.split()),
        )
        votes.vote(state.engine(context.generation.home), cast)
    except CockpitError as error:
        words.refuse(error.sentence())
        return
    alert_acts.finish(_("Votre avis est noté : {word}.").format(word=_(WORDS[word]).lower()))
