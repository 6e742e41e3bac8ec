"""Fiabilité des prévisions: every series of the hospital, how wrong, in what state, who vouches."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

import streamlit as st

from cockpit.forecast.drift import report
from cockpit.forecast.oversight import subject_of, switched_off
from cockpit.forecast.store import newest
from cockpit.i18n import gettext as _
from cockpit.i18n import label, mark, ngettext
from cockpit.series.model import Status
from cockpit.state.forecasts import forecast_acts
from cockpit.views import anchors, dates, french, parts, tables, widgets
from cockpit.views.admin.words import chip
from cockpit.views.parts import Html

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cockpit.forecast.drift import Level, Line, Report
    from cockpit.forecast.gate import Status as State
    from cockpit.forecast.model import Forecast
    from cockpit.kpi.model import Kpi
    from cockpit.state.forecasts import ForecastAct
    from cockpit.views.context import Context

STATES: Mapping[State, tuple[Status, str]] = {
    "ok": (Status.OK, mark("En service")),
    "indicative": (Status.AMBER, mark("Indicative")),
    "naive": (Status.AMBER, mark("Semaine répétée")),
    "range": (Status.AMBER, mark("Intervalle seul")),
    "weekly": (Status.NONE, mark("À la semaine")),
    "refused": (Status.UNAVAILABLE, mark("Sans prévision")),
}
LEVELS: Mapping[Level, tuple[Status, str]] = {
    "alarm": (Status.RED, mark("Dérive")),
    "warn": (Status.AMBER, mark("À surveiller")),
    "ok": (Status.OK, mark("Stable")),
    "unknown": (Status.NONE, mark("Trop tôt")),
}
Series = tuple["Kpi", "Forecast"]


def show(context: Context) -> None:
    """One sentence on the whole, the drift of the week in a fold, then one table per KPI."""
    found = newest(context.generation, context.scope, context.kpis)
    widgets.head(context, _("Fiabilité des prévisions"))
    if not found:
        st.html(parts.empty(_("Aucune prévision n'a encore été calculée.")))
        return
    st.html(parts.note(summary([made for _kpi, made in found])))
    _drift(context)
    vouched = _vouched(context)
    for kpi, same in groupby(found, key=lambda one: one[0]):
        st.html(_table(context, kpi, [made for _kpi, made in same], vouched))


def summary(made: Sequence[Forecast]) -> str:
    """How many series, how many do better than repeating last week, how many have none."""
    judged = [one for one in made if one.mase is not None and one.mase_naive is not None]
    better = sum(one.mase < one.mase_naive for one in judged)  # type: ignore[operator]
    refused = sum(one.status == "refused" for one in made)
    text = ngettext(
        "{n} série prévue. {better} sur {judged} font mieux que répéter la semaine d'avant ; "
        "{refused} sans prévision.",
        "{n} séries prévues. {better} sur {judged} font mieux que répéter la semaine d'avant ; "
        "{refused} sans prévision.",
        len(made),
    )
    return text.format(n=len(made), better=better, judged=len(judged), refused=refused)


def _vouched(context: Context) -> Mapping[tuple[str, str], ForecastAct]:
    found: dict[tuple[str, str], ForecastAct] = {}
    for act in forecast_acts(context.generation.home, only=("validate",), limit=10_000):
        found.setdefault((act.kpi, act.unit), act)
    return found


def _table(
    context: Context,
    kpi: Kpi,
    made: Sequence[Forecast],
    vouched: Mapping[tuple[str, str], ForecastAct],
) -> str:
    columns = [
        tables.Column(_("Unité"), number=False),
        tables.Column(_("Erreur à 7 j")),
        tables.Column(_("Semaine répétée")),
        tables.Column(_("Dans l'intervalle")),
        tables.Column(_("État"), number=False, wide=True),
        tables.Column(_("Validée par"), number=False, wide=True),
    ]
    off = switched_off(context.generation.home)
    rows = [
        (
            Html(anchors.word(context.units.get(one.unit).label, _sheet(context, one))),
            french.percent(one.mape),
            french.percent(one.mape_naive),
            french.percent(None if one.coverage80 is None else 100 * one.coverage80, 0),
            _state(one, off=(one.kpi, one.unit) in off),
            _by(one, vouched.get((one.kpi, one.unit))),
        )
        for one in made
    ]
    return tables.table(label(kpi), columns, rows)


def _sheet(context: Context, one: Forecast) -> str:
    return context.link("indicateur", kpi=one.kpi, unit=one.unit)


def _state(one: Forecast, *, off: bool) -> Html:
    if off:
        return chip(Status.AMBER, _("Arrêtée"))
    status, words = STATES[one.status]
    return chip(status, _(words))


def _by(one: Forecast, act: ForecastAct | None) -> str:
    if act is None:
        return _("personne")
    return act.who if act.subject == subject_of(one) else _("à revalider")


def _drift(context: Context) -> None:
    """Worked out when it is opened: every series of the year is read."""
    with st.expander(_("Dérive de la semaine"), key="drift", on_change="rerun") as shown:
        if not shown.open:
            return
        key = ("drift", *context.scope.key(), context.language)
        made = context.generation
        found = made.cached(key, lambda: report(made, context.scope, context.kpis))
        st.html(parts.said(drift_said(found)))
        worst = [line for line in found.lines if line.drift.level in {"alarm", "warn"}]
        if worst:
            st.html(drift_table(context, worst))


def drift_said(found: Report) -> str:
    """How many series drift, and what share has no forecast."""
    text = _(
        "Au {day} : {alarm} en dérive, {warn} à surveiller, {ok} stables, {unknown} trop récentes "
        "pour juger ; {refused} des séries sans prévision."
    )
    counts = {level: found.count(level) for level in LEVELS}
    refused = french.percent(100 * found.refused, 0)
    return text.format(day=dates.numeric(found.as_of), refused=refused, **counts)


def drift_table(context: Context, lines: Sequence[Line]) -> str:
    """The series that drift, worst first, with why."""
    columns = [
        tables.Column(_("Série"), number=False),
        tables.Column(_("Niveau"), number=False),
        tables.Column(_("Erreur 28 j")),
        tables.Column(_("Médiane 12 mois")),
        tables.Column(_("Pourquoi"), number=False, wide=True),
    ]
    rows = [
        (
            Html(anchors.word(_named(context, line), _sheet(context, line.forecast))),
            chip(LEVELS[line.drift.level][0], _(LEVELS[line.drift.level][1])),
            french.number(line.drift.mase28, 2),
            french.number(line.drift.median12, 2),
            why(line),
        )
        for line in lines
    ]
    return tables.table(_("Séries qui dérivent (1,00 : répéter la semaine d'avant)"), columns, rows)


def _named(context: Context, line: Line) -> str:
    return f"{label(line.kpi)} · {context.units.get(line.forecast.unit).label}"


def why(line: Line) -> str:
    """The reasons of a level, in words."""
    found = line.drift
    said = {
        "error": _("erreur en hausse sur un an"),
        "coverage": _("intervalle : {share} des jours dedans").format(
            share=french.percent(100 * (found.coverage80 or 0.0), 0)
        ),
        "bias": _("observé plus haut que prévu")
        if (found.tracking or 0.0) > 0
        else _("observé plus bas que prévu"),
    }
    return ", ".join(said[reason] for reason in found.reasons)
