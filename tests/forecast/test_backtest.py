from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from cockpit.forecast.backtest import MODELS, mape_at_7_days
from cockpit.forecast.calendar_fr import FrenchCalendar
from cockpit.forecast.models import prophet_fr, weekday_mean

CALENDAR = FrenchCalendar()
FIRST = date(2024, 1, 1)


def daily(values: list[float]) -> pd.DataFrame:
    days = [FIRST + timedelta(days=step) for step in range(len(values))]
    return pd.DataFrame({"day": days, "value": values})


class TestMape:
    """100 a day, then one last week at 125: the mean of the weeks before says 100.

    Error 25 on 125 each day: 25 x 7 / (125 x 7) = 20 %.
    """

    jump = daily([100.0] * 70 + [125.0] * 7)

    def test_the_error_is_a_share_of_what_was_observed(self) -> None:
        assert mape_at_7_days(
            self.jump, weekday_mean.NAME, calendar=CALENDAR, origins=1
        ) == pytest.approx(20)

    def test_a_history_without_room_has_no_error_to_print(self) -> None:
        assert mape_at_7_days(self.jump.head(60), weekday_mean.NAME, calendar=CALENDAR) is None

    def test_a_gap_that_may_be_negative_has_no_percentage(self) -> None:
        signed = self.jump.assign(value=self.jump["value"] - 110)
        assert mape_at_7_days(signed, weekday_mean.NAME, calendar=CALENDAR) is None

    @pytest.mark.parametrize("model", sorted(MODELS))
    def test_a_model_sees_nothing_after_its_origin(self, model: str) -> None:
        """What follows day 150 is multiplied by ten: the forecast made on day 150 is the same."""
        known = [100.0 + 10 * (step % 7) for step in range(150)]
        before = daily([*known, *[100.0] * 30])
        after = daily([*known, *[1000.0] * 30])
        made = [
            MODELS[model](history.head(150), 7, calendar=CALENDAR) for history in (before, after)
        ]
        assert made[0] == made[1]


class TestProphet:
    """400 days of 100 visits, 130 on Mondays, with a little noise of fixed seed."""

    mondays = daily([130.0 if step % 7 == 0 else 100.0 for step in range(400)])
    visits = mondays.assign(value=mondays["value"] + np.random.default_rng(4).normal(0, 3, 400))

    def test_it_knows_mondays(self) -> None:
        points = prophet_fr.fit_predict(self.visits, 14, calendar=CALENDAR)
        assert len(points) == 14
        for point in points:
            expected = 130 if point.day.weekday() == 0 else 100
            assert point.mid == pytest.approx(expected, abs=4)
            assert point.low < point.mid < point.high

    def test_the_same_history_gives_the_same_forecast(self) -> None:
        made = [prophet_fr.fit_predict(self.visits, 7, calendar=CALENDAR) for _ in range(2)]
        assert made[0] == made[1]

    def test_a_ward_that_closed_half_its_beds_is_followed(self) -> None:
        """The last 40 days are halved: tomorrow is near 50, not near 100."""
        halved = self.visits.assign(
            value=np.where(np.arange(400) >= 360, 0.5, 1.0) * self.visits["value"]
        )
        tomorrow = prophet_fr.fit_predict(halved, 2, calendar=CALENDAR)[0]
        assert tomorrow.mid == pytest.approx(50, abs=8)

    def test_a_count_with_zeros_never_goes_below_zero(self) -> None:
        small = daily([float(step % 3) for step in range(200)])
        points = prophet_fr.fit_predict(small, 14, calendar=CALENDAR)
        assert min(point.low for point in points) >= 0

    def test_it_is_quiet(self, capfd: pytest.CaptureFixture[str]) -> None:
        prophet_fr.fit_predict(self.visits.head(120), 7, calendar=CALENDAR)
        assert capfd.readouterr() == ("", "")


class TestCalendar:
    def test_alsace_has_two_more_days(self) -> None:
        year = (date(2026, 1, 1), date(2026, 12, 31))
        assert len(FrenchCalendar("metropole").public_holidays(*year)) == 11
        assert len(FrenchCalendar("alsace-moselle").public_holidays(*year)) == 13

    def test_zones_do_not_leave_together(self) -> None:
        """February 2026: zone A from the 7th, zone B from the 14th."""
        day = [date(2026, 2, 10)]
        assert FrenchCalendar(zone="A").school_break(day) == [1.0]
        assert FrenchCalendar(zone="B").school_break(day) == [0.0]

    def test_years_not_published_are_school_days(self) -> None:
        assert FrenchCalendar().school_break([date(2045, 8, 1)]) == [0.0]

    def test_the_day_after_a_holiday_is_special_too(self) -> None:
        days = FrenchCalendar().special_days(date(2026, 11, 1), date(2026, 12, 31))
        assert days["holiday"].tolist() == ["ferie", "ferie", "fin_annee", "fin_annee", "fin_annee"]
        assert days["upper_window"].tolist() == [1, 1, 0, 0, 0]
