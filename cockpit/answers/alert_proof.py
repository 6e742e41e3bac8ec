"""What the past says of the rules and of what was decided, as plain JSON values."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from cockpit import clock
from cockpit.alerts import dryrun, dryrun_change, noise, rulebook
from cockpit.alerts.by_day import watched
from cockpit.alerts.desk import decisions as desk
from cockpit.alerts.desk import effects
from cockpit.alerts.rule_checks import faults
from cockpit.errors import BadRequest, BadRules, CockpitError
from cockpit.i18n import mark
from cockpit.kpi.model import UnitId
from cockpit.kpi.tension_setting import FILE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from cockpit.alerts.dryrun import Firing, Trial
    from cockpit.alerts.dryrun_change import Change, Episode
    from cockpit.alerts.observe import Reader
    from cockpit.alerts.rule import Rule
    from cockpit.answers.visit import Visit
    from cockpit.kpi.model import Kpi

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


@dataclass(frozen=True, slots=True)
class Tried:
    """rows: one per unit that the rule watches. found: of all of them. coverage: how much of the
    range could be tried, "" for all of it. change: against the other numbers, when there are any.
    """

    rows: list[Json]
    found: Trial
    coverage: str
    change: Change | None = None

    @property
    def tried(self) -> bool:
        """Whether any day of the range could be."""
        return self.found.known > 0

    @property
    def is_partial(self) -> bool:
        """Whether some days could not."""
        return self.found.known < self.found.days


def dry_run(
    who: Visit,
    name: str,
    span: tuple[date, date],
    *,
    unit: UnitId | None = None,
    other: Variant | None = None,
) -> Tried:
    """How often a rule would have spoken at each unit, and when.

    In the rows `dates` are the first days of the periods at which it speaks; `runs` says each in
    full; `days` and `tried_days` are those of the range and those that could be tried. other: the
    same with other numbers, under `other`, and `missed`: the episodes that people were told of and
    that these numbers would not have said. Raises BadRequest (unknown rule, a range that ends
    before it begins, other numbers for a rule without level), BadRules (numbers that no rule may
    have), UnknownUnit, OutOfScope.
    """
    book = rulebook.load(who.generation.home)
    rule = book.get(name)
    if span[1] < span[0]:
        raise BadRequest(field="--to", expected=mark("un jour après celui de « --from »"))
    kpi = who.kpi(str(rule.kpi)) if rule.kpi else None
    only = None if unit is None else (who.unit(unit),)
    reader = dryrun.reader_over(who.generation, who.scope, who.kpis.values(), *span)
    before = dryrun.trial(rule, reader, units=only, book=book.rules)
    rows = _by_unit(rule, before, reader, only)
    said = dryrun_change.coverage(before)
    if other is None or other == Variant():
        return Tried(rows, before, said)
    changed = _with(rule, kpi, other, who)
    after = dryrun.trial(changed, reader, units=only, book=book.rules).firings
    told = dryrun_change.episodes(who.generation, who.scope, name, span)
    missed = dryrun_change.missed(told, before.firings, after)
    rows = [row | _other(row, after, missed) for row in rows]
    change = dryrun_change.change(before.firings, after)
    return Tried(rows, before, said, change)


def _with(rule: Rule, kpi: Kpi | None, other: Variant, who: Visit) -> Rule:
    if kpi is None:
        raise BadRequest(field="RULE", expected=mark("une règle qui a des niveaux"))
    changed = dryrun.with_levels(rule, kpi, **asdict(other))
    for fault in faults(changed, rulebook.known_of(who.generation.home)):
        raise BadRules(file=FILE, rule=rule.id, field=fault.field, expected=fault.expected)
    return changed


def _by_unit(rule: Rule, found: Trial, reader: Reader, only: Sequence[UnitId] | None) -> list[Json]:
    return [
        {
            "rule": rule.id,
            "unit": unit,
            "unit_label": reader.generation.units.get(unit).label,
            **_times(found.firings, unit),
            "days": found.days,
            "tried_days": found.known,
        }
        for unit in watched(rule, reader)
        if only is None or unit in only
    ]


def _other(row: Json, after: Sequence[Firing], missed: Sequence[Episode]) -> Json:
    """What other numbers make of a row."""
    unit = UnitId(str(row["unit"]))
    gone = [one.first.isoformat() for one in missed if one.unit == unit]
    return {"other": _times(after, unit), "missed": gone}


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
    seen, book = (who.generation, who.scope), rulebook.load(home)
    span = a_year(clock.yesterday())
    reader = dryrun.reader_over(who.generation, who.scope, who.kpis.values(), *span)
    rows = []
    for one in noise.report(*seen, first, last, clock.utc_naive(clock.now())):
        rule = book.by_id.get(one.rule)
        if rule is not None and rule.kpi and rule.kpi not in reader.known:
            continue  # hidden from this role
        useful = noise.useful_days(*seen, one.rule, *span)
        found = noise.quieter(rule, reader, useful) if rule else None
        rows.append(asdict(one) | {"suggested": asdict(found) if found else None})
    return rows


def decisions(who: Visit) -> list[Json]:
    """The decisions whose figures the scope sees, the newest first, each with its effect.

    effect: null before there is anything to measure, or without a figure.
    """
    kept = desk.decisions(who.generation, who.scope, who.kpis)
    return [row for row in (decision(who, one) for one in kept) if row is not None]


def decision(who: Visit, kept: desk.Kept) -> Json | None:
    """One decision; None when its figure is hidden from the scope."""
    asked = kept.decision
    found = None
    if asked.kpi:
        try:
            kpi = who.kpi(asked.kpi)
            found = effects.effect(who.generation, who.scope, kpi, kept, clock.today())
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


def _effect(found: effects.Effect) -> Json:
    return {
        "before": [found.before.start.isoformat(), found.before.end.isoformat()],
        "after": [found.after.start.isoformat(), found.after.end.isoformat()],
        "was": found.was,
        "now": found.now,
        "change": found.change,
        "cautions": list(found.cautions),
    }
