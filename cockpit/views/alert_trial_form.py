"""Other numbers for a rule, to compare with those of now; nothing is saved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from cockpit.alerts import rulebook
from cockpit.alerts.dryrun import with_levels
from cockpit.alerts.rule import Expected
from cockpit.alerts.rule_checks import faults
from cockpit.errors import BadRules, CockpitError
from cockpit.i18n import gettext as _
from cockpit.kpi.tension_setting import FILE
from cockpit.views import alert_rule_form as form
from cockpit.views import alert_rule_words as say
from cockpit.views import parts
from cockpit.views.admin import words

if TYPE_CHECKING:
    from cockpit.administer.alert_rules import RuleState
    from cockpit.alerts.rule import Rule
    from cockpit.kpi.model import Kpi
    from cockpit.views.context import Context


def other(context: Context, found: RuleState, kpi: Kpi) -> Rule | None:
    """The rule with the numbers that are typed; None while they are its own, or refused."""
    with st.form("trial_other", border=False):
        st.html(parts.section(_("Et avec d'autres nombres ?"), say.measured(found.rule, kpi)))
        try:
            given, refused = form.sound(_numbers(found)), None
        except CockpitError as error:
            given, refused = {}, error
        sent = st.form_submit_button(_("Comparer"), width="stretch")
    if refused is None and given:
        try:
            return _sound(context, with_levels(found.rule, kpi, **given))
        except CockpitError as error:
            refused = error
    if refused is not None:
        words.refuse(form.refusal(refused))
    elif sent:
        words.refuse(_("Changez au moins un nombre pour comparer."))
    return None


def _numbers(found: RuleState) -> dict[str, Any]:
    """The two levels of the side that speaks, and the patience; those that were changed."""
    rule, levels = found.rule, found.levels
    is_low = rule.side == "low" or (levels.amber is None and levels.red is None)
    given: dict[str, Any] = {}
    with st.container(key="rule_trial_levels", horizontal=True):
        for name in ("amber", "red"):
            own = f"low_{name}" if is_low else name
            old = getattr(levels, own)
            text = st.text_input(_(form.LEVELS[own]), say.figure(old), key=f"trial_{name}")
            if text.strip() and (typed := form.changed(own, form.LEVELS[own], text, old)):
                given[name] = typed[own]
    if isinstance(rule.when, Expected):
        return given  # what a forecast announces is said at once
    with st.container(key="rule_trial_periods", horizontal=True):
        for name, title in form.PATIENCE.items():
            old = getattr(rule, name)
            text = st.text_input(_(title), str(old), key=f"trial_{name}")
            if text.strip() and (typed := form.changed(name, title, text, old)):
                given[name] = form.whole(typed[name])
    return given


def _sound(context: Context, rule: Rule) -> Rule:
    for fault in faults(rule, rulebook.known_of(context.generation.home)):
        raise BadRules(file=FILE, rule=rule.id, field=fault.field, expected=fault.expected)
    return rule
