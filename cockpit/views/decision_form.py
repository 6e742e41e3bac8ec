"""To note a decision: from an alert, with its KPI and unit, or from nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import streamlit as st

from cockpit import clock, state
from cockpit.alerts.desk import decisions
from cockpit.alerts.desk.decisions import Decision
from cockpit.errors import BadRequest, CockpitError
from cockpit.i18n import gettext as _
from cockpit.i18n import label, mark
from cockpit.kpi.model import UnitId
from cockpit.views import alert_acts, decision_words, french
from cockpit.views.admin import words
from cockpit.views.units import plural

if TYPE_CHECKING:
    from cockpit.kpi.model import Kpi
    from cockpit.views.context import Context

_SOON, _LATEST = timedelta(days=14), timedelta(days=730)
_LONGEST_NAME = 80
_NOTHING = ""


@dataclass(frozen=True, slots=True)
class Proposed:
    """What an alert proposes. kpi: None for what no figure shows. back: the signed change that
    brings the figure back to its level."""

    kpi: Kpi | None
    unit: UnitId
    facet: str
    owner: str
    episode: int
    back: float | None = None


def form(context: Context, proposed: Proposed | None = None) -> None:
    """The fields and their button; a refusal is said where it was asked.

    proposed: what an alert gives; without it, the KPI and the unit are chosen among those of the
    scope.
    """
    key = f"decide_{alert_acts.current_round()}"
    with st.form(f"form_{key}", border=False):
        what = st.text_area(
            _("Décision"),
            key=f"what_{key}",
            height=80,
            placeholder=_("Ouvrir dix places de SMR"),
        )
        kpi, unit = (proposed.kpi, proposed.unit) if proposed else _figure(context, key)
        owner = st.text_input(
            _("Responsable"),
            proposed.owner[:_LONGEST_NAME] if proposed else "",
            key=f"owner_{key}",
            max_chars=_LONGEST_NAME,
        )
        due = _due(key)
        expected = _expected(proposed, key)
        who = alert_acts.name_field(key)
        with st.container(key=f"send_{key}", horizontal=True):
            sent = st.form_submit_button(_("Décider"), type="primary", width="stretch")
            left = st.form_submit_button(_("Annuler"), width="stretch")
    if left:
        alert_acts.leave()
    if sent:
        given = _Given(what, owner, due, kpi, unit, expected)
        _decide(context, proposed, given, who)


@dataclass(frozen=True, slots=True)
class _Given:
    what: str
    owner: str
    due: date | None
    kpi: Kpi | None
    unit: UnitId
    expected: str


def _figure(context: Context, key: str) -> tuple[Kpi | None, UnitId]:
    """The indicator that must move, and where; nothing for who sees all, who reads it back."""
    seen = {
        str(kpi.id): label(kpi)
        for kpi in context.kpis.values()
        if kpi.domain in context.scope.domains
    }
    named = dict(sorted(seen.items(), key=lambda one: one[1].casefold()))
    if decisions.sees_all(context.generation, context.scope):
        named = {_NOTHING: _("Aucun indicateur")} | named
    kpi = st.selectbox(
        _("Indicateur qui doit bouger"),
        list(named),
        format_func=lambda one: named[one],
        key=f"kpi_{key}",
    )
    units = [one for one in context.units if context.units.is_within(one.id, context.scope.roots)]
    labels = {str(one.id): one.label for one in units}
    unit = st.selectbox(
        _("Unité"), list(labels), format_func=lambda one: labels[one], key=f"unit_{key}"
    )
    return (context.kpi(kpi) if kpi else None), UnitId(str(unit))


def _due(key: str) -> date | None:
    today = clock.today()
    return st.date_input(
        _("Échéance"),
        today + _SOON,
        min_value=today,
        max_value=today + _LATEST,
        format="DD/MM/YYYY",
        key=f"due_{key}",
    )


def _expected(proposed: Proposed | None, key: str) -> str:
    if proposed is not None and proposed.kpi is None:
        return ""
    title, hint = _("Effet attendu, dans l'unité de l'indicateur (facultatif)"), ""
    if proposed is not None and proposed.kpi is not None:
        kpi = proposed.kpi
        unit = _("points") if kpi.unit == "%" else plural(kpi.unit)
        title = _("Effet attendu sur « {kpi} », en {unit} (facultatif)").format(
            kpi=words.plain(label(kpi)), unit=words.plain(unit or _("nombre"))
        )
        if proposed.back:
            text = _("{change} ramène au seuil")
            hint = text.format(change=decision_words.change(kpi, proposed.back))
    title = words.unbroken(title)
    return st.text_input(title, key=f"expected_{key}", max_chars=20, placeholder=hint or "−3")


def _decide(context: Context, proposed: Proposed | None, given: _Given, who: str) -> None:
    try:
        decided = Decision(
            at=context.now,
            who=alert_acts.signed(context, who),
            what=" ".join(given.what.split()),
            owner=" ".join(given.owner.split()),
            due=_day(given.due),
            kpi=str(given.kpi.id) if given.kpi else "",
            facet=proposed.facet if proposed and given.kpi else "",
            unit=str(given.unit) if given.kpi else "",
            expected=_number(given.expected),
            episode=proposed.episode if proposed else None,
        )
        number = decisions.decide(state.engine(context.generation.home), decided)
    except CockpitError as error:
        words.refuse(error.sentence())
        return
    alert_acts.finish(_("Décision n° {number} notée.").format(number=number))


def _day(given: date | None) -> date:
    if given is None:
        raise BadRequest(field="échéance", expected=mark("un jour"))
    return given


def _number(text: str) -> float | None:
    """Raises BadRequest for what is not a number; None for nothing."""
    if not text.strip():
        return None
    found = french.parse_number(text)
    if found is None:
        raise BadRequest(field="effet", expected=mark("un nombre, comme −9 ou 1,5"))
    return found
