from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from cockpit.forecast.landing import landing

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

    2026: 11 a month of revenue over ten months. Mean month of a past year 130/12, so ten plain
    months weigh 10 x 120/130; level = 110 / (10 x 120/130) = 11.917; November 11, December 22.
    Revenue 110 + 33 = 143, expenses 132, result 11.
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
        assert [title.p50 for title in found.by_title] == pytest.approx([143, 132])
        assert found.p50 == pytest.approx(11)
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

    def test_months_that_never_missed_their_profile_leave_no_doubt(self) -> None:
        found = landing(self.history, YEAR, self.budget)
        assert found is not None
        assert found.p10 == pytest.approx(found.p90)

    def test_the_middles_of_the_titles_add_up_and_doubt_shows(self) -> None:
        noise = np.random.default_rng(1).normal(1, 0.05, len(self.history))
        found = landing(self.history.assign(value=self.history["value"] * noise), YEAR, NOTHING)
        assert found is not None
        revenue, expense = found.by_title
        assert found.p50 == pytest.approx(revenue.p50 - expense.p50)
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
