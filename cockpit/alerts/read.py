"""The closed periods that a rule is judged on, read through the KPI engine."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pandas as pd

from cockpit.alerts.levels import Observed
from cockpit.kpi.compute import series
from cockpit.kpi.model import Grain, Kpi, Scenario, UnitId
from cockpit.series.model import Window
from cockpit.series.workdays import working_days

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cockpit.access.scope import Scope
    from cockpit.alerts.model import Rule
    from cockpit.warehouse.attach import Generation

_PERIODS_BACK = {Grain.DAY: 60, Grain.WEEK: 26, Grain.MONTH: 18}
_DAYS = {Grain.DAY: 1, Grain.WEEK: 7, Grain.MONTH: 31}


def grain_of(kpi: Kpi, rule: Rule) -> Grain:
    """The length of a judged period: the rule's, else a month for a gap, else the KPI's step."""
    if rule.grain is not None:
        return rule.grain
    threshold = kpi.threshold
    if kpi.step == "month" or (threshold is not None and threshold.on != "value"):
        return Grain.MONTH
    return Grain.DAY


@dataclass(frozen=True, slots=True)
class _Asked:
    """One KPI at one unit, over civil periods."""

    generation: Generation
    scope: Scope
    kpi: Kpi
    unit: UnitId
    grain: Grain

    def read(self, start: date, end: date, scenario: Scenario = "actual") -> pd.DataFrame:
        """Points of the KPI from start to end."""
        return series(
            self.generation,
            self.scope,
            self.kpi,
            self.unit,
            start=start,
            end=end,
            grain=self.grain,
            scenario=scenario,
        ).sort_values("period")


def observed(
    generation: Generation, scope: Scope, kpi: Kpi, unit: UnitId, *, grain: Grain, today: date
) -> tuple[Observed, ...]:
    """Closed and whole periods of a KPI at a unit, oldest first, with their reference if any.

    A period under way or with missing days is left out: it would fire on its own incompleteness.
    An amount judged on a gap is read from 1 January (domain: "cumul"), month after month: one
    month against the same month is mostly noise.
    """
    asked = _Asked(generation, scope, kpi, unit, grain)
    first = today - timedelta(days=_PERIODS_BACK[grain] * _DAYS[grain])
    if _is_cumulated(kpi, grain):
        first = date(first.year, 1, 1)
    rows = asked.read(first, today)
    rows = rows[rows["status"] != "partial"]
    references = _references(asked, rows, first, today)
    points = tuple(
        Observed(start, end_of(start, grain), float(value), references.get(start))
        for start, value in zip(rows["period"], rows["value"], strict=True)
    )
    closed = tuple(point for point in points if point.end < today)
    return tuple(cumulated(closed)) if _is_cumulated(kpi, grain) else closed


def _is_cumulated(kpi: Kpi, grain: Grain) -> bool:
    """Amounts and counts that add up over the months, judged on a gap."""
    adds = kpi.additive in {"full", "establishments"} and not kpi.denominator
    on_gap = kpi.threshold is not None and kpi.threshold.on != "value"
    plain = all(term.span == "period" for term in kpi.terms())
    return grain is Grain.MONTH and adds and on_gap and plain


def cumulated(months: Iterable[Observed]) -> Iterator[Observed]:
    """Months summed from January on; a year stops at its first missing month or reference."""
    value, reference, expected = 0.0, 0.0, 1
    for month in months:
        if month.start.month == 1:
            value, reference, expected = 0.0, 0.0, 1
        if month.start.month != expected or month.reference is None:
            expected = 0
            continue
        value, reference = value + month.value, reference + month.reference
        expected += 1
        yield Observed(month.start, month.end, value, reference, cumulated=True)


def end_of(start: date, grain: Grain) -> date:
    """Last day of the civil period that starts that day."""
    if grain is Grain.MONTH:
        return (pd.Timestamp(start) + pd.offsets.MonthEnd(0)).date()
    return start + timedelta(days=_DAYS[grain] - 1)


def _references(asked: _Asked, rows: pd.DataFrame, start: date, end: date) -> dict[date, float]:
    """What a gap is read against, by first day of the period: budget, target or last year."""
    kpi, threshold = asked.kpi, asked.kpi.threshold
    if threshold is None or threshold.on == "value":
        return {}
    if threshold.against == "budget":
        return _by_period(asked.read(start, end, "budget"))
    if threshold.against == "last_year":
        before = _by_period(asked.read(_year_before(start), _year_before(end)))
        region = asked.generation.home.installation.holidays
        return {
            _year_after(day): value * _working_ratio(kpi, day, asked.grain, region=region)
            for day, value in before.items()
        }
    return {} if kpi.target is None else dict.fromkeys(rows["period"], kpi.target)


def _working_ratio(kpi: Kpi, start: date, grain: Grain, *, region: str) -> float:
    """Working days of the period a year later over its own; 1 unless the KPI is compared so."""
    if not kpi.compare_working_days or kpi.denominator or grain is not Grain.MONTH:
        return 1.0
    later = _year_after(start)
    then, now = (
        working_days(Window(first, end_of(first, grain)), region=region) for first in (start, later)
    )
    return now / then if then else 1.0


def _by_period(rows: pd.DataFrame) -> dict[date, float]:
    return dict(zip(rows["period"], rows["value"].astype(float), strict=True))


def _year_before(day: date) -> date:
    return (pd.Timestamp(day) - pd.DateOffset(years=1)).date()


def _year_after(day: date) -> date:
    return (pd.Timestamp(day) + pd.DateOffset(years=1)).date()
