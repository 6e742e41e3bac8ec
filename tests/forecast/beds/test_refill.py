"""What a night gains: learned as one thing, and told by the lists of the next day."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cockpit.forecast.beds.read import Ward
from cockpit.forecast.beds.refill import Refill, learn_refill
from cockpit.kpi.model import UnitId

DAYS, ORIGIN = 201, 199
WEEKDAYS = np.arange(DAYS) % 7
LISTS = ("entries_planned", "exits_announced")


def ward() -> Ward:
    """20 beds; each night wins half of those that are free, and the planned less the announced."""
    rng = np.random.default_rng(3)
    planned, announced = rng.integers(0, 4, (2, DAYS)).astype(float)
    census = np.full(DAYS, 16.0)
    for day in range(1, DAYS):
        free = 20 - census[day - 1]
        census[day] = census[day - 1] + 0.5 * free + planned[day] - announced[day]
    census[ORIGIN + 1 :] = np.nan
    beds = np.where(np.isnan(census), np.nan, 20.0)
    names = ("patients_midnight", "beds_open", *LISTS)
    series = dict(zip(names, (census, beds, planned, announced), strict=True))
    return Ward(UnitId("M1"), "MED", series, None)


def learned(from_ward: Ward) -> Refill:
    return learn_refill(from_ward, ORIGIN, WEEKDAYS)


def changed(name: str, place: slice, value: float) -> Ward:
    """The ward with another value of a measure at some days."""
    one = ward()
    values = one[name].copy()
    values[place] = value
    return replace(one, series={**one.series, name: values})


TOMORROW = slice(ORIGIN + 1, ORIGIN + 2)


def test_an_emptier_ward_fills_by_half_of_what_is_free() -> None:
    refill = learned(ward())
    assert refill.gain(3, 10, 1) - refill.gain(3, 14, 1) == pytest.approx(2.0, abs=0.5)


def test_the_lists_of_the_next_day_tell_the_first_night_alone() -> None:
    quiet, busy = (learned(changed("exits_announced", TOMORROW, n)) for n in (0.0, 3.0))
    assert quiet.gain(3, 16, 0) - busy.gain(3, 16, 0) == pytest.approx(3.0, abs=0.2)
    assert quiet.gain(3, 16, 1) == pytest.approx(busy.gain(3, 16, 1))


def test_lists_that_only_come_once_the_day_is_over_are_left_aside() -> None:
    """In the past they stand beside their day, as if they had been known on its eve."""
    late = changed("exits_announced", TOMORROW, np.nan)
    assert learn_refill(late, ORIGIN - 20, WEEKDAYS).first is None
    assert learn_refill(ward(), ORIGIN - 20, WEEKDAYS).first is not None


def test_lists_and_beds_of_a_few_weeks_teach_nothing_yet() -> None:
    assert learned(changed("entries_planned", slice(0, ORIGIN - 40), np.nan)).first is None
    few = learned(changed("beds_open", slice(0, ORIGIN - 40), np.nan))
    assert few.open_beds == 1.0
    assert few.gain(3, 16, 1) == pytest.approx(2, abs=1)


def test_what_follows_the_origin_changes_nothing() -> None:
    """The census after an origin in the past is tripled."""
    past = ORIGIN - 30
    rose = changed("patients_midnight", slice(past + 1, ORIGIN), 60.0)
    both = [learn_refill(one, past, WEEKDAYS) for one in (ward(), rose)]
    assert [one.gain(3, 16, 0) for one in both] == [both[0].gain(3, 16, 0)] * 2
