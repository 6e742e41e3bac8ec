"""Et si… : try a decision or an event, read its effects with their ranges, keep and compare."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import streamlit as st

from cockpit import clock
from cockpit.answers import whatif
from cockpit.answers.visit import Visit
from cockpit.errors import CockpitError
from cockpit.forecast.beds.store import latest_of
from cockpit.forecast.whatif.effects import evaluate
from cockpit.forecast.whatif.model import Answer, Scenario, scenario
from cockpit.i18n import gettext as _
from cockpit.i18n import mark
from cockpit.series.model import Status
from cockpit.views import parts, scenario_cards, widgets
from cockpit.views.context import Context
from cockpit.views.screens.capacite import services

_KINDS = {
    "beds": mark("Fermer ou ouvrir des lits"),
    "visits": mark("Plus de passages aux urgences"),
    "wave": mark("Une vague épidémique"),
    "absence": mark("Plus d'absences"),
}
_LATER_DAYS, _LASTS_DAYS = 7, 30
_LAST, _COMPARED = "whatif_last", "whatif_compared"


def show(context: Context) -> None:
    """What was asked and its effects first, in sight of who just sent the form; then the form."""
    widgets.head(context, _("Et si…"))
    st.html(
        parts.said(
            _(
                "Chaque effet vient des chiffres de l'hôpital, avec sa fourchette. "
                "Rien n'est modifié."
            )
        )
    )
    who = Visit(context.generation, context.scope, context.language, context.kpis)
    answer = st.container()
    asked = _asked(context)
    if asked is not None:
        st.session_state[_LAST] = asked.model_dump(mode="json")
    if last := st.session_state.get(_LAST):
        with answer:
            _answered(context, who, scenario(last))
    _kept(context, who)


def _asked(context: Context) -> Scenario | None:
    """The scenario of the form, once it is sent; None before, or when it is refused."""
    kind = st.selectbox(
        _("Que voulez-vous tester ?"),
        list(_KINDS),
        format_func=lambda one: _(_KINDS[one]),
        key="whatif_kind",
    )
    with st.form("whatif", border=True):
        facts: dict[str, Any] = {"kind": kind, **_fields(context, kind)}
        facts |= _dates(kind)
        name = st.text_input(_("Nom du scénario"), value=_(_KINDS[kind]), max_chars=80)
        add = st.checkbox(_("Ajouter au scénario précédent"), value=False)
        sent = st.form_submit_button(_("Voir l'effet"), type="primary")
    if not sent:
        return None
    before = (st.session_state.get(_LAST) or {}).get("actions", []) if add else []
    try:
        return scenario({"name": name.strip(), "actions": [*before, facts]})
    except CockpitError as error:
        st.html(parts.note(error.sentence(), Status.RED))
        return None


def _fields(context: Context, kind: str) -> dict[str, Any]:
    """What each kind asks for, besides its days."""
    if kind == "beds":
        found = services(context)
        known = latest_of(context.generation, context.scope, [unit.id for unit in found])
        units = {unit.id: unit.label for unit in found if unit.id in known}
        units = units or {context.unit.id: context.unit.label}
        unit = st.selectbox(_("Service"), list(units), format_func=lambda one: units[one])
        beds = st.number_input(
            _("Lits (négatif : fermés, positif : ouverts)"), -200, 200, -6, step=1
        )
        return {"unit": unit, "beds": int(beds)}
    if kind == "absence":
        title = _("Points d'absentéisme en plus")
        points = st.number_input(title, -10.0, 20.0, 1.0, step=0.5, format="%g")
        return {"points": float(points)}
    title = _("Passages en plus au pic, en %") if kind == "wave" else _("Passages en plus, en %")
    default = 25 if kind == "wave" else 10
    return {"percent": float(st.number_input(title, -90, 200, default, step=5))}


def _dates(kind: str) -> dict[str, date]:
    today = clock.today()
    start = today + timedelta(days=_LATER_DAYS)
    length = 2 * _LASTS_DAYS if kind == "wave" else _LASTS_DAYS
    latest = today + timedelta(days=120)

    def asked(title: str, day: date) -> date:
        return st.date_input(title, day, today, latest, format="DD/MM/YYYY")

    with st.container(horizontal=True, key="whatif_days"):
        found = {"first": asked(_("Du"), start)}
        found["last"] = asked(_("Au"), start + timedelta(days=length - 1))
    if kind == "wave":
        found["peak"] = asked(_("Pic le"), start + timedelta(days=length // 2))
    return found


def _answered(context: Context, who: Visit, asked: Scenario) -> None:
    answer = evaluate(context.generation, context.scope, asked)
    st.html(parts.section(asked.name, scenario_cards.when(answer)))
    st.html(scenario_cards.summary(context, answer))
    st.html(scenario_cards.effects(answer))
    with st.container(key="tools", horizontal=True):
        if st.button(_("Garder ce scénario"), key="whatif_keep"):
            whatif.save(who, asked, f"page Et si… ({context.scope.role})")
            _compare(asked.name, *st.session_state.get(_COMPARED, ()))
            st.html(parts.note(_("« {name} » est gardé.").format(name=asked.name), Status.OK))


def _kept(context: Context, who: Visit) -> None:
    found = whatif.listed(who)
    if not found:
        return
    st.html(parts.section(_("Scénarios gardés"), _("recalculés sur les chiffres du jour")))
    names = [one.name for one in found]
    wanted = st.session_state.get(_COMPARED, names[:2])
    _compare(*(name for name in wanted if name in names))
    chosen = st.multiselect(
        _("À comparer (quatre au plus)"),
        names,
        max_selections=whatif.MOST_COMPARED,
        key=_COMPARED,
    )
    answers = [_played(context, who, name) for name in chosen]
    played = [answer for answer in answers if answer is not None]
    if played:
        st.html(scenario_cards.compared(played))
    _remove(who, chosen)


def _compare(*names: str) -> None:
    """What stands side by side: what was just kept, then what already stood there."""
    st.session_state[_COMPARED] = list(dict.fromkeys(names))[: whatif.MOST_COMPARED]


def _played(context: Context, who: Visit, name: str) -> Answer | None:
    """A kept scenario on today's figures; one whose days have passed says so."""
    try:
        return evaluate(context.generation, context.scope, whatif.read(who, name))
    except CockpitError as error:
        st.html(parts.note(f"{name} : {error.sentence()}", Status.AMBER))
        return None


def _remove(who: Visit, names: Sequence[str]) -> None:
    if len(names) == 1 and st.button(_("Retirer ce scénario"), key="whatif_remove"):
        whatif.remove(who, names[0])
        st.rerun()
