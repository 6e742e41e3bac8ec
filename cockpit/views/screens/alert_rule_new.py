"""A rule added from the page: its KPI and comparison, its form, its try, then the file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from cockpit.administer import alert_rules as editor
from cockpit.errors import CockpitError, OutOfScope
from cockpit.i18n import gettext as _
from cockpit.i18n import label
from cockpit.views import alert_new_form, alert_rule_form, alert_rule_words, alert_trial, widgets
from cockpit.views.admin import words
from cockpit.views.alert_new_form import Wanted
from cockpit.views.screens.prevision import named

if TYPE_CHECKING:
    from cockpit.kpi.model import Kpi
    from cockpit.views.context import Context

ACT = "ajouter"
_TRIED = "rule_new_tried"


def show(context: Context) -> None:
    """Raises OutOfScope for a role that does not administer."""
    if alert_rule_form.right_of(context) != "all":
        raise OutOfScope(what="alert rules")
    here = {"screen": "regles", "alert": None, "act": None, "code": None, "kpi": None, "kind": None}
    back = words.back(_("Règles d'alerte"), context.link("alertes", **here))
    widgets.head(context, _("Ajouter une règle"), back, words.told())
    with st.container(key="rule_form"):
        wanted = _wanted(context)
        made = _form(wanted)
    if made is not None:
        _try(wanted, made)


def _wanted(context: Context) -> Wanted:
    """The comparison and the KPI of the address."""
    kinds = list(alert_rule_words.KINDS)
    kind = context.params.kind if context.params.kind in kinds else kinds[0]
    widgets.choice("kind", _("Ce qui est comparé"), kinds, kind, words=_kind_name)
    if kind == "ladder":
        return Wanted(context, kind, None)
    seen = {
        str(kpi.id): kpi
        for kpi in sorted(context.kpis.values(), key=label)
        if kpi.domain in context.scope.domains
    }
    kpi: Kpi = seen.get(str(context.params.kpi)) or next(iter(seen.values()))
    widgets.choice("kpi", _("Indicateur"), list(seen), kpi.id, words=lambda one: label(seen[one]))
    return Wanted(context, kind, kpi)


def _kind_name(kind: str) -> str:
    said = _(alert_rule_words.KINDS[kind])
    return said[:1].upper() + said[1:]


def _form(wanted: Wanted) -> dict[str, Any] | None:
    """The entry to try; None without one."""
    with st.form("rule_new", border=False):
        try:
            made, refused = alert_new_form.entry(wanted), None
        except CockpitError as error:
            made, refused = {}, error
        who = widgets.name_field("rule_who")
        with st.container(key="rule_acts", horizontal=True):
            tried = st.form_submit_button(_("Essayer sans enregistrer"), width="stretch")
            sent = st.form_submit_button(_("Ajouter"), type="primary", width="stretch")
    if tried:
        st.session_state[_TRIED] = wanted.key
    if refused is not None and (tried or sent):
        words.refuse(refused.sentence())
    elif sent:
        _added(wanted, made, who)
    is_tried = st.session_state.get(_TRIED) == wanted.key and refused is None and not sent
    return made if is_tried else None


def _try(wanted: Wanted, made: dict[str, Any]) -> None:
    """What the rule would have done; nothing of it is written."""
    context = wanted.context
    try:
        rule = editor.draft(context.generation.home, made)
    except CockpitError as error:
        words.refuse(alert_rule_form.refusal(error))
        return
    alert_trial.alone(context, rule, wanted.kpi)


def _added(wanted: Wanted, made: dict[str, Any], who: str) -> None:
    home = wanted.context.generation.home
    try:
        rule = editor.add(home, made, named(wanted.context, who))
    except CockpitError as error:
        words.refuse(alert_rule_form.refusal(error))
        return
    st.session_state.pop(_TRIED, None)
    words.tell(_("Règle ajoutée. Elle vaut au prochain calcul des alertes."))
    for name in ("act", "kind", "kpi", "code"):
        st.query_params.pop(name, None)
    st.query_params["alert"] = rule.id
    st.rerun()
