from __future__ import annotations

from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.connect.structure import load_structure
from cockpit.errors import BadStructure, UnknownUnit
from cockpit.kpi.model import UnitId
from cockpit.kpi.units import UnitTree

HEADER = "unit;parent;level;label;finess;discipline;valid_from;valid_to\n"
GOOD = HEADER + (
    "UF1;S;uf;UF Un;;MED;;\n"
    "G;;group;Le groupe;;;;\n"
    "01;G;establishment;CH A;010000024;;2020-01-01;\n"
    "1;G;establishment;CH B;2A0000014;;;31/12/2024\n"
    "S;01;service;Médecine;;MED;;\n"
)


def _load(folder: Path, text: str | bytes) -> UnitTree:
    path = folder / "structure.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return load_structure(path)


def test_lines_come_in_any_order_and_codes_stay_text(tmp_path: Path) -> None:
    """G > (01 > S > UF1, 1): a pole is absent, and 01 is not 1."""
    tree = _load(tmp_path, b"\xef\xbb\xbf" + GOOD.encode())
    assert [unit.id for unit in tree.roots()] == ["G"]
    assert [unit.id for unit in tree.establishments()] == ["01", "1"]
    assert [unit.id for unit in tree.path(UnitId("UF1"))] == ["G", "01", "S", "UF1"]
    assert [unit.id for unit in tree.ancestors(UnitId("UF1"))] == ["S", "01", "G"]
    assert [unit.id for unit in tree.descendants(UnitId("G"))] == ["G", "01", "S", "UF1", "1"]
    assert [unit.id for unit in tree.children(UnitId("G"))] == ["01", "1"]
    assert [unit.id for unit in tree.leaves(UnitId("G"))] == ["UF1", "1"]
    assert [unit.id for unit in tree.leaves(UnitId("1"))] == ["1"]
    assert tree.get(UnitId("1")).valid_to == date(2024, 12, 31)
    assert tree.is_within(UnitId("UF1"), ["01"])
    assert not tree.is_within(UnitId("UF1"), ["1"])
    assert not tree.is_within(UnitId("nowhere"), ["G"])


def test_an_unknown_code_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(UnknownUnit):
        _load(tmp_path, GOOD).get(UnitId("2"))


def test_a_unit_is_valid_on_both_of_its_last_days(tmp_path: Path) -> None:
    unit = _load(tmp_path, GOOD).get(UnitId("1"))
    assert unit.is_valid(date(2024, 12, 31), date(2025, 1, 31))
    assert not unit.is_valid(date(2025, 1, 1), date(2025, 1, 31))


@pytest.mark.parametrize(
    ("text", "line", "field"),
    [
        ("", 1, "unit"),
        ("<html>", 1, "unit"),
        (HEADER, 1, "unit"),
        (HEADER.replace("valid_to", "fin") + "G;;group;G;;;;\n", 1, "fin"),
        (HEADER.replace("finess", "level") + "G;;group;G;;;;\n", 1, "level"),
        (HEADER + "G;;group;G;;;\n", 2, ""),
        (HEADER + ";;group;G;;;;\n", 2, "unit"),
        (HEADER + "a/b;;group;G;;;;\n", 2, "unit"),
        (HEADER + "G;;groupe;G;;;;\n", 2, "level"),
        (HEADER + "G;;group;;;;;\n", 2, "label"),
        (HEADER + "G;;group;G;10000024;;;\n", 2, "finess"),
        (HEADER + "G;;group;G;;;2024-02-30;\n", 2, "valid_from"),
        (HEADER + "G;;group;G;;;01-02-2024;\n", 2, "valid_from"),
        (HEADER + "G;;group;G;;;2024-02-02;2024-02-01\n", 2, "valid_to"),
        (HEADER + "G;;group;G;;;;\nG;;group;H;;;;\n", 3, "unit"),
        (HEADER + "G;;group;G;;;;\nA;X;uf;A;;;;\n", 3, "parent"),
        (HEADER + "A;B;uf;A;;;;\nB;A;service;B;;;;\n", 3, "parent"),
        (HEADER + "A;A;uf;A;;;;\n", 2, "parent"),
        (HEADER + "G;;service;G;;;;\nA;G;pole;A;;;;\n", 3, "parent"),
        (HEADER + 'G;;group;"G;;;;\n', 2, None),
    ],
)
def test_a_malformed_structure_is_refused_with_line_and_column(
    tmp_path: Path, text: str, line: int, field: str | None
) -> None:
    with pytest.raises(BadStructure) as refusal:
        _load(tmp_path, text)
    assert refusal.value.facts["line"] == line
    assert refusal.value.facts.get("field") == field


_ABOVE = "G;;group;G;;;;\nP;G;pole;P;;;;\n"


def test_a_closed_unit_may_lie_under_the_one_of_its_level_that_took_it_over(tmp_path: Path) -> None:
    """A became B on 1 January, B became C on 1 July; C goes on."""
    tree = _load(
        tmp_path,
        HEADER
        + _ABOVE
        + "A;B;uf;A;;;;2025-12-31\nB;C;uf;B;;;2026-01-01;2026-06-30\nC;P;uf;C;;;;\n",
    )
    assert [unit.id for unit in tree.path(UnitId("A"))] == ["G", "P", "C", "B", "A"]
    assert [unit.id for unit in tree.leaves(UnitId("P"))] == ["A"]
    assert tree.is_shared(UnitId("P"))
    assert not tree.is_shared(UnitId("C"))


@pytest.mark.parametrize(
    "lines",
    [
        "A;B;uf;A;;;;\nB;P;uf;B;;;;\n",  # still open
        "A;B;uf;A;;;;2025-12-31\nB;P;uf;B;;;;2025-12-31\n",  # not outlived
        "A;B;uf;A;;;;2025-12-31\nB;P;uf;B;;;;2025-06-30\n",
        "A;A;uf;A;;;;2025-12-31\n",
        "A;B;uf;A;;;;2025-12-31\nB;A;uf;B;;;;2026-06-30\n",  # in a circle
        "A;B;uf;A;;;;2025-12-31\nB;A;uf;B;;;;\n",
        "A;B;service;A;;;;2025-12-31\nB;P;uf;B;;;;\n",  # of another level
        "E;F;establishment;E;;;;2025-12-31\nF;G;establishment;F;;;;\n",
        "H;G;group;H;;;;2025-12-31\n",
    ],
)
def test_no_other_unit_lies_under_one_of_its_level(tmp_path: Path, lines: str) -> None:
    with pytest.raises(BadStructure) as refusal:
        _load(tmp_path, HEADER + _ABOVE + lines)
    assert refusal.value.facts["field"] == "parent"


def test_a_structure_that_is_no_utf8_names_the_line(tmp_path: Path) -> None:
    with pytest.raises(BadStructure) as refusal:
        _load(tmp_path, (HEADER + "G;;group;Médecine;;;;\n").encode("cp1252"))
    assert refusal.value.facts["line"] == 2


def test_a_missing_structure_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadStructure, match="fichier lisible"):
        load_structure(tmp_path / "structure.csv")


@given(content=st.binary(max_size=80))
def test_any_bytes_are_refused_or_read_never_a_crash(tmp_path_factory, content: bytes) -> None:
    folder = tmp_path_factory.mktemp("s")
    for text in (content, HEADER.encode() + content):
        with suppress(BadStructure):
            _load(folder, text)


def test_units_without_a_common_top_get_one(tmp_path: Path) -> None:
    """Two services alone: ENSEMBLE adds both; the code that a file already uses is left to it."""
    tree = _load(tmp_path, HEADER + "01;;service;A;;;;\nENSEMBLE;;service;B;;;;\n")
    (top,) = tree.roots()
    assert (top.id, top.level) == ("ENSEMBLE_", "group")
    assert [unit.id for unit in tree.children(top.id)] == ["01", "ENSEMBLE"]
