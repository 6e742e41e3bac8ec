"""One KPI, one unit and one trend made by hand; a hospital's home, and the application on it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from cockpit.kpi.model import Domain, Kpi, KpiId, UnitId
from cockpit.kpi.units import Unit
from cockpit.series.model import (
    Change,
    ForecastPoint,
    Freshness,
    Period,
    Point,
    Status,
    Trend,
    Window,
)
from cockpit.settings import Home
from cockpit.web import opened

MAIN = Path(__file__).resolve().parents[2] / "cockpit" / "web" / "main.py"
DAY = date(2026, 11, 20)
KPI = Kpi(
    id=KpiId("bed_occupancy_now"),
    domain=Domain.BEDS,
    label_fr="Taux d'occupation",
    label_en="Occupancy rate",
    short_fr="Occupation",
    short_en="Occupancy",
    definition_fr="Patients présents divisés par les lits ouverts.",
    definition_en="Patients present divided by open beds.",
    unit="%",
    direction="down",
    numerator=(),
    decimals=1,
    target=88.0,
)
SITE = Unit(UnitId("E1"), None, "establishment", "Site Argence")
FRESH = Freshness(
    "lits-8h", "Lits (8 h)", "Cellule des lits", DAY, datetime(2026, 11, 21, 5), False
)
TREND = Trend(
    kpi=KPI,
    unit=SITE,
    period=Period.DAY,
    window=Window(DAY, DAY),
    value=93.84,
    numerator=366.0,
    denominator=390.0,
    status=Status.AMBER,
    previous=Change(
        "previous", 91.9, 1.94, None, False, Window(date(2026, 11, 13), date(2026, 11, 13))
    ),
    target=Change("target", 88.0, 5.84, None, False),
    spark=(Point(date(2026, 11, 18), 90.0), Point(date(2026, 11, 19), 92.0), Point(DAY, 93.84)),
    forecast=(ForecastPoint(date(2026, 11, 21), 90.0, 94.0, 97.0),),
    freshness=FRESH,
)


@pytest.fixture
def kpi() -> Callable[..., Kpi]:
    """The KPI above with some fields changed."""
    return lambda **fields: replace(KPI, **fields)


@pytest.fixture
def trend() -> Callable[..., Trend]:
    """The trend above (occupancy, 93,8 %, +1,9 pt in a week, target 88) with some fields changed."""

    def make(**fields: Any) -> Trend:
        return replace(TREND, **fields)

    return make


@pytest.fixture
def home(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A copy of the home that the file publishes once, under the name `template`."""
    root = tmp_path / "home"
    shutil.copytree(template, root)
    monkeypatch.setenv("COCKPIT_HOME", str(root))
    monkeypatch.setenv("COCKPIT_TODAY", "2026-11-21")
    return Home(root)


@pytest.fixture
def app(home: Home) -> Iterator[AppTest]:
    """The application on that home; `run` it."""
    opened.warehouse.cache_clear()
    yield AppTest.from_file(str(MAIN), default_timeout=30)
    opened.warehouse.cache_clear()
