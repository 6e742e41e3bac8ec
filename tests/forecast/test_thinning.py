from __future__ import annotations

from datetime import date, datetime, timedelta

import duckdb

from cockpit.forecast.model import Forecast
from cockpit.forecast.store import to_tables
from cockpit.kpi.model import KpiId, UnitId
from cockpit.series.model import ForecastPoint
from cockpit.warehouse import update
from cockpit.warehouse.publish import current_path
from tests.support.hospital import Hospital

NEW = date(2026, 11, 21)


def made(origin: date, days: tuple[int, ...], model: str = "mean") -> Forecast:
    points = [
        ForecastPoint(origin + timedelta(days=n), 1.0, 2.0, 3.0, parts=(("level", 2.0),))
        for n in days
    ]
    return Forecast(
        kpi=KpiId("ed_visits"),
        unit=UnitId("A"),
        model=model,
        origin=origin,
        made_at=datetime(2026, 11, 22, 6),
        history_from=date(2024, 1, 1),
        points=tuple(points),
    )


def test_old_forecasts_keep_the_days_that_are_overlaid_and_landings_all(hospital: Hospital) -> None:
    """Forty days old: steps 1 and 7 stay, 2 goes; yesterday's keep all; 31 December stays."""
    hospital.deliver("ed_visits A1 2026-11-21 10")
    hospital.publish()
    old = NEW - timedelta(days=40)
    every = [made(old, (1, 2, 7)), made(NEW, (1, 2, 7)), made(old, (81,), model="landing")]
    update.publish_forecasts(hospital.home, to_tables(every))
    path = current_path(hospital.home.generations)
    with duckdb.connect(str(path), read_only=True) as connection:
        rows = connection.execute(
            "SELECT model, origin, day - origin, parts IS NULL FROM forecast_point ORDER BY ALL"
        ).fetchall()
    assert rows == [
        ("landing", old, 81, True),
        ("mean", old, 1, True),
        ("mean", old, 7, True),
        ("mean", NEW, 1, False),
        ("mean", NEW, 2, False),
        ("mean", NEW, 7, False),
    ]
