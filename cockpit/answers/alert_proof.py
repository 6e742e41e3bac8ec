"""What the past says of the rules and of what was decided, as plain JSON values."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from cockpit import clock, state
from cockpit.alerts import dryrun, noise, rulebook
from cockpit.alerts.desk import decisions as desk
from cockpit.alerts.rule_checks import faults
from cockpit.errors import BadRequest, BadRules, CockpitError
from cockpit.i18n import mark
from cockpit.kpi.tension_setting import FILE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from cockpit.alerts.dryrun import Firing
    from cockpit.alerts.observe import Reader
    from cockpit.alerts.rule import Rule
    from cockpit.answers.visit import Visit
    from cockpit.kpi.model import UnitId

Json = dict[str, object]
_MONTHS_TRIED = 12


@dataclass(frozen=True, slots=True)
class Variant:
    """Other numbers for a rule; None keeps its own."""

    amber: float | None = None
    red: float | None = None
    wait: int | None = None
    hold: int | None = None


def a_year(until: date) -> tuple[date, date]:
    """The twelve months that end on a day."""
    from cockpit.kpi.windows import add_months  # noqa: PLC0415 - numpy, for the command line

    return add_months(until, -_MONTHS_TRIED) + timedelta(days=1), until


def dry_run(
    who: Visit,
    name: str,
    span: tuple[date, date],
    *,
    unit: UnitId | None = None,
    other: Variant | None = None,
) -> list[Json]:
    """One line per unit that the rule watches: how often it would have spoken, and when.

    `dates` are the first days of the periods at which it speaks; `runs` says each in full. other:
    the same with other numbers, under `other`. Raises BadRequest (unknown rule, a range that ends
    before it begins, a rule that cannot be tried), BadRules (numbers that no rule may have),
    UnknownUnit, OutOfScope.
    """
    rule = rulebook.load(who.generation.home).get(name)
    why = dryrun.untried(rule)
    if why:
        raise BadRequest(field="RULE", expected=why)
    if span[1] < span[0]:
        raise BadRequest(field="--to", expected=mark("un jour après celui de « --from »"))
    kpi = who.kpi(str(rule.kpi))
    only = None if unit is None else (who.unit(unit),)
    reader = dryrun.reader_over(who.generation, who.scope, who.kpis.values(), *span)
    changed = rule
    if other is not None and other != Variant():
        changed = dryrun.with_levels(rule, kpi, **asdict(other))
        _require_sound(changed, who)
    return _by_unit(rule, changed, reader, only)


def _require_sound(rule: Rule, who: Visit) -> None:
    for fault in faults(rule, rulebook.known_of(who.generation.home)):
        raise BadRules(file=FILE, rule=rule.id, field=fault.field, expected=fault.expected)


def _by_unit(
    rule: Rule, changed: Rule, reader: Reader, only: Sequence[UnitId] | None
) -> list[Json]:
    before = dryrun.tried(rule, reader, units=only)
    after = None if changed is rule else dryrun.tried(changed, reader, units=only)
    rows = []
    for unit in dryrun.watched(rule, reader):
        if only is not None and unit not in only:
            continue
        said = _times(before, unit)
        label = reader.generation.units.get(unit).label
        row = {"rule": rule.id, "unit": unit, "unit_label": label, **said}
        rows.append(row if after is None else row | {"other": _times(after, unit)})
    return rows


def _times(firings: Sequence[Firing], unit: UnitId) -> Json:
    own = [one for one in firings if one.unit == unit]
    return {
        "fired": len(own),
        "dates": [one.fired.isoformat() for one in own],
        "last": own[-1].fired.isoformat() if own else None,
        "runs": [_run(one) for one in own],
    }


def _run(one: Firing) -> Json:
    return {
        "since": one.since.isoformat(),
        "fired": one.fired.isoformat(),
        "over": one.over.isoformat() if one.over else None,
        "severity": one.severity,
        "value": one.value,
        "level": one.level,
    }


def alert_noise(who: Visit, first: date, last: date) -> list[Json]:
    """The rules that disturbed people on these days, the noisiest first, with a quieter level.

    suggested: null when no level halves the firings of the last twelve months while keeping those
    found useful.
    """
    home = who.generation.home
    engine, book = state.engine(home), rulebook.load(home)
    span = a_year(clock.yesterday())
    reader = dryrun.reader_over(who.generation, who.scope, who.kpis.values(), *span)
    rows = []
    for one in noise.report(engine, first, last, clock.utc_naive(clock.now())):
        rule = book.by_id.get(one.rule)
        if rule is not None and rule.kpi and rule.kpi not in reader.known:
            continue  # hidden from this role
        useful = noise.useful_days(engine, one.rule, *span)
        found = noise.quieter(rule, reader, useful) if rule else None
        rows.append(asdict(one) | {"suggested": asdict(found) if found else None})
    return rows


def decisions(who: Visit) -> list[Json]:
    """The decisions whose figures the scope sees, the newest first, each with its effect.

    effect: null before there is anything to measure, or without a figure.
    """
    kept = desk.decisions(state.engine(who.generation.home))
    return [row for row in (decision(who, one) for one in kept) if row is not None]


def decision(who: Visit, kept: desk.Kept) -> Json | None:
    """One decision; None when its figure is hidden from the scope."""
    asked = kept.decision
    found = None
    if asked.kpi:
        try:
            kpi = who.kpi(asked.kpi)
            found = desk.effect(who.generation, who.scope, kpi, kept, clock.today())
        except CockpitError:
            return None
    return {
        "id": kept.id,
        "at": f"{asked.at.isoformat(timespec='seconds')}Z",
        "who": asked.who,
        "what": asked.what,
        "owner": asked.owner,
        "due": asked.due.isoformat(),
        "done_on": kept.done_on.isoformat() if kept.done_on else None,
        "kpi": asked.kpi or None,
        "facet": asked.facet,
        "unit": asked.unit or None,
        "expected": asked.expected,
        "episode": asked.episode,
        "effect": _effect(found) if found else None,
    }


def _effect(found: desk.Effect) -> Json:
    return {
        "before": [found.before.start.isoformat(), found.before.end.isoformat()],
        "after": [found.after.start.isoformat(), found.after.end.isoformat()],
        "was": found.was,
        "now": found.now,
        "change": found.change,
        "cautions": list(found.cautions),
    }
