"""Short forms with which the catalogue writes its terms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cockpit.kpi.model import MeasureId, Term

if TYPE_CHECKING:
    from cockpit.kpi.model import OverTime, Scenario, Span


def term(
    measure: str,
    *facets: str,
    sign: int = 1,
    over_time: OverTime | None = None,
    span: Span = "period",
    scenario: Scenario | None = None,
) -> Term:
    """One measure, restricted to these facet paths."""
    return Term(MeasureId(measure), sign, facets, over_time, span, scenario)


def unit_days(measure: str, *facets: str) -> Term:
    """A stock cumulated in unit-days (bed-days, FTE-days): what a rate over time is made of."""
    return term(measure, *facets, over_time="sum")
