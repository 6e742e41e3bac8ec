"""What is typed to change the roster: a shift, a replacement, a line taken out."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

import streamlit as st

from cockpit import clock
from cockpit.administer import roster as editor
from cockpit.errors import BadRequest, CockpitError
from cockpit.i18n import gettext as _
from cockpit.i18n import mark
from cockpit.notify.roster import Shift
from cockpit.views import alert_acts, duty_words, parts
from cockpit.views.admin import words

if TYPE_CHECKING:
    from cockpit.notify.roster import Roster, Turn
    from cockpit.views.context import Context
    from cockpit.views.duty_words import Reach

_DAY = "DD/MM/YYYY"
_MIDNIGHT = "24:00"
_HALVES = [f"{at // 2:02d}:{30 * (at % 2):02d}" for at in range(48)]
_NOBODY = ""
_WEEK = timedelta(days=7)

Bounds = tuple[datetime, datetime]


def add(context: Context, reach: Reach, bounds: Bounds) -> None:
    """One more shift; a hole of the roster, or the week after its end, is proposed."""
    with st.form("duty_add", border=False):
        made = _shift(reach, "duty_add", bounds)
        who = alert_acts.name_field("duty_add")
        sent = st.form_submit_button(
            _("Ajouter au tableau"), type="primary", width="stretch", key="duty_add_do"
        )
    if sent:
        done(
            lambda: editor.add(
                context.generation.home, made(), reach.book.by_id, alert_acts.signed(context, who)
            ),
            _("Le tour est au tableau."),
        )


def stand_in(context: Context, reach: Reach, turn: Turn, code: str) -> None:
    """Somebody else for some days of a turn, which keeps the others."""
    name = duty_words.held_by(turn.shift, reach)
    st.html(parts.said(_("Hors de ces jours, {name} reste d'astreinte.").format(name=name)))
    with st.form("duty_stand_in", border=False):
        first = max(turn.first, context.now.replace(minute=0, second=0, microsecond=0))
        made = _shift(reach, "duty_stand_in", (first, turn.last), turn.shift)
        who = alert_acts.name_field("duty_stand_in")
        sent = st.form_submit_button(
            _("Remplacer"), type="primary", width="stretch", key="duty_stand_in_do"
        )
    if sent:
        done(
            lambda: editor.stand_in(
                context.generation.home,
                code,
                made(),
                reach.book.by_id,
                alert_acts.signed(context, who),
            ),
            _("Le remplacement est au tableau."),
        )


def take_out(context: Context, code: str, label: str, said: str) -> None:
    """A line leaves the file, once it was confirmed."""
    with st.form(f"duty_out_{code}", border=False):
        st.html(parts.said(said))
        sure = st.checkbox(_("Je confirme le retrait"), key=f"duty_sure_{code}")
        who = alert_acts.name_field(f"duty_out_{code}")
        sent = st.form_submit_button(label, width="stretch", key=f"duty_out_do_{code}")
    if sent and not sure:
        words.refuse(_("Rien n'a été changé : cochez la confirmation."))
    elif sent:
        done(
            lambda: editor.remove(context.generation.home, code, alert_acts.signed(context, who)),
            _("La ligne est retirée du tableau."),
        )


def done(act: Callable[[], object], said: str) -> None:
    """Do it, then say it at the top of the roster; a refusal is said here."""
    try:
        act()
    except CockpitError as error:
        words.refuse(error.sentence())
        return
    alert_acts.finish(said)


def proposed(roster: Roster, code: str, now: datetime) -> Bounds:
    """The hole of an address; else the week that follows the last shift, at its own hour."""
    with suppress(ValueError):
        first, last = (
            clock.utc_naive(datetime.strptime(one, "%Y%m%dT%H%M").replace(tzinfo=clock.PARIS))
            for one in code.split("_")
        )
        return first, last
    ends = [one.last for one in roster.shifts if one.last > now]
    today = datetime.combine(clock.in_paris(now).date(), time(), clock.PARIS)
    first = max(ends, default=clock.utc_naive(today))
    week = clock.in_paris(first).replace(tzinfo=None) + _WEEK
    return first, clock.utc_naive(week.replace(tzinfo=clock.PARIS))


def _shift(
    reach: Reach, key: str, bounds: Bounds, before: Shift | None = None
) -> Callable[[], Shift]:
    """The widgets of a shift; what they say is read when the form is sent.

    before: the one that is stood in for; its person is not offered, its deputy is proposed.
    """
    listed = {
        one.id: one.name
        for one in sorted(reach.book.people.people, key=lambda one: one.name.casefold())
    }
    offered = [one for one in listed if before is None or one != before.person]
    deputies = [_NOBODY, *listed]
    usual = deputies.index(before.deputy) if before and before.deputy in listed else 0
    person = st.selectbox(
        _("Personne"),
        offered,
        None,
        format_func=lambda one: listed[one],
        key=f"{key}_person",
        placeholder=_("Choisir"),
    )
    first = _instant(_("Premier jour"), _("À partir de"), f"{key}_first", bounds[0])
    last = _instant(_("Dernier jour"), _("Jusqu'à"), f"{key}_last", bounds[1], end=True)
    deputy = st.selectbox(
        _("Adjoint (facultatif)"),
        deputies,
        usual,
        format_func=lambda one: listed.get(one, _("Aucun")),
        key=f"{key}_deputy",
    )
    return lambda: Shift(first(), last(), person or "", deputy or "")


def _instant(
    day_title: str, hour_title: str, key: str, at: datetime, *, end: bool = False
) -> Callable[[], datetime]:
    """A day and its hour, side by side under the thumb."""
    local = clock.in_paris(at)
    hour = f"{local:%H:%M}"
    day = local.date()
    if end and hour == "00:00":
        day, hour = day - timedelta(days=1), _MIDNIGHT
    hours = sorted({*_HALVES[1 if end else 0 :], *([_MIDNIGHT] if end else []), hour})
    with st.container(key=key, horizontal=True):
        chosen = st.date_input(day_title, day, format=_DAY, key=f"{key}_day")
        clocked = st.selectbox(
            hour_title, hours, hours.index(hour), format_func=_hour, key=f"{key}_hour"
        )
    return lambda: _combined(chosen, str(clocked))


def _hour(text: str) -> str:
    return _("minuit, fin du jour") if text == _MIDNIGHT else text


def _combined(day: object, hour: str) -> datetime:
    if not isinstance(day, date):
        raise BadRequest(field=mark("Jour"), expected=mark("un jour"))
    is_midnight = hour == _MIDNIGHT
    found = time() if is_midnight else time.fromisoformat(hour)
    try:
        whole = day + timedelta(days=1 if is_midnight else 0)
        return clock.utc_naive(datetime.combine(whole, found, clock.PARIS))
    except OverflowError as error:
        raise BadRequest(field=mark("Jour"), expected=mark("un jour")) from error
