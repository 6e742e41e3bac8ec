"""What a rule said: one alert of a generation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import date

    from cockpit.kpi.model import Domain, KpiId, UnitId

Severity = Literal["amber", "red"]
Kind = Literal["threshold", "forecast", "freshness", "missing", "reconciliation", "ladder"]


@dataclass(frozen=True, slots=True)
class Alert:
    """One rule that speaks at one unit.

    kind: "threshold" (a value, gap, habit or slide beyond its level), "forecast" (it will be),
    "freshness" (a source is late), "missing" (days without data), "reconciliation" (two figures
    disagree), "ladder" (a step of the escalation).
    since: first day of the current run of periods beyond the level; for a forecast, the day of the
    crossing. fired: the period at which it spoke, None for what is not a run. back: it has come
    back below its reset level and is not over yet. value and level are in the KPI's unit.
    urgency: 0 strain, 1 patients tonight, 2 the rest; place: of the rule in its book. role: whose
    inbox. probability: of a forecast, 0-1.
    """

    rule: str
    kind: Kind
    domain: Domain
    kpi: KpiId | None
    unit: UnitId
    unit_label: str
    severity: Severity
    since: date
    as_of: date
    title_fr: str
    title_en: str
    body_fr: str
    body_en: str
    value: float | None = None
    level: float | None = None
    owner_fr: str = ""
    lever_fr: str = ""
    facet: str = ""
    fired: date | None = None
    back: bool = False
    urgency: int = 2
    place: int = 0
    role: str = ""
    probability: float | None = None
