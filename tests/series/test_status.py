"""Levels: which side is bad, whether the level itself counts, what a gap is read against."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from cockpit.kpi.model import Kpi, Threshold
from cockpit.series.model import Change, Status, Window
from cockpit.series.status import compared, high_is_bad, is_good, level_of, status
from tests.support.hospital import kpi

LONG = Window(date(2025, 10, 1), date(2025, 10, 31))


def change(kind: str, reference: float, delta: float, window: Window | None = LONG) -> Change:
    return Change(kind, reference, delta, None, None, window)


DOWN = replace(kpi("absence_rate"), threshold=Threshold(amber=10, red=12))
UP = replace(kpi("ins_qualified_rate"), threshold=Threshold(amber=70, red=60))
BAND = replace(
    kpi("bed_occupancy_rate"), threshold=Threshold(low_red=65, low_amber=70, amber=92, red=95)
)
CASH = replace(kpi("cash_position"), threshold=Threshold(low_amber=3_000_000, low_red=1_600_000))
GAP = replace(kpi("bjml_gap"), threshold=Threshold(amber=-0.5, red=-5))
NO_LEVEL = replace(kpi("births"), threshold=None)
PAYROLL = replace(kpi("payroll"), threshold=Threshold("gap_pct", "budget", 0.7, 1.5))
STAYS = replace(kpi("mco_stays"), threshold=Threshold("gap_pct", "last_year", -2, -4))


@pytest.mark.parametrize(
    ("one", "number", "expected"),
    [
        # down: 10 % and 12 % of absence; reaching the level counts
        (DOWN, 9.99, Status.OK),
        (DOWN, 10.0, Status.AMBER),
        (DOWN, 12.0, Status.RED),
        # up: fewer than 70 % and 60 %
        (UP, 70.0, Status.OK),
        (UP, 69.9, Status.AMBER),
        (UP, 59.9, Status.RED),
        # band: 65, 70, 92, 95 % of occupancy
        (BAND, 64.9, Status.RED),
        (BAND, 65.0, Status.AMBER),
        (BAND, 70.0, Status.OK),
        (BAND, 91.9, Status.OK),
        (BAND, 92.0, Status.AMBER),
        (BAND, 110.0, Status.RED),
        # a band with low levels only: cash
        (CASH, 3_000_000, Status.OK),
        (CASH, 2_999_999, Status.AMBER),
        (CASH, -1.0, Status.RED),
        # no beds under the need; amber below -0.5, red below -5
        (GAP, 0.0, Status.OK),
        (GAP, -1.0, Status.AMBER),
        (GAP, -6.0, Status.RED),
        # no level at all
        (NO_LEVEL, 3.0, Status.NONE),
    ],
)
def test_level_of_a_value(one: Kpi, number: float, expected: Status) -> None:
    assert level_of(one, number) == expected


def test_what_cannot_be_computed_is_unavailable_not_fine() -> None:
    assert status(kpi("absence_rate"), None, {}) == Status.UNAVAILABLE


def test_a_gap_without_its_reference_has_no_status() -> None:
    assert status(PAYROLL, 100.0, {}) == Status.NONE
    assert status(PAYROLL, 100.0, {"budget": change("budget", 0.0, 100.0)}) == Status.NONE


def test_a_gap_in_percent_is_read_against_the_size_of_the_reference() -> None:
    # a payroll 1 % over a budget of 1 000: amber from 0.7 %, red from 1.5 %
    over = {"budget": change("budget", 1000.0, 10.0)}
    assert compared(PAYROLL, 1010.0, over) == pytest.approx(1.0)
    assert status(PAYROLL, 1010.0, over) == Status.AMBER
    # a planned deficit of -1 000 that became -1 200 is 20 % worse, not 20 % better
    planned = {"budget": change("budget", -1000.0, -200.0)}
    up = replace(kpi("revenue_by_title"), threshold=Threshold("gap_pct", "budget", -5, -10))
    assert compared(up, -1200.0, planned) == pytest.approx(-20.0)
    assert status(up, -1200.0, planned) == Status.RED


def test_a_gap_is_not_judged_on_a_few_days() -> None:
    week = Window(date(2025, 11, 17), date(2025, 11, 23))
    references = {"last_year": change("last_year", 100.0, -50.0, week)}
    assert status(STAYS, 50.0, references) == Status.NONE
    references = {"last_year": change("last_year", 100.0, -50.0)}
    assert status(STAYS, 50.0, references) == Status.RED


def test_which_side_is_bad() -> None:
    assert high_is_bad(kpi("absence_rate"))
    assert high_is_bad(kpi("bed_occupancy_rate"))
    assert not high_is_bad(kpi("sessions"))


@pytest.mark.parametrize(
    ("name", "delta", "good"),
    [
        ("absence_rate", -1.0, True),
        ("absence_rate", 1.0, False),
        ("sessions", 3.0, True),
        ("sessions", -3.0, False),
        ("ed_visits", 30.0, None),  # context
        ("bed_occupancy_rate", 3.0, None),  # a band has no good side
        ("absence_rate", 0.0, None),
        ("absence_rate", 0.004, None),  # invisible at one decimal
    ],
)
def test_a_change_goes_the_good_way_or_says_nothing(
    name: str, delta: float, good: bool | None
) -> None:
    assert is_good(kpi(name), delta) is good
