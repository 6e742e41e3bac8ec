"""Yearly activity (domain, 5.1), the planned side, and the coding of stays (5.5)."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("measure", "facet", "wanted", "tolerance"),
    [
        ("mco_stays", "HC", 22_700, 0.03),
        ("mco_stays", "AMBU", 14_000, 0.04),
        ("mco_passages", "HC", 28_000, 0.03),
        ("sessions", "DIALYSE", 13_000, 0.02),
        ("sessions", "CHIMIO", 5_900, 0.05),
        ("outpatient_visits", None, 190_000, 0.03),
        ("births", None, 1_280, 0.06),
    ],
)
def test_a_year_holds_what_the_hospital_says(demo, measure, facet, wanted, tolerance):
    found = demo.daily(measure, facets={facet} if facet else None)
    assert found[found.index.year == 2025].sum() == pytest.approx(wanted, rel=tolerance)


def test_overnight_stays_last_five_to_six_nights(demo):
    stays = demo.daily("mco_stays", facets={"HC"}).sum()
    assert demo.daily("mco_nights").sum() / stays == pytest.approx(5.7, abs=0.3)


def test_more_than_half_of_surgery_is_same_day(demo):
    ambulatory = demo.daily("surgery_stays", facets={"AMBU"}).sum()
    assert 0.50 < ambulatory / demo.daily("surgery_stays").sum() < 0.60


def test_theatres_are_used_at_75_to_85_percent(demo):
    used, opened = demo.daily("or_used_minutes").sum(), demo.daily("or_open_minutes").sum()
    assert 0.75 < used / opened < 0.85


def test_three_to_six_percent_of_operations_are_cancelled_late(demo):
    share = demo.daily("or_cancelled_late").sum() / demo.daily("or_scheduled").sum()
    assert 0.03 < share < 0.06


def test_lack_of_beds_cancels_more_when_the_wards_are_full(demo):
    cancelled = demo.daily("or_cancelled_late", facets={"LIT"})
    units = demo.wards("MED")
    full = demo.daily("patients_midnight", units=units) / demo.daily("beds_open", units=units)
    crowded = full.shift(1) > 0.96
    rate = cancelled / demo.daily("or_scheduled").where(lambda n: n > 0)
    assert rate[crowded].mean() > 1.8 * rate[~crowded].mean()


def test_length_of_stay_is_close_to_its_reference(demo):
    index = demo.daily("los_actual_days").sum() / demo.daily("los_expected_days").sum()
    assert 0.97 < index < 1.08


def test_august_brings_a_third_less_surgery_and_consultations(demo):
    stays = demo.daily("mco_passages", units=demo.wards("CHIR", "AMBU"))
    visits = demo.daily("outpatient_visits")
    for series in (stays, visits):
        months = series[series.index.year == 2025].groupby(lambda day: day.month).sum()
        assert 0.55 < months[8] / months.drop(8).mean() < 0.75


@pytest.mark.parametrize(
    ("age", "share"), [(0, 0.04), (3, 0.28), (7, 0.55), (15, 0.80), (30, 0.97)]
)
def test_coding_follows_the_completeness_curve(world, age, share):
    from sample_data.coding import _curve

    assert _curve(__import__("numpy").array([float(age)]))[0] == pytest.approx(share)


def test_a_month_old_stay_is_coded_except_in_pneumology(demo):
    closed, coded = demo.daily("closed_stays"), demo.daily("coded_stays")
    window = slice("2026-09-01", "2026-10-15")
    others = demo.wards("MED", "CHIR", "OBST", "SC", "UHCD", "AMBU") - {"2130"}
    others_closed = demo.daily("closed_stays", units=others)[window].sum()
    assert demo.daily("coded_stays", units=others)[window].sum() / others_closed > 0.95
    assert (coded[window] <= closed[window]).all()


def test_recent_stays_are_half_coded(demo):
    window = slice("2026-11-10", "2026-11-16")
    share = demo.daily("coded_stays")[window].sum() / demo.daily("closed_stays")[window].sum()
    assert 0.40 < share < 0.65


def test_coding_delays_count_the_coded_stays(demo):
    coded = demo.daily("coded_stays")
    by_month = coded.groupby(coded.index.to_period("M")).sum()
    delays = demo.daily("coding_delay_days")
    assert delays.to_numpy() == pytest.approx(by_month.to_numpy())
