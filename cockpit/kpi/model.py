"""What a measure, a term and a KPI are: data, never code.

A KPI is ``scale x (signed sum of terms) / (signed sum of terms)``: everything is summed first and
divided last, over time and over units, so that a rate is never an average of rates. The few
indicators that are no ratio of sums (a percentile, a median, a count of tensions) name a `kind`,
and `cockpit/kpi/special.py` holds one function for each.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, NewType

KpiId = NewType("KpiId", str)
MeasureId = NewType("MeasureId", str)
UnitId = NewType("UnitId", str)

MeasureKind = Literal["flow", "stock", "distribution"]
Step = Literal["day", "month"]
OverTime = Literal["sum", "mean", "last"]
Span = Literal["period", "trailing_12m", "ytd", "year"]
Scenario = Literal["actual", "budget", "plan"]
Direction = Literal["up", "down", "band", "context"]
Kind = Literal[
    "ratio", "median", "bjml", "bjml_gap", "het", "het_radar", "landing", "forecast_quality"
]


class Grain(StrEnum):
    """The length of one point of a series."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class Domain(StrEnum):
    """The five families of indicators; a role sees some of them."""

    ACTIVITY = "activity"
    BEDS = "beds"
    FINANCE = "finance"
    WORKFORCE = "workforce"
    QUALITY = "quality"


@dataclass(frozen=True, slots=True)
class Measure:
    """One additive thing that a source reports.

    kind: a *flow* sums over time; a *stock* is a level, summed over units, read as its last value
    or its mean over time; a *distribution* is a histogram, one row per bin in the facet
    (``"0-30"``: from 0 included to 30 excluded), so that a median can be made again.
    step: the length of the period of one observation (a month is stored on its first day).
    facet: what the one extra breakdown means, as a glossary word ("age_band", "motive"), or None.
    The facet is a path: ``"1/6411"`` is account 6411 of title 1, and a term that asks for ``"1"``
    takes everything below it.
    """

    id: MeasureId
    label_fr: str
    label_en: str
    kind: MeasureKind
    step: Step
    unit: str
    facet: str | None = None
    over_time: OverTime = "sum"
    sensitive: Literal["patients", "agents"] | None = None


@dataclass(frozen=True, slots=True)
class Term:
    """One signed measure of a numerator or a denominator.

    facets: keep only these facet paths (and what lies below them); empty keeps all.
    over_time: None follows the measure; "sum" on a stock gives unit-days (bed-days, FTE-days:
    level x calendar days of its period), which is what a rate over time must be made of.
    span: which days feed the point: its own period, the twelve months that end with it, the year
    to its end, or its whole civil year (an annual budget).
    scenario: None follows the reader's scenario; "budget" always reads the budget.
    """

    measure: MeasureId
    sign: int = 1
    facets: tuple[str, ...] = ()
    over_time: OverTime | None = None
    span: Span = "period"
    scenario: Scenario | None = None


@dataclass(frozen=True, slots=True)
class Threshold:
    """Default alert levels of a KPI, each on one comparison.

    on: "value" reads the KPI itself; "gap" reads value - reference in the KPI's unit (points for
    a rate); "gap_pct" reads that gap in percent of the reference.
    against: what "gap" compares with.
    amber, red: the levels; for direction "down" (lower is better) above is bad, for "up" below is
    bad, for "band" `low_*` are the lower levels and amber/red the upper ones.
    """

    on: Literal["value", "gap", "gap_pct"] = "value"
    against: Literal["target", "budget", "last_year"] = "target"
    amber: float | None = None
    red: float | None = None
    low_amber: float | None = None
    low_red: float | None = None


@dataclass(frozen=True, slots=True)
class Kpi:
    """One indicator of the catalogue, as data.

    scale: 100 for a rate in %, 0.001 for k€...; the value is in `unit`.
    steps: the finest period at which the KPI means something.
    additive: "full" (S/S: parts sum to the whole over time and units), "establishments" (S/S*:
    one stay crosses several units, so units below an establishment show `unit_terms` under
    `unit_label_*`), "units" (a stock: sums over units, not over time), "none" (ratio, median...).
    compare_working_days: planned activity is compared at equal working days.
    waiting_for: the source that the hospital must connect when nothing feeds the KPI yet (French).
    decimals: digits shown on a KPI sheet. definition_fr is what the director reads.
    """

    id: KpiId
    domain: Domain
    label_fr: str
    label_en: str
    short_fr: str
    short_en: str
    definition_fr: str
    definition_en: str
    unit: str
    direction: Direction
    numerator: tuple[Term, ...]
    denominator: tuple[Term, ...] = ()
    scale: float = 1.0
    kind: Kind = "ratio"
    step: Step = "day"
    additive: Literal["full", "establishments", "units", "none"] = "none"
    unit_terms: tuple[Term, ...] = ()
    unit_denominator: tuple[Term, ...] = ()
    unit_label_fr: str = ""
    unit_label_en: str = ""
    compare_working_days: bool = False
    decimals: int = 0
    target: float | None = None
    threshold: Threshold | None = None
    reference_fr: str = ""
    alert_fr: str = ""
    source_fr: str = ""
    owner_fr: str = ""
    lever_fr: str = ""
    waiting_for: str = ""
    facet_label_fr: str = ""
    home_rank: int = 0
    aggregation: str = ""

    def terms(self) -> tuple[Term, ...]:
        """Every term that feeds the KPI at any level."""
        return (*self.numerator, *self.denominator, *self.unit_terms, *self.unit_denominator)
