"""Codes of a column beside what each one means: a measure of the catalogue, a scenario.

In a long file each line names its measure: the codes are read from the source, and what is not
given a measure is quarantined line by line, never guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from cockpit.administer import mapping as columns_of_sources
from cockpit.administer.mapping import Suggestion
from cockpit.connect.rules import SCENARIOS
from cockpit.i18n import gettext as _
from cockpit.i18n import label, mark
from cockpit.kpi.measures import MEASURES
from cockpit.kpi.model import MeasureId
from cockpit.views import parts
from cockpit.views.admin import words
from cockpit.views.admin.roles import NOTHING, Key, Table, column_of

Found = Mapping[str, Sequence[str]]
Ask = Callable[[Sequence[str]], Found]
"""Columns -> the codes that each holds, once somebody asked for them."""

CODED = ("measure", "scenario")
_SCENARIO_NAMES = {
    "actual": mark("Réalisé"),
    "budget": mark("Budget"),
    "plan": mark("Plan"),
}


def drawn(made: Table, ask: Ask, key: Key, *, propose: bool) -> Table:
    """The mapping with what its codes mean. propose: start from the suggestions."""
    rules = {role: made[role] for role in CODED if _is_coded(made.get(role))}
    if not rules:
        return made
    if "measure" in rules:
        st.html(parts.section(_("Mesures"), _("code de la source → mesure")))
    found = ask(tuple(dict.fromkeys(column_of(rule) for rule in rules.values())))
    changed = dict(made)
    for role, rule in rules.items():
        changed[role] = _MEANT[role](rule, found.get(column_of(rule), ()), key, propose=propose)
    return changed


def _is_coded(rule: object) -> bool:
    """One column as it stands; a prefix is written in the text."""
    return bool(column_of(rule)) and isinstance(rule, dict) and not rule.get("prefix")


def _measures(rule: Table, found: Sequence[str], key: Key, *, propose: bool) -> Table:
    """Every code with its measure, and what is suggested, with the reason."""
    given: Table = rule.get("values", {})
    listed = list(dict.fromkeys([*given, *found]))
    hints = columns_of_sources.suggest(listed)
    if not listed:
        st.html(parts.said(_("Lisez les codes de la source pour dire ce que chacun mesure.")))
        return rule
    with st.grid(2, min_column_width=300, gap="small"):
        chosen = {
            code: _measure(code, given.get(code), hints.get(code), key, propose=propose)
            for code in listed
        }
    st.html(parts.said(_("Les lignes d'un code sans mesure sont mises en quarantaine.")))
    return _with(rule, {code: name for code, name in chosen.items() if name})


def _measure(
    code: str, given: str | None, hint: Suggestion | None, key: Key, *, propose: bool
) -> str:
    own = code if MeasureId(code) in MEASURES else NOTHING
    suggested = hint.measure if hint and hint.kind == "measure" else NOTHING
    start = given or own or (suggested if propose else NOTHING)
    with st.container(gap="xsmall"):
        picked = st.selectbox(
            words.plain(code),
            measure_options(),
            measure_options().index(start),
            key=key(f"code {code}"),
            format_func=lambda name: measure_name(name) if name else _("(en quarantaine)"),
        )
        if hint and suggested and not (given or own):
            st.html(suggestion(hint))
    untouched = picked == own and given is None  # a measure's own name needs no line
    return NOTHING if untouched else picked


def _scenarios(rule: Table, found: Sequence[str], key: Key, *, propose: bool) -> Table:
    """Every text of the scenario column: actual, budget or plan."""
    del propose
    given: Table = rule.get("values", {})
    listed = [
        one for one in dict.fromkeys([*given, *found]) if one in given or one not in SCENARIOS
    ]
    if not listed:
        return rule
    st.html(parts.section(_("Scénarios"), _("code de la source → scénario")))
    options = [NOTHING, *SCENARIOS]
    with st.grid(2, min_column_width=300, gap="small"):
        chosen = {
            code: st.selectbox(
                words.plain(code),
                options,
                options.index(given.get(code, NOTHING)),
                key=key(f"scenario {code}"),
                format_func=_scenario_name,
            )
            for code in listed
        }
    return _with(rule, {code: name for code, name in chosen.items() if name})


_MEANT: dict[str, Callable[..., Table]] = {"measure": _measures, "scenario": _scenarios}


def _with(rule: Table, values: Table) -> Table:
    kept = {name: one for name, one in rule.items() if name != "values"}
    return {**kept, "values": values} if values or "values" in rule else kept


def _scenario_name(option: str) -> str:
    return _(_SCENARIO_NAMES[option]) if option else _("(en quarantaine)")


def measure_options() -> list[str]:
    """Nothing, then every measure by its label."""
    return [NOTHING, *sorted(MEASURES, key=lambda one: label(MEASURES[one]).casefold())]


def measure_name(name: str) -> str:
    """The label of a measure."""
    return label(MEASURES[MeasureId(name)])


def suggestion(hint: Suggestion) -> str:
    """What is proposed, marked as such, with the reason."""
    text = _("Proposition à vérifier : {name}. {why}")
    said = text.format(name=measure_name(hint.measure), why=hint.why)
    return f'<p class="ck-said ck-mark">{parts.html(said)}</p>'
