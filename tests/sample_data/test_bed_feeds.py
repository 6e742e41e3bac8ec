"""What the bed outlook reads besides the census: no figure of one feed contradicts another."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.kpi.histogram import edges
from sample_data.bed_lists import LIST_DAYS
from sample_data.beds_flow import entries
from sample_data.hospital import WARDS
from sample_data.stays import BINS, nights_of_stays, present_18h, shared_out

END = date(2026, 11, 21)
SURGERY = [i for i, uf in enumerate(WARDS) if uf.discipline == "CHIR"]


@pytest.fixture(scope="module")
def entered(world):
    census, exits = world.census.present, world.flow.exits
    return np.stack([entries(census[:, i], exits[:, i]) for i in range(len(WARDS))], axis=1)


@pytest.fixture(scope="module")
def histogram(world):
    return nights_of_stays(world.time, world.flow)


def test_a_night_is_the_night_before_with_who_came_and_without_who_left(world, entered):
    present = world.census.present
    assert (present[1:] == present[:-1] + entered[1:] - world.flow.exits[1:]).all()
    assert (entered >= 0).all()


def test_the_evening_lies_between_the_morning_and_midnight(world, entered):
    """At 18:00: those of 08:00 and some who came since, less some who left; then the others."""
    moves = world.flow
    evening = present_18h(world.time, world.census, moves, world.lists)
    came, gone = entered - moves.night_entries, moves.exits - moves.night_exits
    assert (evening >= np.maximum(moves.present_8h - gone, 0)).all()
    assert (evening <= moves.present_8h + came).all()
    after = world.census.present - evening
    assert (after >= -gone).all()
    assert (after <= came).all()
    assert (evening - world.census.present).sum() < 0  # most exits are over, the ED still sends


def test_the_delivered_evening_is_that_of_the_wards(demo):
    evening, night = demo.daily("patients_1800"), demo.daily("patients_midnight")
    assert evening.index.equals(night.index)
    assert 0.93 < (evening / night).mean() < 1.0


def test_nobody_enters_by_appointment_without_entering(world, entered):
    lists = world.lists
    assert (lists.came <= entered).all()
    assert (lists.listed[:, :, 0] == lists.came - lists.added + lists.absent).all()
    units = [uf.discipline == "UHCD" for uf in WARDS]
    assert lists.listed[:, units].sum() == 0


def test_planned_surgery_is_on_the_list_of_the_theatre(world):
    came = world.lists.came[:, SURGERY].sum(axis=1)
    scheduled = world.activity.scheduled
    assert (came[:-1] <= scheduled[:-1] + scheduled[1:]).all()
    absent = world.lists.absent[:, SURGERY].sum(axis=1)
    assert (absent <= world.activity.cancelled.sum(axis=1)).all()
    rest = (world.time.weekday == 5) | (world.time.holiday == 1)
    assert came[rest].mean() < 0.15 * came[~rest].mean()


def test_a_list_only_grows_until_its_eve(world):
    listed = world.lists.listed
    assert listed.shape[2] == LIST_DAYS
    assert (np.diff(listed, axis=2) <= 0).all()
    surgery, medicine = listed[:, SURGERY].sum(axis=(0, 1)), listed.sum(axis=(0, 1))
    assert surgery[-1] / surgery[0] == pytest.approx(0.86, abs=0.02)
    assert 0.4 < medicine[-1] / medicine[0] < 0.7


def test_the_eve_does_not_know_the_day(world, entered):
    """Lists and announcements carry error: knowing them all is not knowing the night."""
    exits, told = world.flow.exits, world.lists.announced
    some = exits > 0
    assert (told == exits)[some].mean() < 0.5
    assert 0.75 < told.sum() / exits.sum() < 0.90
    night_before = np.vstack([world.census.present[:1], world.census.present[:-1]])
    assert (told <= night_before).all()
    came = world.lists.came
    assert 0.03 < world.lists.absent.sum() / world.lists.listed[:, :, 0].sum() < 0.08
    assert 0.25 < came.sum() / entered.sum() < 0.40


def test_lists_reach_a_week_ahead_and_announcements_one_day(demo):
    last = pd.Timestamp(END)
    assert demo.daily("entries_planned").index.max() == last + timedelta(days=LIST_DAYS)
    assert demo.daily("exits_announced").index.max() == last + timedelta(days=1)
    planned = demo.daily("entries_planned", units=demo.wards("MED"))
    assert planned.loc[last + timedelta(days=LIST_DAYS)] < planned[: str(END)].mean()


def test_the_stays_of_a_day_are_its_exits(demo):
    stays, exits = demo.daily("stay_nights"), demo.daily("bed_exits")
    assert stays.reindex(exits.index, fill_value=0).equals(exits)


def test_the_stays_of_a_day_make_its_nights(world, histogram):
    """Each bin says between which nights: the nights of the PMSI lie between their sums."""
    assert (histogram.sum(axis=2) == world.flow.exits).all()
    low = np.array([edges(code)[0] for code in BINS])
    high = np.array([min(edges(code)[1] - 1, 10_000) for code in BINS])
    assert (histogram @ low <= world.flow.exit_nights).all()
    assert (histogram @ high >= world.flow.exit_nights).all()


@pytest.mark.parametrize(
    ("ward", "low", "high"),
    [("2110", 0.07, 0.14), ("2120", 0.20, 0.32), ("4110", 0.03, 0.08), ("5110", 0.0, 0.01)],
)
def test_few_stays_are_very_long_and_more_in_geriatrics(histogram, ward, low, high):
    mine = histogram[:, [uf.code for uf in WARDS].index(ward)].sum(axis=0)
    long = np.array([edges(code)[0] >= 14 for code in BINS])
    assert low < mine[long].sum() / mine.sum() < high


def test_more_stays_end_on_fridays_than_on_sundays(world, histogram):
    ends = histogram.sum(axis=(1, 2))
    by_weekday = [ends[world.time.weekday == day].mean() for day in range(7)]
    assert by_weekday[4] == max(by_weekday)
    assert by_weekday[4] > 1.5 * by_weekday[6]


def test_the_largest_remainder_takes_what_rounding_left():
    """5 nights, weights 1 1 2: 1.25 1.25 2.5, whole 1 1 2, and the night left goes to 2.5."""
    day = np.array([0, 0, 0, 2])
    nights = shared_out(np.array([5, 0, 7]), day, np.array([1.0, 1.0, 2.0, 0.3]))
    assert nights.tolist() == [1, 1, 3, 7]


@given(
    days=st.lists(
        st.tuples(st.integers(0, 60), st.lists(st.floats(0.01, 50), min_size=1, max_size=6)),
        min_size=1,
        max_size=5,
    )
)
def test_nights_shared_between_stays_make_their_total(days):
    totals = np.array([total for total, _ in days])
    day = np.repeat(np.arange(len(days)), [len(weights) for _, weights in days])
    nights = shared_out(totals, day, np.array([w for _, weights in days for w in weights]))
    assert (nights >= 0).all()
    assert np.bincount(day, weights=nights, minlength=len(days)).tolist() == totals.tolist()
