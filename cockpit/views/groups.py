"""Open alerts as a person counts them: six full wards are one matter, not six.

grouped(alerts)       the alerts of one rule and one severity together, worst first
standing(...)         how many of them there are, and how many watched KPIs are as they should be
in_hand(...)          how many of the alerts somebody has, or put off
title, places, since  one group in words

Synthèse, the badge of the bar, the brief and Alertes count groups, and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from cockpit import clock
from cockpit.access.scope import Scope
from cockpit.alerts.desk import inbox
from cockpit.alerts.model import Alert
from cockpit.alerts.store import active
from cockpit.brief import Brief, BriefLine
from cockpit.i18n import gettext as _
from cockpit.i18n import ngettext, pick
from cockpit.kpi.catalogue import KPIS
from cockpit.kpi.model import Kpi, KpiId, UnitId
from cockpit.kpi.units import UnitTree
from cockpit.series.model import Period, Status
from cockpit.series.trend import trends
from cockpit.views import dates, french, tiles
from cockpit.views.parts import Counts
from cockpit.warehouse.attach import Generation

_NAMED = 6


@dataclass(frozen=True, slots=True)
class Group:
    """Alerts of one rule and one severity, at least one, worst first."""

    alerts: tuple[Alert, ...]

    @property
    def worst(self) -> Alert:
        """The alert that speaks for the others."""
        return self.alerts[0]

    @property
    def is_single(self) -> bool:
        """One unit only: its own words say it best."""
        return len(self.alerts) == 1


def grouped(alerts: Iterable[Alert]) -> tuple[Group, ...]:
    """In the order given; a late source stays alone, its words name it, and what is on its way
    back is not said beyond its level with the others."""
    found: dict[tuple[str | bool, ...], list[Alert]] = {}
    for alert in alerts:
        apart = alert.title_fr if alert.kpi is None else ""
        key = (alert.rule, alert.kind, alert.severity, alert.back, apart)
        found.setdefault(key, []).append(alert)
    return tuple(Group(tuple(_worst_first(one))) for one in found.values())


def _worst_first(alerts: list[Alert]) -> list[Alert]:
    """Farthest beyond its level first."""

    def beyond(alert: Alert) -> float:
        known = alert.value is not None and alert.level is not None
        return abs((alert.value or 0.0) - (alert.level or 0.0)) if known else 0.0

    return sorted(alerts, key=lambda alert: -beyond(alert))


def opened(generation: Generation, scope: Scope) -> tuple[Group, ...]:
    """The open groups of a scope, worst first."""
    return grouped(active(generation, scope))


def reds(groups: Iterable[Group]) -> int:
    """How many are alerts; the others are vigilances."""
    return sum(group.worst.severity == "red" for group in groups)


class InHand(NamedTuple):
    """Red groups of which somebody has every alert, and those of which the others are put off."""

    taken: int
    put_off: int


def in_hand(generation: Generation, scope: Scope) -> InHand:
    """What people have of the open alerts now; kept until somebody acts, a minute at most."""
    now = clock.utc_naive(clock.now())
    key = ("in_hand", *scope.key(), inbox.mark_of(generation.home), f"{now:%Y-%m-%dT%H:%M}")
    return generation.cached(key, lambda: _in_hand(inbox.inbox(generation, scope, now)))


def _in_hand(items: Iterable[inbox.Item]) -> InHand:
    listed = {
        (one.alert.rule, one.alert.facet, one.alert.unit): one for one in items if one.is_judged
    }
    taken = put_off = 0
    for group in grouped(one.alert for one in listed.values()):
        if group.worst.severity != "red":
            continue
        own = [listed[one.rule, one.facet, one.unit] for one in group.alerts]
        if all(one.is_taken for one in own):
            is_off = any(one.stage == "snoozed" for one in own)
            put_off, taken = put_off + is_off, taken + (not is_off)
    return InHand(taken, put_off)


def standing(generation: Generation, scope: Scope) -> Counts:
    """Open alerts, open vigilances, and watched KPIs within their levels without either."""
    key = ("standing", *scope.key(), clock.today())
    return generation.cached(key, lambda: _standing(generation, scope))


def _standing(generation: Generation, scope: Scope) -> Counts:
    groups = opened(generation, scope)
    named = {alert.kpi for group in groups for alert in group.alerts}
    watched = [kpi for kpi in KPIS.values() if kpi.domain in scope.domains and kpi.threshold]
    found = trends(generation, scope, watched, scope.roots[0], Period.DAY)
    fine = sum(one.status is Status.OK and one.kpi.id not in named for one in found)
    red = reds(groups)
    return Counts(red, len(groups) - red, fine)


def reach(groups: Iterable[Group], held: InHand) -> str:
    """Which of the alerts somebody has and how many places are concerned, under the status
    sentence."""
    listed = tuple(groups)
    units = len({alert.unit for group in listed for alert in group.alerts})
    if not units:
        return _("Aucune alerte ouverte.")
    where = ngettext("{n} unité concernée", "{n} unités concernées", units).format(n=units)
    had = _had(reds(listed), held)
    return f"{had} · {where}" if had else where


def _had(red: int, held: InHand) -> str:
    """As "2 alertes, dont 1 prise en main"; "" while nobody has any."""
    said = []
    if held.taken:
        n = held.taken
        said.append(ngettext("{n} prise en main", "{n} prises en main", n).format(n=n))
    if held.put_off:
        n = held.put_off
        said.append(ngettext("{n} différée", "{n} différées", n).format(n=n))
    if not said:
        return ""
    if red == 1:
        return _("1 alerte, prise en main") if held.taken else _("1 alerte, différée")
    return _("{n} alertes, dont {held}").format(n=red, held=_(" et ").join(said))


def others(made: Brief, first: Group | None, most: int) -> list[BriefLine]:
    """The brief without the lines of the group that is shown in full."""
    said = {(alert.kpi, alert.unit) for alert in first.alerts} if first else set()
    lines = [one for one in made.lines if one.kind != "alert" or (one.kpi, one.unit) not in said]
    return lines[:most]


def title(group: Group, units: UnitTree, kpis: Mapping[KpiId, Kpi] = KPIS) -> str:
    """As "Occupation à minuit : 6 services au-dessus de 95 %"; an alert alone keeps its title."""
    kpi = kpis.get(group.worst.kpi) if group.worst.kpi else None
    if group.is_single or kpi is None:
        return pick(group.worst.title_fr, group.worst.title_en)
    text = _("{name} : {count} {beyond}").format(
        name=tiles.name(kpi), count=_counted(group, units), beyond=_beyond(group, kpi)
    )
    return f"{_('Prévision')} · {text}" if group.worst.kind == "forecast" else text


def _counted(group: Group, units: UnitTree) -> str:
    count = len(group.alerts)
    levels = {units.get(alert.unit).level for alert in group.alerts if alert.unit in units}
    said = {
        "establishment": ngettext("{n} site", "{n} sites", count),
        "service": ngettext("{n} service", "{n} services", count),
    }
    level = levels.pop() if len(levels) == 1 else ""
    return said.get(level, ngettext("{n} unité", "{n} unités", count)).format(n=count)


def _beyond(group: Group, kpi: Kpi) -> str:
    """Which level, when it is the same for all."""
    levels = {alert.level for alert in group.alerts}
    values = [alert.value for alert in group.alerts if alert.value is not None]
    level = levels.pop() if len(levels) == 1 else None
    if level is None or not values or min(values) <= level <= max(values):
        return _("hors seuil")
    text = _("au-dessus de {level}") if min(values) > level else _("au-dessous de {level}")
    return text.format(level=french.aim(kpi, level))


def places(group: Group, kpis: Mapping[KpiId, Kpi] = KPIS) -> str:
    """The units with their figures, the farthest beyond first."""
    kpi = kpis.get(group.worst.kpi) if group.worst.kpi else None
    named = [
        f"{alert.unit_label}{french.NBSP}{french.value(kpi, alert.value) if kpi else ''}".strip()
        for alert in group.alerts[:_NAMED]
    ]
    left = len(group.alerts) - _NAMED
    if left > 0:
        named.append(ngettext("{n} autre", "{n} autres", left).format(n=left))
    return " · ".join(named)


def since(group: Group) -> str:
    """The oldest of them."""
    return dates.bare_day(oldest(group))


def oldest(group: Group) -> date:
    """The first day of the group."""
    return min(alert.since for alert in group.alerts)


def meeting(group: Group, units: UnitTree) -> UnitId:
    """The smallest unit that holds all of them: where a tap leads."""
    shared: list[UnitId] | None = None
    for alert in group.alerts:
        path = [unit.id for unit in units.path(alert.unit)]
        shared = path if shared is None else [unit for unit in shared if unit in path]
    return shared[-1] if shared else group.worst.unit
