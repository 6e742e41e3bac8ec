"""Beds: occupancy, backlog and flow of the reference simulation (domain, 5.4)."""

from __future__ import annotations

import pandas as pd
import pytest

MCO = ("MED", "CHIR", "OBST", "SC", "UHCD")


def occupancy(demo, *disciplines: str) -> pd.Series:
    units = demo.wards(*disciplines)
    return demo.daily("patients_midnight", units=units) / demo.daily("beds_open", units=units)


@pytest.fixture(scope="session")
def medical(demo) -> pd.Series:
    return occupancy(demo, "MED")


@pytest.fixture(scope="session")
def boarders(demo) -> pd.Series:
    return demo.daily("boarders_0800")


def test_medical_occupancy_is_90_percent(medical):
    assert medical.mean() == pytest.approx(0.904, abs=0.015)
    assert medical.quantile(0.05) == pytest.approx(0.805, abs=0.03)
    assert medical.quantile(0.95) == pytest.approx(0.992, abs=0.02)


def test_medical_wards_empty_at_the_weekend(medical):
    week = medical.groupby(medical.index.dayofweek).mean()
    assert week.loc[0:3].mean() == pytest.approx(0.93, abs=0.02)
    assert week.loc[5:6].mean() == pytest.approx(0.86, abs=0.03)


@pytest.mark.parametrize(
    ("discipline", "low", "high"),
    [
        ("CHIR", 0.72, 0.84),
        ("OBST", 0.68, 0.76),
        ("SC", 0.80, 0.88),
        ("UHCD", 0.90, 1.0),
        ("SMR", 0.90, 0.94),
        ("USLD", 0.96, 1.0),
        ("PSY", 0.92, 0.98),
    ],
)
def test_each_discipline_is_as_full_as_it_should_be(demo, discipline, low, high):
    assert low < occupancy(demo, discipline).mean() < high


def test_surgery_empties_from_friday_to_sunday(demo):
    share = occupancy(demo, "CHIR")
    week = share.groupby(share.index.dayofweek).mean()
    assert week.loc[5:6].mean() < 0.70
    assert week.loc[1:3].mean() > 0.85


def test_paediatrics_is_half_empty_in_august_and_full_in_december(demo):
    ward = demo.daily("patients_midnight", units={"5130"}) / 16
    by_month = ward.groupby(ward.index.month).mean()
    assert by_month[8] == pytest.approx(0.55, abs=0.10)
    assert by_month[12] == pytest.approx(0.92, abs=0.08)


def test_few_boarders_on_most_days_and_many_on_some(boarders):
    assert 1.8 < boarders.mean() < 3.6
    assert boarders.median() in {1, 2}
    assert boarders.quantile(0.9) == pytest.approx(6, abs=1.5)
    assert boarders.quantile(0.99) == pytest.approx(20, abs=4)


def test_boarders_are_worst_in_january(boarders):
    by_month = boarders.groupby(boarders.index.month).mean()
    assert by_month.idxmax() == 1
    assert by_month[8] < 2


def test_boarders_follow_the_occupancy_of_the_night_before(medical, boarders):
    assert boarders.corr(medical.shift(1)) == pytest.approx(0.59, abs=0.08)


def test_open_beds_are_installed_less_closed_plus_supplementary(demo):
    gap = demo.daily("beds_open") - (demo.daily("beds_installed") - demo.daily("beds_closed"))
    assert gap.between(0, 12).all()
    assert demo.daily("beds_installed").eq(600).all()


def test_four_percent_of_beds_are_closed_and_more_in_august(demo):
    share = demo.daily("beds_closed") / 600
    assert share.mean() == pytest.approx(0.04, abs=0.01)
    by_month = share.groupby(share.index.month).mean()
    assert by_month[8] > 1.7 * by_month[6]


def test_lengths_of_stay_hold_the_census(demo):
    for ward, days in (("2110", 6.6), ("2120", 10.2), ("4110", 5.6), ("5110", 3.7), ("6110", 31)):
        nights = demo.daily("patients_midnight", units={ward}).sum()
        assert nights / demo.daily("bed_exits", units={ward}).sum() == pytest.approx(days, rel=0.05)


def test_flow_rates_are_in_their_usual_range(demo):
    def rate(top: str, bottom: str) -> float:
        return demo.daily(top).sum() / demo.daily(bottom).sum()

    assert 0.22 < rate("exits_before_noon", "exits_eligible") < 0.32
    assert 0.55 < rate("edd_filled", "inpatients_24h") < 0.80
    assert 0.02 < rate("outliers", "patients_midnight") < 0.06
    assert 22 < demo.daily("long_stays_present").mean() < 36
    assert 1 < demo.daily("frozen_beds").mean() < 4


def test_the_snapshot_agrees_with_the_census(demo):
    present = demo.daily("patients_0800")
    midnight = demo.daily("patients_midnight").shift(1)
    assert (present - midnight).abs().max() < 20
    spare = demo.daily("beds_open_0800") - present
    assert (demo.daily("beds_available_0800") - spare).abs().quantile(0.95) < 15


def test_available_beds_usually_exceed_the_minimum_need(demo):
    free = demo.daily("beds_available_0800", units=demo.wards("MED", "CHIR", "UHCD"))
    admitted = demo.daily("ed_admissions")
    assert 0.55 < (free > admitted.quantile(0.25)).mean() < 0.95
