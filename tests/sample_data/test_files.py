"""The files of the demonstration: what a real drop folder looks like, and what is wrong in it."""

from __future__ import annotations

import tomllib
from datetime import date
from itertools import pairwise
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

import sample_data
from cockpit.kpi.measures import MEASURES
from sample_data.defects import BAD_ROWS
from sample_data.hospital import UFS

WITHOUT_SOURCE = {
    "ed_first_doctor_minutes",
    "readmission_eligible",
    "readmission_30d",
    "adt_patients_midnight",
}
DERIVED = {"t2a_estimated_eur"}


def test_every_source_parses_and_names_existing_columns(demo):
    for config in demo.configs:
        files = sorted(demo.home.root.glob(config.settings["path"]))
        assert files, config.name
        for path in (files[0], files[-1]):
            assert set(config.mapping.sources()) <= set(_header(path)), path.name


def _header(path: Path) -> list[str]:
    if path.suffix == ".csv":
        return path.read_bytes().decode("cp1252").split("\r\n", 1)[0].split(";")
    book = openpyxl.load_workbook(path, read_only=True)
    rows = list(book.worksheets[0].iter_rows(max_row=3, values_only=True))
    return [str(cell) for cell in rows[2]]


def test_every_source_is_toml_with_a_label_and_an_owner(demo):
    for path in demo.home.sources.glob("*.toml"):
        said = tomllib.loads(path.read_text("utf-8"))
        assert said["label"]
        assert said["owner"]


def test_only_four_measures_have_no_figure(demo):
    fed = set(demo.rows["measure"].cat.categories)
    assert fed <= set(MEASURES)
    assert set(MEASURES) - fed == WITHOUT_SOURCE


def test_the_estimated_revenue_is_delivered_as_a_budget_only(demo):
    kept = demo.rows["measure"].isin(DERIVED)
    assert set(demo.rows.loc[kept, "scenario"]) == {"budget"}


def test_no_measure_is_reported_on_a_unit_and_on_its_ancestor(demo):
    pairs = demo.rows.groupby(["measure", "scenario"], observed=True)["unit"].unique()
    parent = {str(unit.id): unit.parent for unit in demo.units.units}
    for (measure, scenario), found in pairs.items():
        reported = set(map(str, found))
        for unit in reported:
            above = parent[unit]
            while above is not None:
                assert str(above) not in reported, (measure, scenario, unit, above)
                above = parent[str(above)]


def test_a_measure_comes_from_one_source_only(demo):
    by_measure = demo.rows.groupby(["measure", "scenario"], observed=True)["source"].nunique()
    assert (by_measure == 1).all()


def test_exactly_three_bad_rows_and_they_are_the_ones_listed(demo):
    refused = [row for batch in demo.batches for row in batch.quarantine.to_pylist()]
    assert len(refused) == 3
    sources = {(b.source, row["column"]) for b in demo.batches for row in b.quarantine.to_pylist()}
    assert sources == {(bad.source, bad.column) for bad in BAD_ROWS}


def test_the_bad_rows_are_in_the_files_as_the_list_says(demo):
    for bad in BAD_ROWS:
        files = demo.home.drop.glob(f"{bad.source}_*.csv")
        lines = [line for path in files for line in path.read_text("cp1252").splitlines()]
        assert sum(f";{bad.marker}" in line or line.startswith(bad.marker) for line in lines) == 1


def test_late_rows_of_three_days_before_arrive_in_the_last_file(demo):
    month = pd.read_csv(demo.home.drop / "urgences_2026_11.csv", sep=";", dtype=str)
    last = pd.read_csv(demo.home.drop / "urgences_2026_11_21.csv", sep=";", dtype=str)
    assert month[month["jour"] == "18/11/2026"]["uf"].tolist() == ["1110"]
    assert last[last["jour"] == "18/11/2026"]["uf"].tolist() == ["1210"]
    assert last["jour"].unique().tolist() == [
        "18/11/2026",
        "19/11/2026",
        "20/11/2026",
        "21/11/2026",
    ]


def test_the_last_balance_restates_one_month_by_380_000_euros(demo):
    def september(name: str) -> float:
        book = pd.read_excel(demo.home.drop / name, header=2, dtype={"periode": str, "compte": str})
        kept = (book["periode"] == "09") & (book["compte"] == "60221")
        return float(book.loc[kept, "montant_realise"].sum())

    gap = september("balance_2026_09.xlsx") - september("balance_2026_10.xlsx")
    assert gap == pytest.approx(380_000, abs=0.01)


def test_some_cells_are_empty(demo):
    lits = pd.read_csv(demo.home.drop / "lits_2025.csv", sep=";", encoding="cp1252")
    assert 0.005 < lits["sejours_longs"].isna().mean() < 0.015


def test_csv_files_are_windows_1252_with_decimal_commas(demo):
    text = (demo.home.drop / "consultations_2025.csv").read_bytes()
    assert "Orthopédie".encode("cp1252") in text
    money = (demo.home.drop / "tresorerie_2025.csv").read_text("cp1252").splitlines()[1]
    assert money.split(";")[1].count(",") == 1


def test_the_structure_has_three_sites_eight_clinical_poles_and_38_uf(demo):
    levels = pd.Series([unit.level for unit in demo.units.units]).value_counts()
    clinical = [uf for uf in UFS if uf.pole != "P9"]
    assert levels["establishment"] == 3
    assert len({uf.pole for uf in clinical}) == 8
    assert len(clinical) == 38
    assert levels["uf"] == 41
    assert sum(uf.beds for uf in UFS) == 600


def test_files_sort_by_name_in_the_order_of_their_days(demo):
    names = sorted(path.stem for path in demo.home.drop.glob("bloc_*.csv"))
    firsts = [_first_day(demo.home.drop / f"{name}.csv") for name in names]
    assert all(a < b for a, b in pairwise(firsts))


def _first_day(path: Path) -> date:
    day, month, year = path.read_text("cp1252").splitlines()[1].split(";")[0].split("/")
    return date(int(year), int(month), int(day))


@pytest.mark.slow
def test_the_same_end_and_seed_give_the_same_bytes(demo, tmp_path):
    steps: list[str] = []
    sample_data.build(tmp_path, end=date(2026, 11, 21), seed=20261121, on_step=steps.append)
    assert steps
    again = {p.relative_to(tmp_path): p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    first = {p: (demo.home.root / p).read_bytes() for p in again}
    assert again == first


@pytest.mark.slow
@pytest.mark.parametrize("end", [date(2027, 1, 8), date(2027, 2, 15)])
def test_it_builds_around_the_new_year(tmp_path, end):
    sample_data.build(tmp_path, end=end)
    assert (tmp_path / "drop" / f"urgences_{end:%Y_%m_%d}.csv").exists()
    assert len(list((tmp_path / "drop").glob("balance_*.xlsx"))) >= 5
