from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.connect.parse_days import DayFormat, last_day

_DAYS = st.dates(date(1900, 1, 1), date(2100, 12, 31))
_FRENCH = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
]


@pytest.mark.parametrize(
    ("form", "text", "day"),
    [
        ("%d/%m/%Y", "29/02/2024", date(2024, 2, 29)),
        ("%d/%m/%Y", "1/2/2024", date(2024, 2, 1)),
        ("%Y-%m-%d", "2024-12-31", date(2024, 12, 31)),
        ("%Y%m%d", "20240131", date(2024, 1, 31)),
        ("%d/%m/%Y %H:%M", "05/06/2024 23:59", date(2024, 6, 5)),
        ("%B %Y", "April 2022", date(2022, 4, 1)),
        ("%B %Y", "avril\u00a02022", date(2022, 4, 1)),
        ("%B %Y", "FEVRIER 2022", date(2022, 2, 1)),
        ("%B %Y", "fe\u0301vrier 2022", date(2022, 2, 1)),
        ("%b-%y", "janv.-21", date(2021, 1, 1)),
        ("%b-%y", "Jan-21", date(2021, 1, 1)),
        ("%b-%y", "août-21", date(2021, 8, 1)),
        ("%b-%y", "Dec-99", date(1999, 12, 1)),
        ("%Y-%m", "2024-1", date(2024, 1, 1)),
        ("%m/%Y", "12/2024", date(2024, 12, 1)),
        ("%G-W%V", "2020-W53", date(2020, 12, 28)),
        ("%G-W%V", "2026-W1", date(2025, 12, 29)),
    ],
)
def test_a_real_day_is_read(form: str, text: str, day: date) -> None:
    assert DayFormat.of(form).day(text) == day


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("%d/%m/%Y", "31/02/2024"),
        ("%d/%m/%Y", "29/02/2023"),
        ("%d/%m/%Y", "2024-01-05"),
        ("%d/%m/%Y", "01/01/1899"),
        ("%d/%m/%Y", "01/01/2101"),
        ("%d/%m/%Y", "01/13/2024"),
        ("%d/%m/%Y", "01/01/24"),
        ("%d/%m/%Y", "01/01/2024 "),
        ("%d/%m/%Y", "\u0661/01/2024"),
        ("%Y%m%d", "2024131"),
        ("%Y-%m", "2024-13"),
        ("%Y-%m", "2024-00"),
        ("%G-W%V", "2021-W53"),
        ("%B %Y", "avrul 2022"),
    ],
)
def test_what_is_no_real_day_of_this_format_is_refused(form: str, text: str) -> None:
    assert DayFormat.of(form).day(text) is None


def test_a_locale_keeps_to_its_own_months() -> None:
    assert DayFormat.of("%B %Y", "en").day("avril 2022") is None
    assert DayFormat.of("%B %Y", "fr").day("April 2022") is None


@pytest.mark.parametrize(
    "form", ["", "%d", "%d/%m", "%Y", "%q", "%d/%m/%Y/%d", "%d/%m/%Y%", "%A %d", "%s"]
)
def test_an_unknown_or_incomplete_format_is_refused(form: str) -> None:
    with pytest.raises(ValueError, match="format"):
        DayFormat.of(form)


def test_a_spreadsheets_own_date_is_read_whatever_the_format() -> None:
    month = DayFormat.of("%b-%y")
    assert month.day("2021-01-15 00:00:00", accepts_iso=True) == date(2021, 1, 1)
    assert month.day("2021-01-15") is None


@given(_DAYS)
def test_french_date_and_back(day: date) -> None:
    assert DayFormat.of("%d/%m/%Y").day(f"{day.day:02d}/{day.month:02d}/{day.year}") == day


@given(_DAYS)
def test_french_month_and_back_is_the_first_of_the_month(day: date) -> None:
    text = f"{_FRENCH[day.month - 1]} {day.year}"
    assert DayFormat.of("%B %Y").day(text) == day.replace(day=1)


@given(_DAYS)
def test_iso_week_and_back_is_its_monday(day: date) -> None:
    year, week, _ = day.isocalendar()
    monday = day - timedelta(days=day.weekday())
    expected = monday if monday.year >= 1900 else None
    assert DayFormat.of("%G-W%V").day(f"{year}-W{week:02d}") == expected
    assert last_day("week", monday) >= day


@given(st.text(), st.sampled_from(["%d/%m/%Y", "%B %Y", "%b-%y", "%G-W%V", "%Y%m%d"]))
def test_parsing_never_crashes(text: str, form: str) -> None:
    found = DayFormat.of(form).day(text, accepts_iso=True)
    assert found is None or 1900 <= found.year <= 2100
