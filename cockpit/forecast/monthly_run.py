"""Monthly forecasts made by the worker: activity, T2A, accounts by title, staff.

Twelve months ahead under facet "" for a monthly KPI, `month` for a daily one, `1` or `month/1` for
a title; the year's total beside them under `year` (or `year/1`). A KPI that has titles is their
sum, bottom up, so that they add up.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from cockpit import clock
from cockpit.forecast.accounts import SIDES, uncoded
from cockpit.forecast.landing import YearTotal, year_total
from cockpit.forecast.model import Forecast
from cockpit.forecast.monthly import MonthlyForecast, forecast_months, refused
from cockpit.forecast.monthly_gate import stopped
from cockpit.forecast.months import YEAR, Months
from cockpit.forecast.store import parts
from cockpit.kpi.compute import series
from cockpit.kpi.model import Grain, Kpi, KpiId, Scenario, UnitId
from cockpit.kpi.rest_days import public_holidays
from cockpit.series.model import ForecastPoint

if TYPE_CHECKING:
    from cockpit.access.scope import Scope
    from cockpit.forecast.history import Values
    from cockpit.warehouse.attach import Generation

Of = Literal["sum", "mean", "none"]

MODEL = "monthly"
TOTAL_MODEL = "landing_ets12_profile"
ENGINE = "1"
"""Changes when the same history would give another forecast."""

_SUMMED = (
    "mco_stays mco_full_stays mco_ambulatory_stays sessions outpatient_visits births ed_visits "
    "t2a_revenue revenue_by_title expense_by_title payroll temp_staff_cost"
)
OF_THE_YEAR: Mapping[KpiId, Of] = {
    **dict.fromkeys(map(KpiId, _SUMMED.split()), "sum"),
    KpiId("fte_paid"): "mean",
    KpiId("absence_rate"): "none",
}
"""The KPIs that get a monthly forecast, and what their year is made of."""

_TITLES: Mapping[KpiId, tuple[str, ...]] = {
    KpiId("revenue_by_title"): SIDES["revenue"],
    KpiId("expense_by_title"): SIDES["expense"],
}
_T2A = KpiId("t2a_revenue")
_YEARS_READ = 10


@dataclass(frozen=True, eq=False)
class _Series:
    """One series with what it is stored under. title: "" for the whole. stopped: its refusal when
    its source sends nothing more, else ""."""

    kpi: Kpi
    unit: UnitId
    title: str
    history: Months
    stopped: str

    @property
    def facet(self) -> str:
        return "/".join(filter(None, ("month" if self.kpi.step == "day" else "", self.title)))

    @property
    def working_days(self) -> Values | None:
        """Of each month known and of the next twelve, for planned activity; None for the rest.

        The two days more of Alsace-Moselle fall every year: they change no month against another.
        """
        if not self.kpi.compare_working_days:
            return None
        first = np.datetime64(self.history.first, "M")
        months = first + np.arange(len(self.history) + YEAR + 1)
        years = range(self.history.first.year, self.history.coming(YEAR).year + 1)
        off = [day for year in years for day in public_holidays(year)]
        starts = months.astype("datetime64[D]")
        return np.busday_count(starts[:-1], starts[1:], holidays=off).astype(float)

    def forecast(self) -> MonthlyForecast:
        """The next twelve months; refused when the source sends nothing more."""
        if self.stopped:
            return refused(self.stopped)
        return forecast_months(self.history, YEAR, days=self.working_days)

    @property
    def origin(self) -> date:
        month = pd.Timestamp(self.history.last) + pd.offsets.MonthEnd(0)
        return month.date()


def monthly_forecasts(
    generation: Generation, scope: Scope, kpi: Kpi, unit: UnitId
) -> Iterator[Forecast]:
    """The next twelve months and the year's total of a KPI at a unit, with those of its titles.

    Nothing for a KPI that is not in `OF_THE_YEAR`, for one without data, or when the newest stored
    forecast was made of the same values. Below a year of history, or when nothing came for more
    than three closed months: refused, with its sentence.
    Cost: about 0.3 CPU-s per series.
    """
    if kpi.id not in OF_THE_YEAR:
        return
    whole = _read(generation, scope, kpi, unit, "")
    if whole is None:
        return
    titles = [_read(generation, scope, kpi, unit, title) for title in _TITLES.get(kpi.id, ())]
    found = [one for one in titles if one is not None]
    waiting = _waiting(generation, scope, whole)
    digest = _digest([whole, *found], waiting)
    if _is_known(generation, scope, whole, digest):
        return
    made = [one.forecast() for one in found]
    for one, said in zip(found, made, strict=True):
        yield _forecast(one, said, digest)
        yield from _total(one, digest)
    yield _forecast(whole, _bottom_up(whole.forecast(), found, made), digest)
    yield from _total(whole, digest, waiting)


def _digest(every: Sequence[_Series], waiting: float) -> str:
    """Of all that these forecasts are made of: what moves from a title to another leaves the whole
    as it was. A source that sends nothing more changes no value, and is refused after a while."""
    digest = hashlib.sha256(f"{ENGINE} {waiting:.0f}".encode())
    for one in every:
        digest.update(f"{one.title} {one.history.first} {one.stopped}".encode())
        digest.update(one.history.values.tobytes())
    return digest.hexdigest()[:16]


def _bottom_up(
    whole: MonthlyForecast, titles: list[_Series], made: list[MonthlyForecast]
) -> MonthlyForecast:
    """The whole with the sum of its titles as its middle, and its own intervals around it."""
    same_end = {one.origin for one in titles}
    if not made or len(same_end) > 1 or any(one.status == "refused" for one in (whole, *made)):
        return whole
    return replace(whole, mid=np.sum([one.mid for one in made], axis=0))


def past_months(
    generation: Generation, scope: Scope, kpi: Kpi, unit: UnitId, title: str, *, years: int
) -> tuple[Months, Values | None] | None:
    """The complete months of a series and, when its activity is planned, the working days of each
    and of the twelve that follow; None without any month."""
    found = _read(generation, scope, kpi, unit, title, years=years)
    return None if found is None else (found.history, found.working_days)


def _read(
    generation: Generation,
    scope: Scope,
    kpi: Kpi,
    unit: UnitId,
    title: str,
    *,
    years: int = _YEARS_READ,
) -> _Series | None:
    """Complete months only: the month under way and a half-delivered one teach nothing."""
    until = clock.yesterday()
    rows = _months(generation, scope, kpi, unit, title=title, until=until, years=years)
    whole = rows[(rows["status"] != "partial") & (rows["end"] <= pd.Timestamp(until))]
    if whole.empty or (title and not whole["value"].any()):
        return None
    history = Months.of(whole[["month", "value"]])
    return _Series(kpi, unit, title, history, stopped(generation, kpi, history.last))


def _months(
    generation: Generation,
    scope: Scope,
    kpi: Kpi,
    unit: UnitId,
    *,
    title: str,
    until: date,
    scenario: Scenario = "actual",
    years: int = _YEARS_READ,
) -> pd.DataFrame:
    first = date(until.year - years, 1, 1) if scenario == "actual" else date(until.year, 1, 1)
    rows = series(
        generation,
        scope,
        kpi,
        unit,
        start=first,
        end=until,
        grain=Grain.MONTH,
        scenario=scenario,
        facet=title,
    )
    month = pd.to_datetime(rows["period"])
    return rows.assign(month=month, end=month + pd.offsets.MonthEnd(0))


def _is_known(generation: Generation, scope: Scope, one: _Series, digest: str) -> bool:
    stored = [
        row
        for row in parts(generation, scope, one.kpi, one.unit)
        if row.facet == one.facet and row.model == MODEL
    ]
    return bool(stored) and stored[-1].data_hash == digest


def _forecast(one: _Series, made: MonthlyForecast, digest: str) -> Forecast:
    points = tuple(_points(one, made)) if made.status != "refused" else ()
    return Forecast(
        kpi=one.kpi.id,
        unit=one.unit,
        model=MODEL,
        origin=one.origin,
        made_at=clock.utc_naive(clock.now()),
        history_from=one.history.first,
        points=points,
        refused=made.said if made.status == "refused" else "",
        facet=one.facet,
        status=made.status,
        sentence=made.said if made.status != "refused" else "",
        mase=made.mase,
        mase_naive=made.mase_naive,
        members=tuple(made.members),
        data_hash=digest,
    )


def _points(one: _Series, made: MonthlyForecast) -> Iterator[ForecastPoint]:
    ranges = {coverage: made.range_at(coverage) for coverage in made.half_widths}
    for step, mid in enumerate(made.mid):
        sides = [float(side[step]) for coverage in (0.8, 0.5, 0.95) for side in ranges[coverage]]
        low, high, low50, high50, low95, high95 = sides
        day = one.history.coming(step + 1)
        yield ForecastPoint(day, low, float(mid), high, low50, high50, low95, high95)


def _waiting(generation: Generation, scope: Scope, one: _Series) -> float:
    """What the months of the year hold that is estimated, not coded yet, in the KPI's unit."""
    if one.kpi.id != _T2A:
        return 0.0
    year = one.history.last.year
    rows = uncoded(generation, scope, one.kpi, one.unit, year=year, until=one.origin)
    return float(rows["value"].sum()) * one.kpi.scale


def _total(one: _Series, digest: str, waiting: float = 0.0) -> Iterator[Forecast]:
    """The year's total of the last month known; nothing before two years of history, nor of a
    source that sends nothing more."""
    of = OF_THE_YEAR[one.kpi.id]
    closed, year = one.history.last.month, one.history.last.year
    if of == "none" or one.stopped or len(one.history) < 2 * YEAR:
        return
    made = year_total(one.history.filled, closed, uncoded=waiting, mean=of == "mean")
    yield _year(one, made, date(year, 12, 31), digest)


def _year(one: _Series, made: YearTotal, target: date, digest: str) -> Forecast:
    relative = made.usual_error is not None and made.p50
    return Forecast(
        kpi=one.kpi.id,
        unit=one.unit,
        model=TOTAL_MODEL,
        origin=one.origin,
        made_at=clock.utc_naive(clock.now()),
        history_from=one.history.first,
        points=(ForecastPoint(target, made.p10, made.p50, made.p90),),
        facet="/".join(filter(None, ("year", one.title))),
        mape=100 * (made.usual_error or 0.0) / abs(made.p50) if relative else None,
        status="ok" if made.usual_error is not None else "indicative",
        members=("ets12", "profile"),
        data_hash=digest,
    )
