from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from cockpit.forecast.landing import landing, year_total
from cockpit.forecast.remainder import probability_below, profile, remainder

YEAR = 2026


def months(side: str, title: str, year: int, values: list[float]) -> list[dict[str, object]]:
    return [
        {"month": date(year, month, 1), "side": side, "title": title, "value": value}
        for month, value in enumerate(values, start=1)
    ]


def frame(*rows: list[dict[str, object]]) -> pd.DataFrame:
    return pd.DataFrame([row for some in rows for row in some]).reindex(
        columns=["month", "side", "title", "value"]
    )


NOTHING = frame()


class TestLanding:
    """Revenue of 10 a month and 20 in December (130 a year), two years running; expenses 11.

    2026: 11 a month of revenue over ten months, 110. The profile says 33 for the two that remain
    (`TestRemainder`) and smoothing about 31; expenses 132; result about 10.
    """

    past = [10.0] * 11 + [20.0]
    history = frame(
        months("revenue", "1", 2024, past),
        months("revenue", "1", 2025, past),
        months("revenue", "1", YEAR, [11.0] * 10),
        months("expense", "1", 2024, [11.0] * 12),
        months("expense", "1", 2025, [11.0] * 12),
        months("expense", "1", YEAR, [11.0] * 10),
    )
    budget = frame(
        months("revenue", "1", YEAR, [12.0] * 12), months("expense", "1", YEAR, [11.0] * 12)
    )

    def test_the_months_to_come_weigh_what_they_used_to(self) -> None:
        found = landing(self.history, YEAR, self.budget)
        assert found is not None
        assert [title.p50 for title in found.by_title] == pytest.approx([142.4, 132], abs=0.8)
        assert found.p50 == pytest.approx(10.4, abs=0.8)
        assert (found.closed_months, found.origin) == (10, date(2026, 10, 31))

    def test_the_budget_is_the_voted_result(self) -> None:
        """12 x 12 - 12 x 11 = 12."""
        found = landing(self.history, YEAR, self.budget)
        assert found is not None
        assert found.budget == pytest.approx(12)

    def test_without_budget_there_is_none(self) -> None:
        found = landing(self.history, YEAR, NOTHING)
        assert found is not None
        assert found.budget is None

    def test_a_title_that_never_missed_its_profile_leaves_no_doubt(self) -> None:
        found = landing(self.history, YEAR, self.budget)
        assert found is not None
        expense = found.by_title[1]
        assert expense.p10 == pytest.approx(expense.p90)

    def test_the_middles_of_the_titles_add_up_and_doubt_shows(self) -> None:
        noise = np.random.default_rng(1).normal(1, 0.05, len(self.history))
        found = landing(self.history.assign(value=self.history["value"] * noise), YEAR, NOTHING)
        assert found is not None
        revenue, expense = found.by_title
        assert found.p50 == pytest.approx(revenue.p50 - expense.p50)
        assert [side.p50 for side in found.by_side] == pytest.approx([revenue.p50, expense.p50])
        assert found.p10 < found.p50 < found.p90
        assert revenue.p10 < revenue.p50 < revenue.p90

    def test_the_same_accounts_give_the_same_range(self) -> None:
        noise = np.random.default_rng(1).normal(1, 0.05, len(self.history))
        noisy = self.history.assign(value=self.history["value"] * noise)
        assert landing(noisy, YEAR, NOTHING) == landing(noisy, YEAR, NOTHING)

    def test_doubt_shrinks_as_the_year_goes(self) -> None:
        noise = np.random.default_rng(1).normal(1, 0.05, len(self.history))
        noisy = self.history.assign(value=self.history["value"] * noise)
        early = noisy[[day <= date(2026, 3, 1) for day in noisy["month"]]]
        march, october = landing(early, YEAR, NOTHING), landing(noisy, YEAR, NOTHING)
        assert march is not None
        assert october is not None
        assert march.p90 - march.p10 > october.p90 - october.p10

    def test_a_month_booked_on_one_side_only_is_not_closed(self) -> None:
        """Expenses of November are in, revenue is not: ten closed months, 11 of expense to come."""
        more = frame(
            self.history.to_dict("records"), months("expense", "1", YEAR, [0.0] * 10 + [99.0])
        )
        found = landing(more, YEAR, NOTHING)
        assert found is not None
        assert found.closed_months == 10
        assert found.by_title[1].p50 == pytest.approx(132)

    def test_without_a_past_year_the_budget_gives_the_profile(self) -> None:
        """Budget 6 then 3 x 11 (39 a year): January weighs 6/39, so 12 booked make 78 a year."""
        history = frame(months("revenue", "1", YEAR, [12.0]), months("expense", "1", YEAR, [1.0]))
        voted = frame(months("revenue", "1", YEAR, [6.0] + [3.0] * 11))
        found = landing(history, YEAR, voted)
        assert found is not None
        assert [title.p50 for title in found.by_title] == pytest.approx([78, 12])

    def test_a_past_year_that_starts_in_july_is_no_profile(self) -> None:
        """2025 begins in July with 50 a month: ignored, 2026 goes on at 10 a month."""
        half = [{**row} for row in months("revenue", "1", 2025, [0.0] * 6 + [50.0] * 6)[6:]]
        history = frame(
            half,
            months("revenue", "1", YEAR, [10.0] * 3),
            months("expense", "1", YEAR, [10.0] * 3),
        )
        found = landing(history, YEAR, NOTHING)
        assert found is not None
        assert found.by_title[0].p50 == pytest.approx(120)

    def test_no_closed_month_gives_no_landing(self) -> None:
        assert landing(self.history, 2027, NOTHING) is None
        assert landing(NOTHING, YEAR, NOTHING) is None

    def test_activity_not_coded_yet_widens_title_1_and_moves_no_middle(self) -> None:
        """2 of October's 11 are an estimate: 20 % of it, at 10-90 %, is 0.2 x 2 x 1.2816 = 0.51."""
        waiting = frame(months("revenue", "1", YEAR, [0.0] * 9 + [2.0]))
        plain = landing(self.history, YEAR, self.budget)
        wider = landing(self.history, YEAR, self.budget, waiting)
        assert plain is not None
        assert wider is not None
        assert wider.p50 == pytest.approx(plain.p50)
        half = [found.by_title[0].p90 - found.by_title[0].p50 for found in (plain, wider)]
        assert half[1] == pytest.approx(np.hypot(half[0], 0.2 * 2 * 1.2816), rel=1e-3)
        assert wider.by_title[1] == plain.by_title[1]

    def test_the_budget_of_another_year_is_no_budget(self) -> None:
        found = landing(self.history, YEAR, self.budget.assign(month=date(2027, 1, 1)))
        assert found is not None
        assert (found.budget, found.probability_below_budget) == (None, None)


class TestRemainder:
    """10 a month and 20 in December (130 a year), two years; then 11 a month over ten months.

    Mean month of a past year 130/12, so ten plain months weigh 10 x 120/130; level
    110 / (10 x 120/130) = 11.917; November weighs 120/130: 11; December 240/130: 22.
    """

    past = np.array([*[10.0] * 11, 20.0])

    def test_the_weight_of_months_is_that_of_the_last_whole_years(self) -> None:
        assert profile(np.tile(self.past, 2))[-2:] == pytest.approx([120 / 130, 240 / 130])

    def test_below_two_years_only_the_profile_speaks(self) -> None:
        values = np.concatenate([self.past, [11.0] * 10])
        assert remainder(values, 10) == pytest.approx([11, 22])

    def test_beyond_smoothing_has_half_of_the_say(self) -> None:
        values = np.concatenate([self.past, self.past, [11.0] * 10])
        november, december = remainder(values, 10)
        assert november == pytest.approx(11, abs=0.5)
        assert 20 <= december <= 22.5

    def test_what_is_booked_in_blocks_is_not_smoothed(self) -> None:
        """One grant of 12 each December: nothing before it, and nothing can be said of it."""
        grants = np.tile([*[0.0] * 11, 12.0], 3)
        assert remainder(np.concatenate([grants, [0.0] * 6]), 6) == pytest.approx([0.0] * 6)


class TestYearTotal:
    """100 a month for three years, then five months of the year."""

    flat = np.full(41, 100.0)

    def test_a_flow_is_summed(self) -> None:
        found = year_total(self.flat, 5)
        assert (found.realised, found.p50) == (500, pytest.approx(1200))

    def test_a_level_is_averaged(self) -> None:
        found = year_total(self.flat, 5, plan=np.full(12, 110.0), mean=True)
        assert (found.realised, found.p50, found.budget) == (100, pytest.approx(100), 110)

    def test_a_total_above_its_budget_by_more_than_its_doubt_exceeds_it(self) -> None:
        noisy = self.flat * np.random.default_rng(2).normal(1, 0.02, 41)
        chances = [
            year_total(noisy, 5, plan=np.full(12, level)).probability_over
            for level in (90.0, 100.0, 110.0)
        ]
        assert chances[0] == pytest.approx(1, abs=0.01)
        assert 0.05 < chances[1] < 0.95
        assert chances[2] == pytest.approx(0, abs=0.01)

    def test_the_interval_is_its_own_probability(self) -> None:
        assert probability_below(90, 90, 100, 120) == pytest.approx(0.1)
        assert probability_below(120, 90, 100, 120) == pytest.approx(0.9)
        assert probability_below(100, 90, 100, 120) == 0.5

    def test_what_comes_after_the_last_closed_month_is_not_seen(self) -> None:
        noisy = self.flat * np.random.default_rng(2).normal(1, 0.02, 41)
        assert year_total(noisy[:38], 2) == year_total(noisy.copy()[:38], 2)
        assert year_total(noisy[:38], 2).p50 != year_total(noisy, 5).p50

    def test_a_first_year_has_a_range_and_says_that_it_is_not_measured(self) -> None:
        found = year_total(np.full(3, 100.0), 3)
        assert found.usual_error is None
        assert found.p10 < found.p50 < found.p90
