"""Units that are merged, renamed, closed or given a new code, on a real home and real refreshes.

GHT > E1 > 10 (5 visits on 1 March, 6 on the 2nd) and 11 (2 on the 1st), E2 > 20 (7 on the 1st)
`lits`: beds open, 10: 12 and 11: 8 on both days; `paie`: accidents of January, 10: 2 and 11: 1
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cockpit.administer import structure
from cockpit.connect.structure import load_structure
from cockpit.errors import BadRequest, BadStructure
from cockpit.judging import whole_scope
from cockpit.kpi import compute
from cockpit.kpi.model import Grain
from cockpit.refresh import rebuild
from cockpit.settings import Home
from tests.administer.conftest import said
from tests.support.hospital import kpi
from tests.warehouse.installation import PAIE, STRUCTURE, SUMMED, URGENCES, Installation

END = date(2026, 3, 2)
LITS = (
    URGENCES.replace("urgences", "lits")
    .replace("passages", "lits")
    .replace("ed_visits", "beds_open")
)


@pytest.fixture
def ward(tmp_path: Path) -> Installation:
    made = Installation(Home(tmp_path / "home"), {"urgences": URGENCES, "lits": LITS, "paie": PAIE})
    made.drop(
        "urgences-1.csv", "01/03/2026;10;5", "01/03/2026;11;2", "01/03/2026;20;7", "02/03/2026;10;6"
    )
    beds(made, "1", "01/03/2026;10;12", "01/03/2026;11;8", "02/03/2026;10;12", "02/03/2026;11;8")
    made.drop("paie-1.csv", "2026-01;10;2", "2026-01;11;1")
    made.refresh()
    return made


def beds(made: Installation, number: str, *lines: str) -> None:
    path = made.home.drop / f"lits-{number}.csv"
    path.write_text("\n".join(("jour;uf;lits", *lines, "")), "utf-8")


def sums(made: Installation, *units: str) -> dict[tuple[str, str, str], float]:
    """(measure, unit, day) -> sum, for units that have others below."""
    rows = ((row[0], row[1], str(row[2]), row[5]) for row in made.rows(SUMMED))
    return {(name, unit, day): value for name, unit, day, value in rows if unit in units}


def curve(made: Installation, name: str, unit: str, *, by_unit: bool = False) -> dict[str, float]:
    """What a page shows, by day; split by unit and added up again when asked."""
    generation = made.generation()
    frame = compute.series(
        generation,
        whole_scope(generation),
        kpi(name),
        unit,  # type: ignore[arg-type]
        start=date(2026, 2, 27),
        end=date(2026, 3, 8),
        grain=Grain.DAY,
        by="unit" if by_unit else None,
    )
    days = frame["period"].astype(str)
    return {day: float(part["value"].sum()) for day, part in frame.groupby(days)}


def test_sums_above_do_not_move_and_the_new_unit_shows_the_past_of_its_parts(
    ward: Installation,
) -> None:
    before = sums(ward, "E1", "E2", "GHT")
    structure.merge(ward.home, ["10", "11"], "12", "Médecine-chirurgie", END, "claire")
    assert ward.refresh().published
    assert sums(ward, "E1", "E2", "GHT") == before
    assert sums(ward, "12") == {
        ("ed_visits", "12", "2026-03-01"): 7,
        ("ed_visits", "12", "2026-03-02"): 6,
        ("beds_open", "12", "2026-03-01"): 20,
        ("beds_open", "12", "2026-03-02"): 20,
        ("work_accidents", "12", "2026-01-01"): 3,
    }
    assert (ward.visits()["10", "2026-03-01"], ward.visits()["11", "2026-03-01"]) == (5, 2)


def test_the_new_unit_goes_on_under_its_own_code(ward: Installation) -> None:
    """No figure counts twice, and the curve has no break: 7, 6, then 9."""
    structure.merge(ward.home, ["10", "11"], "12", "Médecine-chirurgie", END, "claire")
    ward.refresh()
    ward.drop("urgences-2.csv", "03/03/2026;12;9", "03/03/2026;20;1")
    beds(ward, "2", "03/03/2026;12;19")
    report = ward.refresh()
    assert [run.sentence for run in report.runs if run.sentence] == []
    assert curve(ward, "ed_visits", "12") == {"2026-03-01": 7, "2026-03-02": 6, "2026-03-03": 9}
    assert curve(ward, "ed_visits", "E1") == {"2026-03-01": 7, "2026-03-02": 6, "2026-03-03": 9}
    assert curve(ward, "ed_visits", "GHT") == {"2026-03-01": 14, "2026-03-02": 6, "2026-03-03": 10}
    assert sums(ward, "E1")["beds_open", "E1", "2026-03-03"] == 19


def test_a_split_by_unit_always_sums_to_the_whole(ward: Installation) -> None:
    structure.merge(ward.home, ["10", "11"], "12", "Médecine-chirurgie", END, "claire")
    ward.refresh()
    ward.drop("urgences-2.csv", "03/03/2026;12;9")
    ward.refresh()
    for unit in ("12", "E1", "GHT"):
        whole = curve(ward, "ed_visits", unit)
        assert whole["2026-03-03"] == 9
        assert curve(ward, "ed_visits", unit, by_unit=True) == whole


def test_a_rebuild_gives_the_same_figures(ward: Installation) -> None:
    structure.merge(ward.home, ["10", "11"], "12", "Médecine-chirurgie", END, "claire")
    ward.refresh()
    ward.drop("urgences-2.csv", "03/03/2026;12;9")
    ward.refresh()
    before = (ward.rows(), ward.rows(SUMMED))
    rebuild(ward.home)
    assert (ward.rows(), ward.rows(SUMMED)) == before


def test_a_new_code_is_the_merge_of_one(ward: Installation) -> None:
    before = sums(ward, "E1", "GHT")
    structure.merge(ward.home, ["10"], "1010", "", END, "claire")
    ward.refresh()
    ward.drop("urgences-2.csv", "03/03/2026;1010;9")
    ward.refresh()
    assert curve(ward, "ed_visits", "1010") == {"2026-03-01": 5, "2026-03-02": 6, "2026-03-03": 9}
    after = sums(ward, "E1", "GHT")
    assert {key: after[key] for key in before} == before
    assert ward.generation().units.get("1010").label == "Médecine"  # type: ignore[arg-type]


def test_a_code_changed_twice_keeps_the_whole_past(ward: Installation) -> None:
    structure.merge(ward.home, ["10"], "1010", "", END, "claire")
    structure.merge(ward.home, ["1010"], "2020", "", date(2026, 3, 4), "claire")
    ward.drop("urgences-2.csv", "03/03/2026;1010;9", "05/03/2026;2020;4")
    ward.refresh()
    assert curve(ward, "ed_visits", "2020") == {
        "2026-03-01": 5,
        "2026-03-02": 6,
        "2026-03-03": 9,
        "2026-03-05": 4,
    }


def test_a_unit_that_goes_on_takes_over_another(ward: Installation) -> None:
    structure.merge(ward.home, ["11"], "10", "", END, "claire")
    ward.refresh()
    ward.drop("urgences-2.csv", "03/03/2026;10;9")
    ward.refresh()
    assert curve(ward, "ed_visits", "10") == {"2026-03-01": 7, "2026-03-02": 6, "2026-03-03": 9}
    assert ward.generation().units.get("10").label == "Médecine"  # type: ignore[arg-type]


def test_a_figure_under_the_old_code_after_its_end_is_refused_and_before_it_is_kept(
    ward: Installation,
) -> None:
    structure.merge(ward.home, ["10", "11"], "12", "Médecine-chirurgie", END, "claire")
    ward.refresh()
    ward.drop("urgences-2.csv", "02/03/2026;11;3", "03/03/2026;11;4", "02/03/2026;12;5")
    report = ward.refresh()
    assert sum(run.refused for run in report.runs) == 2
    assert curve(ward, "ed_visits", "12") == {"2026-03-01": 7, "2026-03-02": 9}


def test_a_unit_and_one_of_another_level_below_it_still_count_once(ward: Installation) -> None:
    """The check that keeps a measure at one level only is not switched off by a merge."""
    structure.merge(ward.home, ["10", "11"], "12", "Médecine-chirurgie", END, "claire")
    ward.refresh()
    before = ward.visits()
    ward.drop("urgences-2.csv", "03/03/2026;E1;50")
    assert "un seul niveau par mesure" in " ".join(ward.sentences())
    assert ward.visits() == before


_UFS = st.lists(st.sampled_from("ABCD"), min_size=1, max_size=4, unique=True)
_FIGURES = st.lists(
    st.tuples(st.sampled_from("ABCDE"), st.integers(1, 2), st.integers(0, 50)), max_size=12
)


@pytest.mark.slow
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(merged=_UFS, given_figures=_FIGURES)
def test_any_merge_leaves_every_past_sum_where_it_was(
    tmp_path_factory: pytest.TempPathFactory,
    merged: list[str],
    given_figures: list[tuple[str, int, int]],
) -> None:
    made = Installation(Home(tmp_path_factory.mktemp("m")), {"urgences": URGENCES})
    made.structure(
        "unit;parent;level;label\nG;;group;G\nS;G;establishment;S\n"
        + "".join(f"{code};S;uf;UF {code}\n" for code in "ABCDE")
    )
    figures = {(code, day): value for code, day, value in given_figures} | {("E", 1): 1}
    lines = (f"{day:02d}/03/2026;{code};{value}" for (code, day), value in figures.items())
    made.drop("urgences-1.csv", *lines)
    made.refresh()
    before = sums(made, "S", "G")
    structure.merge(made.home, merged, "N", "N", END, "x")
    made.refresh()
    assert sums(made, "S", "G") == before
    expected: dict[tuple[str, str, str], float] = {}
    for (code, day), value in figures.items():
        key = ("ed_visits", "N", f"2026-03-0{day}")
        if code in merged:
            expected[key] = expected.get(key, 0) + value
    assert sums(made, "N") == expected


def test_a_merge_is_lines_of_the_file_that_a_person_reads(ward: Installation) -> None:
    structure.merge(ward.home, ["10", "11"], "12", "Médecine-chirurgie", END, "claire")
    assert ward.home.structure.read_text("utf-8") == (
        "unit;parent;level;label;finess;discipline;valid_from;valid_to\n"
        "GHT;;group;GHT d'essai;;;;\n"
        "E1;GHT;establishment;CH de Un;;;;\n"
        "12;E1;uf;Médecine-chirurgie;;;2026-03-03;\n"
        "10;12;uf;Médecine;;;;2026-03-02\n"
        "11;12;uf;Chirurgie;;;;2026-03-02\n"
        "E2;GHT;establishment;CH de Deux;;;;\n"
        "20;E2;uf;Urgences;;;;\n"
    )
    (kept,) = ward.home.root.glob("structure-*.csv")
    assert kept.read_text("utf-8") == STRUCTURE
    assert said(ward.home)[-1] == (
        "claire",
        "structure",
        "structure.csv",
        "Unités 10, 11 reprises par 12 après le 02/03/2026.",
    )


@pytest.mark.parametrize(
    ("codes", "into"),
    [
        ([], "12"),
        (["99"], "12"),
        (["10"], "10"),
        (["10", "20"], "12"),  # two sites
        (["10", "E2"], "12"),  # two levels
        (["E1", "E2"], "E3"),  # sites: they are added up and shown to their own director
        (["10"], "20"),
        (["10"], "E1"),
        (["10", "S"], "12"),  # two levels under one parent
        (["10"], "S"),
    ],
)
def test_a_merge_that_would_move_a_sum_above_is_refused(
    ward: Installation, codes: list[str], into: str
) -> None:
    ward.structure(STRUCTURE + "S;E1;service;Un service\n")
    with pytest.raises(BadRequest):
        structure.merge(ward.home, codes, into, "X", END, "claire")
    assert ward.home.structure.read_text("utf-8") == STRUCTURE + "S;E1;service;Un service\n"
    assert said(ward.home) == []


def test_a_closed_unit_takes_over_nothing_and_may_not_end_before_it_begins(
    ward: Installation,
) -> None:
    structure.close(ward.home, "11", END, "claire")
    with pytest.raises(BadRequest, match="into"):
        structure.merge(ward.home, ["10"], "11", "", END, "claire")
    structure.merge(ward.home, ["10"], "1010", "", END, "claire")
    with pytest.raises(BadStructure, match="valid_to"):
        structure.merge(ward.home, ["1010"], "2020", "", date(2026, 1, 1), "claire")


def test_a_unit_is_renamed_and_its_figures_follow(ward: Installation) -> None:
    before = ward.rows()
    structure.rename(ward.home, "10", "Médecine polyvalente", "claire")
    assert ward.refresh().published
    assert ward.rows() == before
    assert ward.generation().units.get("10").label == "Médecine polyvalente"  # type: ignore[arg-type]
    with pytest.raises(BadRequest):
        structure.rename(ward.home, "99", "X", "claire")
    with pytest.raises(BadStructure):
        structure.rename(ward.home, "10", " ", "claire")


def test_a_unit_above_open_ones_is_not_closed(ward: Installation) -> None:
    with pytest.raises(BadRequest, match="ouverte"):
        structure.close(ward.home, "E1", END, "claire")
    structure.close(ward.home, "20", END, "claire")
    structure.close(ward.home, "E2", END, "claire")
    assert load_structure(ward.home.structure).by_id["E2"].valid_to == END  # type: ignore[index]


def test_lines_are_saved_as_they_were_read(ward: Installation) -> None:
    given_rows = structure.rows(ward.home)
    tree = load_structure(ward.home.structure)
    assert structure.save(ward.home, given_rows, "claire") == tree
    assert structure.rows(ward.home) == given_rows
    assert not ward.refresh().published


def test_a_unit_whose_figures_are_published_is_not_taken_out(ward: Installation) -> None:
    without = [row for row in structure.rows(ward.home) if row["unit"] != "11"]
    with pytest.raises(BadStructure, match="« 11 »"):
        structure.save(ward.home, without, "claire")
    assert ward.home.structure.read_text("utf-8") == STRUCTURE


def test_a_wrong_structure_is_refused_whole_and_an_edit_made_meanwhile_is_kept(
    ward: Installation,
) -> None:
    given_rows = structure.rows(ward.home)
    version = structure.version_of(ward.home)
    for wrong in ({"level": "étage"}, {"parent": "99"}, {"valid_to": "31/02/2026"}, {"ville": "X"}):
        with pytest.raises(BadStructure):
            structure.save(ward.home, [{**given_rows[0], **wrong}, *given_rows[1:]], "claire")
    ward.structure(STRUCTURE + "21;E2;uf;UHCD\n")
    with pytest.raises(BadRequest, match="entre-temps"):
        structure.save(ward.home, given_rows, "claire", version=version)
    assert ward.home.structure.read_text("utf-8") == STRUCTURE + "21;E2;uf;UHCD\n"
    assert list(ward.home.root.glob("structure-*.csv")) == []
