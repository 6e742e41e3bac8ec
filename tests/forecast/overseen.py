"""A hospital whose forecasts of ED visits were published each day, good or bad."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pandas as pd

from cockpit.forecast.model import Forecast
from cockpit.kpi.model import KpiId, UnitId
from cockpit.series.model import ForecastPoint
from tests.support.hospital import Hospital, Row

TODAY = date(2026, 11, 22)
YESTERDAY = date(2026, 11, 21)
VISITS, SITE = KpiId("ed_visits"), UnitId("A")
DAYS = 60


def observed(day: date) -> float:
    """100, or 107 every other week: repeating last week is wrong by 7 each day."""
    return 100.0 + 7 * (day.isocalendar().week % 2)


def visits() -> list[Row]:
    """Sixty days up to yesterday."""
    days = [TODAY - timedelta(days=back) for back in range(1, DAYS + 1)]
    return [Row("ed_visits", "A1", day, "75+", "actual", observed(day)) for day in days]


def forecast(origin: date, *, error: float = 2.0, **changes: object) -> Forecast:
    """Seven days ahead, `error` above what will be observed, within 5 (80 %) and 8 (95 %)."""
    days = [origin + timedelta(days=step) for step in range(1, 8)]
    mids = [observed(day) + error for day in days]
    points = tuple(
        ForecastPoint(day, mid - 5, mid, mid + 5, mid - 3, mid + 3, mid - 8, mid + 8)
        for day, mid in zip(days, mids, strict=True)
    )
    given: dict[str, object] = {
        "kpi": VISITS,
        "unit": SITE,
        "model": "mean",
        "origin": origin,
        "made_at": datetime(2026, 11, 22, 6, 30),
        "history_from": date(2024, 1, 1),
        "points": points,
        "mape": 3.0,
        "mape_naive": 7.0,
        "members": ("calreg", "ets7"),
        "versions": "engine 1",
        "data_hash": "abc",
    }
    return Forecast(**(given | changes))  # type: ignore[arg-type]


def published(hospital: Hospital, *, days: int = 21, error: float = 2.0) -> Hospital:
    """A forecast published on each of the last `days`, the newest with yesterday's data."""
    hospital.deliver(visits())
    origins = [YESTERDAY - timedelta(days=back) for back in range(days)]
    hospital.publish(forecasts=[forecast(origin, error=error) for origin in origins])
    return hospital


def replayed(origins: list[date], error: float, *, model: str = "mean") -> pd.DataFrame:
    """Rows of `forecast_past`: 28 days ahead, wrong by `error`."""
    rows = [
        (VISITS, SITE, "", model, origin, origin + timedelta(days=step), step, error, 7.0)
        for origin in origins
        for step in range(1, 29)
    ]
    names = ["kpi", "unit", "facet", "model", "origin", "day", "step", "predicted", "scale"]
    found = pd.DataFrame(rows, columns=names)
    return found.assign(predicted=[observed(day) for day in found["day"]] + found["predicted"])
