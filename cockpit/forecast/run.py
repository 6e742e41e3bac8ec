"""Every forecast of a generation, made by the worker after the figures are published."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import pandas as pd

from cockpit import clock
from cockpit.access.scope import Scope, scope_named
from cockpit.forecast import accounts
from cockpit.forecast.backtest import MODELS, mape_at_7_days
from cockpit.forecast.calendar_fr import FrenchCalendar
from cockpit.forecast.model import Forecast
from cockpit.forecast.models import prophet_fr, weekday_mean
from cockpit.forecast.refuse import refusal, usual_weekdays
from cockpit.kpi.catalogue import KPIS
from cockpit.kpi.compute import series
from cockpit.kpi.model import Domain, Grain, Kpi, KpiId, UnitId

if TYPE_CHECKING:
    from cockpit.forecast.landing import Side
    from cockpit.series.model import ForecastPoint
    from cockpit.settings import Installation
    from cockpit.warehouse.attach import Generation

HORIZON_DAYS = 14
LANDING = KpiId("year_end_landing")
REVENUE, EXPENSE = KpiId("revenue_by_title"), KpiId("expense_by_title")

_PROPHET_FROM_DAYS = 90
_YEARS_READ = 3
_ALSO_BY_POLE = KpiId("bed_occupancy_rate")

Step = Callable[[str], None]


def make_forecasts(
    generation: Generation,
    installation: Installation,
    *,
    on_step: Step = lambda _text: None,
    kpis: Mapping[KpiId, Kpi] = KPIS,
) -> tuple[Forecast, ...]:
    """Daily forecasts of the home tiles and year-end landings, for the group and each site.

    kpis: the catalogue. on_step hears one short line per series (progress, logs).
    A series that allows no forecast gives one that is refused, with its sentence.
    Cost: about one second per series on one core; about 30 series in the sample hospital.
    """
    scope = scope_named(None, tuple(unit.id for unit in generation.units.roots()), ())
    wanted = list(chosen(generation, kpis.values()))
    found: list[Forecast] = []
    for number, (kpi, unit) in enumerate(wanted, start=1):
        on_step(f"{number}/{len(wanted)} {kpi.id} {unit}")
        history = read_history(generation, scope, kpi, unit)
        if not history.empty:
            found.append(forecast_series(history, kpi, unit, installation))
    on_step(LANDING)
    found += _landings(generation, scope, kpis)
    return tuple(found)


def chosen(generation: Generation, kpis: Iterable[Kpi]) -> Iterator[tuple[Kpi, UnitId]]:
    """The (KPI, unit) pairs that get a daily forecast, in the order of the home screen."""
    units = generation.units
    tops = [unit.id for unit in (*units.roots(), *units.establishments())]
    tops = list(dict.fromkeys(tops))
    for kpi in sorted(filter(forecastable, kpis), key=lambda kpi: kpi.home_rank):
        yield from ((kpi, unit) for unit in tops)
        if kpi.id == _ALSO_BY_POLE:
            yield from ((kpi, unit.id) for unit in units if unit.level == "pole")


def forecastable(kpi: Kpi) -> bool:
    """A daily figure of the home screen that stands for its own day (not a cumulated one)."""
    daily = kpi.step == "day" and (kpi.home_rank > 0 or kpi.id == _ALSO_BY_POLE)
    return daily and kpi.kind == "ratio" and all(term.span == "period" for term in kpi.terms())


def read_history(generation: Generation, scope: Scope, kpi: Kpi, unit: UnitId) -> pd.DataFrame:
    """Observed days (`day`, `value`) up to yesterday, oldest first; partial days are left out."""
    last = clock.yesterday()
    rows = series(
        generation,
        scope,
        kpi,
        unit,
        start=last - timedelta(days=366 * _YEARS_READ),
        end=last,
        grain=Grain.DAY,
    )
    whole = rows[rows["status"] != "partial"]
    return pd.DataFrame(
        {"day": whole["period"].to_numpy(), "value": whole["value"].to_numpy(float)}
    ).sort_values("day", ignore_index=True)


def forecast_series(
    history: pd.DataFrame, kpi: Kpi, unit: UnitId, installation: Installation
) -> Forecast:
    """The forecast of one series with its measured error, or its refusal.

    history: `day`, `value`, sorted, not empty. Below 90 days of history the same-weekday mean
    stands in for Prophet.
    """
    first, last = history["day"].iloc[0], history["day"].iloc[-1]
    long_enough = (last - first).days + 1 >= _PROPHET_FROM_DAYS
    model = prophet_fr.NAME if long_enough else weekday_mean.NAME
    calendar = FrenchCalendar(
        installation.holidays, installation.school_zone, kpi.domain is Domain.FINANCE
    )
    reason = refusal(history, kpi, clock.today())
    if reason:
        return Forecast(kpi.id, unit, model, last, _now(), first, (), refused=reason)
    return Forecast(
        kpi.id,
        unit,
        model,
        last,
        _now(),
        first,
        _on_usual_days(MODELS[model](history, HORIZON_DAYS, calendar=calendar), history),
        mape=mape_at_7_days(history, model, calendar=calendar),
        mape_naive=mape_at_7_days(history, weekday_mean.NAME, calendar=calendar),
    )


def _on_usual_days(
    points: tuple[ForecastPoint, ...], history: pd.DataFrame
) -> tuple[ForecastPoint, ...]:
    """Only the weekdays that the series reports."""
    usual = usual_weekdays(history)
    return tuple(point for point in points if point.day.weekday() in usual)


def _landings(
    generation: Generation, scope: Scope, catalogue: Mapping[KpiId, Kpi]
) -> Iterator[Forecast]:
    if not {LANDING, REVENUE, EXPENSE} <= set(catalogue):
        return
    for unit in (*generation.units.roots(), *generation.units.establishments()):
        yield from _landings_of(generation, scope, catalogue, unit.id)


def _landings_of(
    generation: Generation, scope: Scope, catalogue: Mapping[KpiId, Kpi], unit: UnitId
) -> Iterator[Forecast]:
    """The landings of the last year that has a closed month (in January, the year before)."""
    sides: dict[Side, Kpi] = {
        "revenue": catalogue[REVENUE],
        "expense": catalogue[EXPENSE],
    }
    yesterday = clock.yesterday()
    for year in (yesterday.year, yesterday.year - 1):
        booked = accounts.ledger(generation, scope, sides, unit, year=year, until=_end(year))
        voted = accounts.ledger(generation, scope, sides, unit, year=year, scenario="budget")
        known = list(accounts.landings(booked, voted, year))
        for found in known:
            yield from accounts.as_forecasts(
                found, catalogue[LANDING], unit, made_at=_now(), whole_only=found is not known[-1]
            )
        if known:
            return


def _end(year: int) -> date:
    return min(clock.yesterday(), date(year, 12, 31))


def _now() -> datetime:
    return clock.utc_naive(clock.now())
