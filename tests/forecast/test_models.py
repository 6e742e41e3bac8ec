from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from cockpit.forecast.calendar_fr import Event, FrenchCalendar
from cockpit.forecast.combination import ADJUSTMENT, MEMBERS, MODELS, NAME, predict
from cockpit.forecast.history import History
from cockpit.forecast.models import calreg, ets7, naive7, weekday_mean_8w
from tests.forecast.daily import YESTERDAY, ending, weekly

CALENDAR = FrenchCalendar()
VISITS = weekly(400)


@pytest.mark.parametrize("model", sorted(set(MODELS) - {naive7.NAME, "prophet"}))
class TestEveryModel:
    """400 days of 100 visits, 130 on Mondays, with a little noise."""

    def test_it_knows_mondays(self, model: str) -> None:
        made = MODELS[model](VISITS, 14, calendar=CALENDAR)
        mondays = (VISITS.last.weekday() + 1 + np.arange(14)) % 7 == 0
        assert made.mean == pytest.approx(np.where(mondays, 130, 100), abs=5)

    def test_its_parts_add_up_to_the_figure(self, model: str) -> None:
        made = MODELS[model](VISITS, 14, calendar=CALENDAR)
        if made.parts:
            assert np.sum(list(made.parts.values()), axis=0) == pytest.approx(made.mean)

    def test_the_same_history_gives_the_same_figures(self, model: str) -> None:
        made = [MODELS[model](VISITS, 7, calendar=CALENDAR).mean for _ in range(2)]
        np.testing.assert_array_equal(*made)

    def test_holes_do_not_stop_it(self, model: str) -> None:
        values = VISITS.values.copy()
        values[[50, 51, 300, 395]] = np.nan
        made = MODELS[model](History(VISITS.first, values), 7, calendar=CALENDAR)
        assert np.isfinite(made.mean).all()

    def test_counts_with_zeros_never_go_below_zero(self, model: str) -> None:
        small = ending(YESTERDAY, [float(step % 3) for step in range(200)])
        assert MODELS[model](small, 14, calendar=CALENDAR).mean.min() >= 0

    def test_a_constant_history_stays_constant(self, model: str) -> None:
        made = MODELS[model](ending(YESTERDAY, [100.0] * 120), 7, calendar=CALENDAR)
        assert made.mean == pytest.approx([100.0] * 7, rel=0.01)


class TestCalreg:
    def test_a_ward_that_closed_half_its_beds_is_followed(self) -> None:
        """The last 40 days are halved: the coming week is near 50, not near 100."""
        half = np.where(np.arange(400) >= 360, 0.5, 1.0) * VISITS.values
        made = calreg.fit_predict(History(VISITS.first, half), 7, calendar=CALENDAR)
        assert made.mean.mean() == pytest.approx(52, abs=4)

    def test_a_public_holiday_that_was_seen_is_expected_again(self) -> None:
        """Three years where public holidays bring half the visits; 11 November comes again."""
        first = date(2023, 11, 1)
        days = np.datetime64(first) + np.arange((date(2026, 11, 8) - first).days)
        visits = np.where(CALENDAR.is_holiday(days), 50.0, 100.0)
        made = calreg.fit_predict(History(first, visits), 7, calendar=CALENDAR)
        assert made.parts["holiday"][3] < -25
        assert abs(made.parts["holiday"][1]) < 8

    def test_an_event_that_comes_back_brings_its_effect(self) -> None:
        fairs = [Event(date(2026, 9, d), date(2026, 9, d), "foire", "effect") for d in (3, 17)]
        coming = Event(
            YESTERDAY + timedelta(days=2), YESTERDAY + timedelta(days=2), "foire", "effect"
        )
        calendar = FrenchCalendar(events=(*fairs, coming))
        marked = np.isin(VISITS.days, [np.datetime64(one.first) for one in fairs])
        history = History(VISITS.first, VISITS.values * np.where(marked, 1.5, 1.0))
        made = calreg.fit_predict(history, 3, calendar=calendar)
        assert made.parts["event"][1] > 10
        assert made.parts["event"][0] == pytest.approx(0)


class TestEts7:
    def test_public_holidays_move_no_level_and_are_expected_again(self) -> None:
        """Three years where public holidays bring half the visits; 11 November comes again."""
        first = date(2023, 11, 1)
        days = np.datetime64(first) + np.arange((date(2026, 11, 8) - first).days)
        visits = np.where(CALENDAR.is_holiday(days), 50.0, 100.0)
        made = ets7.fit_predict(History(first, visits), 7, calendar=CALENDAR)
        assert made.mean[3] < 75
        assert made.mean[[0, 1, 4, 5]] == pytest.approx([100.0] * 4, abs=5)

    def test_a_series_without_any_effect_of_the_calendar_is_only_smoothed(self) -> None:
        """A year of Tuesdays and Thursdays of school terms: the calendar has nothing to teach."""
        values = np.where(CALENDAR.is_holiday(VISITS.days), np.nan, 100.0)
        values[CALENDAR.is_school_break(VISITS.days)] = np.nan
        known = History(VISITS.first, values).until(YESTERDAY)
        assert known is not None
        assert ets7.fit_predict(known, 7, calendar=CALENDAR).mean == pytest.approx([100.0] * 7)


class TestMean:
    def test_it_is_the_equal_mean_and_its_parts_add_up(self) -> None:
        made = predict(VISITS, 7, calendar=CALENDAR)
        assert made[NAME].mean == pytest.approx(np.mean([made[m].mean for m in MEMBERS], axis=0))
        assert np.sum(list(made[NAME].parts.values()), axis=0) == pytest.approx(made[NAME].mean)
        assert ADJUSTMENT in made[NAME].parts

    def test_days_marked_as_excluded_teach_nothing(self) -> None:
        """A strike in the last ten days: the forecast is the one without these days."""
        strike = Event(YESTERDAY - timedelta(days=9), YESTERDAY, "grève", "exclude")
        low = VISITS.values.copy()
        low[-10:] = 5
        members = (calreg.NAME, weekday_mean_8w.NAME)
        calendar = FrenchCalendar(events=(strike,))
        struck = predict(History(VISITS.first, low), 7, calendar=calendar, members=members)
        assert struck[NAME].mean.min() > 90
        assert len(struck[NAME].mean) == 7


class TestCalendar:
    def test_alsace_has_two_more_days(self) -> None:
        year = np.arange(np.datetime64("2026-01-01"), np.datetime64("2027-01-01"))
        assert FrenchCalendar("metropole").is_holiday(year).sum() == 11
        assert FrenchCalendar("alsace-moselle").is_holiday(year).sum() == 13

    def test_zones_do_not_leave_together(self) -> None:
        """February 2026: zone A from the 7th, zone B from the 14th."""
        day = np.array(["2026-02-10"], dtype="datetime64[D]")
        assert FrenchCalendar(zone="A").is_school_break(day).tolist() == [True]
        assert FrenchCalendar(zone="B").is_school_break(day).tolist() == [False]

    def test_years_not_published_are_school_days(self) -> None:
        day = np.array(["2045-08-01"], dtype="datetime64[D]")
        assert not FrenchCalendar().is_school_break(day).any()
