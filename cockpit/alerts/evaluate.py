"""Every alert of a generation: the same data give the same alerts, whatever was said before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cockpit.alerts import ahead, ladder, sentences
from cockpit.alerts.judge import condition_of, is_watched, judged
from cockpit.alerts.lateness import freshness_alerts, late_sources
from cockpit.alerts.model import Alert, Kind
from cockpit.alerts.observe import Reader
from cockpit.alerts.rule import Expected, Ladder
from cockpit.alerts.store import visible
from cockpit.forecast.oversight import drawable
from cockpit.forecast.store import latest
from cockpit.kpi import provisional
from cockpit.kpi.model import Domain, Kpi, KpiId, UnitId

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from cockpit.access.scope import Scope
    from cockpit.alerts.ahead import Crossing
    from cockpit.alerts.judge import Verdict
    from cockpit.alerts.ladder import Climb
    from cockpit.alerts.model import Severity
    from cockpit.alerts.rule import Rule
    from cockpit.kpi.units import Unit
    from cockpit.warehouse.attach import Generation

_KINDS: Mapping[str, Kind] = {"missing": "missing", "reconciliation": "reconciliation"}


@dataclass(frozen=True, slots=True)
class Evaluation:
    """alerts: worst first. waiting: ids of the rules that a late source silences: what they said
    before can neither be confirmed nor taken back."""

    alerts: tuple[Alert, ...]
    waiting: frozenset[str] = frozenset()


def evaluate(
    generation: Generation,
    scope: Scope,
    kpis: Iterable[Kpi],
    today: date,
    *,
    rules: Sequence[Rule],
    is_quiet: Callable[[str, UnitId], bool] = lambda _rule, _unit: False,
) -> Evaluation:
    """Alerts of this generation at the units of the scope.

    A rule whose KPI is not in `kpis`, hidden from the scope, without level or not fed is skipped. A
    late source gives one alert and silences those that depend on it. is_quiet: a rule at a unit
    under maintenance. Idempotent: nothing is remembered between two calls.
    """
    known = {str(kpi.id): kpi for kpi in kpis if kpi.domain in scope.domains}
    reader = Reader(generation, scope, today, known)
    places = {rule.id: place for place, rule in enumerate(rules)}
    watched = [rule for rule in rules if rule.enabled and _is_judged(rule, known, generation)]
    late = late_sources(generation, [known[rule.kpi] for rule in watched if rule.kpi])
    silenced = {kpi.id for one in late for kpi in one.silenced}
    heard = [rule for rule in watched if rule.kpi not in silenced]
    found = [alert for rule in heard for alert in _of_periods(rule, reader)]
    reds = {(one.kpi, one.unit) for one in found if one.severity == "red"}
    found += [alert for rule in heard for alert in _of_forecast(rule, reader, reds)]
    found += [alert for rule in rules for alert in _of_ladder(rule, reader, found)]
    placed = [replace(one, place=places.get(one.rule, len(places))) for one in found]
    placed += [replace(one, place=len(places)) for one in freshness_alerts(generation, late, today)]
    heard_of = [one for one in placed if not is_quiet(one.rule, one.unit)]
    waiting = frozenset(rule.id for rule in watched if rule.kpi in silenced)
    return Evaluation(visible(heard_of, generation.units, scope), waiting)


def _is_judged(rule: Rule, known: Mapping[str, Kpi], generation: Generation) -> bool:
    """Whether a rule has levels, and figures to compare with them."""
    kpi = known.get(rule.kpi or "")
    if kpi is None or provisional.last_day(generation, kpi) is None:
        return False
    condition, levels = condition_of(rule, kpi)
    return isinstance(condition, Expected) or not levels.is_empty


def units_of(rule: Rule, reader: Reader) -> tuple[UnitId, ...]:
    """Units of the rule's levels and disciplines inside the scope, parents first.

    A hospital without a group is its own top: what is watched at a group is watched there.
    """
    tree = reader.generation.units
    return tuple(
        unit.id for unit in reader.units if _is_of(rule, unit) and is_watched(rule, unit.id, tree)
    )


def _is_of(rule: Rule, unit: Unit) -> bool:
    is_top = unit.parent is None and "group" in rule.at
    right = not rule.disciplines or unit.discipline in rule.disciplines
    return (is_top or unit.level in rule.at) and right


def _of_periods(rule: Rule, reader: Reader) -> Iterator[Alert]:
    """What closed periods say."""
    units = units_of(rule, reader)
    if rule.kpi is None or isinstance(rule.when, Expected) or not units:
        return
    kpi = reader.known[rule.kpi]
    for unit, found in judged(rule, kpi, units, reader).verdicts(reader.until):
        yield _spoken(found, rule, kpi, reader.generation.units.get(unit), reader.known)


def _spoken(found: Verdict, rule: Rule, kpi: Kpi, unit: Unit, known: Mapping[str, Kpi]) -> Alert:
    french, english = (
        sentences.judged(found, kpi, unit, language, known=known) for language in ("fr", "en")
    )
    said = _said(
        rule,
        unit,
        (french, english),
        kpi,
        kind=_KINDS.get(found.condition.kind, "threshold"),
        domain=kpi.domain,
        severity=found.severity,
        since=found.since,
        as_of=found.end,
    )
    return replace(
        said,
        fired=found.fired,
        back=found.course.phase == "recovering",
        value=found.value,
        level=found.level,
    )


def _of_forecast(
    rule: Rule, reader: Reader, reds: set[tuple[KpiId | None, UnitId]]
) -> Iterator[Alert]:
    """What is expected, where it has not happened yet."""
    if rule.kpi is None or not isinstance(rule.when, Expected):
        return
    generation, scope, kpi = reader.generation, reader.scope, reader.known[rule.kpi]
    likely = ahead.DEFAULT if rule.levels.is_empty else rule.levels
    for unit in units_of(rule, reader):
        coming = latest(generation, scope, kpi, unit, rule.facet)
        if coming is None or (kpi.id, unit) in reds:
            continue
        points = drawable(generation, scope, kpi, unit, facet=rule.facet)
        found = ahead.crossing(
            replace(coming, points=points),
            rule.when.within_days,
            likely,
            reader.until,
            ahead.limits(rule.when, kpi, unit, reader),
        )
        if found is not None:
            yield _expected(found, coming.origin, rule, kpi, generation.units.get(unit))


def _expected(found: Crossing, origin: date, rule: Rule, kpi: Kpi, unit: Unit) -> Alert:
    """Since the day of the crossing; as of the last day that the forecast knows."""
    french, english = (sentences.forecast(found, kpi, unit, name) for name in ("fr", "en"))
    said = _said(
        rule,
        unit,
        (french, english),
        kpi,
        kind="forecast",
        domain=kpi.domain,
        severity=found.severity,
        since=found.point.day,
        as_of=origin,
    )
    return replace(
        said,
        value=found.point.mid,
        level=found.level,
        probability=found.probability,
    )


def _of_ladder(rule: Rule, reader: Reader, alerts: Sequence[Alert]) -> Iterator[Alert]:
    """The step of each site, from the other rules.

    The first step is one criterion, whose own alert says it: nobody is told twice.
    """
    if not isinstance(rule.when, Ladder) or not rule.enabled:
        return
    tree = reader.generation.units
    for unit in units_of(rule, reader):
        found = ladder.climbed(rule.when, unit, alerts, tree)
        if found is not None and found.step != "yellow":
            yield _climbed(found, rule, tree.get(unit))


def _climbed(found: Climb, rule: Rule, unit: Unit) -> Alert:
    french = sentences.ladder(found, rule.label_fr, unit, "fr")
    english = sentences.ladder(found, rule.label_en or rule.label_fr, unit, "en")
    said = _said(
        rule,
        unit,
        (french, english),
        None,
        kind="ladder",
        domain=found.because[0].domain,
        severity=ladder.SEVERITY[found.step],
        since=found.since,
        as_of=max(alert.as_of for alert in found.because),
    )
    return replace(said, value=float(found.count))


def _said(
    rule: Rule,
    unit: Unit,
    words: tuple[sentences.Words, sentences.Words],
    kpi: Kpi | None,
    *,
    kind: Kind,
    domain: Domain,
    severity: Severity,
    since: date,
    as_of: date,
) -> Alert:
    """What every alert of a rule says."""
    french, english = words
    return Alert(
        rule=rule.id,
        kind=kind,
        domain=domain,
        kpi=kpi.id if kpi else None,
        facet=rule.facet,
        unit=unit.id,
        unit_label=unit.label,
        severity=severity,
        since=since,
        as_of=as_of,
        title_fr=french.title,
        title_en=english.title,
        body_fr=french.body,
        body_en=english.body,
        owner_fr=_owner(rule, unit) or (kpi.owner_fr if kpi else ""),
        lever_fr=rule.lever_fr or (kpi.lever_fr if kpi else ""),
        urgency=rule.urgency,
        role=rule.role,
    )


def _owner(rule: Rule, unit: Unit) -> str:
    """The owner named for this unit, else the rule's."""
    own = rule.units.get(unit.id)
    return own.owner_fr if own and own.owner_fr else rule.owner_fr
