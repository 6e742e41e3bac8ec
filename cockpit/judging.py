"""From a generation to its alerts: every rule evaluated, what it says published and noted.

Figures are published first; a stop before their alerts are, or before the desk has them, is made
good by the next refresh.
"""

from __future__ import annotations

from cockpit import clock, state
from cockpit.access.scope import Scope, Site, scope_named
from cockpit.alerts import rulebook
from cockpit.alerts.desk import keep
from cockpit.alerts.evaluate import evaluate
from cockpit.alerts.judge import lineage
from cockpit.alerts.store import to_table
from cockpit.kpi.installed import kpis_of
from cockpit.kpi.model import UnitId
from cockpit.notify import outbox
from cockpit.settings import Home
from cockpit.warehouse import attach, publish, update


def judge(home: Home) -> int:
    """Evaluate the rules on the newest generation, publish what they say, note it in the desk."""
    generation = attach.Warehouse(home).generation()
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
    number = update.publish_alerts(home, to_table(found.alerts), clock.utc_naive(now))
    keep.record(
        state.engine(home),
        number,
        clock.utc_naive(now),
        found.alerts,
        held=lambda rule, unit: rule in found.waiting or is_quiet(rule, unit),
        follow=outbox.follow(home),
    )
    return number


def wants_judging(home: Home) -> bool:
    """Whether the newest figures have not been judged or noted in the desk (a stop between the
    two), or not today: a source becomes late by doing nothing."""
    if publish.current_path(home.generations) is None:
        return False
    newest = attach.Warehouse(home).generation(any_version=True)
    judged = newest.alerts_at
    if judged is None or clock.in_paris(judged).date() < clock.today():
        return True
    return keep.last_recorded(state.engine(home)) < newest.id


def whole_scope(generation: attach.Generation) -> Scope:
    """The scope of the worker: everything."""
    return scope_named(
        None,
        tuple(root.id for root in generation.units.roots()),
        tuple(Site(u.id, u.label) for u in generation.units.establishments()),
    )
