"""Emergency departments: the figures of the reference simulation (domain, 5.3)."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest


@pytest.fixture(scope="session")
def visits(demo) -> pd.Series:
    return demo.daily("ed_visits")


@pytest.fixture(scope="session")
def admissions(demo) -> pd.Series:
    return demo.daily("ed_admissions")


def test_visits_a_day_are_163_with_a_deviation_of_20(visits):
    assert visits.mean() == pytest.approx(163, abs=4)
    assert visits.std() == pytest.approx(20, abs=2)
    assert visits.quantile(0.05) == pytest.approx(132, abs=5)
    assert visits.quantile(0.95) == pytest.approx(196, abs=6)


def test_monday_is_the_busiest_day(visits):
    index = visits.groupby(visits.index.dayofweek).mean() / visits.mean()
    assert index.to_numpy() == pytest.approx([1.08, 1.0, 0.98, 0.98, 1.0, 0.98, 0.98], abs=0.025)


def test_sixty_thousand_visits_a_year_and_a_dip_in_2023(visits):
    years = visits.groupby(visits.index.year).sum()
    assert years[2025] == pytest.approx(60_000, rel=0.03)
    assert years[2023] < years[2024]


def test_a_quarter_are_children_and_fifteen_percent_are_75_or_more(demo, visits):
    shares = {
        age: demo.daily("ed_visits", facets={age}).sum() / visits.sum() for age in ("0-17", "75+")
    }
    assert shares["0-17"] == pytest.approx(0.25, abs=0.02)
    assert shares["75+"] == pytest.approx(0.15, abs=0.015)


def test_the_second_site_has_a_fifth_of_the_visits(demo, visits):
    share = demo.daily("ed_visits", units={"1210"}).sum() / visits.sum()
    assert share == pytest.approx(12.5 / 60, abs=0.015)


def test_22_percent_are_admitted(demo, visits, admissions):
    assert admissions.sum() / visits.sum() == pytest.approx(0.224, abs=0.006)
    known = demo.daily("ed_visits_known_outcome").sum()
    assert known / visits.sum() == pytest.approx(0.97, abs=0.01)
    assert admissions.mean() == pytest.approx(36.5, abs=1.5)


def test_visits_and_admissions_move_together(visits, admissions):
    assert visits.corr(admissions) == pytest.approx(0.64, abs=0.06)


def test_the_minimum_bed_need_is_between_24_and_42(admissions):
    past = admissions[admissions.index < "2026-01-01"]
    need = past.groupby(past.index.isocalendar().week.to_numpy()).quantile(0.25)
    assert need.mean() == pytest.approx(31.6, abs=1.5)
    assert need.min() > 24
    assert need.max() < 42


def test_half_of_the_visits_last_three_hours(demo):
    rows = demo.rows[demo.rows["measure"] == "ed_los_minutes"]
    bins = rows.groupby("facet", observed=True)["value"].sum()
    low = np.array([float(str(code).split("-")[0]) for code in bins.index])
    counts = bins.to_numpy()[np.argsort(low)]
    edges = np.sort(low)
    share = counts.cumsum() / counts.sum()
    assert edges[(share > 0.5).argmax()] == pytest.approx(180, abs=30)
    assert edges[(share > 0.75).argmax()] == pytest.approx(330, abs=60)


def test_fifteen_percent_stay_more_than_eight_hours(demo):
    share = demo.daily("ed_visits_over_8h").sum() / demo.daily("ed_visits_valid_duration").sum()
    assert share == pytest.approx(0.15, abs=0.025)


def test_the_main_site_holds_about_35_patients_at_15h(demo):
    assert 28 < demo.daily("ed_present_15h", units={"1110"}).mean() < 45


def test_two_to_five_percent_leave_without_care(demo, visits):
    assert 0.02 < demo.daily("ed_left_without_care").sum() / visits.sum() < 0.05


def test_durations_grow_with_the_boarders(demo):
    mean = demo.daily("ed_admitted_minutes") / demo.daily("ed_admitted_valid")
    assert mean.corr(demo.daily("boarders_0800")) > 0.4


def test_the_histogram_agrees_with_the_counts(demo):
    histogram = demo.daily("ed_los_minutes")
    assert (histogram == demo.daily("ed_visits_valid_duration")).all()
