"""Accounts, budget, activity revenue, cash and third parties (domain, 5.5)."""

from __future__ import annotations

import numpy as np
import pytest

from sample_data.accounts import ACCOUNTS
from sample_data.finance import finance

SIGN = np.array([1 if account.side == "P" else -1 for account in ACCOUNTS])


@pytest.fixture(scope="session")
def books(world):
    return finance(world)


def _total(values, side: str, title: str) -> float:
    own = [i for i, a in enumerate(ACCOUNTS) if (a.side, a.title) == (side, title)]
    return float(values[-12:, own].sum() / 1e6)


@pytest.mark.parametrize(
    ("side", "title", "voted", "landing"),
    [
        ("C", "1", 114.6, 115.5),
        ("C", "2", 30.2, 31.0),
        ("C", "3", 21.6, 21.6),
        ("C", "4", 15.4, 15.4),
        ("P", "1", 143.9, 143.5),
        ("P", "2", 15.6, 15.5),
        ("P", "3", 20.8, 21.0),
    ],
)
def test_each_title_lands_where_it_should(books, side, title, voted, landing):
    assert _total(books.budget, side, title) == pytest.approx(voted, abs=0.06)
    assert _total(books.actual, side, title) == pytest.approx(landing, abs=0.02)


def test_the_year_lands_at_minus_3_5_million(books):
    result = (books.actual[-12:].sum(axis=(0, 2)) * SIGN).sum() / 1e6
    voted = (books.budget[-12:].sum(axis=(0, 2)) * SIGN).sum() / 1e6
    assert result == pytest.approx(-3.5, abs=0.05)
    assert voted == pytest.approx(-1.5, abs=0.1)


def test_margin_and_self_financing_are_those_of_a_tight_hospital(books):
    year = books.actual[-12:].sum(axis=(0, 2))
    amount = {a.code: float(year[i]) for i, a in enumerate(ACCOUNTS)}
    revenue = sum(v for a, v in zip(ACCOUNTS, year, strict=True) if a.side == "P")
    current = revenue - amount["775"] - amount["777"] - amount["78"]
    cash_costs = sum(
        v for a, v in zip(ACCOUNTS, year, strict=True) if a.side == "C" and a.title != "4"
    )
    caf = -3.5e6 + amount["675"] + amount["6811"] + amount["6815"] + current - revenue
    assert (current - cash_costs) / current == pytest.approx(0.036, abs=0.002)
    assert caf / 1e6 == pytest.approx(3.1, abs=0.1)


def test_delivered_accounts_stop_at_the_last_closed_month(demo):
    assert demo.daily("expense_eur").index.max().strftime("%Y-%m") == "2026-10"
    budget = demo.rows[
        (demo.rows["measure"] == "expense_eur") & (demo.rows["scenario"] == "budget")
    ]
    assert budget["day"].max().strftime("%Y-%m") == "2026-12"


def test_title_2_drifts_by_more_than_half_a_million_by_october(books):
    own = [i for i, a in enumerate(ACCOUNTS) if (a.side, a.title) == ("C", "2")]
    gap = (books.actual - books.budget)[-12:-2][:, own].sum()
    assert 0.4e6 < gap < 0.9e6


def test_past_years_lost_a_little_less(demo):
    results = {
        y: (demo.yearly("revenue_eur", y) - demo.yearly("expense_eur", y)) / 1e6
        for y in (2023, 2024, 2025)
    }
    assert results[2023] == pytest.approx(-1.5, abs=0.4)
    assert results[2024] == pytest.approx(-2.5, abs=0.4)
    assert results[2025] == pytest.approx(-2.9, abs=0.4)


def test_expenses_grow_by_four_percent_a_year(demo):
    for year in (2024, 2025):
        growth = demo.yearly("expense_eur", year) / demo.yearly("expense_eur", year - 1)
        assert 1.03 < growth < 1.055


def test_activity_revenue_is_worth_106_million_a_year(world):
    last = world.time.days.year == 2026
    assert world.revenue.final[last].sum() / 1e6 == pytest.approx(105.9, abs=0.01)


def test_august_brings_14_percent_less_activity_revenue(demo):
    coded = demo.daily("t2a_coded_eur")
    months = coded[coded.index.year == 2025].groupby(lambda day: day.month).sum()
    assert months[8] / months.mean() == pytest.approx(0.86, abs=0.03)


def test_the_year_so_far_is_a_little_below_the_target(demo, world):
    target = demo.rows[demo.rows["measure"] == "t2a_estimated_eur"]
    until = target["day"].between("2026-01-01", "2026-10-01")
    final = world.revenue.final[
        (world.time.days >= "2026-01-01") & (world.time.days < "2026-11-01")
    ]
    gap = (final.sum() - target.loc[until, "value"].sum()) / 1e6
    assert -1.0 < gap < 0


def test_targets_are_set_on_the_units_that_report_revenue(demo):
    def units(measure: str) -> set[str]:
        return set(demo.rows.loc[demo.rows["measure"] == measure, "unit"])

    assert units("t2a_estimated_eur") == units("t2a_coded_eur")


def test_cash_swings_between_2_and_17_million(demo):
    cash = demo.daily("cash_eur")
    assert 2e6 < cash.min() < 5e6
    assert 12e6 < cash.max() < 17.5e6
    months = cash.groupby([cash.index.year, cash.index.month]).min().groupby(level=1).mean()
    assert months[[11, 12]].max() < months[[5, 6, 7]].min()


def test_credit_is_drawn_only_at_the_end_of_the_year(demo):
    drawn = demo.daily("credit_lines_eur")
    assert drawn.max() > 0
    assert set(drawn[drawn > 0].index.month) <= {11, 12, 1}


@pytest.mark.parametrize(("payer", "days"), [("AMO", 24), ("AMC", 78), ("PATIENT", 165)])
def test_payers_are_as_slow_as_they_are(demo, payer, days):
    owed = demo.daily("receivables_eur", facets={payer})
    invoiced = demo.daily("invoiced_eur", facets={payer}).rolling(12).sum()
    assert (owed / invoiced * 365).iloc[-12:].mean() == pytest.approx(days, rel=0.12)


def test_suppliers_wait_longer_and_longer(demo):
    delay = demo.daily("supplier_paid_eur_days") / demo.daily("supplier_paid_eur")
    assert delay["2026-01-01":"2026-06-01"].mean() == pytest.approx(43, abs=3)
    assert delay.iloc[-1] == pytest.approx(56, abs=4)
    assert demo.daily("supplier_overdue_eur").iloc[-1] == pytest.approx(2.8e6, rel=0.15)


def test_debt_is_28_percent_of_revenue(demo):
    revenue = demo.daily("revenue_eur").iloc[-12:].sum()
    assert demo.daily("debt_eur").iloc[-1] / revenue == pytest.approx(0.278, abs=0.006)


def test_digital_is_1_72_percent_of_expenses(demo):
    share = demo.yearly("digital_expense_eur", 2026) / demo.yearly("expense_eur", 2026)
    assert share == pytest.approx(0.0172, abs=0.0006)
