"""A figure in time: its window, its comparisons, its status. What every screen is drawn from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from cockpit.kpi.model import Kpi
from cockpit.kpi.units import Unit


class Period(StrEnum):
    """The switch of the screens."""

    DAY = "day"
    WEEK = "7d"
    MONTH = "month"
    YEAR = "year"
    ROLLING = "12m"


class Status(StrEnum):
    """Icon, word and colour together, never colour alone."""

    OK = "ok"
    AMBER = "amber"
    RED = "red"
    NONE = "none"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class Window:
    """Days of a figure, both included."""

    start: date
    end: date

    @property
    def days(self) -> int:
        """Calendar days covered."""
        return (self.end - self.start).days + 1


@dataclass(frozen=True, slots=True)
class Change:
    """A figure against another of the same KPI.

    reference: the other figure, in the KPI's unit. delta: value - reference (points for a rate).
    relative: delta in percent of the reference; None for a rate, an index or a zero reference.
    good: True when the change is in the good direction, None when neutral.
    window: the days of the reference; None for a target. kind: "previous", "last_year", "budget"
    or "target". adjusted: the reference was scaled to the same number of working days.
    """

    kind: str
    reference: float
    delta: float
    relative: float | None
    good: bool | None
    window: Window | None = None
    adjusted: bool = False


@dataclass(frozen=True, slots=True)
class Point:
    """One point of a curve: first day of its period, value in the KPI's unit."""

    day: date
    value: float


@dataclass(frozen=True, slots=True)
class ForecastPoint:
    """One forecast value with its 80 % interval (low, high), in the KPI's unit.

    low50..high95: the 50 and 95 % intervals, None where they were not calibrated. parts: what adds
    up to mid ("level", "weekday"...), empty when the model cannot tell.
    """

    day: date
    low: float
    mid: float
    high: float
    low50: float | None = None
    high50: float | None = None
    low95: float | None = None
    high95: float | None = None
    parts: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Freshness:
    """How old a KPI's data are against what its source promises.

    as_of: last day that the data describe. late: beyond the source's delay. source: its name.
    Whether the last attempt failed is the run log's to say (page Sources): it publishes nothing.
    """

    source: str
    label: str
    owner: str
    as_of: date | None
    received_at: datetime | None
    late: bool


@dataclass(frozen=True, slots=True)
class Trend:
    """All that a tile says of one KPI at one unit over one period.

    value is None when it cannot be computed ("n.d.", never 0). spark: about 30 points ending at
    the window. provisional: some days may still move. partial: some days are missing. restated:
    the figure was restated since it was first published.
    """

    kpi: Kpi
    unit: Unit
    period: Period
    window: Window | None
    value: float | None
    numerator: float | None
    denominator: float | None
    status: Status
    previous: Change | None = None
    last_year: Change | None = None
    target: Change | None = None
    spark: tuple[Point, ...] = ()
    forecast: tuple[ForecastPoint, ...] = ()
    freshness: Freshness | None = None
    provisional: bool = False
    partial: bool = False
    restated: bool = False


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one unit (or one facet) adds to a change, in the KPI's unit.

    For an additive KPI `total` is its own difference. For a ratio, `rate` is the part due to its
    own rate moving and `mix` the part due to its weight moving; rate + mix = total, and the totals
    of all parts sum exactly to the change of the whole.
    """

    code: str
    label: str
    before: float | None
    after: float | None
    total: float
    rate: float | None = None
    mix: float | None = None
