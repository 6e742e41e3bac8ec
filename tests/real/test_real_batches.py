"""Batches of real files equal sums made independently from the same files."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest

from cockpit.connect import reasons
from cockpit.connect.batch import Batch
from cockpit.connect.config import load_source, load_sources
from cockpit.connect.deliver import batches
from cockpit.connect.structure import load_structure
from cockpit.errors import BadDelivery

pytestmark = pytest.mark.real
Sums = dict[tuple[str, date], float]


@pytest.fixture(scope="module")
def spf(prepare_home, tmp_path_factory) -> dict[str, Batch]:
    return _batches(prepare_home(tmp_path_factory.mktemp("real"), "spf"))


@pytest.fixture(scope="module")
def nhs(prepare_home, tmp_path_factory) -> dict[str, Batch]:
    return _batches(prepare_home(tmp_path_factory.mktemp("real"), "nhs"))


def _batches(home) -> dict[str, Batch]:
    configs, errors = load_sources(home)
    assert errors == []
    units = load_structure(home.structure)
    found = {config.name: list(batches(home, config, frozenset(), units)) for config in configs}
    assert all(len(delivered) == 1 for delivered in found.values())
    assert home.installation.name
    return {name: delivered[0] for name, delivered in found.items()}


def _observed(batch: Batch, measure: str) -> Sums:
    return {
        (row["unit"], row["day"]): row["value"]
        for row in batch.rows.to_pylist()
        if row["measure"] == measure
    }


def _expected(
    path: Path,
    unit: str,
    column: str,
    day: Callable[[str], date],
    *,
    prefix: str = "",
    zero: bool = True,
) -> Sums:
    sums: Sums = defaultdict(float)
    with path.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            text = row[column]
            if row[unit] == "NA" or text in ("", "NA") or (not zero and float(text) == 0):
                continue
            sums[prefix + row[unit], day(row["date"])] += float(text)
    return dict(sums)


def _month(text: str) -> date:
    return datetime.strptime(text, "%B %Y").date()  # noqa: DTZ007 - a month has no zone


def test_french_ed_visits_equal_the_raw_file(spf, real_data) -> None:
    path = real_data / "fr_spf_dep/urgences_sosmed_dep_daily.csv"
    batch = spf["urgences"]
    visits = _expected(path, "dep", "urg_total", date.fromisoformat, prefix="DEP-", zero=False)
    admissions = _expected(path, "dep", "urg_covid_hosp", date.fromisoformat, prefix="DEP-")
    assert _observed(batch, "ed_visits") == visits
    assert _observed(batch, "ed_admissions") == admissions
    assert (batch.lines, batch.refused_lines) == (37_673, 0)
    assert len(visits) == 37_673 - 378
    assert set(batch.rows["facet"].to_pylist()) == {"", "COVID"}


def test_french_inpatients_equal_the_raw_file(spf, real_data) -> None:
    path = real_data / "fr_spf_dep/hospitalisations_covid_dep_daily.csv"
    everyone = _expected(path, "dep", "hosp_covid", date.fromisoformat, prefix="DEP-")
    critical = _expected(path, "dep", "rea_covid", date.fromisoformat, prefix="REA-")
    assert _observed(spf["hospitalisations"], "patients_0800") == everyone
    assert _observed(spf["reanimation"], "patients_midnight") == critical


def test_french_icu_beds_are_read_although_their_header_lacks_a_name(spf, real_data) -> None:
    """Seven names for eight columns: the names are declared; the sum of the sixth confirms them."""
    with (real_data / "fr_spf_dep/lits_sae2018_dep.csv").open(
        encoding="utf-8", newline=""
    ) as stream:
        lines = list(csv.reader(stream))[1:]
    assert all(sum(int(part or 0) for part in line[3:6]) == int(line[6] or 0) for line in lines)
    beds = {("REA-" + line[0], date(2020, 3, 18)): float(line[2]) for line in lines if line[2]}
    assert _observed(spf["lits_rea"], "beds_open") == beds
    assert _observed(spf["lits_rea"], "beds_installed") == beds
    assert (spf["lits_rea"].lines, spf["lits_rea"].refused_lines) == (101, 0)


def test_a_real_header_that_lacks_a_name_shifts_nothing(prepare_home, tmp_path) -> None:
    home = prepare_home(tmp_path, "spf")
    source = home.sources / "lits_rea.toml"
    lines = source.read_text("utf-8").splitlines()
    kept = [line for line in lines if not line.startswith(("skip_lines", "columns"))]
    source.write_text("\n".join(kept), "utf-8")
    (refused,) = batches(home, load_source(source), frozenset(), load_structure(home.structure))
    assert isinstance(refused, BadDelivery)
    assert reasons.RAGGED in refused.sentence()


def test_english_discharges_keep_not_reported_apart_from_zero(nhs, real_data) -> None:
    path = real_data / "nhs_healthyr/england_trust_discharged_patients.csv"
    batch = nhs["discharges"]
    expected = _expected(
        path, "nhs_trust22_code", "discharged_total", date.fromisoformat, zero=False
    )
    assert _observed(batch, "bed_exits") == expected
    assert Counter(batch.quarantine["reason"].to_pylist()) == {reasons.NO_UNIT: 243}
    assert (batch.lines, batch.accepted_lines) == (140_739, 140_739 - 243)
    assert 0 not in expected.values()


def test_english_patients_who_could_leave_equal_the_raw_file(nhs, real_data) -> None:
    path = real_data / "nhs_healthyr/england_trust_criteria_to_reside.csv"
    column = "do_not_meet_criteria_to_reside"
    expected = _expected(path, "nhs_trust22_code", column, date.fromisoformat, zero=False)
    assert _observed(nhs["downstream"], "downstream_waiting") == expected


def test_english_months_are_their_first_day(nhs, real_data) -> None:
    emergency = real_data / "nhs_healthyr/england_trust_accidents_emergency.csv"
    beds = real_data / "nhs_healthyr/england_critical_general_acute_beds.csv"
    unit = "nhs_trust22_code"
    assert _observed(nhs["emergency"], "ed_visits") == _expected(
        emergency, unit, "total_attendances", _month, zero=False
    )
    assert _observed(nhs["emergency"], "ed_admissions") == _expected(
        emergency, unit, "total_emergency_admissions", _month
    )
    for measure, column in (("beds_open", "available"), ("patients_midnight", "occupied")):
        expected = _expected(beds, unit, f"general_acute_beds_{column}", _month, zero=False)
        assert _observed(nhs["beds"], measure) == expected
    assert nhs["beds"].refused_lines == nhs["emergency"].refused_lines == 0
    assert nhs["beds"].replace == "month"
