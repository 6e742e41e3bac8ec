"""Figures that a director would read equal sums made from the raw files with the csv module."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest

from cockpit.access.scope import Scope
from cockpit.judging import whole_scope
from cockpit.kpi.catalogue import KPIS
from cockpit.kpi.compute import series
from cockpit.kpi.model import Grain, KpiId, UnitId
from cockpit.refresh import refresh
from cockpit.warehouse.attach import Generation, Warehouse

pytestmark = pytest.mark.real
Read = tuple[Generation, Scope]


def _published(home) -> Read:
    report = refresh(home, forecasts=False)
    assert not report.failed
    generation = Warehouse(home).generation()
    return generation, whole_scope(generation)


@pytest.fixture(scope="module")
def spf(prepare_home, tmp_path_factory) -> Read:
    return _published(prepare_home(tmp_path_factory.mktemp("figures"), "spf"))


@pytest.fixture(scope="module")
def nhs(prepare_home, tmp_path_factory) -> Read:
    return _published(prepare_home(tmp_path_factory.mktemp("figures"), "nhs"))


def _raw(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(stream)


def _values(  # noqa: PLR0917 - one line per question below
    read: Read, kpi: str, unit: str | None, start: date, end: date, grain: Grain, **how
) -> dict:
    generation, scope = read
    frame = series(
        generation,
        scope,
        KPIS[KpiId(kpi)],
        UnitId(unit) if unit else None,
        start=start,
        end=end,
        grain=grain,
        **how,
    )
    keys = [frame["unit"], frame["period"]] if how.get("by") == "unit" else [frame["period"]]
    names = list(zip(*keys, strict=True)) if len(keys) > 1 else list(keys[0])
    return dict(zip(names, frame["value"], strict=True))


def test_visits_of_france_by_month_are_the_sum_of_its_departements(spf, real_data) -> None:
    expected: dict[date, float] = defaultdict(float)
    for row in _raw(real_data / "fr_spf_dep/urgences_sosmed_dep_daily.csv"):
        expected[date.fromisoformat(row["date"]).replace(day=1)] += float(row["urg_total"])
    found = _values(spf, "ed_visits", None, date(2020, 3, 1), date(2021, 3, 8), Grain.MONTH)
    assert found == pytest.approx(dict(expected))
    assert len(found) == 13


def test_a_day_of_zeros_that_mean_not_sent_is_absent(spf, real_data) -> None:
    untold = {
        ("DEP-" + row["dep"], date.fromisoformat(row["date"]))
        for row in _raw(real_data / "fr_spf_dep/urgences_sosmed_dep_daily.csv")
        if row["urg_total"] == "0"
    }
    found = _values(
        spf, "ed_visits", None, date(2020, 3, 1), date(2021, 3, 8), Grain.DAY, by="unit"
    )
    assert untold
    assert not untold & set(found)


def test_visits_of_one_departement_by_iso_week(spf, real_data) -> None:
    expected: dict[date, float] = defaultdict(float)
    for row in _raw(real_data / "fr_spf_dep/urgences_sosmed_dep_daily.csv"):
        day = date.fromisoformat(row["date"])
        if row["dep"] == "69":
            expected[date.fromisocalendar(*day.isocalendar()[:2], 1)] += float(row["urg_total"])
    found = _values(spf, "ed_visits", "DEP-69", date(2020, 3, 1), date(2021, 3, 8), Grain.WEEK)
    assert found == pytest.approx(dict(expected))
    assert date(2020, 12, 28) in found  # week 53 of 2020


def test_english_exits_by_trust_and_year(nhs, real_data) -> None:
    expected: dict[tuple[str, date], float] = defaultdict(float)
    for row in _raw(real_data / "nhs_healthyr/england_trust_discharged_patients.csv"):
        if row["nhs_trust22_code"] != "NA" and row["discharged_total"] not in {"NA", "", "0"}:
            year = date(int(row["date"][:4]), 1, 1)
            expected[row["nhs_trust22_code"], year] += float(row["discharged_total"])
    found = _exits_by_year(nhs)
    assert found == pytest.approx(dict(expected))


def _exits_by_year(nhs: Read) -> dict[tuple[str, date], float]:
    """`bed_turnover` is exits over bed-days: its numerator is the exits."""
    generation, scope = nhs
    frame = series(
        generation,
        scope,
        KPIS[KpiId("bed_turnover")],
        None,
        start=date(2022, 1, 1),
        end=date(2025, 12, 31),
        grain=Grain.YEAR,
        by="unit",
    )
    found = dict(
        zip(zip(frame["unit"], frame["period"], strict=True), frame["numerator"], strict=True)
    )
    return {key: value for key, value in found.items() if value}


def test_english_occupancy_is_a_ratio_of_sums_never_a_mean_of_rates(nhs, real_data) -> None:
    open_beds: dict[date, float] = defaultdict(float)
    occupied: dict[date, float] = defaultdict(float)
    rates: dict[date, list[float]] = defaultdict(list)
    for row in _raw(real_data / "nhs_healthyr/england_critical_general_acute_beds.csv"):
        beds, patients = row["general_acute_beds_available"], row["general_acute_beds_occupied"]
        if row["nhs_trust22_code"] == "NA" or {beds, patients} & {"NA", "", "0"}:
            continue
        month = datetime.strptime(row["date"], "%B %Y").date()  # noqa: DTZ007 - a month has no zone
        open_beds[month] += float(beds)
        occupied[month] += float(patients)
        rates[month].append(float(patients) / float(beds))
    expected = {month: 100 * occupied[month] / open_beds[month] for month in open_beds}
    found = _values(
        nhs, "bed_occupancy_rate", None, date(2022, 4, 1), date(2025, 8, 31), Grain.MONTH
    )
    assert found == pytest.approx(expected)
    means = {month: 100 * sum(values) / len(values) for month, values in rates.items()}
    assert found != pytest.approx(means)


def test_reading_the_same_files_again_changes_nothing(prepare_home, tmp_path) -> None:
    home = prepare_home(tmp_path, "spf")
    first = refresh(home, forecasts=False)
    again = refresh(home, forecasts=False)
    assert (again.generation, again.published) == (first.generation, False)
