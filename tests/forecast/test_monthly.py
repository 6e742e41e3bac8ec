from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from cockpit.forecast.models import dot, dot_log, ets12
from cockpit.forecast.monthly import MEMBERS, backtest, forecast_months, members_of
from cockpit.forecast.months import Months

JANUARY = date(2020, 1, 1)
SEASON = 100 + 20 * np.sin(np.arange(12) * np.pi / 6)


def noisy(months: int, *, seed: int = 1, noise: float = 0.03) -> Months:
    clean = np.resize(SEASON, months)
    return Months(JANUARY, clean * np.random.default_rng(seed).normal(1, noise, months))


class TestMonths:
    def test_the_grid_has_a_hole_where_nothing_was_delivered(self) -> None:
        """March is missing; the last month is April 2020, May comes next."""
        rows = pd.DataFrame(
            {"month": [date(2020, 4, 1), JANUARY, date(2020, 2, 1)], "value": [4.0, 1.0, 2.0]}
        )
        found = Months.of(rows)
        assert (found.first, found.last, found.coming(1)) == (
            JANUARY,
            date(2020, 4, 1),
            date(2020, 5, 1),
        )
        np.testing.assert_array_equal(found.values, [1, 2, np.nan, 4])
        assert found.filled.tolist() == [1, 2, 3, 4]

    def test_a_hole_takes_the_same_month_of_other_years(self) -> None:
        values = np.resize(SEASON, 36).copy()
        values[15] = np.nan
        assert Months(JANUARY, values).filled[15] == pytest.approx(SEASON[3])

    def test_no_month_at_all_is_no_history(self) -> None:
        with pytest.raises(ValueError, match="one observed month"):
            Months.of(pd.DataFrame({"month": [JANUARY], "value": [np.nan]}))


class TestMembers:
    @pytest.mark.parametrize("model", [dot, dot_log, ets12])
    def test_each_finds_the_season_and_stays_above_zero(self, model: object) -> None:
        found = model.fit_predict(noisy(60), 12).mean  # type: ignore[attr-defined]
        assert found == pytest.approx(SEASON, rel=0.08)
        empty = Months(JANUARY, np.array([*[0.0] * 30, 1.0, *[0.0] * 8]))
        assert model.fit_predict(empty, 12).mean.min() >= 0  # type: ignore[attr-defined]

    @pytest.mark.parametrize("model", [dot, dot_log, ets12])
    def test_euros_and_millions_of_euros_say_the_same(self, model: object) -> None:
        euros = Months(JANUARY, noisy(48).values * 1e6)
        small, large = (
            model.fit_predict(one, 6).mean  # type: ignore[attr-defined]
            for one in (noisy(48), euros)
        )
        assert large / 1e6 == pytest.approx(small, rel=1e-3)

    def test_a_member_that_erred_half_as_much_again_leaves(self) -> None:
        tested = backtest(noisy(48))
        wrong = dict(tested.predicted) | {dot.NAME: tested.predicted[dot.NAME] + 100}
        kept = members_of(type(tested)(wrong, tested.observed, tested.scale))
        assert dot.NAME not in kept
        assert ets12.NAME in kept


class TestForecast:
    def test_eleven_months_are_refused_with_a_sentence(self) -> None:
        found = forecast_months(noisy(11))
        assert found.status == "refused"
        assert found.said.startswith("11 mois d'historique")
        assert not len(found.mid)

    def test_eighteen_months_give_last_year_again_and_say_so(self) -> None:
        history = noisy(18)
        found = forecast_months(history)
        assert found.status == "indicative"
        assert "à titre indicatif" in found.said
        assert found.mid == pytest.approx(history.values[6:])

    def test_exactly_two_years_are_forecast_by_the_members_that_nothing_has_judged(self) -> None:
        """No past origin keeps two years behind it: errors are those of last year repeated."""
        found = forecast_months(noisy(24))
        assert (found.status, set(found.members), found.mase) == ("ok", set(MEMBERS), None)
        assert found.mase_naive is not None
        assert found.mid.mean() == pytest.approx(100, rel=0.1)

    def test_the_season_comes_back_inside_nested_intervals(self) -> None:
        found = forecast_months(noisy(60))
        assert found.status == "ok"
        assert set(found.members) <= set(MEMBERS)
        assert found.mid == pytest.approx(SEASON, rel=0.06)
        widths = [found.half_widths[coverage] for coverage in (0.5, 0.8, 0.95)]
        assert (widths[0] <= widths[1]).all()
        assert (widths[1] <= widths[2]).all()
        assert found.mase is not None
        assert found.mase_naive is not None
        assert found.mase < found.mase_naive

    def test_planned_activity_is_forecast_per_working_day(self) -> None:
        """10 a working day, exactly: a month to come of 18 working days gives 180."""
        days = np.random.default_rng(3).integers(18, 24, 60).astype(float)
        days[48] = 18
        found = forecast_months(Months(JANUARY, 10 * days[:48]), days=days)
        assert found.mid[0] == pytest.approx(180, rel=1e-3)

    def test_counts_are_never_below_zero(self) -> None:
        rare = Months(JANUARY, np.random.default_rng(4).poisson(0.8, 48).astype(float))
        low, _high = forecast_months(rare).range_at(0.95)
        assert low.min() >= 0

    def test_no_past_origin_sees_what_came_after(self) -> None:
        """The last three months are replaced: what was said before them does not move."""
        history = noisy(40)
        other = Months(JANUARY, np.concatenate([history.values[:37], [900.0] * 3]))
        before, after = (backtest(one, 3) for one in (history, other))
        known = len(before.observed) - 3
        for name in MEMBERS:
            np.testing.assert_array_equal(
                before.predicted[name][:known], after.predicted[name][:known]
            )
