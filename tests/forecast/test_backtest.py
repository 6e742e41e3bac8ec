"""Rolling origins, and how wrong a forecast was."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from cockpit.forecast import backtest, combination, monthly_backtest, scores
from cockpit.forecast.calendar_fr import FrenchCalendar
from cockpit.forecast.history import History
from cockpit.forecast.months import Months

CALENDAR = FrenchCalendar()
FIRST = date(2024, 1, 1)
SLOW = {"ets7", "prophet", "prophet_rc"}


def table(text: str) -> pd.DataFrame:
    """Rows of `origin step predicted observed low80 high80`; the scale is 10."""
    names = ["origin", "step", "predicted", "observed", "low80", "high80"]
    rows = [line.split() for line in text.strip().splitlines()]
    frame = pd.DataFrame(rows, columns=names).astype(dict.fromkeys(names[1:], float))
    return frame.assign(scale=10.0)


class TestScores:
    """Two origins, scale 10. Errors of A: 10, 30, 20 (1, 3 and 2 scales); of B: 0 and 20.

    A to step 7: (1 + 3) / 2 = 2 scales, B: (0 + 2) / 2 = 1; the mean of the origins is 1.5. To step
    28, A is (1 + 3 + 2) / 3 = 2: still 1.5. Errors of 60 on 400 observed to step 7: 15 %.
    Inside 80 %: A1, B1, B7 of four to step 7, and A28 too of five. Widths 40, 40, 20, 40: 35, 3.5.
    """

    rows = table(
        """
        A 1  100 110  80 120
        A 7  100  70  80 120
        A 28 100 120  70 130
        B 1  100 100  90 110
        B 7  100 120  80 120
        """
    )

    def test_mase_is_the_mean_over_origins_of_scaled_errors(self) -> None:
        assert scores.mase(self.rows, 7) == pytest.approx(1.5)
        assert scores.mase(self.rows, 28) == pytest.approx(1.5)
        assert scores.mase(self.rows, 1) == pytest.approx(0.5)

    def test_an_origin_with_more_days_weighs_no_more(self) -> None:
        """Origin A has three days that miss by 10, B one that misses by 30: (1 + 3) / 2."""
        uneven = table("A 1 0 10 0 0\nA 2 0 10 0 0\nA 3 0 10 0 0\nB 1 0 30 0 0")
        assert scores.mase(uneven, 7) == pytest.approx(2.0)

    def test_wape_is_the_errors_over_what_was_observed(self) -> None:
        assert scores.wape(self.rows, 7) == pytest.approx(15.0)

    def test_coverage_counts_what_fell_inside(self) -> None:
        assert scores.coverage(self.rows, 80, 7) == pytest.approx(3 / 4)
        assert scores.coverage(self.rows, 80, 28) == pytest.approx(4 / 5)

    def test_width_is_in_units_of_scale(self) -> None:
        assert scores.width(self.rows, 80, 7) == pytest.approx(3.5)

    def test_a_gap_that_may_be_negative_has_no_percentage(self) -> None:
        assert np.isnan(scores.wape(self.rows.assign(observed=-1.0), 7))

    def test_a_constant_series_has_no_mase(self) -> None:
        assert np.isnan(scores.mase(self.rows.assign(scale=0.0), 7))

    def test_the_scale_is_last_week_repeated(self) -> None:
        """Weeks at 10, then 13, one day missing: each of six days moved by 3."""
        values = np.array([10.0] * 7 + [13.0] * 7)
        values[9] = np.nan
        assert scores.scale(History(FIRST, values)) == pytest.approx(3.0)


class TestOrigins:
    """100 days from 1 January 2024: the last one is 9 April."""

    history = History(FIRST, np.arange(100.0))

    def test_they_leave_the_horizon_to_come_and_eight_weeks_before(self) -> None:
        """9 April - 28 days = 12 March, day 72; day 52 is too early."""
        found = backtest.origins_of(self.history, count=18, step=20, horizon=28)
        assert found == [date(2024, 3, 12)]

    def test_a_history_without_room_has_no_rows(self) -> None:
        assert backtest.backtest(History(FIRST, np.arange(60.0)), calendar=CALENDAR).empty

    def test_days_that_never_came_after_an_origin_give_no_rows(self) -> None:
        """A hundred days, then one alone a year later: what followed the only origin is unknown."""
        values = np.append(np.arange(100.0), np.full(365, np.nan))
        values[-1] = 1.0
        rows = backtest.backtest(
            History(FIRST, values), calendar=CALENDAR, members=("naive7",), origins=1, horizon=7
        )
        assert rows.empty
        assert {"observed", "low80"} <= set(rows)

    def test_a_day_that_was_not_transmitted_is_not_scored(self) -> None:
        values = np.tile([100.0, 90, 90, 90, 90, 50, 50], 15)
        values[80] = np.nan
        rows = backtest.backtest(
            History(FIRST, values), calendar=CALENDAR, members=("naive7",), step=7
        )
        assert FIRST + timedelta(days=80) not in set(rows["day"])
        assert FIRST + timedelta(days=81) in set(rows["day"])

    def test_a_perfect_repetition_has_no_error(self) -> None:
        values = np.tile([100.0, 90, 90, 90, 90, 50, 50], 15)
        rows = backtest.backtest(
            History(FIRST, values), calendar=CALENDAR, members=("naive7",), beside=()
        )
        assert (rows["predicted"] == rows["observed"]).all()


def weekly(days: int) -> np.ndarray:
    chance = np.random.default_rng(7)
    return 100 + 20.0 * (np.arange(days) % 7 == 0) + chance.normal(0, 4, days)


class TestNothingAfterTheOrigin:
    """Whatever is done to the days that follow an origin, what was said there is the same."""

    origin = FIRST + timedelta(days=149)

    @pytest.mark.parametrize(
        "model",
        [
            pytest.param(name, marks=[pytest.mark.slow] if name in SLOW else [])
            for name in sorted(combination.MODELS)
        ],
    )
    def test_a_model_sees_nothing_after_its_origin(self, model: str) -> None:
        known = weekly(150)
        said = []
        for after in (weekly(30), np.full(30, 1000.0), np.full(30, np.nan)):
            history = History(FIRST, np.concatenate([known, after, [1.0]])).until(self.origin)
            assert history is not None
            said.append(combination.MODELS[model](history, 28, calendar=CALENDAR).mean.tolist())
        assert said[0] == said[1] == said[2]

    def test_a_truncated_file_gives_the_same_backtest(self) -> None:
        """Eight origins a week apart; the file is then cut after the fourth one's horizon."""
        whole = History(FIRST, weekly(200))
        rows = {
            days: backtest.backtest(
                History(FIRST, whole.values[:days]), calendar=CALENDAR, members=("calreg",), step=7
            )
            for days in (200, 172)
        }
        shared = set(rows[172]["origin"])
        same = rows[200][rows[200]["origin"].isin(shared)].reset_index(drop=True)
        pd.testing.assert_frame_equal(same, rows[172])

    def test_an_interval_is_made_of_earlier_origins_only(self) -> None:
        """What is observed in the last month is multiplied by ten: no interval moves."""
        quiet, upset = (
            backtest.backtest(
                History(FIRST, np.concatenate([weekly(228)[:200], after])),
                calendar=CALENDAR,
                members=("naive7",),
                beside=(),
                step=10,
            )
            for after in (weekly(228)[200:], 10 * weekly(28))
        )
        last = FIRST + timedelta(days=199)
        assert last in set(quiet["origin"])
        for rows in (quiet, upset):
            rows.drop(rows[rows["origin"] != last].index, inplace=True)
        bounds = ["low50", "high50", "low80", "high80", "low95", "high95"]
        assert quiet[bounds].notna().all().all()
        pd.testing.assert_frame_equal(quiet[bounds], upset[bounds])


@pytest.mark.slow
class TestMonths:
    """Five years of months: 100 in summer, 130 in winter, 3 % more each year."""

    months = np.arange(60)
    values = (115 + 15 * np.cos(2 * np.pi * months / 12)) * 1.03 ** (months / 12)
    rows = monthly_backtest.backtest(
        Months(date(2021, 1, 1), values), None, origins=3, step=5, horizon=6
    )

    def test_origins_are_step_months_apart_with_the_horizon_to_come(self) -> None:
        """December 2025 less six months is June; then January and August 2024."""
        origins = [date(2024, 8, 1), date(2025, 1, 1), date(2025, 6, 1)]
        assert sorted(set(self.rows["origin"])) == origins

    def test_three_years_leave_one_origin_two_years_long(self) -> None:
        rows = monthly_backtest.backtest(
            Months(date(2021, 1, 1), self.values[:36]), None, origins=3, step=1, horizon=12
        )
        assert set(rows["origin"]) == {date(2022, 12, 1)}
        assert "mean" in set(rows["model"])

    def test_the_engine_beats_last_year_repeated(self) -> None:
        by_model = dict(iter(self.rows.groupby("model")))
        assert scores.mase(by_model["mean"], 6) < scores.mase(by_model["naive12"], 6)

    def test_nothing_after_the_origin_is_seen(self) -> None:
        upset = self.values.copy()
        upset[54:] *= 10
        again = monthly_backtest.backtest(
            Months(date(2021, 1, 1), upset), None, origins=1, step=1, horizon=6
        )
        last = self.rows[self.rows["origin"] == date(2025, 6, 1)].reset_index(drop=True)
        names = ["predicted", "low80", "high80", "scale"]
        pd.testing.assert_frame_equal(last[names], again[names])
