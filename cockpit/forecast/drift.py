"""Whether the forecasts are getting worse: the weekly report of the whole hospital.

Rules: docs/decisions/021. A series warns when its error of the last 28 days passes 1.3 times its
median of twelve months (alarm: 1.6), when its interval holds too few or too many days, when its
errors all go one way.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal

import numpy as np

from cockpit import clock
from cockpit.forecast.oversight import overseen, switched_off
from cockpit.forecast.said import said
from cockpit.forecast.store import newest
from cockpit.forecast.trust import RECENT_DAYS, announced

if TYPE_CHECKING:
    import pandas as pd

    from cockpit.access.scope import Scope
    from cockpit.forecast.gate import Status
    from cockpit.forecast.model import Forecast
    from cockpit.kpi.model import Kpi, KpiId, UnitId
    from cockpit.warehouse.attach import Generation

Level = Literal["ok", "warn", "alarm", "unknown"]
"""unknown: too little was predicted to tell."""

WARN, ALARM = 1.3, 1.6
COVERAGE = (0.65, 0.92)
TRACKING = 4.0
_NEAR_STEPS = 7
_YEAR_WEEKS = 52
_FEWEST_WINDOWS = 4
_FEWEST_DAYS = 14
_ABSOLUTE_SD = 1.25
"""Standard deviation over mean absolute deviation of a normal error."""


@dataclass(frozen=True, slots=True)
class SeriesDrift:
    """One series.

    mase28: error of the last 28 days in units of repeating last week, one to seven days ahead.
    median12: median over twelve months of that error. coverage80: share of the last 28 days inside
    the 80 % interval. tracking: sum of the errors of the last 28 days, in standard deviations of
    such a sum without bias; positive when more was observed than predicted. reasons: of the level.
    """

    kpi: KpiId
    unit: UnitId
    level: Level
    mase28: float | None = None
    median12: float | None = None
    coverage80: float | None = None
    tracking: float | None = None
    reasons: tuple[Literal["error", "coverage", "bias"], ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """A series as the accuracy page shows it: its drift, what it is worth, what people decided."""

    kpi: Kpi
    drift: SeriesDrift
    status: Status
    off: bool
    validated_by: str


@dataclass(frozen=True, slots=True)
class Report:
    """as_of: the last whole day. lines: worst first."""

    as_of: date
    lines: tuple[Line, ...]

    @property
    def refused(self) -> float:
        """Share of the series that have no forecast; 0 without any series."""
        count = sum(line.status == "refused" for line in self.lines)
        return count / len(self.lines) if self.lines else 0.0

    def count(self, level: Level) -> int:
        """How many series stand there."""
        return sum(line.drift.level == level for line in self.lines)


_ORDER: Mapping[Level, int] = {"alarm": 0, "warn": 1, "ok": 2, "unknown": 3}


def report(generation: Generation, scope: Scope, kpis: Mapping[KpiId, Kpi]) -> Report:
    """Every daily series that the scope sees."""
    lines = [_line(generation, scope, *one) for one in newest(generation, scope, kpis)]
    ordered = sorted(lines, key=lambda line: _ORDER[line.drift.level])
    return Report(clock.yesterday(), tuple(ordered))


def _line(generation: Generation, scope: Scope, kpi: Kpi, made: Forecast) -> Line:
    blank = SeriesDrift(made.kpi, made.unit, "unknown")
    judged = judge(made.kpi, made.unit, said(generation, scope, kpi, made.unit))
    stands = overseen(generation.home, made.kpi, made.unit)
    return Line(
        kpi,
        judged if made.is_daily else blank,
        made.status,
        off=(made.kpi, made.unit, made.facet) in switched_off(generation.home),
        validated_by=stands.validated.who if stands.validated and stands.is_validated(made) else "",
    )


def judge(kpi: KpiId, unit: UnitId, rows: pd.DataFrame) -> SeriesDrift:
    """The drift of one series; rows: of `said`."""
    mase28, median12 = _errors(rows)
    near = _recent(announced(rows), RECENT_DAYS)
    coverage, tracking = _coverage(near), _tracking(near)
    level, reasons = _level(mase28, median12, coverage, tracking)
    return SeriesDrift(kpi, unit, level, mase28, median12, coverage, tracking, reasons)


def _level(
    mase28: float | None, median12: float | None, coverage: float | None, tracking: float | None
) -> tuple[Level, tuple[Literal["error", "coverage", "bias"], ...]]:
    ratio = mase28 / median12 if mase28 is not None and median12 else None
    holds: tuple[tuple[Literal["error", "coverage", "bias"], bool], ...] = (
        ("error", ratio is not None and ratio > WARN),
        ("coverage", coverage is not None and not COVERAGE[0] <= coverage <= COVERAGE[1]),
        ("bias", tracking is not None and abs(tracking) > TRACKING),
    )
    reasons = tuple(name for name, so in holds if so)
    if ratio is not None and ratio > ALARM:
        return "alarm", reasons
    if reasons:
        return "warn", reasons
    return ("ok" if mase28 is not None else "unknown"), reasons


def _errors(rows: pd.DataFrame) -> tuple[float | None, float | None]:
    """(error of the last 28 days, median of such errors at the end of each week of the year)."""
    once = rows.drop_duplicates(["origin", "day"])  # published first
    near = once[(once["step"] <= _NEAR_STEPS) & (once["scale"] > 0)]
    if near.empty:
        return None, None
    scaled = (np.abs(near["observed"] - near["predicted"]) / near["scale"]).to_numpy(float)
    ages = (near["day"].max() - near["day"]).map(lambda gap: gap.days).to_numpy(int)
    windows = [
        scaled[(ages >= 7 * back) & (ages < 7 * back + RECENT_DAYS)] for back in range(_YEAR_WEEKS)
    ]
    found = [float(inside.mean()) for inside in windows if len(inside) >= _NEAR_STEPS]
    if len(windows[0]) < _NEAR_STEPS:
        return None, None
    return found[0], float(np.median(found)) if len(found) >= _FEWEST_WINDOWS else None


def _within(days: pd.Series[date], end: date, count: int) -> pd.Series[bool]:
    return (days <= end) & (days > end - timedelta(days=count))


def _recent(rows: pd.DataFrame, days: int) -> pd.DataFrame:
    return rows[_within(rows["day"], clock.yesterday(), days)] if len(rows) else rows


def _coverage(near: pd.DataFrame) -> float | None:
    if len(near) < _FEWEST_DAYS:
        return None
    return float(near["observed"].between(near["low80"], near["high80"]).mean())


def _tracking(near: pd.DataFrame) -> float | None:
    """In standard deviations: a plain sum over the mean deviation passes four one month in two."""
    errors = (near["observed"] - near["predicted"]).to_numpy(float)
    usual = float(np.abs(errors).mean()) if len(errors) >= _FEWEST_DAYS else 0.0
    if usual == 0:
        return None
    return float(errors.sum() / (_ABSOLUTE_SD * usual * math.sqrt(len(errors))))
