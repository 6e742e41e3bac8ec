"""From a generation to its alerts: every rule evaluated, what it says published and noted.

Figures are published first; a stop before their alerts are, or before the desk has them, is made
good by the next refresh.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cockpit import clock, state
from cockpit.access.scope import Scope, Site, scope_named
from cockpit.alerts import rulebook
from cockpit.alerts.desk import keep
from cockpit.alerts.evaluate import evaluate
from cockpit.alerts.judge import lineage
from cockpit.alerts.rule import Expected
from cockpit.alerts.store import to_table
from cockpit.kpi.installed import kpis_of
from cockpit.kpi.model import UnitId
from cockpit.notify import outbox
from cockpit.settings import Home
from cockpit.warehouse import attach, publish, update

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cockpit.alerts.rule import Rule


def judge(home: Home) -> int:
    """Evaluate the rules on the newest generation, publish what they say, note it in the desk."""
    warehouse = attach.Warehouse(home)
    generation = warehouse.generation()
    scope, book, now = whole_scope(generation), rulebook.load(home), clock.now()
    local = clock.in_paris(now).replace(tzinfo=None)

    def is_quiet(rule: str, unit: UnitId) -> bool:
        return book.silenced(local, rule, lineage(unit, generation.units)) is not None

    found = evaluate(
        generation,
        scope,
        kpis_of(home.kpis).values(),
        clock.today(),
        rules=book.rules,
        is_quiet=is_quiet,
    )
    update.publish_alerts(home, to_table(found.alerts), clock.utc_naive(now))
    judged = warehouse.generation()
    waiting = found.waiting | _unforeseen(generation, book.rules)
    keep.record(
        state.engine(home),
        judged.id,
        judged.published_at,
        found.alerts,
        held=lambda rule, unit: rule in waiting or is_quiet(rule, unit),
        follow=outbox.follow(home),
    )
    return judged.id


def _unforeseen(generation: attach.Generation, rules: Iterable[Rule]) -> frozenset[str]:
    """The rules about forecasts while there is none at all: `generations/` was emptied, and what
    they said is neither confirmed nor taken back before the first ones are made."""
    if generation.has_forecasts:
        return frozenset()
    return frozenset(rule.id for rule in rules if isinstance(rule.when, Expected))


def wants_judging(home: Home) -> bool:
    """Whether the newest figures have not been judged, or are not the last ones that the desk noted
    (a stop between the two, a restored folder), or not today: a source becomes late by doing
    nothing."""
    if publish.current_path(home.generations) is None:
        return False
    newest = attach.Warehouse(home).generation(any_version=True)
    judged = newest.alerts_at
    if judged is None or clock.in_paris(judged).date() < clock.today():
        return True
    return keep.last_recorded(state.engine(home)) != (newest.id, newest.published_at)


def whole_scope(generation: attach.Generation) -> Scope:
    """The scope of the worker: everything."""
    return scope_named(
        None,
        tuple(root.id for root in generation.units.roots()),
        tuple(Site(u.id, u.label) for u in generation.units.establishments()),
    )
