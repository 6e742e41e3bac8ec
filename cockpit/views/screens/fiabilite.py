"""Fiabilité des prévisions: every KPI, then its units: how wrong, in what state, who vouches."""

from __future__ import annotations

from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING

import streamlit as st

from cockpit.forecast.drift import report
from cockpit.forecast.drift_week import weekly
from cockpit.forecast.oversight import subject_of, switched_off
from cockpit.forecast.store import newest
from cockpit.i18n import gettext as _
from cockpit.i18n import label, mark, ngettext
from cockpit.series.model import Status
from cockpit.state.forecasts import forecast_acts
from cockpit.views import anchors, dates, french, parts, signatures, tables, widgets
from cockpit.views.admin import words
from cockpit.views.admin.words import chip
from cockpit.views.families import FAMILIES
from cockpit.views.parts import Html
from cockpit.views.screens import evenements

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cockpit.forecast.drift import Level, Line, Report, SeriesDrift
    from cockpit.forecast.drift_week import Weekly
    from cockpit.forecast.gate import Status as State
    from cockpit.forecast.model import Forecast
    from cockpit.forecast.store import Key
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
_SHOWN = 12


def show(context: Context) -> None:
    """The forecasts of the hospital, those of one KPI, or the events that it marked."""
    if context.params.screen == evenements.SCREEN:
        widgets.head(
            context,
            _("Fiabilité des prévisions"),
            _tabs(context),
            words.told(),
            named=_("Événements"),
        )
        evenements.show(context)
        return
    found = newest(context.generation, context.scope, context.kpis)
    same = [one for one in found if one[0].id == context.params.kpi]
    if same:
        _of_one(context, same)
        return
    widgets.head(context, _("Fiabilité des prévisions"), _tabs(context))
    if not found:
        st.html(parts.empty(_("Aucune prévision n'a encore été calculée.")))
        return
    st.html(parts.note(summary([made for _kpi, made in found])))
    _drift(context)
    vouched = _vouched(context)
    for family, listed in groupby(found, key=lambda one: one[0].domain):
        st.html(_overview(context, _(FAMILIES[family]), list(listed), vouched))


def _tabs(context: Context) -> str:
    marking = context.params.screen == evenements.SCREEN
    address = partial(context.link, "fiabilite", unit=None, kpi=None, act=None, code=None)
    options = [
        anchors.Option(_("Prévisions"), address(screen=None), not marking),
        anchors.Option(_("Événements"), address(screen=evenements.SCREEN), marking),
    ]
    return anchors.switch(_("Écrans"), options)


def _of_one(context: Context, same: Sequence[Series]) -> None:
    """Every unit of one KPI, parents first."""
    kpi, vouched = same[0][0], _vouched(context)
    back = words.back(_("Fiabilité des prévisions"), context.link("fiabilite", kpi=None))
    named = f"{label(kpi)} · {_('Fiabilité')}"
    widgets.head(context, label(kpi), back, named=named)
    made = [one for _kpi, one in same]
    st.html(parts.note(summary(made)))
    st.html(_table(context, _("Par unité"), made[:_SHOWN], vouched))
    if rest := made[_SHOWN:]:
        with st.expander(_("Voir les {n} autres unités").format(n=len(rest))):
            st.html(_table(context, _("Par unité"), rest, vouched))


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


def _vouched(context: Context) -> Mapping[Key, ForecastAct]:
    found: dict[Key, ForecastAct] = {}
    for act in forecast_acts(context.generation.home, facet="", only=("validate",), limit=10_000):
        found.setdefault((act.kpi, act.unit, act.facet), act)
    return found


def _overview(
    context: Context, family: str, listed: Sequence[Series], vouched: Mapping[Key, ForecastAct]
) -> str:
    """One line per KPI: its error at the highest unit, how many units are below."""
    rows = []
    for kpi, same in groupby(listed, key=lambda one: one[0]):
        made = [one for _kpi, one in same]
        only = len(made) == 1
        address = _sheet(context, made[0]) if only else context.link("fiabilite", kpi=kpi.id)
        several = ngettext("{n} unité", "{n} unités", len(made)).format(n=len(made))
        where = context.units.get(made[0].unit).label if only else several
        name = Html(anchors.word(label(kpi), address))
        rows.append((name, *_figures(context, made[0], vouched, where)))
    return tables.table(family, _columns(_("Indicateur")), rows)


def _table(
    context: Context, caption: str, made: Sequence[Forecast], vouched: Mapping[Key, ForecastAct]
) -> str:
    rows = [
        (
            Html(anchors.word(context.units.get(one.unit).label, _sheet(context, one))),
            *_figures(context, one, vouched),
        )
        for one in made
    ]
    return tables.table(caption, _columns(_("Unité")), rows)


def _columns(first: str) -> list[tables.Column]:
    return [
        tables.Column(first, number=False),
        tables.Column(_("Erreur à 7 j")),
        tables.Column(_("Semaine répétée")),
        tables.Column(_("Dans l'intervalle")),
        tables.Column(_("État"), number=False, wide=True),
    ]


def _figures(
    context: Context, one: Forecast, vouched: Mapping[Key, ForecastAct], more: str = ""
) -> tuple[str, ...]:
    """The error, the one of last week repeated, the coverage, the state and who vouches."""
    key = (one.kpi, one.unit, one.facet)
    off = key in switched_off(context.generation.home)
    return (
        french.percent(one.mape),
        french.percent(one.mape_naive),
        french.percent(None if one.coverage80 is None else 100 * one.coverage80, 0),
        Html(f"{_state(one, off=off)} {_aside(_by(one, vouched.get(key)), more)}"),
    )


def _sheet(context: Context, one: Forecast | SeriesDrift) -> str:
    return context.link("indicateur", kpi=one.kpi, unit=one.unit)


def _state(one: Forecast, *, off: bool) -> Html:
    if off:
        return chip(Status.AMBER, _("Arrêtée"))
    status, words = STATES[one.status]
    return chip(status, _(words))


def _by(one: Forecast, act: ForecastAct | None) -> str:
    """Who validated it: nothing where nobody did, which is how most series stand."""
    if act is None:
        return ""
    if act.subject != subject_of(one):
        return _("à revalider")
    return _("validée par {who}").format(who=signatures.shown(act.who))


def _aside(*words: str) -> str:
    said = " · ".join(word for word in words if word)
    return f'<span class="ck-muted">{parts.html(said)}</span>' if said else ""


def _drift(context: Context) -> None:
    """The report that the worker kept this week; before the first one, worked out when opened."""
    with st.expander(_("Dérive de la semaine"), key="drift", on_change="rerun") as shown:
        if not shown.open:
            return
        ask = (context.generation, context.scope, context.kpis)
        kept = weekly(*ask, weeks=2)
        key = ("drift", *context.scope.key(), context.language)
        found = kept[0].report if kept else context.generation.cached(key, lambda: report(*ask))
        st.html(parts.said(drift_said(found, kept)))
        worst = [line for line in found.lines if line.drift.level in {"alarm", "warn"}]
        if worst:
            st.html(drift_table(context, worst))


def drift_said(found: Report, kept: Sequence[Weekly] = ()) -> str:
    """How many series drift, and what share has no forecast; when it was made, what came before.

    kept: the reports of the weeks, the newest first.
    """
    text = _(
        "Au {day} : {alarm} en dérive, {warn} à surveiller, {ok} stables, {unknown} trop récentes "
        "pour juger ; {refused} des séries sans prévision."
    )
    counts = {level: found.count(level) for level in LEVELS}
    refused = french.percent(100 * found.refused, 0)
    said = text.format(day=dates.numeric(found.as_of), refused=refused, **counts)
    if kept:
        made = _("Rapport de la semaine fait le {day}.")
        said += " " + made.format(day=dates.stamp(kept[0].made_at))
    if len(kept) > 1:
        before = _("La semaine d'avant : {alarm} en dérive, {warn} à surveiller.")
        counts = {level: kept[1].report.count(level) for level in LEVELS}
        said += " " + before.format(**counts)
    return said


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
            Html(anchors.word(_named(context, line), _sheet(context, line.drift))),
            chip(LEVELS[line.drift.level][0], _(LEVELS[line.drift.level][1])),
            french.number(line.drift.mase28, 2),
            french.number(line.drift.median12, 2),
            why(line),
        )
        for line in lines
    ]
    return tables.table(_("Séries qui dérivent (1,00 : répéter la semaine d'avant)"), columns, rows)


def _named(context: Context, line: Line) -> str:
    return f"{label(line.kpi)} · {context.units.get(line.drift.unit).label}"


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
