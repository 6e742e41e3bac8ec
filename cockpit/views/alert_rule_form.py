"""The form of one rule: what is typed there, as the fields that the editor of rules takes.

Only what was changed in the form is given back, so that saving a page twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import streamlit as st

from cockpit.alerts.rule import MOST_STEPS, UnitRule
from cockpit.alerts.rule_file import NONE
from cockpit.errors import BadRequest, BadRules, CockpitError
from cockpit.i18n import gettext as _
from cockpit.i18n import mark
from cockpit.views import alert_rule_words as say
from cockpit.views import french, parts
from cockpit.views.admin.words import plain

if TYPE_CHECKING:
    from cockpit.administer.alert_rules import RuleState
    from cockpit.alerts.rule import Levels, Rule
    from cockpit.kpi.model import Kpi, UnitId
    from cockpit.views.context import Context


@dataclass(frozen=True, slots=True)
class NotANumber:
    """What was typed under this title is no number; said once the whole form is drawn."""

    title: str


Right = Literal["all", "levels", "units", ""]
"""all: who administers. levels: the general management, without owner nor switch. units: a site's
direction, at its own units only."""
LEVELS = {
    "amber": mark("Vigilance"),
    "red": mark("Alerte"),
    "low_amber": mark("Vigilance basse"),
    "low_red": mark("Alerte basse"),
}
PATIENCE = {"wait": mark("Avant de sonner"), "hold": mark("Avant de se taire")}
_GUARD = {"absolute": mark("Écart minimal"), "relative": mark("Écart minimal (%)")}
_TITLES = {
    **PATIENCE,
    "levels": mark("Seuils"),
    "reset": mark("Fin de l'alerte"),
    "guard": mark("Garde-fou"),
    "units": mark("Autres seuils par unité"),
    "at": mark("À quels niveaux de la structure"),
    "role": mark("Boîte de réception"),
    "when": mark("Ce qui est comparé"),
    "id": mark("Code de la règle"),
}
_NOWHERE = ""
_LONGEST_CARD = MOST_STEPS * 401


def right_of(context: Context) -> Right:
    """What the role may change of a rule."""
    scope = context.scope
    if scope.administers:
        return "all"
    if not scope.role.startswith("director_"):
        return ""
    tops = {unit.id for unit in context.units.roots()}
    return "levels" if tops <= set(scope.roots) else "units"


def fields(context: Context, found: RuleState, kpi: Kpi | None, right: Right) -> dict[str, Any]:
    """The widgets of the form; returns what was changed. Raises BadRequest."""
    given: dict[str, Any] = {}
    rule = found.rule
    names = [name for name in LEVELS if is_offered(name, found.levels, kpi)]
    if right != "units":
        unit = say.measured(rule, kpi)
        if kpi is not None:
            given["levels"] = numbers(_("Seuils"), "levels", names, found.levels, unit)
            given["reset"] = numbers(_("Fin de l'alerte"), "reset", names, rule.reset, unit)
        given |= periods(found.rule)
        if kpi is not None:
            given["guard"] = _guard(found, kpi)
    if kpi is not None:
        given["units"] = _units(context, found, names[:2])
    if right == "all":
        given |= _owned(found, kpi)
    return sound({name: value for name, value in given.items() if value != {}})


def sound(given: dict[str, Any]) -> dict[str, Any]:
    """What was typed. Raises BadRequest for the first that is not a number.

    At the end: raised while the form is drawn, it would take away the fields below with what is
    typed there.
    """
    for value in given.values():
        if isinstance(value, NotANumber):
            raise BadRequest(field=value.title, expected=mark("un nombre"))
        if isinstance(value, dict):
            sound(value)
    return given


def refusal(error: CockpitError) -> str:
    """What a form says of a rule that does not hold: by the titles of its fields, not of a file."""
    table, _dot, name = str(error.facts.get("field", "")).partition(".")
    if not isinstance(error, BadRules) or table not in _TITLES:
        return error.sentence()
    titles = (_TITLES[table], LEVELS.get(name, _GUARD.get(name, "")))
    field = " · ".join(_(one) for one in titles if one)
    return BadRequest(field=field, expected=error.said("expected")).sentence()


def is_offered(name: str, levels: Levels, kpi: Kpi | None) -> bool:
    """Whether a level is asked for. The low side only where something is bad on that side too."""
    both = kpi is not None and kpi.direction == "band"
    return not name.startswith("low") or both or getattr(levels, name) is not None


def numbers(
    title: str, table: str, names: Sequence[str], before: Levels, unit: str
) -> dict[str, object]:
    """Levels side by side; those that changed."""
    st.html(parts.section(title, unit))
    found: dict[str, object] = {}
    with st.container(key=f"rule_{table}", horizontal=True):
        for name in names:
            old = getattr(before, name)
            text = st.text_input(_(LEVELS[name]), say.figure(old), key=f"rule_{table}_{name}")
            found |= changed(name, LEVELS[name], text, old)
    return found


def changed(name: str, title: str, text: str, old: float | None) -> dict[str, object]:
    """The new value under its name; nothing when it is the old one."""
    if text.strip() == say.figure(old):
        return {}
    if not text.strip():
        return {name: NONE}
    value = french.parse_number(text)
    return {name: NotANumber(title) if value is None else value}


def periods(rule: Rule) -> dict[str, object]:
    """How long before it speaks, and before it falls silent."""
    st.html(parts.section(_("Patience"), _("en périodes jugées")))
    given: dict[str, object] = {}
    with st.container(key="rule_periods", horizontal=True):
        for name, title in PATIENCE.items():
            old = getattr(rule, name)
            text = st.text_input(_(title), str(old), key=f"rule_{name}")
            typed = changed(name, title, text or "0", old)
            given |= {key: whole(value) for key, value in typed.items()}
    return given


def whole(value: object) -> object:
    """A number of periods; the editor refuses one that is not whole."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _guard(found: RuleState, kpi: Kpi) -> dict[str, object]:
    st.html(parts.section(_("Garde-fou"), kpi.unit))
    given: dict[str, object] = {}
    with st.container(key="rule_guard", horizontal=True):
        for name, title in _GUARD.items():
            old = getattr(found.rule.guard, name)
            text = st.text_input(_(title), say.figure(old), key=f"rule_guard_{name}")
            given |= changed(name, title, text or "0", old)
    return given


def _units(context: Context, found: RuleState, names: Sequence[str]) -> dict[str, object]:
    """Other levels at some units: those that are, each on its line, then one more."""
    st.html(parts.section(_("Autres seuils par unité"), _("et au-dessous")))
    given: dict[str, object] = {}
    units = context.units
    for unit, own in found.rule.units.items():
        if not units.is_within(unit, context.scope.roots):
            continue
        said = units.get(unit).label
        if (new := _unit_line(unit, said, own, names)) is not None:
            given[str(unit)] = new
    return given | _one_more(context, found, names)


def _unit_line(
    unit: UnitId, said: str, own: UnitRule, names: Sequence[str]
) -> Mapping[str, object] | str | None:
    """What is new of one line; None when nothing is."""
    st.markdown(f"**{plain(said)}**")
    with st.container(key=f"rule_unit_{unit}", horizontal=True):
        typed: dict[str, object] = {}
        for name in names:
            old = getattr(own.levels, name)
            key = f"rule_unit_{unit}_{name}"
            typed |= changed(
                name, LEVELS[name], st.text_input(_(LEVELS[name]), say.figure(old), key=key), old
            )
    on = st.toggle(_("Suivie ici"), own.enabled, key=f"rule_unit_{unit}_on")
    gone = st.checkbox(_("Retirer ces seuils"), key=f"rule_unit_{unit}_gone")
    if gone:
        return NONE
    if not typed and on == own.enabled:
        return None
    return _entry(own, typed, enabled=on)


def _entry(own: UnitRule, typed: Mapping[str, object], *, enabled: bool) -> Mapping[str, object]:
    """A unit's whole entry: what was there, with what was typed."""
    before = own.levels.model_dump(exclude_none=True)
    levels = {name: value for name, value in {**before, **typed}.items() if value != NONE}
    entry: dict[str, object] = {"levels": levels} if levels else {}
    if own.owner_fr:
        entry["owner_fr"] = own.owner_fr
    return entry if enabled else entry | {"enabled": False}


def _one_more(context: Context, found: RuleState, names: Sequence[str]) -> dict[str, object]:
    listed = {
        str(unit.id): unit.label
        for unit in context.units
        if context.units.is_within(unit.id, context.scope.roots) and unit.id not in found.rule.units
    }
    options = {_NOWHERE: _("Aucune unité de plus"), **listed}
    unit = st.selectbox(
        _("Unité"), list(options), format_func=lambda one: options[one], key="rule_more"
    )
    typed: dict[str, object] = {}
    with st.container(key="rule_more_levels", horizontal=True):
        for name in names:
            text = st.text_input(_(LEVELS[name]), key=f"rule_more_{name}")
            typed |= changed(name, LEVELS[name], text, None)
    on = st.toggle(_("Suivie ici"), value=True, key="rule_more_on")
    if not unit or (not typed and on):
        return {}
    return {unit: _entry(UnitRule(), typed, enabled=on)}


def _owned(found: RuleState, kpi: Kpi | None) -> dict[str, object]:
    """Who answers for it, what they can do, and whether it is on; empty is what the KPI says."""
    st.html(parts.section(_("Qui et quoi")))
    rule = found.rule
    given: dict[str, object] = {}
    titles = {"owner_fr": _("Responsable"), "lever_fr": _("Levier")}
    for name, title in titles.items():
        old, key = getattr(rule, name), f"rule_{name}"
        usual = getattr(kpi, name) if kpi else ""
        text = st.text_input(title, old, key=key, max_chars=400, placeholder=usual)
        if text != old:
            given[name] = clean(text)
    steps = card(rule.card)
    if steps != rule.card:
        given["card"] = steps
    on = st.toggle(_("Règle active"), rule.enabled, key="rule_enabled")
    return given if on == rule.enabled else given | {"enabled": on}


def card(before: Sequence[str]) -> tuple[str, ...]:
    """The action card: one step a line."""
    title = _("Fiche réflexe (une étape par ligne)")
    shown = "\n".join(before)
    text = st.text_area(title, shown, key="rule_card", max_chars=_LONGEST_CARD)
    if text == shown:
        return tuple(before)
    return tuple(step for step in map(clean, text.splitlines()) if step)


def clean(text: str) -> str:
    """What is typed on one line, without what cannot be seen."""
    return "".join(one for one in " ".join(text.split()) if one.isprintable())
