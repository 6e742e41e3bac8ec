"""A rule tried on the past: how often it would have spoken, when and where, with which levels.

The figures are those of the generation as they are known now, restated ones included: a rule is
tried on what happened, not on what was known that morning. Forecasts are those published then.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np

from cockpit import clock
from cockpit.alerts import past_ahead, past_ladder
from cockpit.alerts.by_day import RED, Spoken, days_of, judged_over, watched
from cockpit.alerts.judge import condition_of
from cockpit.alerts.observe import Reader
from cockpit.alerts.rule import Expected, Ladder
from cockpit.alerts.rule_file import made

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from cockpit.access.scope import Scope
    from cockpit.alerts.judge import Judged
    from cockpit.alerts.model import Severity
    from cockpit.alerts.rule import Rule
    from cockpit.kpi.model import Kpi, UnitId
    from cockpit.warehouse.attach import Generation


@dataclass(frozen=True, slots=True)
class Firing:
    """One time that a rule would have spoken at a unit.

    since: first day of the run of periods beyond the level. fired: first day of the period at which
    it speaks (`until`: the last one). over: first day of the period at which it is over, None while
    it still speaks. red: first day of the period at which it is an alert, None while it only warns.
    severity: the worst of the run. value, level: in the KPI's unit, measured: in
    steps of the condition, at the period at which it speaks. peak: the furthest it measured. A rule
    on forecasts, or a ladder, is folded by days: the day is the last one known that morning.
    """

    rule: str
    unit: UnitId
    since: date
    fired: date
    until: date
    over: date | None
    red: date | None
    severity: Severity
    value: float
    level: float
    measured: float
    peak: float


@dataclass(frozen=True, slots=True)
class Trial:
    """A rule tried. days: of the range. known: those on which what it is judged on was kept (a
    forecast of that morning), partly: only some of it. unseen: rules that a ladder counts and the
    scope does not see."""

    firings: tuple[Firing, ...]
    days: int
    known: int
    partly: int = 0
    unseen: int = 0


def dry_run(  # noqa: PLR0917 - what is read, what is tried, over which days
    generation: Generation,
    scope: Scope,
    kpis: Iterable[Kpi],
    rule: Rule,
    first: date,
    last: date,
    *,
    units: Sequence[UnitId] | None = None,
    book: Iterable[Rule] = (),
) -> tuple[Firing, ...]:
    """Every time that a rule would have spoken in a period that begins from `first` to `last`.

    units: only these, of those that the rule watches in the scope. book: the rules in force, for
    one that depends on others. By day, then unit. Nothing for a KPI hidden from the scope, for a
    rule without level.
    """
    return tried(rule, reader_over(generation, scope, kpis, first, last), units=units, book=book)


def reader_over(
    generation: Generation, scope: Scope, kpis: Iterable[Kpi], first: date, last: date
) -> Reader:
    """What several tries of one range share: the same figures are read once."""
    known = {str(kpi.id): kpi for kpi in kpis if kpi.domain in scope.domains}
    until = min(clock.today(), last + timedelta(days=1))
    return Reader(generation, scope, until, known, tried_from=min(first, until))


def tried(
    rule: Rule,
    reader: Reader,
    *,
    units: Sequence[UnitId] | None = None,
    book: Iterable[Rule] = (),
) -> tuple[Firing, ...]:
    """The same with the reader of a range, for several rules or variants of one."""
    return trial(rule, reader, units=units, book=book).firings


def trial(
    rule: Rule,
    reader: Reader,
    *,
    units: Sequence[UnitId] | None = None,
    book: Iterable[Rule] = (),
) -> Trial:
    """The same, with how much of the range could be tried."""
    days, rules = len(days_of(reader)) - 1, tuple(book)
    if not isinstance(rule.when, Expected | Ladder):
        found = judged_over(rule, reader, units=units)
        runs = () if found is None else _every(found)
        return Trial(_within(runs, reader), days, days)
    at = tuple(unit for unit in watched(rule, reader) if units is None or unit in units)
    if isinstance(rule.when, Ladder):
        spoken = past_ladder.climbed(rule.when, at, reader, rules)
        unseen = past_ladder.unseen(rule.when, reader, rules)
    elif str(rule.kpi) in reader.known:
        spoken, unseen = past_ahead.expected(rule, rule.when, at, reader, rules), 0
    else:
        return Trial((), days, days)
    known, partly = (int(one[:, 1:].any(axis=0).sum()) for one in (spoken.known, spoken.partly))
    return Trial(_within(_daily(rule, spoken), reader), days, known, partly, unseen)


def _within(runs: Iterable[Firing], reader: Reader) -> tuple[Firing, ...]:
    """Those that began to speak in the range, by day."""
    first = reader.tried_from or reader.until
    kept = (run for run in runs if run.fired >= first)
    return tuple(sorted(kept, key=lambda run: (run.fired, run.unit)))


def _daily(rule: Rule, spoken: Spoken) -> Iterator[Firing]:
    """The runs of days after which the rule speaks."""
    for row, unit in enumerate(spoken.units):
        ranks = spoken.rank[row]
        for speaks, group in groupby(range(len(ranks)), lambda at, ranks=ranks: ranks[at] > 0):  # type: ignore[misc]
            if speaks:
                yield _day_run(rule, spoken, row, unit, list(group))


def _day_run(rule: Rule, spoken: Spoken, row: int, unit: UnitId, places: list[int]) -> Firing:
    opening, closing, days = places[0], places[-1] + 1, spoken.days
    red = next((days[at] for at in places if spoken.rank[row, at] == RED), None)
    return Firing(
        rule=rule.id,
        unit=unit,
        since=days[opening],
        fired=days[opening],
        until=days[opening],
        over=days[closing] if closing < len(days) else None,
        red=red,
        severity="red" if red else "amber",
        value=float(spoken.value[row, opening]),
        level=float(spoken.level[row, opening]),
        measured=float(spoken.measured[row, opening]),
        peak=float(spoken.measured[row, places].max()),
    )


def _every(found: Judged) -> Iterator[Firing]:
    for row in range(len(found.units)):
        yield from _runs(found, row)


def _runs(found: Judged, row: int) -> Iterator[Firing]:
    """The runs of periods at which the rule speaks at one unit."""
    courses = found.courses(row)
    starts = found.compared.starts.astype(object)
    for speaks, group in groupby(range(len(courses)), lambda at: courses[at].fired is not None):
        if not speaks:
            continue
        places = list(group)
        opening, closing = places[0], places[-1] + 1
        said = found.said(row, opening, courses[opening])
        if said is None:
            continue
        known = found.measured[row, places][~np.isnan(found.measured[row, places])]
        red = next((starts[at] for at in places if courses[at].severity == "red"), None)
        yield Firing(
            rule=found.rule.id,
            unit=found.units[row],
            since=said.since,
            fired=said.fired,
            until=said.end,
            over=starts[closing] if closing < len(courses) else None,
            red=red,
            severity="red" if red else "amber",
            value=said.value,
            level=said.level,
            measured=said.measured,
            peak=float(known.max() if said.above else known.min()),
        )


def with_levels(
    rule: Rule,
    kpi: Kpi,
    *,
    amber: float | None = None,
    red: float | None = None,
    wait: int | None = None,
    hold: int | None = None,
) -> Rule:
    """The same rule with other numbers; its reset levels follow.

    amber, red: of the side that the rule watches, the low one when it has no other. Raises BadRules
    for a number that no rule may have.
    """
    own = condition_of(rule, kpi)[1]
    is_low = rule.side == "low" or (own.amber is None and own.red is None)
    side = "low_" if is_low else ""
    levels = _given({f"{side}amber": amber, f"{side}red": red})
    entry = {"id": rule.id, **_given({"wait": wait, "hold": hold})}
    return made(entry | ({"levels": levels} if levels else {}), rule, own)


def _given(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}
