"""Files to take away: a spreadsheet in France reads them, and runs nothing of them."""

from __future__ import annotations

import io
from datetime import date

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as some

from cockpit.views import exports
from tests.views.conftest import KPI

HEAD = ("Période", "Unité", "Valeur")
ROWS = [
    (date(2026, 11, 20), "Médecine", 93.84),
    (date(2026, 11, 21), "=cmd|' /C calc'!A0", None),
]


def test_csv_is_read_by_a_french_excel() -> None:
    made = exports.csv_file(HEAD, ROWS)
    assert made.startswith(b"\xef\xbb\xbf")
    assert made.decode("utf-8-sig").split("\r\n") == [
        "Période;Unité;Valeur",
        "20/11/2026;Médecine;93,84",
        "21/11/2026;'=cmd|' /C calc'!A0;",
        "",
    ]


def test_xlsx_keeps_types_and_brings_its_definition() -> None:
    book = openpyxl.load_workbook(io.BytesIO(exports.xlsx_file(HEAD, ROWS, KPI)))
    figures, about = book.worksheets
    assert figures["C2"].value == 93.84
    assert figures["A2"].value.date() == date(2026, 11, 20)
    assert figures["B3"].value == "'=cmd|' /C calc'!A0"
    assert figures["C3"].value is None
    assert KPI.definition_fr in [row[1] for row in about.values]


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r"])
def test_what_a_spreadsheet_would_run_is_made_text(first: str) -> None:
    assert exports.harmless(f"{first}1+1") == f"'{first}1+1"


@given(some.text(max_size=50))
def test_no_text_leaves_as_a_formula(text: str) -> None:
    assert not exports.harmless(text).startswith(("=", "+", "-", "@", "\t", "\r"))


def test_a_negative_figure_is_a_figure() -> None:
    assert b"-12,5" in exports.csv_file(("x",), [(-12.5,)])
    assert b"'-12,5" not in exports.csv_file(("x",), [(-12.5,)])


def test_what_is_not_finite_is_empty() -> None:
    assert exports.csv_file(("x", "y"), [(float("nan"), 1.0)]).endswith(b"x;y\r\n;1\r\n")
