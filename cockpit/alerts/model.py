"""A rule that says when to speak, and what it said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import date

    from cockpit.kpi.model import Domain, Grain, KpiId, UnitId

Severity = Literal["amber", "red"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One threshold on one KPI at some levels of the hospital.

    levels: which units are watched ("group", "establishment", "pole", "service", "uf"); "group"
    is also the top of a hospital that has no group.
    set_for: consecutive periods beyond the level before it speaks; the levels themselves are the
    KPI's `threshold`.
    grain: length of a judged period; None is the KPI's own (a day, or a month when the threshold
    is a gap: one day against last year is noise). side: "high" watches the upper level only.
    least: the mildest severity that speaks. disciplines: only units of these; empty is all.
    """

    id: str
    kpi: KpiId
    levels: tuple[str, ...]
    set_for: int = 1
    grain: Grain | None = None
    side: Literal["both", "high"] = "both"
    least: Severity = "amber"
    disciplines: tuple[str, ...] = ()
    owner_fr: str = ""
    lever_fr: str = ""


@dataclass(frozen=True, slots=True)
class Alert:
    """One rule that fires at one unit.

    since: first day of the current run of periods beyond the level. value and level are in the
    KPI's unit. kind: "threshold", "forecast" (will cross) or "freshness" (a source is late).
    """

    rule: str
    kind: Literal["threshold", "forecast", "freshness"]
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
