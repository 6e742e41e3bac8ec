"""(g) Alerts: how long a publish waits for them, and what a year of the sample hospital proves.

300 rules (the shipped ones, three and a half times over, each time waiting a period longer) at 40
units of the sample hospital: its group, its sites, its services. Reference: reading the figures of
the shipped rules' KPIs at the same units, with nothing judged.
"""

from __future__ import annotations

from datetime import date
from itertools import cycle, islice
from pathlib import Path
from time import perf_counter

from bench import alert_stories
from bench.report import Figure, Section, cpu_seconds, middle
from cockpit import clock
from cockpit.access.scope import Scope
from cockpit.alerts import rulebook
from cockpit.alerts.evaluate import evaluate
from cockpit.alerts.judge import condition_of, grain_of
from cockpit.alerts.observe import JUDGED, Reader
from cockpit.alerts.rule import Expected, Rule, UnitRule
from cockpit.answers.visit import scope_of
from cockpit.cli import sample
from cockpit.kpi.installed import kpis_of
from cockpit.kpi.model import UnitId
from cockpit.settings import Home
from cockpit.warehouse.attach import Generation, Warehouse

RULES, UNITS = 300, 40
TARGET_S = 2.0
MOST_FALSE = 1.0
_TIMES = 5


def run(folder: Path) -> Section:
    """Build the sample hospital without forecasts, measure, prove."""
    home = Home(folder).prepare()
    sample.build(home, forecasts=False)
    generation = Warehouse(home).generation()
    scope = scope_of(generation, None)
    return Section(
        "(g) Alertes : évaluation après une publication, preuve par le passé",
        (*_evaluation(generation, scope), *_proof(generation, scope)),
    )


def rules(generation: Generation, scope: Scope) -> list[Rule]:
    """RULES rules, each at UNITS units."""
    watched = units(generation, scope)
    tree = generation.units
    services = [u.id for u in tree.descendants(scope.roots[0]) if u.level in {"service", "pole"}]
    off = {one: UnitRule(enabled=False) for one in services if one not in watched}
    on = {one: UnitRule() for one in watched}
    shipped = [
        rule
        for rule in rulebook.shipped().values()
        if rule.kpi and not isinstance(rule.when, Expected)
    ]
    at = {"at": ("group", "establishment", "pole", "service"), "disciplines": ()}
    return [
        rule.model_copy(
            update={
                **at,
                "id": f"bench_{number}",
                "units": off | on,
                "wait": rule.wait + number // len(shipped),
            }
        )
        for number, rule in enumerate(islice(cycle(shipped), RULES))
    ]


def units(generation: Generation, scope: Scope) -> list[UnitId]:
    """The first UNITS units that are no pole or ward, then poles."""
    tree = generation.units.descendants(scope.roots[0])
    order = ("group", "establishment", "service", "pole")
    return [u.id for level in order for u in tree if u.level == level][:UNITS]


def _evaluation(generation: Generation, scope: Scope) -> tuple[Figure, ...]:
    known, today = kpis_of(generation.home.kpis), clock.today()
    given = rules(generation, scope)
    took, used, read = [], [], []
    for _ in range(_TIMES):
        start, before = perf_counter(), cpu_seconds()
        evaluate(generation, scope, known.values(), today, rules=given)
        took.append(perf_counter() - start)
        used.append(cpu_seconds() - before)
        read.append(_reading(generation, scope, today))
    seconds, processor = middle(took), middle(used)
    return (
        Figure(
            f"{RULES} règles x {UNITS} unités, médiane",
            f"{seconds:.2f} s",
            f"≤ {TARGET_S:.0f} s",
            f"la plus courte {min(took):.2f} s, processeur {processor:.2f} s",
            seconds <= TARGET_S,
        ),
        Figure("référence : lecture des mêmes chiffres", f"{middle(read):.2f} s"),
        Figure("rapport à la référence", f"{seconds / middle(read):.1f} x", "", "durée / durée"),
    )


def _reading(generation: Generation, scope: Scope, today: date) -> float:
    """Seconds to read, once, the periods judged of each KPI."""
    known = kpis_of(generation.home.kpis)
    reader = Reader(generation, scope, today, {str(one): kpi for one, kpi in known.items()})
    wanted = units(generation, scope)
    start = perf_counter()
    for rule in rulebook.shipped().values():
        if rule.kpi and not isinstance(rule.when, Expected):
            kpi = known[rule.kpi]
            grain = grain_of(rule, kpi, condition_of(rule, kpi)[0])
            reader.values(kpi, wanted, reader.closed(grain, JUDGED[grain]), rule.facet)
    return perf_counter() - start


def _proof(generation: Generation, scope: Scope) -> tuple[Figure, ...]:
    start = perf_counter()
    proof = alert_stories.prove(generation, scope, clock.yesterday())
    took = perf_counter() - start
    a_week = len(proof.red) / proof.weeks
    late = [one.story.id for one in proof.found if one.firing is None]
    return (
        Figure(
            "histoires dont l'alerte parle le bon jour",
            f"{proof.recall}/{len(proof.found)}",
            "10/10",
            " ".join(late),
            not late,
        ),
        Figure(
            "alertes rouges par semaine hors histoires, une à une",
            f"{a_week:.2f}",
            f"≤ {MOST_FALSE:.0f}",
            f"{proof.situations / proof.weeks:.2f} situations, {proof.weeks:.0f} semaines",
            a_week <= MOST_FALSE,
        ),
        Figure("essai de toutes les règles sur 12 mois", f"{took:.2f} s"),
    )
