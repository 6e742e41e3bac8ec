"""Public monthly series loaded through the csv connector are forecast as when read directly."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from bench.forecast_monthly import LANDING_MONTHS, _cut, _landing, ae_series
from cockpit.forecast.monthly import forecast_months
from cockpit.forecast.months import Months
from cockpit.judging import whole_scope
from cockpit.kpi.catalogue import KPIS
from cockpit.kpi.compute import series
from cockpit.kpi.model import Grain, KpiId, UnitId
from cockpit.refresh import refresh
from cockpit.settings import Home
from cockpit.warehouse.attach import Warehouse

pytestmark = [pytest.mark.real, pytest.mark.slow]

FILE = "nhs_healthyr/scotland_ae_attendance.csv"
HOSPITALS = ("A111H", "B120H", "C418H")
YEAR = 2018
SOURCE = """
connector = "csv"
label = "Scottish A&E"
schedule = "0 6 1 * *"
path = "drop/*.csv"
delimiter = ","
decimal = "."
owner = "Public Health Scotland"
stale_after = "40d"
replace = "month"

[mapping]
date = { column = "date", format = "%Y-%m-%d" }
unit = { column = "hospital_code" }

[mapping.measures]
attendances = "ed_visits"
"""


@pytest.fixture(scope="module")
def home(real_data: Path, tmp_path_factory) -> Home:
    if not (real_data / FILE).is_file():
        pytest.skip(f"real data absent: ../shared/data/{FILE}")
    folder = tmp_path_factory.mktemp("scotland")
    (folder / "cockpit.toml").write_text(f"name = {json.dumps('Scottish A&E')}\n", "utf-8")
    units = ["unit;parent;level;label;finess;discipline;valid_from;valid_to", "SCO;;group;SCO;;;;"]
    units += [f"{code};SCO;establishment;{code};;;;" for code in HOSPITALS]
    (folder / "structure.csv").write_text("\n".join(units) + "\n", "utf-8")
    made = Home(folder).prepare()
    (made.sources / "ae.toml").write_text(SOURCE, "utf-8")
    _keep(real_data / FILE, made.drop / "ae.csv")
    assert not refresh(made, forecasts=False).failed
    return made


def _keep(source: Path, target: Path) -> None:
    """The lines of three hospitals, as they are, until the end of 2019."""
    with source.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream))
    kept = [row for row in rows[1:] if row[0] in HOSPITALS and row[2] < "2020"]
    with target.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([rows[0], *kept])


@pytest.fixture(scope="module")
def loaded(home: Home) -> dict[str, Months]:
    generation = Warehouse(home).generation()
    found = {}
    for code in HOSPITALS:
        rows = series(
            generation,
            whole_scope(generation),
            KPIS[KpiId("ed_visits")],
            UnitId(code),
            start=date(2007, 1, 1),
            end=date(2019, 12, 31),
            grain=Grain.MONTH,
        )
        found[code] = Months.of(rows.rename(columns={"period": "month"}))
    return found


@pytest.fixture(scope="module")
def direct() -> dict[str, object]:
    return {one.name: one[:"2019-12"].dropna() for one in ae_series() if one.name in HOSPITALS}


class TestLoadedSeries:
    def test_the_months_are_those_of_the_file(self, loaded, direct) -> None:
        for code, history in loaded.items():
            np.testing.assert_array_equal(history.values, direct[code].to_numpy())

    def test_the_landing_has_the_same_error_after_each_month(self, loaded, direct) -> None:
        for code, history in loaded.items():
            before = (YEAR - history.first.year) * 12 - history.first.month + 1
            past, own = history.values[:before], history.values[before : before + 12]
            for closed in LANDING_MONTHS:
                assert _landing(past, own, closed) == _landing(*_cut(direct[code], YEAR), closed)

    def test_the_next_months_are_the_same(self, loaded, direct) -> None:
        for code, history in loaded.items():
            other = Months(history.first, direct[code].to_numpy(float))
            np.testing.assert_array_equal(forecast_months(history).mid, forecast_months(other).mid)
