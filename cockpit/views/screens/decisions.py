"""Décisions: what was decided, what is late, and whether the figure moved afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from cockpit import clock, state
from cockpit.administer import acts
from cockpit.alerts.desk import decisions as desk
from cockpit.alerts.desk import effects
from cockpit.errors import BadRequest, CockpitError
from cockpit.i18n import gettext as _
from cockpit.i18n import label, mark, ngettext
from cockpit.kpi.model import Grain
from cockpit.series.model import Status
from cockpit.views import (
    alert_acts,
    alert_tabs,
    anchors,
    cards,
    charts,
    dates,
    decision_form,
    decision_words,
    parts,
    signatures,
    widgets,
)
from cockpit.views.admin import words
from cockpit.views.vega import AIM, QUIET, Spec

if TYPE_CHECKING:
    from cockpit.alerts.desk.decisions import Kept
    from cockpit.kpi.model import Kpi
    from cockpit.views.context import Context

NEW = "decide"
_EARLIEST = date(2020, 1, 1)
_SHOWN = 10


def show(context: Context) -> None:
    """The list, the form of a new one, or the decision of `?code=`. Raises BadRequest."""
    kept = desk.decisions(context.generation, context.scope, context.kpis)
    if context.params.act == NEW:
        _new(context)
    elif context.params.code:
        _one(context, _named(kept, context.params.code))
    else:
        _list(context, kept)


def address(context: Context, number: int | None, act: str | None = None) -> str:
    """The page of a decision; the list without a number."""
    clean = dict.fromkeys(("alert", "facet", "screen", "kpi", "domain", "unit"))
    return context.link("decisions", **{**clean, "act": act, "code": number})


def stack(context: Context, listed: Sequence[Kept]) -> str:
    """Cards that lead to each."""
    return anchors.stack(
        anchors.card(decision_words.card(context, one), address(context, one.id), one.decision.what)
        for one in listed
    )


def _named(kept: Sequence[Kept], code: str) -> Kept:
    found = next((one for one in kept if str(one.id) == code), None)
    if found is None:
        raise BadRequest(field="code", expected=mark("une décision de votre liste"))
    return found


def _list(context: Context, kept: Sequence[Kept]) -> None:
    """What is to be done first, by the day it is due; then what is done, the last first."""
    todo = sorted((one for one in kept if one.done_on is None), key=lambda one: one.from_day)
    done = sorted((one for one in kept if one.done_on), key=lambda one: one.from_day, reverse=True)
    tabs = alert_tabs.switch(context, alert_tabs.DECISIONS)
    head = _eyebrow(todo, done)
    widgets.head(context, _("Décisions"), tabs, words.told(), eyebrow=head)
    if todo:
        st.html(parts.section(_("À mener"), _("la plus ancienne échéance en premier")))
        st.html(stack(context, todo))
    else:
        st.html(
            parts.state(
                _("Aucune décision n'attend"),
                _("Notez ce qui est décidé : Cockpit mesure l'indicateur avant et après."),
            )
        )
    st.html(words.buttons(words.button(_("Noter une décision"), address(context, None, NEW))))
    if done:
        st.html(parts.section(_("Menées"), _("la dernière en premier")))
        st.html(stack(context, done[:_SHOWN]))
    if rest := done[_SHOWN:]:
        said = ngettext("Voir l'autre", "Voir les {n} autres", len(rest)).format(n=len(rest))
        with st.expander(said, key="done", on_change="rerun") as fold:
            if fold.open:
                st.html(stack(context, rest))


def _eyebrow(todo: Sequence[Kept], done: Sequence[Kept]) -> str:
    late = sum(decision_words.is_late(one) for one in todo)
    said = [ngettext("{n} à mener", "{n} à mener", len(todo)).format(n=len(todo))]
    if late:
        said.append(ngettext("{n} en retard", "{n} en retard", late).format(n=late))
    said.append(ngettext("{n} menée", "{n} menées", len(done)).format(n=len(done)))
    return " · ".join(said)


def _new(context: Context) -> None:
    """A decision that no alert led to."""
    back = words.back(_("Décisions"), address(context, None))
    widgets.head(context, _("Noter une décision"), back, words.told())
    with st.container(key="decision_form"):
        decision_form.form(context)


def _one(context: Context, kept: Kept) -> None:
    """What it is, what the figure did, its curve, and the day it was done."""
    back = words.back(_("Décisions"), address(context, None))
    title = _("Décision n° {number}").format(number=kept.id)
    kpi = decision_words.kpi_of(context, kept.decision)
    widgets.head(context, title, back, words.told(), _facts(context, kept, kpi))
    if kpi is not None:
        _effect(context, kept, kpi)
        _curve(context, kept, kpi)
    _links(context, kept, kpi)
    _done(context, kept)


def _facts(context: Context, kept: Kept, kpi: Kpi | None) -> str:
    decided = kept.decision
    expected = decided.expected
    rows = (
        (_("Responsable"), decided.owner),
        (_("Échéance"), dates.numeric(decided.due)),
        (_("Menée le"), dates.numeric(kept.done_on) if kept.done_on else ""),
        (_("Indicateur"), decision_words.where(context, decided)),
        (_("Effet attendu"), decision_words.change(kpi, expected) if kpi and expected else ""),
        (_("Décidée par"), f"{signatures.shown(decided.who)} · {dates.stamp(decided.at)}"),
    )
    listed = "".join(
        f"<dt>{escape(title)}</dt><dd>{escape(text)}</dd>" for title, text in rows if text
    )
    return (
        f'<section class="ck-card ck-event"><p>{decision_words.chip(kept)}</p>'
        f"<h2>{escape(decided.what)}</h2><dl>{listed}</dl></section>"
    )


def _effect(context: Context, kept: Kept, kpi: Kpi) -> None:
    st.html(parts.section(_("Avant et après"), label(kpi)))
    found = decision_words.effect_of(context, kept)
    if found is None:
        said = decision_words.too_early(kpi, kept)
        st.html(parts.note(f"{said[:1].upper()}{said[1:]}."))
        return
    st.html(decision_words.figures(kpi, kept, found))


def _curve(context: Context, kept: Kept, kpi: Kpi) -> None:
    """The figure around the decision, its day marked; two sentences and a table say the same."""
    ask = (context.generation, context.scope, kpi, kept, clock.today())
    points = effects.course(*ask)
    if not points:
        return
    grain = Grain.MONTH if kpi.step == "month" else Grain.DAY
    said = f"{charts.describe_points(kpi, grain, list(points))} {_marked(kept)}"
    with st.container(border=True, key=f"chart_{kpi.id}"):
        spec = charts.plain(kpi, grain)
        made = {**spec, "layer": [*spec["layer"], _rule(kept.from_day)]}
        st.vega_lite_chart(charts.point_rows(kpi, list(points)), made, alt=said)
        st.html(parts.said(said))
        with st.expander(_("Voir les valeurs")):
            st.html(decision_words.course_table(kpi, points, kept.from_day))


def _marked(kept: Kept) -> str:
    text = _("Trait vertical : menée le {day}.") if kept.done_on else _("Trait vertical : {day}.")
    return text.format(day=dates.bare_day(kept.from_day)).replace("..", ".")


def _rule(day: date) -> Spec:
    """The day of the decision, from top to bottom."""
    mark_ = {**QUIET, "type": "rule", "strokeDash": [6, 3], "strokeWidth": 1.5, "color": AIM}
    values = [{"day": datetime.combine(day, time()).isoformat()}]
    return {"data": {"values": values}, "mark": mark_}


def _links(context: Context, kept: Kept, kpi: Kpi | None) -> None:
    """The alert that led to it, and the sheet of its KPI."""
    rows = []
    clean = dict.fromkeys(("act", "code", "screen", "kpi", "facet", "domain"))
    if kept.alert is not None:
        to = {**clean, **dict(zip(("alert", "facet", "unit"), kept.alert, strict=True))}
        rows.append((_("L'alerte qui y a conduit"), context.link("alertes", **to)))
    if kpi is not None:
        to = {**clean, "alert": None, "kpi": kpi.id, "unit": kept.decision.unit}
        text = _("Fiche de l'indicateur : {name}").format(name=label(kpi))
        rows.append((text, context.link("indicateur", **to)))
    drawn = (
        anchors.card(cards.line(Status.NONE, said, mute=True), where, said) for said, where in rows
    )
    st.html(anchors.stack(drawn))


def _done(context: Context, kept: Kept) -> None:
    """The day it was carried out; it may be set right later."""
    today = clock.today()
    key = f"done_{kept.id}_{alert_acts.current_round()}"
    title = _("Corriger le jour") if kept.done_on else _("Noter qu'elle est menée")
    with (
        st.expander(title, expanded=kept.done_on is None, key=f"fold_{key}"),
        st.form(f"form_{key}", border=False),
    ):
        on = st.date_input(
            _("Menée à bien le"),
            kept.done_on or today,
            min_value=_EARLIEST,
            max_value=today,
            format="DD/MM/YYYY",
            key=f"on_{key}",
        )
        who = alert_acts.name_field(key)
        if not st.form_submit_button(_("Menée à bien"), type="primary", width="stretch"):
            return
        try:
            _carried_out(context, kept, on, who)
        except CockpitError as error:
            words.refuse(error.sentence())
            return
        words.tell(_("L'effet se mesure à partir de ce jour."))
        st.rerun()


def _carried_out(context: Context, kept: Kept, on: date | None, who: str) -> None:
    """Note it with the name of who says so. Raises BadRequest."""
    if on is None:
        raise BadRequest(field="jour", expected=mark("un jour"))
    signature, home = alert_acts.signed(context, who), context.generation.home
    desk.carried_out(state.engine(home), kept.id, on)
    subject = f"décision {kept.id}"
    acts.note(home, signature, "alert", subject, f"Décision menée à bien le {on:%d/%m/%Y}.")
