"""What a person does to a matter, at the bottom of its card: one tap, or a short form in place.

The name is typed once and kept for the tab as the first value of the next form: it is a signature,
not an identity, and opens no right.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Literal, get_args

import streamlit as st

from cockpit import clock
from cockpit.alerts.desk import inbox
from cockpit.alerts.desk.life import Act, Deed
from cockpit.errors import CockpitError
from cockpit.i18n import gettext as _
from cockpit.i18n import is_singular, language, mark
from cockpit.notify import outbox
from cockpit.views import parts, widgets
from cockpit.views.admin import words
from cockpit.views.params import parse
from cockpit.views.screens.prevision import named

if TYPE_CHECKING:
    from cockpit.views.alert_matters import Matter
    from cockpit.views.context import Context

_NAME = "alert_signature"
LABELS: Mapping[Deed, str] = {
    "acknowledge": mark("Acquitter"),
    "assign": mark("Confier"),
    "snooze": mark("Différer"),
    "comment": mark("Noter"),
    "wake": mark("Réveiller"),
}
_DONE: Mapping[Deed, tuple[str, str]] = {
    "acknowledge": (mark("{n} alerte acquittée."), mark("{n} alertes acquittées.")),
    "assign": (mark("{n} alerte confiée."), mark("{n} alertes confiées.")),
    "snooze": (mark("{n} alerte différée."), mark("{n} alertes différées.")),
    "comment": (mark("Note ajoutée à {n} alerte."), mark("Note ajoutée à {n} alertes.")),
    "wake": (mark("{n} alerte réveillée."), mark("{n} alertes réveillées.")),
}
_DELAYS = {
    "hours": mark("2 heures"),
    "tomorrow": mark("Demain 8 h"),
    "monday": mark("Lundi 8 h"),
    "week": mark("7 jours"),
    "month": mark("30 jours"),
}
_MORNING = time(8)


def row(context: Context, matter: Matter, *, noting: bool = True) -> None:
    """The acts that mean something now; in their place the form of the one that is asked for.

    noting: with a button to comment; a sheet has its own place for it.
    """
    if not matter.code:
        st.html(parts.said(_("Cette alerte dépasse votre périmètre : elle se traite au-dessus.")))
        return
    asked = _asked(context, matter)
    if asked is not None:
        _form(context, matter, asked)
        return
    with st.container(key=f"acts_{matter.code}", horizontal=True):
        for deed in _possible(matter, noting=noting):
            kind: Literal["primary", "secondary"] = (
                "primary" if deed == "acknowledge" else "secondary"
            )
            key = f"{deed}_{matter.code}"
            if st.button(_(LABELS[deed]), key=key, type=kind, width="stretch"):
                _begin(context, matter, deed)


def note_box(context: Context, matter: Matter) -> None:
    """A place to write beside the history."""
    deed: Deed = "comment"
    key = f"note_{matter.code}_{current_round()}"
    with st.form(f"form_{key}", border=False):
        text = st.text_area(_("Ajouter une note"), key=f"why_{key}", height=80)
        who = name_field(key)
        sent = st.form_submit_button(_(LABELS[deed]), type="primary", width="stretch")
    if sent:
        _do(context, matter, lambda: _act(context, deed, who, reason=text))


def known_name() -> str:
    """The name typed last in this tab; "" before the first."""
    return str(st.session_state.get(_NAME, ""))


def name_field(key: str) -> str:
    """Where a person signs, with the name typed last."""
    return widgets.name_field(f"who_{key}", known_name())


def signed(context: Context, who: str) -> str:
    """The signature of an act, kept for the next one. Raises BadRequest without a name."""
    signature = named(context, who)
    st.session_state[_NAME] = " ".join(who.split())
    return signature


def current_round() -> int:
    """Of the forms: another number after each act, so that the next form is empty.

    In the address: in a session that a restart forgets, the form would change under what is typed.
    """
    return parse(st.query_params.to_dict()).turn or 0


def next_round() -> None:
    """The form was sent: the next run draws an empty one."""
    st.query_params["turn"] = str(current_round() + 1)


def finish(sentence: str) -> None:
    """Say what was done at the top, close the form and draw again."""
    words.tell(sentence)
    next_round()
    leave()


def _possible(matter: Matter, *, noting: bool) -> tuple[Deed, ...]:
    last: tuple[Deed, ...] = ("comment",) if noting else ()
    if matter.stage == "snoozed":
        return ("wake", "assign", *last)
    if all(item.who for item in matter.items):
        return ("assign", "snooze", *last)
    return ("acknowledge", "assign", "snooze", *last)


def _asked(context: Context, matter: Matter) -> Deed | None:
    if context.params.code != matter.code:
        return None
    return next((deed for deed in get_args(Deed) if deed == context.params.act), None)


def _begin(context: Context, matter: Matter, deed: Deed) -> None:
    """Acknowledge or wake at once when the name is known; else ask."""
    known = known_name()
    if deed in {"acknowledge", "wake"} and known:
        _do(context, matter, lambda: _act(context, deed, known))
        return
    st.query_params["act"], st.query_params["code"] = deed, matter.code
    st.rerun()


def _form(context: Context, matter: Matter, deed: Deed) -> None:
    """Who, and what the act needs; one button, and a way back."""
    key = f"{deed}_{matter.code}_{current_round()}"
    with st.form(f"form_{key}", border=False):
        to, until, reason = _fields(matter, deed, key)
        who = name_field(key)
        with st.container(key=f"send_{matter.code}", horizontal=True):
            sent = st.form_submit_button(_(LABELS[deed]), type="primary", width="stretch")
            left = st.form_submit_button(_("Annuler"), width="stretch")
    if left:
        leave()
    if sent:
        _do(context, matter, lambda: _act(context, deed, who, reason=reason, to=to, until=until))


def _fields(matter: Matter, deed: Deed, key: str) -> tuple[str, datetime | None, str]:
    """To whom, until when, why: those that the act asks for."""
    to, until = "", None
    if deed == "assign":
        owner = matter.first.alert.owner_fr
        to = st.text_input(_("À qui"), owner, key=f"to_{key}", max_chars=80)
    if deed == "snooze":
        chosen = st.selectbox(
            _("Jusqu'à"), list(_DELAYS), format_func=lambda one: _(_DELAYS[one]), key=f"until_{key}"
        )
        until = delayed(chosen, clock.in_paris(clock.utc_naive(clock.now())))
    title = {
        "comment": _("Note"),
        "snooze": _("Motif"),
        "assign": _("Consigne (facultative)"),
    }.get(deed, _("Décision prise (facultative)"))
    if deed == "wake":
        return to, until, ""
    # No `max_chars`: it drops a longer text that is pasted, without a word.
    return to, until, st.text_area(title, key=f"why_{key}", height=80)


def delayed(chosen: str, now: datetime) -> datetime:
    """The end of a delay as naive UTC. now: aware, on the clock of Paris."""
    mornings = {"tomorrow": 1, "monday": 7 - now.weekday()}
    if chosen in mornings:
        day = now.date() + timedelta(days=mornings[chosen])
        return clock.utc_naive(datetime.combine(day, _MORNING, now.tzinfo))
    lengths = {"hours": timedelta(hours=2), "week": timedelta(days=7)}
    return clock.utc_naive(now) + lengths.get(chosen, timedelta(days=30))


def _act(
    context: Context,
    deed: Deed,
    who: str,
    *,
    reason: str = "",
    to: str = "",
    until: datetime | None = None,
) -> Act:
    """Raises BadRequest without a name."""
    return Act(
        at=context.now, who=signed(context, who), deed=deed, reason=reason, to=to, until=until
    )


def _do(context: Context, matter: Matter, make: Callable[[], Act]) -> None:
    """Do it once, then say it at the top; a refusal is said where it was asked."""
    try:
        done = make()
        inbox.take(
            context.generation,
            context.scope,
            matter.episodes,
            done,
            outbox.follow(context.generation.home),
        )
    except CockpitError as error:
        words.refuse(error.sentence())
        return
    count = len(matter.episodes)
    one, many = _DONE[done.deed]
    finish(_(one if is_singular(count, language()) else many).format(n=count))


def leave() -> None:
    """Close the form and draw again."""
    for name in ("act", "code"):
        st.query_params.pop(name, None)
    st.rerun()
