"""The drift report that is made once a week and kept: after Monday morning's forecasts.

A week whose Monday was missed (a stop, fits that failed) has its report after the first forecasts
that follow. Two workers, or a restart, make one.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from cockpit import clock
from cockpit.forecast.drift import Line, Report, SeriesDrift, report
from cockpit.state import drift as kept_reports
from cockpit.state.database import engine
from cockpit.state.drift import WEEKS_KEPT, KeptReport

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from cockpit.access.scope import Scope
    from cockpit.kpi.model import Kpi, KpiId
    from cockpit.warehouse.attach import Generation


@dataclass(frozen=True, slots=True)
class Weekly:
    """One kept report as a reader sees it. week: ISO week, as 2026-W47. made_at: naive UTC."""

    week: str
    made_at: datetime
    report: Report


def week_of(day: date) -> str:
    """Its ISO week, which begins on Monday: 2026-W47."""
    year, week, _weekday = day.isocalendar()
    return f"{year}-W{week:02}"


def make_weekly(
    generation: Generation, scope: Scope, kpis: Mapping[KpiId, Kpi]
) -> KeptReport | None:
    """Make and keep this week's report; None when it is kept already.

    scope: that of the worker, everything. Call it after the forecasts of the morning. Cost: one
    read per series (about 30 ms).
    """
    state, week = engine(generation.home), week_of(clock.forecast_day())
    if kept_reports.is_kept(state, week):
        return None
    found = report(generation, scope, kpis)
    facts = json.dumps([_facts(line) for line in found.lines])
    made = KeptReport(week, found.as_of, clock.utc_naive(clock.now()), facts)
    return made if kept_reports.keep(state, made) else None


def weekly(
    generation: Generation, scope: Scope, kpis: Mapping[KpiId, Kpi], *, weeks: int = WEEKS_KEPT
) -> tuple[Weekly, ...]:
    """The kept reports, the newest first, with the series that the scope sees."""
    found = kept_reports.kept(generation.home, weeks)
    return tuple(
        Weekly(one.week, one.made_at, _seen(generation, scope, kpis, one)) for one in found
    )


def _seen(
    generation: Generation, scope: Scope, kpis: Mapping[KpiId, Kpi], one: KeptReport
) -> Report:
    lines = tuple(
        _line(kpis[facts["kpi"]], facts)
        for facts in json.loads(one.facts)
        if facts["kpi"] in kpis
        and kpis[facts["kpi"]].domain in scope.domains
        and generation.units.is_within(facts["unit"], scope.roots)
    )
    return Report(one.as_of, lines)


def _facts(line: Line) -> dict[str, Any]:
    told = {"status": line.status, "off": line.off, "validated_by": line.validated_by}
    return asdict(line.drift) | told


def _line(kpi: Kpi, facts: dict[str, Any]) -> Line:
    drift = {name: facts[name] for name in SeriesDrift.__slots__ if name in facts}
    judged = SeriesDrift(**drift | {"reasons": tuple(drift["reasons"])})
    return Line(kpi, judged, facts["status"], facts["off"], facts["validated_by"])
