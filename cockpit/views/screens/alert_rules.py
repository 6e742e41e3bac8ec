"""The rules of alerts: the list by family with what is the hospital's own, and the form of one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import streamlit as st

from cockpit.administer import alert_rules as editor
from cockpit.alerts import rulebook
from cockpit.alerts.rule_checks import levels_here
from cockpit.errors import BadRequest, CockpitError
from cockpit.i18n import gettext as _
from cockpit.i18n import mark, ngettext
from cockpit.kpi.model import Domain
from cockpit.series.model import Status
from cockpit.views import (
    alert_rule_form,
    alert_rule_words,
    alert_tabs,
    alert_trial,
    alert_trial_form,
    anchors,
    parts,
    widgets,
)
from cockpit.views.admin import words
from cockpit.views.families import FAMILIES
from cockpit.views.screens import alert_rule_new
from cockpit.views.screens.prevision import named

if TYPE_CHECKING:
    from cockpit.administer.alert_rules import RuleState
    from cockpit.alerts.rule import Rule
    from cockpit.alerts.rule_checks import Known
    from cockpit.alerts.rulebook import Rulebook
    from cockpit.kpi.model import Kpi
    from cockpit.views.alert_rule_form import Right
    from cockpit.views.context import Context

SCREEN = alert_tabs.RULES
_SAYS = {
    "all": mark("Vous pouvez tout modifier."),
    "levels": mark("Vous pouvez modifier les seuils."),
    "units": mark("Vous pouvez modifier les seuils de vos unités."),
    "": mark("Votre profil lit les règles ; la direction et la DSI les modifient."),
}


def show(context: Context) -> None:
    """The list, the rule of `?alert=`, or the form of a new one. Raises BadRequest, OutOfScope."""
    if context.params.act == alert_rule_new.ACT:
        alert_rule_new.show(context)
        return
    if context.params.alert:
        _one(context, context.params.alert)
        return
    book = rulebook.load(context.generation.home)
    listed = [rule for rule in book.rules if _family(context, rule) in context.scope.domains]
    widgets.head(
        context,
        _("Règles d'alerte"),
        alert_tabs.switch(context, SCREEN),
        words.told(),
        parts.said(_counted(context, book, listed)),
        _adding(context),
    )
    for error in book.errors:
        st.html(words.announced(error.sentence(), Status.RED))
    for domain, title in FAMILIES.items():
        if same := [rule for rule in listed if _family(context, rule) is domain]:
            _listed(context, book, f"{_(title)} · {len(same)}", same)


def _adding(context: Context) -> str:
    if alert_rule_form.right_of(context) != "all":
        return ""
    there = context.link("alertes", screen=SCREEN, act=alert_rule_new.ACT, alert=None, code=None)
    return words.buttons(words.button(_("Ajouter une règle"), there))


def _counted(context: Context, book: Rulebook, listed: Sequence[Rule]) -> str:
    """How many rules, how many are other than shipped or off, and what the reader may do."""
    own = sum(rule.id in book.own for rule in listed)
    off = sum(not rule.enabled for rule in listed)
    said = [ngettext("{n} règle", "{n} règles", len(listed)).format(n=len(listed))]
    if own:
        said.append(ngettext("{n} réglée ici", "{n} réglées ici", own).format(n=own))
    if off:
        said.append(ngettext("{n} désactivée", "{n} désactivées", off).format(n=off))
    return f"{', '.join(said)}. {_(_SAYS[alert_rule_form.right_of(context)])}"


def _listed(context: Context, book: Rulebook, title: str, same: Sequence[Rule]) -> None:
    """The rules of one family, drawn when they are asked for."""
    with st.expander(title, key=f"rules_{same[0].id}", on_change="rerun") as fold:
        if fold.open:
            known = rulebook.known_of(context.generation.home)
            st.html(anchors.stack(_row(context, book, rule, known) for rule in same))


def _family(context: Context, rule: Rule) -> Domain | None:
    """The family of its KPI; an escalation is about beds; None when the KPI is not known."""
    if rule.kpi is None:
        return Domain.BEDS
    kpi = context.kpis.get(rule.kpi)
    return kpi.domain if kpi else None


def _kpi(context: Context, rule: Rule) -> Kpi | None:
    return context.kpis.get(rule.kpi) if rule.kpi else None


def _row(context: Context, book: Rulebook, rule: Rule, known: Known) -> str:
    kpi = _kpi(context, rule)
    state = alert_rule_words.state_of(rule, book.own)
    status, word = alert_rule_words.STATES[state]
    chip = "" if state == "shipped" else words.chip(status, _(word))
    title = alert_rule_words.name(rule, kpi)
    levels = levels_here(rule, known)
    said = " · ".join(
        one
        for one in (alert_rule_words.levels(rule, kpi, levels), alert_rule_words.where(rule))
        if one
    )
    body = (
        f'<div class="ck-row ck-rule"><span><b>{parts.html(title)}</b> '
        f'{chip}<br><span class="ck-muted">{parts.html(said)}</span></span>'
        "</div>"
    )
    return anchors.card(body, _at(context, rule.id), title)


def _at(context: Context, rule: str | None) -> str:
    return context.link("alertes", screen=SCREEN, alert=rule, act=None, code=None, facet=None)


def _one(context: Context, name: str) -> None:
    """One rule: what it is, its form for who may change it, what it would have done."""
    found = editor.read(context.generation.home, name)
    domain = _family(context, found.rule)
    if domain is None:
        raise BadRequest(field="alert", expected=mark("une règle de la liste"))
    context.scope.require(domain)
    kpi, right = _kpi(context, found.rule), alert_rule_form.right_of(context)
    back = words.back(_("Règles d'alerte"), _at(context, None))
    eyebrow = f"{_(FAMILIES[domain])} · {alert_rule_words.where(found.rule)}"
    title = alert_rule_words.name(found.rule, kpi)
    summary, named = _summary(found, kpi, right), " · ".join((title, _("Règles d'alerte")))
    widgets.head(context, title, back, words.told(), summary, eyebrow=eyebrow, named=named)
    place = st.container()
    draft = _form(context, found, kpi, right) if right else None
    if draft is not None:
        alert_trial.alone(context, draft, kpi, found.rule)
        return
    other = partial(alert_trial_form.other, context, found, kpi) if kpi else None
    with place:
        alert_trial.fold(context, found.rule, kpi, other)


def _summary(found: RuleState, kpi: Kpi | None, right: Right) -> str:
    """Its state, its levels, who answers for it; steps of its action card."""
    rule = found.rule
    own = found.rule.id if found.own else ""
    status, word = alert_rule_words.STATES[
        alert_rule_words.state_of(rule, frozenset({own} if own else ()))
    ]
    rows = (
        (_("Seuils"), alert_rule_words.levels(rule, kpi, found.levels)),
        (_("Responsable"), rule.owner_fr or (kpi.owner_fr if kpi else "")),
        (_("Levier"), rule.lever_fr or (kpi.lever_fr if kpi else "")),
        (_("Réglé ici"), ", ".join(sorted(found.own))),
        (_("Code"), rule.id),
    )
    listed = "".join(
        f"<dt>{parts.html(title)}</dt><dd>{parts.html(text)}</dd>" for title, text in rows if text
    )
    said = parts.said(_(_SAYS[right])) if not right else ""
    return (
        f'<section class="ck-card"><p>{words.chip(status, _(word))}</p><dl>{listed}</dl></section>'
        f"{said}"
    )


def _form(context: Context, found: RuleState, kpi: Kpi | None, right: Right) -> Rule | None:
    """Change it, or go back to what is shipped; a refusal is a sentence.

    Returns what is typed and not saved, to be tried.
    """
    home, rule = context.generation.home, found.rule
    with st.container(key="rule_form"), st.form("rule", border=False):
        try:
            given, refused = alert_rule_form.fields(context, found, kpi, right), None
        except CockpitError as error:
            given, refused = {}, error
        who = widgets.name_field("rule_who")
        with st.container(key="rule_acts", horizontal=True):
            tried = st.form_submit_button(_("Essayer sans enregistrer"), width="stretch")
            sent = st.form_submit_button(_("Enregistrer"), type="primary", width="stretch")
    if refused is not None:
        words.refuse(refused.sentence())
    elif (sent or tried) and not given:
        words.refuse(_("Rien n'a été modifié."))
    elif sent:
        _done(
            lambda: editor.save(home, rule.id, given, named(context, who), version=found.version),
            _("Règle enregistrée. Elle vaut au prochain calcul des alertes."),
        )
    if right == "all":
        _undone(context, found)
    if sent or refused is not None or not given:
        return None
    return _draft(context, found, given)


def _draft(context: Context, found: RuleState, given: dict[str, Any]) -> Rule | None:
    try:
        return editor.draft(context.generation.home, given, found.rule.id)
    except CockpitError as error:
        words.refuse(alert_rule_form.refusal(error))
        return None


def _undone(context: Context, found: RuleState) -> None:
    """A shipped rule goes back to what it was; one of the hospital's own is taken out."""
    if found.is_shipped and found.own:
        by = _confirmed(_("Revenir à la règle livrée"), "rule_back")
        if by is not None:
            act = partial(_signed, editor.back_to_shipped, context, found, by)
            _done(act, _("Règle remise comme livrée."))
    if not found.is_shipped:
        by = _confirmed(_("Supprimer cette règle"), "rule_gone")
        if by is not None:
            act = partial(_signed, editor.remove, context, found, by)
            said = _("Règle supprimée. Ses alertes se ferment au prochain calcul.")
            _done(act, said, leave=True)


def _signed(act: Callable[..., object], context: Context, found: RuleState, by: str) -> None:
    """Raises BadRequest without a name, and as the act."""
    home, who = context.generation.home, named(context, by)
    act(home, found.rule.id, who, version=found.version)


def _confirmed(title: str, key: str) -> str | None:
    """The name of who confirms an act; None until then."""
    with st.expander(title, key=key), st.form(f"{key}_form", border=False):
        by = widgets.name_field(f"{key}_who")
        return by if st.form_submit_button(title, width="stretch") else None


def _done(act: Callable[[], object], said: str, *, leave: bool = False) -> None:
    """leave: for the list, of a rule that is no more."""
    try:
        act()
    except CockpitError as error:
        words.refuse(alert_rule_form.refusal(error))
        return
    words.tell(said)
    if leave:
        st.query_params.pop("alert", None)
    st.rerun()
