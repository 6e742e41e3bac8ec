"""A rule in words: its name, what it measures, its levels, where it stands against the shipped."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from cockpit.alerts import rulebook
from cockpit.alerts.judge import condition_of
from cockpit.alerts.rule import Gap
from cockpit.i18n import gettext as _
from cockpit.i18n import label, mark, pick
from cockpit.series.model import Status
from cockpit.views import french
from cockpit.views.units import plural

if TYPE_CHECKING:
    from cockpit.alerts.rule import Levels, Rule
    from cockpit.kpi.model import Kpi

_DECIMALS = 6
State = Literal["shipped", "changed", "added", "off"]
STATES: Mapping[State, tuple[Status, str]] = {
    "shipped": (Status.NONE, mark("Livrée")),
    "changed": (Status.AMBER, mark("Modifiée")),
    "added": (Status.OK, mark("Ajoutée")),
    "off": (Status.UNAVAILABLE, mark("Désactivée")),
}
KINDS = {
    "level": mark("niveau"),
    "gap": mark("écart à la référence"),
    "history": mark("inhabituel pour le jour"),
    "drift": mark("glissement lent"),
    "forecast": mark("prévision"),
    "reconciliation": mark("rapprochement"),
    "missing": mark("données manquantes"),
    "ladder": mark("échelle"),
}
_MEASURED = {
    "history": mark("écarts-types"),
    "drift": mark("%"),
    "forecast": mark("probabilité de 0 à 1"),
    "reconciliation": mark("%"),
    "missing": mark("jours"),
}
PLACES = {
    "group": mark("groupement"),
    "establishment": mark("établissement"),
    "pole": mark("pôle"),
    "service": mark("service"),
    "uf": mark("unité fonctionnelle"),
}


def name(rule: Rule, kpi: Kpi | None) -> str:
    """Its own name, else that of its KPI with what is compared."""
    if rule.label_fr:
        return pick(rule.label_fr, rule.label_en or rule.label_fr)
    if kpi is None:
        return rule.id
    kind = condition_of(rule, kpi)[0].kind
    return label(kpi) if kind == "level" else f"{label(kpi)} · {_(KINDS[kind])}"


def where(rule: Rule) -> str:
    """The levels of units that it watches."""
    return ", ".join(_(PLACES[one]) for one in rule.at)


def measured(rule: Rule, kpi: Kpi | None) -> str:
    """The unit of its levels."""
    if kpi is None:
        return ""
    condition = condition_of(rule, kpi)[0]
    if isinstance(condition, Gap):
        return "%" if condition.in_percent else plural(kpi.unit)
    found = _MEASURED.get(condition.kind)
    return _(found) if found else plural(kpi.unit)


def levels(rule: Rule, kpi: Kpi | None, found: Levels) -> str:
    """As "vigilance 92 · alerte 95 %"; "" for a ladder."""
    pairs = (
        (_("vigilance"), found.amber),
        (_("alerte"), found.red),
        (_("vigilance basse"), found.low_amber),
        (_("alerte basse"), found.low_red),
    )
    is_chance = rule.when is not None and rule.when.kind == "forecast"
    unit = "%" if is_chance else measured(rule, kpi)
    scale = 100 if is_chance else 1
    said = [f"{word} {figure(value * scale)}" for word, value in pairs if value is not None]
    return f"{' · '.join(said)} {unit}".strip() if said else ""


def figure(value: float | None) -> str:
    """A level as it is typed; "" without one."""
    if value is None:
        return ""
    needed = (n for n in range(_DECIMALS) if round(value, n) == value)
    return french.number(value, next(needed, _DECIMALS))


def state_of(rule: Rule, own: frozenset[str]) -> State:
    """Against what is shipped. own: ids that the hospital's file names."""
    if not rule.enabled:
        return "off"
    if rule.id not in rulebook.shipped():
        return "added"
    return "changed" if rule.id in own else "shipped"
