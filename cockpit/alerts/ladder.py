"""The escalation ladder: how many rules speak at a site, and the step that makes.

Steps (domain: bed meeting): green; yellow from one criterion; orange, tension; red, the internal
mobilisation plan, the ARS is told; black, the plan blanc, which a person declares: figures alone
never set it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from cockpit.alerts.model import Alert, Severity
    from cockpit.alerts.rule import Ladder
    from cockpit.kpi.model import UnitId
    from cockpit.kpi.units import UnitTree

Step = Literal["yellow", "orange", "red"]
SEVERITY: Mapping[Step, Severity] = {"yellow": "amber", "orange": "amber", "red": "red"}


@dataclass(frozen=True, slots=True)
class Climb:
    """The step of a unit. since: the day on which the count that makes it was reached."""

    step: Step
    count: int
    since: date
    because: tuple[Alert, ...]


def climbed(ladder: Ladder, unit: UnitId, alerts: Iterable[Alert], tree: UnitTree) -> Climb | None:
    """Where the alerts at a unit or below it stand on the ladder; None: vert.

    Each rule counts once, wherever it speaks: three full wards are one criterion. What is on its
    way back does not count.
    """
    first: dict[str, Alert] = {}
    for alert in sorted(alerts, key=lambda one: one.since):
        if alert.rule in ladder.of and not alert.back and tree.is_within(alert.unit, (unit,)):
            first.setdefault(alert.rule, alert)
    met = tuple(first.values())
    step = step_of(ladder, len(met))
    if step is None:
        return None
    return Climb(step, len(met), met[wanted(ladder, step) - 1].since, met)


def step_of(ladder: Ladder, count: int) -> Step | None:
    """The highest step that so many rules make; None: green."""
    steps: tuple[Step, ...] = ("red", "orange", "yellow")
    return next((step for step in steps if count >= wanted(ladder, step)), None)


def wanted(ladder: Ladder, step: Step) -> int:
    """How many rules make a step."""
    counts: Mapping[Step, int] = {
        "red": ladder.red,
        "orange": ladder.orange,
        "yellow": ladder.yellow,
    }
    return counts[step]
