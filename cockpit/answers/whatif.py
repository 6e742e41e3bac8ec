"""The bed outlook and the what-ifs as plain JSON values; a kept scenario is asked again each time.

Effects follow the figures of now: only what was asked is kept, by name.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from cockpit import clock, state
from cockpit.errors import BadRequest
from cockpit.forecast.beds import store
from cockpit.forecast.beds.balance import balance
from cockpit.forecast.whatif.effects import evaluate
from cockpit.forecast.whatif.model import Answer, Scenario, scenario
from cockpit.i18n import gettext as _
from cockpit.i18n import mark
from cockpit.kpi.model import Domain
from cockpit.state import scenarios

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cockpit.answers.visit import Visit
    from cockpit.kpi.model import UnitId

Json = dict[str, object]
MOST_COMPARED = 4


def beds(who: Visit, unit: UnitId | None) -> Json:
    """The stored bed outlook of a unit with its balance of the day.

    `days` is empty and `refused` says why when there is none. Raises UnknownUnit, OutOfScope.
    """
    at = who.unit(unit)
    found = store.latest(who.generation, who.scope, at)
    if found is None:
        return {"unit": at, "days": [], "balance": None, "refused": _("Aucune prévision de lits.")}
    margin = who.generation.home.installation.bed_safety_pct
    line = balance(found, safety_pct=margin)
    told = {name: value for name, value in asdict(found).items() if name != "days"}
    return {
        **told,
        "origin": found.origin.isoformat(),
        "made_at": f"{found.made_at.isoformat(timespec='seconds')}Z",
        "note": [_(text) for text in found.note.splitlines()],
        "refused": _(found.refused) if found.refused else "",
        "balance": line
        and {
            **asdict(line),
            "day": line.day.isoformat(),
            "p50": line.p50,
            "p90": line.p90,
            "level": line.level,
        },
        "days": [{**asdict(day), "day": day.day.isoformat()} for day in found.days],
    }


def effects(who: Visit, asked: Scenario) -> Json:
    """What a scenario changes. Raises OutOfScope, UnknownUnit, BadRequest."""
    return _plain(evaluate(who.generation, who.scope, asked))


def compare(who: Visit, names: Sequence[str]) -> list[Json]:
    """Kept scenarios, each with its effects on the figures of now. Raises BadRequest."""
    if not 1 <= len(names) <= MOST_COMPARED:
        raise BadRequest(field="NAME", expected=mark("de un à quatre scénarios"))
    return [effects(who, read(who, name)) for name in names]


def save(who: Visit, asked: Scenario, by: str) -> None:
    """Keep what was asked under its name. Raises OutOfScope, BadRequest."""
    who.scope.require(Domain.BEDS)
    one = scenarios.KeptScenario(
        asked.name, clock.utc_naive(clock.now()), by, asked.model_dump_json()
    )
    scenarios.keep(state.engine(who.generation.home), one)


def listed(who: Visit) -> list[scenarios.KeptScenario]:
    """The kept scenarios that the reader may play, newest first. Raises OutOfScope."""
    who.scope.require(Domain.BEDS)
    found = scenarios.kept(state.engine(who.generation.home))
    return [one for one in found if _is_seen(who, scenario(json.loads(one.facts)))]


def _is_seen(who: Visit, asked: Scenario) -> bool:
    units = who.generation.units
    wanted = [getattr(action, "unit", None) for action in asked.actions]
    return all(unit is None or units.is_within(unit, who.scope.roots) for unit in wanted)


def read(who: Visit, name: str) -> Scenario:
    """A kept scenario. Raises BadRequest for an unknown name, or one that the reader cannot see."""
    for one in listed(who):
        if one.name == name:
            return scenario(json.loads(one.facts))
    raise BadRequest(field="NAME", expected=mark("le nom d'un scénario de « cockpit whatif list »"))


def remove(who: Visit, name: str) -> None:
    """Take a kept scenario away. Raises BadRequest for an unknown name."""
    read(who, name)
    scenarios.forget(state.engine(who.generation.home), name)


def _plain(answer: Answer) -> Json:
    return {
        "name": answer.scenario.name,
        "from": answer.first.isoformat(),
        "to": answer.last.isoformat(),
        "origin": answer.origin.isoformat(),
        "actions": json.loads(answer.scenario.model_dump_json())["actions"],
        "effects": [
            {**asdict(one), "assumptions": list(one.assumptions)} for one in answer.effects
        ],
    }
