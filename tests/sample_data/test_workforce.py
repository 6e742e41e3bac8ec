"""Staff: absence, contracts, turnover, temporary staff (domain, 5.6)."""

from __future__ import annotations

import pandas as pd
import pytest

from sample_data import staff


@pytest.fixture(scope="session")
def payroll(demo) -> pd.DataFrame:
    files = sorted(demo.home.drop.glob("rh_*.csv"))
    return pd.concat(pd.read_csv(p, sep=";", decimal=",", encoding="cp1252") for p in files)


def _rate(frame: pd.DataFrame) -> float:
    days = pd.to_datetime(frame["mois"]).dt.days_in_month
    absent = frame[[c for c in frame if c.startswith("jours_abs")]].to_numpy().sum()
    return float(absent / (frame["etpr"] * days).sum())


def test_two_thousand_people_are_paid_and_2260_are_there(demo):
    fte = demo.daily("fte_paid")
    assert fte[fte.index.year == 2026].mean() == pytest.approx(2000, rel=0.006)
    assert demo.daily("headcount").iloc[-1] == pytest.approx(2260, rel=0.01)


def test_fewest_are_paid_in_august(demo):
    fte = demo.daily("fte_paid")
    assert (fte.groupby(fte.index.month).mean().idxmin()) == 8


def test_absence_is_9_6_percent_and_4_3_for_physicians(payroll):
    assert _rate(payroll[payroll["pm_pnm"] == "PNM"]) == pytest.approx(0.096, abs=0.004)
    assert _rate(payroll[payroll["pm_pnm"] == "PM"]) == pytest.approx(0.043, abs=0.004)


@pytest.mark.parametrize(
    ("job", "rate"), [("AS", 0.12), ("IDE", 0.09), ("ASH", 0.125), ("ADMIN", 0.07)]
)
def test_each_profession_has_its_own_absence(payroll, job, rate):
    assert _rate(payroll[payroll["metier"] == job]) == pytest.approx(rate, abs=0.018)


def test_absence_is_highest_in_winter(demo):
    absence = demo.daily("absence_days")
    by_month = absence.groupby(absence.index.month).mean()
    assert by_month.idxmax() in {1, 12}
    assert by_month.idxmin() in {6, 7, 8, 9}


def test_ordinary_sickness_is_half_of_the_absence(demo):
    share = demo.daily("absence_days", facets={"MO"}).sum() / demo.daily("absence_days").sum()
    assert share == pytest.approx(0.48, abs=0.02)


def test_short_absence_is_1_3_percent_and_rises_a_week_after_the_flu(demo):
    rate = demo.daily("absence_days_short") / demo.daily("fte_planned")
    assert rate.mean() == pytest.approx(0.0135, abs=0.002)
    assert rate["2026-01-08":"2026-01-25"].mean() - rate["2026-05"].mean() > 0.007


def test_contracts_are_23_percent_and_growing(demo):
    contract = demo.daily("headcount", facets={"CDI", "CDD"})
    staff_only = demo.daily("headcount", facets={"TITULAIRE", "CDI", "CDD"})
    share = contract / staff_only
    assert share.iloc[-1] == pytest.approx(0.23, abs=0.004)
    assert share.iloc[0] < share.iloc[-1] - 0.01


def test_turnover_is_about_10_percent(demo):
    moves = demo.daily("staff_entries") + demo.daily("staff_exits")
    assert moves.iloc[-12:].sum() / 2 / demo.daily("headcount").iloc[-12:].mean() == pytest.approx(
        0.105, abs=0.012
    )


def test_vacancies_are_those_of_each_profession(demo):
    for job, wanted in (("IDE", 0.047), ("AS", 0.025), ("BLOC", 0.09), ("PH", 0.26)):
        facet = {
            f for f in demo.rows["facet"].cat.categories if f in {job, f"PNM/{job}", f"PM/{job}"}
        }
        posts = demo.daily("posts_budgeted", facets=facet).sum()
        filled = demo.daily("posts_filled", facets=facet).sum()
        assert 1 - filled / posts == pytest.approx(wanted, abs=0.012), job


def test_overtime_is_one_to_two_and_a_half_hours(demo):
    hours = demo.daily("overtime_hours") / demo.daily("fte_paid")
    assert 1.2 < hours.mean() < 2.5


def test_temporary_staff_cost_3_4_million_a_year(demo):
    assert demo.yearly("temp_staff_eur", 2025) / 1e6 == pytest.approx(3.4, abs=0.35)


def test_accidents_are_20_to_30_per_million_hours(demo):
    accidents, hours = demo.daily("work_accidents"), demo.daily("hours_worked")
    assert 17 < accidents.iloc[-24:].sum() / hours.iloc[-24:].sum() * 1e6 < 30


def test_the_scale_of_professions_is_2000_posts():
    assert staff.posts().sum() == pytest.approx(2000)
