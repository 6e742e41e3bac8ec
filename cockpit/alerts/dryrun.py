"""A rule tried on the past: how often it would have spoken, when and where, with which levels.

The figures are those of the generation as they are known now, restated ones included: a rule is
tried on what happened, not on what was known that morning.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np

from cockpit import clock
from cockpit.alerts.evaluate import units_of
from cockpit.alerts.judge import condition_of, judged
from cockpit.alerts.observe import Reader
from cockpit.alerts.rule import Expected, Ladder
from cockpit.alerts.rule_file import made
from cockpit.i18n import gettext as _

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
    steps of the condition, at the period at which it speaks. peak: the furthest it measured.
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


def dry_run(  # noqa: PLR0917 - what is read, what is tried, over which days
    generation: Generation,
    scope: Scope,
    kpis: Iterable[Kpi],
    rule: Rule,
    first: date,
    last: date,
    *,
    units: Sequence[UnitId] | None = None,
) -> tuple[Firing, ...]:
    """Every time that a rule would have spoken in a period that begins from `first` to `last`.

    units: only these, of those that the rule watches in the scope. By day, then unit. Nothing for
    what cannot be tried (`untried`), for a KPI hidden from the scope, for a rule without level.
    """
    return tried(rule, reader_over(generation, scope, kpis, first, last), units=units)


def reader_over(
    generation: Generation, scope: Scope, kpis: Iterable[Kpi], first: date, last: date
) -> Reader:
    """What several tries of one range share: the same figures are read once."""
    known = {str(kpi.id): kpi for kpi in kpis if kpi.domain in scope.domains}
    until = min(clock.today(), last + timedelta(days=1))
    return Reader(generation, scope, until, known, tried_from=min(first, until))


def untried(rule: Rule) -> str | None:
    """What had to be given instead of a rule that the past cannot try; None when it can."""
    if isinstance(rule.when, Expected):
        return _(
            "une règle jugée sur des périodes closes : les prévisions d'alors ne sont pas toutes "
            "gardées (essayez la règle de niveau du même indicateur)"
        )
    if isinstance(rule.when, Ladder):
        return _("une règle qui n'est pas une échelle (essayez une à une celles qu'elle compte)")
    return None


def tried(
    rule: Rule, reader: Reader, *, units: Sequence[UnitId] | None = None
) -> tuple[Firing, ...]:
    """The same with the reader of a range, for several rules or variants of one."""
    found = judged_over(rule, reader, units=units)
    if found is None or reader.tried_from is None:
        return ()
    rows = range(len(found.units))
    runs = [run for row in rows for run in _runs(found, row) if run.fired >= reader.tried_from]
    return tuple(sorted(runs, key=lambda run: (run.fired, run.unit)))


def watched(rule: Rule, reader: Reader) -> tuple[UnitId, ...]:
    """The units where a rule would speak were it enabled."""
    return units_of(rule.model_copy(update={"enabled": True}), reader)


def judged_over(
    rule: Rule, reader: Reader, *, units: Sequence[UnitId] | None = None
) -> Judged | None:
    """The periods of the range as the rule judges them; None where there is nothing to judge."""
    kpi = reader.known.get(rule.kpi or "")
    if kpi is None or isinstance(rule.when, Expected | Ladder):
        return None
    at = tuple(unit for unit in watched(rule, reader) if units is None or unit in units)
    if not at or condition_of(rule, kpi)[1].is_empty:
        return None
    return judged(rule, kpi, at, reader)


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
