from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import pytest

from cockpit.forecast.models.weekday_mean import fit_predict

MONDAY = date(2026, 1, 5)


def history(values: list[float], first: date = MONDAY) -> pd.DataFrame:
    days = [first + timedelta(days=step) for step in range(len(values))]
    return pd.DataFrame({"day": days, "value": values})


class TestWeekdayMean:
    """Three weeks, Monday 10, 12, 17 and every other day 4.

    The next Monday is (10 + 12 + 17) / 3 = 13, the next Tuesday 4.
    """

    weeks = history([10.0, *[4.0] * 6, 12.0, *[4.0] * 6, 17.0, *[4.0] * 6])

    def test_each_day_is_the_mean_of_its_weekday(self) -> None:
        points = fit_predict(self.weeks, 8)
        assert [point.mid for point in points] == pytest.approx([13, 4, 4, 4, 4, 4, 4, 13])

    def test_it_begins_the_day_after_the_history(self) -> None:
        assert fit_predict(self.weeks, 1)[0].day == date(2026, 1, 26)

    def test_the_interval_holds_the_forecast(self) -> None:
        assert all(p.low <= p.mid <= p.high for p in fit_predict(self.weeks, 14))

    def test_only_eight_weeks_count(self) -> None:
        """Ten weeks: 100 in the first two, 20 in the eight that count."""
        points = fit_predict(history([100.0] * 14 + [20.0] * 56), 7)
        assert {point.mid for point in points} == {20.0}

    def test_a_weekday_never_seen_has_no_point(self) -> None:
        sundays_off = self.weeks[[day.weekday() != 6 for day in self.weeks["day"]]]
        days = [point.day.weekday() for point in fit_predict(sundays_off, 8)]
        assert 6 not in days

    def test_a_count_never_goes_below_zero(self) -> None:
        points = fit_predict(history([0.0, 9.0] * 28), 14)
        assert min(point.low for point in points) >= 0
