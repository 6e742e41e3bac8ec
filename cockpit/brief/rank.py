"""Which figures deserve a line: what moved more than it usually does."""

from __future__ import annotations

from statistics import pstdev
from typing import TYPE_CHECKING

from cockpit.series.model import Change, Status, Trend

if TYPE_CHECKING:
    from collections.abc import Iterable

_FEWEST_POINTS = 6
UNUSUAL = 1.0
"""In standard deviations of the tile's own curve: below, a change is the usual noise."""


def surprise(trend: Trend) -> float:
    """The change in standard deviations of the tile's curve: positive good, negative adverse.

    0 when the change has no direction, or the curve is too short or flat to tell.
    """
    change = main_change(trend)
    values = [point.value for point in trend.spark]
    if change is None or change.good is None or len(values) < _FEWEST_POINTS:
        return 0.0
    usual = pstdev(values)
    if usual == 0:
        return 0.0
    size = abs(change.delta) / usual
    return size if change.good else -size


def main_change(trend: Trend) -> Change | None:
    """The change that a tile shows first: against the period before, else last year."""
    return trend.previous or trend.last_year


def adverse(trends: Iterable[Trend]) -> list[Trend]:
    """Unusual adverse changes, the most unusual first; stale figures say nothing new."""
    found = [trend for trend in trends if _is_fresh(trend) and surprise(trend) <= -UNUSUAL]
    return sorted(found, key=surprise)


def good(trends: Iterable[Trend]) -> list[Trend]:
    """Unusual good changes of figures within their levels: tiles first, the most unusual first."""
    found = [
        trend
        for trend in trends
        if _is_fresh(trend) and trend.status is not Status.RED and surprise(trend) >= UNUSUAL
    ]
    return sorted(found, key=lambda trend: (trend.kpi.home_rank == 0, -surprise(trend)))


def _is_fresh(trend: Trend) -> bool:
    return trend.value is not None and not (trend.freshness and trend.freshness.late)
