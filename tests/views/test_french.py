"""Figures as a hospital writes them. Expected strings are written by hand, spaces made visible:

~ is U+202F (narrow no-break space), _ is U+00A0 (no-break space), − is U+2212.
"""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from cockpit.i18n import use
from cockpit.kpi.model import Domain, Kpi, KpiId
from cockpit.series.model import Change, Window
from cockpit.views import french


def seen(text: str) -> str:
    return text.replace("\u202f", "~").replace("\u00a0", "_")


def kpi(unit: str, **fields: Any) -> Kpi:
    return Kpi(
        id=KpiId("x"), domain=Domain.BEDS, label_fr="X", label_en="X", short_fr="X", short_en="X",
        definition_fr="", definition_en="", unit=unit, direction="down", numerator=(), **fields,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("x", "decimals", "signed", "fr", "en"),
    [
        (1234567.891, 1, False, "1~234~567,9", "1,234,567.9"),
        (0, 0, True, "0", "0"),
        (-0.04, 1, True, "0,0", "0.0"),
        (-3.4, 1, True, "−3,4", "−3.4"),
        (3.4, 1, True, "+3,4", "+3.4"),
        (2.5, 0, False, "3", "3"),
        (0.25, 1, False, "0,3", "0.3"),
        (None, 0, False, "n.d.", "n/a"),
        (math.nan, 0, False, "n.d.", "n/a"),
        (math.inf, 0, False, "n.d.", "n/a"),
    ],
)
def test_numbers(x: float, decimals: int, *, signed: bool, fr: str, en: str) -> None:
    assert seen(french.number(x, decimals, signed=signed)) == fr
    with use("en"):
        assert seen(french.number(x, decimals, signed=signed)) == en


@pytest.mark.parametrize(
    ("x", "fr", "en"),
    [
        (7320, "7~320_€", "€7,320"),
        (-412_345, "−412_k€", "−€412k"),
        (9_999_999, "10~000_k€", "€10,000k"),
        (180_300_000, "180,3_M€", "€180.3M"),
        (2_800_000_000, "2,8_Md€", "€2.8bn"),
        (0, "0_€", "€0"),
        (None, "n.d.", "n/a"),
    ],
)
def test_amounts(x: float | None, fr: str, en: str) -> None:
    assert seen(french.euros(x)) == fr
    with use("en"):
        assert seen(french.euros(x)) == en


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(320, "5_h_20"), (45, "45_min"), (120, "2_h"), (-65, "−1_h_05"), (59.6, "1_h"), (0, "0_min")],
)
def test_durations(minutes: float, said: str) -> None:
    assert seen(french.duration(minutes)) == said


@pytest.mark.parametrize(
    ("unit", "decimals", "x", "full", "tile"),
    [
        ("%", 1, 86.68, "86,7_%", "86,7_%"),
        ("%", 1, 104.2, "104,2_%", "104_%"),
        ("%", 2, 1.724, "1,72_%", "1,72_%"),
        ("passages", 0, 52_814, "52~814_passages", "52,8_k_passages"),
        ("passages", 0, 1_214_300, "1~214~300_passages", "1,21_M_passages"),
        ("passages", 0, 4_812, "4~812_passages", "4~812_passages"),
        ("patients", 0, 0, "0_patient", "0_patient"),
        ("patients", 0, 1, "1_patient", "1_patient"),
        ("patients", 0, 2, "2_patients", "2_patients"),
        ("lits", 1, 1.5, "1,5_lit", "1,5_lit"),
        ("séjours/lit/mois", 1, 1.9, "1,9_séjour/lit/mois", "1,9_séjour/lit/mois"),
        ("j", 1, 5.83, "5,8_j", "5,8_j"),
        ("ETP", 1, 1.0, "1,0_ETP", "1,0_ETP"),
        ("min", 0, 320, "5_h_20", "5_h_20"),
        ("k€", 0, -1840, "−1~840_k€", "−1~840_k€"),
        ("M€", 1, -3.51, "−3~510_k€", "−3~510_k€"),
        ("indice", 2, 0.974, "0,97", "0,97"),
        ("/100", 1, 74.23, "74,2/100", "74,2/100"),
        ("%", 1, None, "n.d.", "n.d."),
    ],
)
def test_a_value_is_chosen_by_its_unit(
    unit: str, decimals: int, x: float | None, full: str, tile: str
) -> None:
    assert seen(french.value(kpi(unit, decimals=decimals), x)) == full
    assert seen(french.short(kpi(unit, decimals=decimals), x)) == tile


def test_english_values() -> None:
    with use("en"):
        assert seen(french.value(kpi("%", decimals=1), 86.68)) == "86.7%"
        assert seen(french.value(kpi("lits", decimals=1), 1.5)) == "1.5_beds"
        assert seen(french.value(kpi("patients"), 1)) == "1_patient"
        assert seen(french.value(kpi("patients"), 0)) == "0_patients"
        assert seen(french.value(kpi("k€"), -412)) == "−€412k"


DAY = Window(date(2026, 11, 20), date(2026, 11, 20))
WEEK_BEFORE = Window(date(2026, 11, 13), date(2026, 11, 13))
EVE = Window(date(2026, 11, 19), date(2026, 11, 19))
OCTOBER = Window(date(2026, 10, 1), date(2026, 10, 31))
SEPTEMBER = Window(date(2026, 9, 1), date(2026, 9, 30))


@pytest.mark.parametrize(
    ("unit", "change", "window", "said"),
    [
        ("%", Change("previous", 91.9, 1.9, None, False, WEEK_BEFORE), DAY, "+1,9_pt_/_7_j"),
        ("%", Change("previous", 91.9, -0.04, None, True, EVE), DAY, "stable_/_veille"),
        ("%", Change("previous", 8.8, 0.3, None, False, SEPTEMBER), OCTOBER, "+0,3_pt_/_M-1"),
        ("passages", Change("previous", 201, 13, 6.44, None, WEEK_BEFORE), DAY, "+6,4_%_/_7_j"),
        ("lits", Change("previous", 42, -5, -11.9, True, WEEK_BEFORE), DAY, "−5_/_7_j"),
        ("j", Change("last_year", 6.0, -2, None, True), OCTOBER, "−2_j_/_N-1"),
        ("k€", Change("budget", -1530, -310, None, False), OCTOBER, "−310_k€_/_budget"),
        ("min", Change("target", 240, 25, None, False), DAY, "+25_min_/_cible"),
        ("patients", Change("previous", 0, 0, None, None), None, "stable_/_préc."),
    ],
)
def test_a_change_says_how_much_and_against_what(
    unit: str, change: Change, window: Window | None, said: str
) -> None:
    assert seen(french.change(kpi(unit), change, window)) == said


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("1 234,5", 1234.5),
        ("1\u202f234,5", 1234.5),
        ("1\u00a0234.5", 1234.5),
        ("1.234,5", 1234.5),
        ("\u2212412", -412),
        ("+3", 3),
        ("", None),
        ("12,5 %", None),
        ("abc", None),
        ("1,2,3", None),
        ("1e5", None),
    ],
)
def test_numbers_typed_by_a_person(typed: str, number: float | None) -> None:
    assert french.parse_number(typed) == number


def test_english_thousands_are_read_in_english() -> None:
    with use("en"):
        assert french.parse_number("1,234.5") == 1234.5
        assert french.parse_number("1,234") == 1234
        assert french.parse_number("1,5") == 1.5


@given(some.floats(-1e12, 1e12), some.integers(0, 3))
def test_what_is_written_reads_back(x: float, decimals: int) -> None:
    read = french.parse_number(french.number(x, decimals))
    assert read == pytest.approx(x, abs=0.5 * 10**-decimals + 1e-3)


@given(some.text(max_size=30))
def test_reading_a_number_never_fails(text: str) -> None:
    assert french.parse_number(text) is None or math.isfinite(french.parse_number(text) or 0)
