"""What makes a rule sensible once it is well formed; the same for the shipped and the hospital's.

Each fault names the field and what was expected there (French, for who wrote the rule).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from cockpit.alerts.judge import condition_of, grain_of
from cockpit.alerts.rule import Expected, Gap, Ladder, Levels, Reconciliation
from cockpit.i18n import gettext as _
from cockpit.kpi.checks import facet_exists
from cockpit.kpi.model import Grain
from cockpit.series.status import high_is_bad

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cockpit.alerts.rule import Condition, Rule
    from cockpit.kpi.model import Domain, Kpi, KpiId
    from cockpit.kpi.units import UnitTree

_ORDER = {Grain.DAY: 0, Grain.WEEK: 1, Grain.MONTH: 2, Grain.QUARTER: 3, Grain.YEAR: 4}
_SIDES = (("amber", "red", True), ("low_amber", "low_red", False))


class Fault(NamedTuple):
    """One field that is wrong and what was expected there."""

    field: str
    expected: str


@dataclass(frozen=True)
class Known:
    """What a rule may name. units: None while the structure is not known. roles: their domains."""

    kpis: Mapping[KpiId, Kpi]
    units: UnitTree | None
    roles: Mapping[str, frozenset[Domain]]


def faults(rule: Rule, known: Known) -> Iterator[Fault]:
    """Everything wrong with one rule; nothing when it holds together."""
    yield from _places(rule, known)
    if isinstance(rule.when, Ladder):
        yield from _ladder(rule, rule.when)
        return
    kpi = known.kpis.get(rule.kpi) if rule.kpi else None
    if kpi is None:
        yield Fault("kpi", _("un indicateur de « cockpit kpi list »"))
        return
    if rule.role in known.roles and kpi.domain not in known.roles[rule.role]:
        yield Fault("role", _("un profil qui voit cet indicateur"))
    if rule.facet and not facet_exists(kpi, rule.facet):
        yield Fault("facet", _("une facette de cet indicateur"))
    condition, own = condition_of(rule, kpi)
    yield from _compared(condition, kpi, known)
    yield from _periods(rule, kpi, grain_of(rule, kpi, condition))
    yield from _levels(rule, kpi, condition, own)


def broken_ladder(rule: Rule, rules: Mapping[str, Rule]) -> Fault | None:
    """A ladder that counts a rule that is not, or another ladder."""
    if not isinstance(rule.when, Ladder):
        return None
    for name in rule.when.of:
        if name not in rules or isinstance(rules[name].when, Ladder):
            return Fault("when.of", _("des règles qui existent, sans « {name} »").format(name=name))
    return None


def levels_here(rule: Rule, known: Known) -> Levels:
    """The levels of a rule in this installation: its own, else those of its KPI."""
    kpi = known.kpis.get(rule.kpi) if rule.kpi else None
    return condition_of(rule, kpi)[1] if kpi else rule.levels


def _places(rule: Rule, known: Known) -> Iterator[Fault]:
    if not rule.at:
        yield Fault("at", _("au moins un niveau de la structure"))
    if rule.role and rule.role not in known.roles:
        yield Fault("role", _("l'un des profils {roles}").format(roles=", ".join(known.roles)))
    for unit in rule.units if known.units is not None else ():
        if known.units is not None and unit not in known.units:
            yield Fault(f"units.{unit}", _("le code d'une unité de structure.csv"))


def _ladder(rule: Rule, ladder: Ladder) -> Iterator[Fault]:
    if not ladder.of:
        yield Fault("when.of", _("au moins une règle"))
    if not 1 <= ladder.yellow <= ladder.orange <= ladder.red:
        yield Fault("when.orange", _("des nombres de règles qui ne décroissent pas, dès 1"))
    if not (rule.levels.is_empty and rule.reset.is_empty):
        yield Fault("levels", _("rien : une échelle compte des règles"))


def _compared(condition: Condition, kpi: Kpi, known: Known) -> Iterator[Fault]:
    if isinstance(condition, Gap) and condition.against == "target" and kpi.target is None:
        yield Fault(
            "when.against", _("« budget » ou « last_year » : cet indicateur est sans cible")
        )
    if isinstance(condition, Reconciliation) and condition.other not in known.kpis:
        yield Fault("when.other", _("un indicateur de « cockpit kpi list »"))
    if isinstance(condition, Expected) and condition.level is None and condition.deviations is None:
        limit = kpi.threshold
        if limit is None or limit.on != "value":
            yield Fault("when.level", _("un niveau à franchir : cet indicateur n'en a pas"))


def _periods(rule: Rule, kpi: Kpi, grain: Grain) -> Iterator[Fault]:
    if kpi.step == "month" and _ORDER[grain] < _ORDER[Grain.MONTH]:
        yield Fault("grain", _("« month » ou plus long : cet indicateur est mensuel"))
    if rule.working_days and grain is not Grain.DAY:
        yield Fault("working_days", _("false : seuls des jours se jugent sans les week-ends"))


def _levels(rule: Rule, kpi: Kpi, condition: Condition, own: Levels) -> Iterator[Fault]:
    if own.is_empty:
        yield Fault("levels", _("au moins un niveau"))
        return
    seen = {"high": _SIDES[:1], "low": _SIDES[1:], "both": _SIDES}[rule.side]
    names = [name for side in seen for name in side[:2] if getattr(own, name) is not None]
    if not names or (rule.least == "red" and not any(name.endswith("red") for name in names)):
        yield Fault("levels", _("un niveau que « side » et « least » laissent parler"))
    if condition.kind == "forecast" and not all(0 < getattr(own, name) <= 1 for name in names):
        yield Fault("levels", _("des probabilités, de 0 à 1"))
    yield from _order(rule, kpi, own, "levels.")
    for unit, other in rule.units.items():
        here = own.model_copy(update=other.levels.model_dump(exclude_none=True))
        yield from _order(rule, kpi, here, f"units.{unit}.levels.")


def _order(rule: Rule, kpi: Kpi, own: Levels, where: str) -> Iterator[Fault]:
    for amber_name, red_name, is_main in _SIDES:
        amber, red = getattr(own, amber_name), getattr(own, red_name)
        above = is_main and rises(kpi, own)
        if amber is not None and red is not None and not _further(red, amber, above=above):
            sign = ">" if above else "<"
            yield Fault(where + red_name, _("une alerte {sign} vigilance").format(sign=sign))
        if where == "levels.":
            yield from _back(rule, own, (amber_name, red_name), above=above)


def rises(kpi: Kpi, own: Levels) -> bool:
    """Whether more is worse: the KPI's direction, else the side on which red lies of amber."""
    if kpi.direction in {"down", "band", "up"} or own.amber is None or own.red is None:
        return high_is_bad(kpi)
    return own.red >= own.amber


def _back(rule: Rule, own: Levels, names: tuple[str, str], *, above: bool) -> Iterator[Fault]:
    for name in names:
        limit, back = getattr(own, name), getattr(rule.reset, name)
        if back is None:
            continue
        if limit is None:
            yield Fault(f"reset.{name}", _("rien : ce niveau n'existe pas"))
        elif _further(back, limit, above=above):
            sign = "≤" if above else "≥"
            yield Fault(f"reset.{name}", _("une fin {sign} au niveau").format(sign=sign))


def _further(one: float, other: float, *, above: bool) -> bool:
    return one > other if above else one < other
