"""The form of a rule that the hospital adds: what is typed there, as an entry of its file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st

from cockpit.access.scope import Site, scopes
from cockpit.administer import alert_rules as editor
from cockpit.alerts import rulebook
from cockpit.alerts.judge import condition_of
from cockpit.alerts.rule import Levels, Rule
from cockpit.alerts.rule_file import NONE
from cockpit.i18n import gettext as _
from cockpit.i18n import label, mark, pick
from cockpit.views import alert_rule_form as form
from cockpit.views import alert_rule_words as say
from cockpit.views import french, parts

if TYPE_CHECKING:
    from cockpit.kpi.model import Kpi
    from cockpit.views.context import Context

_USUAL: Mapping[str, Levels] = {
    "history": Levels(amber=2, red=3),
    "drift": Levels(amber=10, red=20),
    "forecast": Levels(amber=0.5),
    "missing": Levels(amber=2, red=4),
    "reconciliation": Levels(amber=10),
}
"""Numbers to begin with, in steps of the comparison; a level begins with those of its KPI."""
_AGAINST = {
    "target": mark("la cible"),
    "budget": mark("le budget"),
    "last_year": mark("l'année précédente"),
}
_LADDER = {"orange": mark("Règles pour la tension"), "red": mark("Règles pour l'alerte")}
_LONGEST_ID = 61


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the form is about. kpi: None for a ladder."""

    context: Context
    kind: str
    kpi: Kpi | None

    @property
    def key(self) -> str:
        """What tells the widgets of one choice from those of another."""
        return f"{self.kind}_{self.kpi.id if self.kpi else ''}"


def entry(wanted: Wanted) -> dict[str, Any]:
    """The widgets of the form, and the entry that they make. Raises BadRequest."""
    made: dict[str, Any] = {"kpi": wanted.kpi.id if wanted.kpi else None}
    made["when"] = _condition(wanted)
    if wanted.kpi is not None:
        made["levels"] = _levels(wanted, made["when"])
    made |= form.periods(Rule(id="une_regle", kpi="une")) if wanted.kind != "forecast" else {}
    made |= _where(wanted) | _named(wanted)
    return form.sound(
        {name: value for name, value in made.items() if value not in (None, "", (), {})}
    )


def _condition(wanted: Wanted) -> dict[str, Any]:
    """What is compared, and the one or two things that its kind asks."""
    asks = {
        "gap": _gap,
        "forecast": _forecast,
        "reconciliation": _other,
        "ladder": _ladder,
    }
    ask = asks.get(wanted.kind)
    return {"kind": wanted.kind} | (ask(wanted) if ask else {})


def _gap(wanted: Wanted) -> dict[str, Any]:
    has_target = wanted.kpi is not None and wanted.kpi.target is not None
    options = [one for one in _AGAINST if one != "target" or has_target]
    against = st.selectbox(
        _("Écart à"), options, format_func=lambda one: _(_AGAINST[one]), key="rule_against"
    )
    percent = st.toggle(_("En pourcentage"), value=True, key="rule_percent")
    return {"against": against} | ({} if percent else {"in_percent": False})


def _forecast(wanted: Wanted) -> dict[str, Any]:
    days = st.text_input(_("Dans combien de jours au plus"), "7", key="rule_within")
    unit = wanted.kpi.unit if wanted.kpi else ""
    text = st.text_input(_("Niveau à franchir"), key=f"rule_crossed_{wanted.key}", placeholder=unit)
    own = {"level": _number(text, mark("Niveau à franchir"))} if text.strip() else {}
    within = form.whole(_number(days, mark("Dans combien de jours au plus")))
    return {"within_days": within} | own


def _other(wanted: Wanted) -> dict[str, Any]:
    names = {
        str(kpi.id): label(kpi)
        for kpi in wanted.context.kpis.values()
        if kpi.domain in wanted.context.scope.domains and kpi != wanted.kpi
    }
    other = st.selectbox(
        _("À rapprocher de"), list(names), format_func=names.__getitem__, key="rule_against_kpi"
    )
    return {"other": other}


def _ladder(wanted: Wanted) -> dict[str, Any]:
    context = wanted.context
    names = {
        rule.id: say.name(rule, context.kpis.get(rule.kpi))
        for rule in rulebook.load(context.generation.home).rules
        if rule.kpi is not None
    }
    chosen = st.multiselect(
        _("Règles comptées"), list(names), format_func=names.__getitem__, key="rule_of"
    )
    counts: dict[str, Any] = {}
    with st.container(key="rule_new_ladder", horizontal=True):
        for name, title in _LADDER.items():
            usual = "3" if name == "orange" else "4"
            text = st.text_input(_(title), usual, key=f"rule_{name}")
            counts[name] = form.whole(_number(text, title))
    return {"of": chosen, **counts}


def _number(text: str, title: str) -> float | form.NotANumber:
    found = french.parse_number(text)
    return form.NotANumber(title) if found is None else found


def _levels(wanted: Wanted, when: Mapping[str, Any]) -> dict[str, object]:
    """The levels that are typed; nothing while they are those of the KPI."""
    kpi, kind = wanted.kpi, wanted.kind
    known = {name: one for name, one in when.items() if not isinstance(one, form.NotANumber)}
    bare = Rule.model_validate({"id": "une_regle", "kpi": kpi.id if kpi else None, "when": known})
    own = condition_of(bare, kpi)[1] if kpi else Levels()
    before = _USUAL.get(kind, own)
    names = [name for name in form.LEVELS if form.is_offered(name, before, kpi)]
    table = f"new_levels_{wanted.key}"
    typed = form.numbers(_("Seuils"), table, names, before, say.measured(bare, kpi))
    if not typed and before == own:
        return {}
    levels = {**before.model_dump(exclude_none=True), **typed}
    return {name: value for name, value in levels.items() if value != NONE}


def _where(wanted: Wanted) -> dict[str, Any]:
    """The levels of units watched, and whose inbox it is."""
    st.html(parts.section(_("Où et pour qui")))
    at = st.multiselect(
        _("À quels niveaux de la structure"),
        list(say.PLACES),
        ["establishment"],
        format_func=lambda one: _(say.PLACES[one]),
        key="rule_at",
    )
    roles = {"": _("Personne en particulier"), **_roles(wanted)}
    role = st.selectbox(
        _("Boîte de réception"), list(roles), format_func=roles.__getitem__, key="rule_role"
    )
    return {"at": at, "role": role}


def _roles(wanted: Wanted) -> dict[str, str]:
    """The profiles that see the KPI."""
    tree = wanted.context.units
    top = tuple(unit.id for unit in tree.roots())
    sites = tuple(Site(one.id, one.label) for one in tree.establishments())
    return {
        one.role: pick(one.label_fr, one.label_en)
        for one in scopes(top, sites)
        if wanted.kpi is None or wanted.kpi.domain in one.domains
    }


def _named(wanted: Wanted) -> dict[str, Any]:
    """What it is called, what to do when it speaks, and its code in the file."""
    st.html(parts.section(_("Qui et quoi")))
    kpi, needed = wanted.kpi, wanted.kpi is None
    titles = {
        "label_fr": _("Nom de la règle") if needed else _("Nom de la règle (facultatif)"),
        "label_en": _("Nom en anglais (facultatif)"),
        "owner_fr": _("Responsable"),
        "lever_fr": _("Levier"),
    }
    given: dict[str, Any] = {}
    for name, title in titles.items():
        usual = getattr(kpi, name, "") if kpi else ""
        text = st.text_input(title, key=f"rule_new_{name}", max_chars=400, placeholder=usual)
        given[name] = form.clean(text)
    given["card"] = form.card(())
    stem = f"{kpi.id}_{wanted.kind}" if kpi else wanted.kind
    proposed = editor.free_id(wanted.context.generation.home, stem)
    code = st.text_input(
        _("Code de la règle"), proposed, key=f"rule_id_{wanted.key}", max_chars=_LONGEST_ID
    )
    return given | {"id": code.strip()}
