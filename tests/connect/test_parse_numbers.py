from __future__ import annotations

import math

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.connect.parse_numbers import parse_numbers


def _one(text: str, decimal: str = ",", missing: tuple[str, ...] = ()) -> float | str | None:
    found = parse_numbers(pa.array([text], pa.string()), decimal, missing)
    if found.missing[0]:
        return None
    return "refused" if found.bad[0] else float(found.value[0])


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0),
        ("1234,5", 1234.5),
        ("1 234,5", 1234.5),
        ("1\u00a0234\u202f567,89", 1234567.89),
        ("-3", -3),
        ("+3", 3),
        ("+1 000", 1000),
        (",5", 0.5),
        ("1,5E+05", 150000),
        (" 7\t", 7),
        ("007", 7),
    ],
)
def test_a_french_number_is_read(text: str, value: float) -> None:
    assert _one(text) == value


@pytest.mark.parametrize(
    "text",
    ["NaN", "nan", "inf", "-Infinity", "1e999", "1e99", "12 %", "12%", "(12)", "12 34", "1 23", "1.5",
     "1,", "1,2,3", "- 5", "--5", "+-5", "5-", "0x10", "1_000", "\u0663", "\uff11", "12\u200e", "9" * 20, "1 000,", "un",
     "1 0000", "1,5 000", "12\n", "€5"],
)  # fmt: skip
def test_what_is_no_plain_number_is_refused_never_guessed(text: str) -> None:
    assert _one(text) == "refused" or (text == "12\n" and _one(text) == 12)


def test_the_decimal_mark_is_the_declared_one_only() -> None:
    assert _one("1.5", ".") == 1.5
    assert _one("1,5", ".") == "refused"
    assert _one("1.234,5") == "refused"


def test_empty_and_declared_texts_are_missing_never_zero() -> None:
    assert [_one(text, missing=("NA", "-", "9999")) for text in ("", "  ", "NA", " - ", "9999", "0")] == [
        None, None, None, None, None, 0,
    ]  # fmt: skip


@given(st.lists(st.text(max_size=12)), st.sampled_from([",", "."]))
def test_parsing_never_crashes_and_every_cell_is_value_missing_or_bad(
    texts: list[str], decimal: str
) -> None:
    clean = [text.encode("utf-8", "ignore").decode() for text in texts]
    found = parse_numbers(pa.array(clean, pa.string()), decimal)
    states = found.missing.astype(int) + found.bad + np.isfinite(found.value)
    assert (states == 1).all()


@given(
    st.lists(st.decimals(-(10**12), 10**12, places=2), min_size=1), st.sampled_from(" \u00a0\u202f")
)
def test_french_format_and_back_is_the_same_number(values: list, space: str) -> None:
    texts = [f"{value:,.2f}".replace(",", space).replace(".", ",") for value in values]
    found = parse_numbers(pa.array(texts), ",")
    assert not found.bad.any()
    assert all(
        math.isclose(got, float(value)) for got, value in zip(found.value, values, strict=True)
    )
