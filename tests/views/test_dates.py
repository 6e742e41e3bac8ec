"""Days and windows in words, checked against a 2026 wall calendar.

21 Nov 2026 is a Saturday of ISO week 47; 1 Nov 2026 a Sunday; 2026 has 53 weeks.
"""

from __future__ import annotations

from datetime import date, datetime

import pytest

from cockpit.i18n import use
from cockpit.kpi.model import Grain
from cockpit.series.model import Window
from cockpit.views import dates

SATURDAY = date(2026, 11, 21)
FIRST = date(2026, 11, 1)


def test_days() -> None:
    assert dates.short_day(SATURDAY) == "sam. 21 nov."
    assert dates.short_day(FIRST) == "dim. 1er nov."
    assert dates.long_day(SATURDAY) == "samedi 21 novembre 2026"
    assert dates.bare_day(date(2026, 1, 1)) == "1er janv."
    assert dates.numeric(SATURDAY) == "21/11/2026"
    assert dates.week(date(2026, 12, 31)) == "S53"
    with use("en"):
        assert dates.short_day(FIRST) == "Sun 1 Nov"
        assert dates.week(SATURDAY) == "W47"


@pytest.mark.parametrize(
    ("day", "grain", "said"),
    [
        (SATURDAY, Grain.DAY, "sam. 21 nov."),
        (date(2026, 11, 16), Grain.WEEK, "S47 (16–22 nov.)"),
        (date(2026, 10, 1), Grain.MONTH, "octobre 2026"),
        (date(2026, 7, 1), Grain.QUARTER, "T3 2026"),
        (date(2026, 1, 1), Grain.YEAR, "2026"),
    ],
)
def test_a_point_is_named_by_its_grain(day: date, grain: Grain, said: str) -> None:
    assert dates.named(day, grain) == said


@pytest.mark.parametrize(
    ("start", "end", "full", "brief"),
    [
        ((2026, 11, 21), (2026, 11, 21), "sam. 21 nov.", "sam. 21 nov."),
        ((2026, 11, 15), (2026, 11, 21), "15–21 nov.", "15–21 nov."),
        ((2026, 10, 28), (2026, 11, 3), "28 oct.–3 nov.", "28 oct.–3 nov."),
        ((2026, 10, 1), (2026, 10, 31), "octobre 2026", "oct. 2026"),
        ((2026, 11, 1), (2026, 11, 21), "1er–21 nov.", "1er–21 nov."),
        ((2026, 1, 1), (2026, 10, 31), "cumul à fin octobre 2026", "cumul à fin oct. 2026"),
        ((2026, 1, 1), (2026, 11, 20), "cumul au 20 nov.", "cumul au 20 nov."),
        ((2025, 1, 1), (2025, 12, 31), "2025", "2025"),
        ((2025, 11, 1), (2026, 10, 31), "12 mois à fin octobre 2026", "12 mois à fin oct. 2026"),
    ],
)
def test_a_window_is_named_from_its_days(
    start: tuple[int, int, int], end: tuple[int, int, int], full: str, brief: str
) -> None:
    window = Window(date(*start), date(*end))
    assert dates.covering(window) == full
    assert dates.covering(window, brief=True) == brief


def test_no_window_has_no_words() -> None:
    assert dates.covering(None) == ""
    assert dates.gap(None, None) == "préc."


@pytest.mark.parametrize(
    ("stored", "said"),
    [
        (datetime(2026, 11, 21, 6, 0), "il y a 30 min"),
        (datetime(2026, 11, 21, 5, 0), "06:00"),
        (datetime(2026, 11, 20, 17, 40), "hier 18:40"),
        (datetime(2026, 11, 18, 5, 0), "18/11"),
    ],
)
def test_an_instant_is_told_on_the_clock_of_paris(stored: datetime, said: str) -> None:
    """Now is 06:30 UTC, 07:30 in Paris."""
    assert dates.moment(stored, datetime(2026, 11, 21, 6, 30)) == said
