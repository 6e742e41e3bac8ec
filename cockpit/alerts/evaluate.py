"""Every alert of a generation: the same data give the same alerts, whatever was said before."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from cockpit.alerts import sentences
from cockpit.alerts.lateness import freshness_alerts, late_sources
from cockpit.alerts.levels import Verdict, verdict
from cockpit.alerts.model import Alert, Rule
from cockpit.alerts.read import grain_of, observed
from cockpit.alerts.rules import FORECAST_SUFFIX, RULES
from cockpit.alerts.store import visible
from cockpit.forecast.oversight import drawable
from cockpit.forecast.store import latest
from cockpit.kpi import provisional
from cockpit.kpi.model import Grain, Kpi
from cockpit.series.model import ForecastPoint, Status
from cockpit.series.status import level_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from cockpit.access.scope import Scope
    from cockpit.forecast.model import Forecast
    from cockpit.kpi.units import Unit
    from cockpit.warehouse.attach import Generation

FORECAST_DAYS = 7
_FORECAST_STALE_DAYS = 3
_OLDEST_PERIODS = {Grain.DAY: 7, Grain.WEEK: 21, Grain.MONTH: 100}
"""Days after which a last closed period is history, not news (accounts come late)."""


@dataclass(frozen=True, slots=True)
class _Watch:
    rule: Rule
    kpi: Kpi


def evaluate(
    generation: Generation,
    scope: Scope,
    kpis: Iterable[Kpi],
    today: date,
    *,
    rules: Sequence[Rule] = RULES,
) -> tuple[Alert, ...]:
    """Alerts of this generation at the units of the scope, worst first.

    A rule whose KPI is not in `kpis`, hidden from the scope, without level or not fed is skipped. A
    late source gives one alert and silences those that depend on it. Idempotent: nothing is
    remembered between two calls.
    """
    known = {kpi.id: kpi for kpi in kpis if kpi.domain in scope.domains}
    watches = [
        _Watch(rule, known[rule.kpi])
        for rule in rules
        if rule.kpi in known and _is_judged(generation, known[rule.kpi])
    ]
    late = late_sources(generation, [watch.kpi for watch in watches])
    silenced = {kpi.id for one in late for kpi in one.silenced}
    found = [
        alert
        for watch in watches
        if watch.kpi.id not in silenced
        for unit in _units(generation, scope, watch.rule)
        for alert in _of_unit(generation, scope, watch, unit, today)
    ]
    found += freshness_alerts(generation, late, today)
    return visible(found, generation.units, scope)


def _is_judged(generation: Generation, kpi: Kpi) -> bool:
    """Whether a KPI has levels, and figures to compare with them."""
    return kpi.threshold is not None and provisional.last_day(generation, kpi) is not None


def _units(generation: Generation, scope: Scope, rule: Rule) -> Iterator[Unit]:
    """Units of the rule's levels and disciplines inside the scope.

    A hospital without a group is its own top: what is watched at a group is watched there.
    """
    for root in scope.roots:
        for unit in generation.units.descendants(root):
            is_top = unit.parent is None and "group" in rule.levels
            right = not rule.disciplines or unit.discipline in rule.disciplines
            if (is_top or unit.level in rule.levels) and right:
                yield unit


def _of_unit(
    generation: Generation, scope: Scope, watch: _Watch, unit: Unit, today: date
) -> Iterator[Alert]:
    rule, kpi = watch.rule, watch.kpi
    grain = grain_of(kpi, rule)
    points = observed(generation, scope, kpi, unit.id, grain=grain, today=today)
    if points and (today - points[-1].end).days <= _OLDEST_PERIODS[grain]:
        found = verdict(points, kpi, rule, grain)
        if found is not None:
            yield threshold_alert(found, rule, kpi, unit, grain)
            if found.severity == "red":
                return
    coming = latest(generation, scope, kpi, unit.id)
    if coming is not None:
        ahead = drawable(generation, scope, kpi, unit.id)
        crossing = first_crossing(replace(coming, points=ahead), kpi, today)
        if crossing is not None:
            yield forecast_alert(crossing, coming, rule, kpi, unit)


def threshold_alert(found: Verdict, rule: Rule, kpi: Kpi, unit: Unit, grain: Grain) -> Alert:
    """The alert of a level that is reached."""
    french, english = (
        sentences.threshold(found, kpi, unit, grain, language) for language in ("fr", "en")
    )
    return Alert(
        rule=rule.id,
        kind="threshold",
        domain=kpi.domain,
        kpi=kpi.id,
        unit=unit.id,
        unit_label=unit.label,
        severity=found.severity,
        since=found.since.start,
        as_of=found.last.end,
        title_fr=french.title,
        title_en=english.title,
        body_fr=french.body,
        body_en=english.body,
        value=found.last.value,
        level=found.level,
        owner_fr=rule.owner_fr or kpi.owner_fr,
        lever_fr=rule.lever_fr or kpi.lever_fr,
    )


def first_crossing(coming: Forecast, kpi: Kpi, today: date) -> ForecastPoint | None:
    """The first of the next seven days whose middle reaches the red level; None without one.

    A forecast older than three days, or of a KPI judged on a gap, says nothing.
    """
    threshold = kpi.threshold
    fresh = (today - coming.origin).days <= _FORECAST_STALE_DAYS + 1
    if threshold is None or threshold.on != "value" or not fresh:
        return None
    ahead = [
        point for point in coming.points if today <= point.day < today + timedelta(FORECAST_DAYS)
    ]
    return next((point for point in ahead if level_of(kpi, point.mid) is Status.RED), None)


def forecast_alert(
    crossing: ForecastPoint, coming: Forecast, rule: Rule, kpi: Kpi, unit: Unit
) -> Alert:
    """The alert of a red level that the forecast reaches: amber, because it can still be avoided.

    `since` is the day of the crossing.
    """
    level = _red_level(kpi, crossing.mid)
    french, english = (
        sentences.forecast(crossing, level, kpi, unit, language) for language in ("fr", "en")
    )
    return Alert(
        rule=f"{rule.id}{FORECAST_SUFFIX}",
        kind="forecast",
        domain=kpi.domain,
        kpi=kpi.id,
        unit=unit.id,
        unit_label=unit.label,
        severity="amber",
        since=crossing.day,
        as_of=coming.origin,
        title_fr=french.title,
        title_en=english.title,
        body_fr=french.body,
        body_en=english.body,
        value=crossing.mid,
        level=level,
        owner_fr=rule.owner_fr or kpi.owner_fr,
        lever_fr=rule.lever_fr or kpi.lever_fr,
    )


def _red_level(kpi: Kpi, value: float) -> float:
    """The red level on the side where the value is."""
    threshold = kpi.threshold
    both = (threshold.red, threshold.low_red) if threshold else ()
    levels = [level for level in both if level is not None]
    return min(levels, key=lambda level: abs(level - value))
