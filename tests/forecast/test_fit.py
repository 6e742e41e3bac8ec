from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from cockpit.forecast.combination import MEMBERS
from cockpit.forecast.fit import HORIZON_DAYS, fit
from cockpit.forecast.history import History
from cockpit.forecast.models import calreg, ets7
from tests.forecast.daily import TODAY, YESTERDAY, ending, job, weekly

QUICK = (calreg.NAME, ets7.NAME)


class TestWhole:
    """A year and more of visits: four weeks ahead, calibrated on the engine's own past."""

    history = weekly(400)
    made = fit(job(history, members=QUICK))

    def test_four_weeks_follow_the_last_day(self) -> None:
        points = self.made.forecast.points
        assert [p.day for p in points] == [TODAY + timedelta(days=n) for n in range(HORIZON_DAYS)]
        assert self.made.forecast.status == "ok"

    def test_the_intervals_hold_one_another(self) -> None:
        for p in self.made.forecast.points:
            bounds = [p.low95, p.low, p.low50, p.mid, p.high50, p.high, p.high95]
            known = [bound for bound in bounds if bound is not None]
            assert len(known) == 7
            assert known == sorted(known)

    def test_the_error_is_that_of_the_noise_and_beats_last_week(self) -> None:
        """Noise of 3 on about 104: a mean error near 2.4 %. Below would be looking ahead."""
        made = self.made.forecast
        assert made.mape == pytest.approx(2.3, abs=0.6)
        assert (made.mape or 0) < (made.mape_naive or 0)

    def test_what_follows_the_origin_changes_nothing(self) -> None:
        """The same history to which ten wild days are added, cut again: the same forecast."""
        longer = np.concatenate([self.history.values, np.full(10, 900.0)])
        cut = History(self.history.first, longer).until(YESTERDAY)
        assert cut is not None
        again = fit(job(cut, members=QUICK)).forecast
        assert again.points == self.made.forecast.points
        assert again.data_hash == self.made.forecast.data_hash

    def test_its_past_is_kept_and_serves_the_next_day_without_refitting(self) -> None:
        past = self.made.past
        assert past["origin"].nunique() == 9  # eight in the past and today's
        assert set(past["model"]) == {*QUICK, "mean", "naive7"}
        next_day = History(self.history.first, np.append(self.history.values, 101.0))
        again = fit(job(next_day, members=QUICK, past=past, today=TODAY + timedelta(days=1)))
        assert again.past.empty  # a week has not gone by
        assert again.forecast.mape is not None


class TestDegraded:
    def test_a_short_history_is_indicative_with_a_measured_interval(self) -> None:
        made = fit(job(weekly(60))).forecast
        assert made.status == "indicative"
        assert made.points[0].low < made.points[0].mid < made.points[0].high
        assert "Indicatif" in made.sentence

    def test_a_refused_series_has_its_sentence_and_no_points(self) -> None:
        made = fit(job(weekly(20))).forecast
        assert (made.status, made.points) == ("refused", ())
        assert "20 jours" in made.refused

    def test_a_stop_of_transmission_is_never_forecast_as_a_fall(self) -> None:
        stopped = weekly(400, last=YESTERDAY - timedelta(days=5))
        assert fit(job(stopped, members=QUICK)).forecast.status == "refused"

    def test_small_counts_are_forecast_by_week(self) -> None:
        """Two a day: fourteen a week, from Monday the 23rd."""
        made = fit(job(ending(YESTERDAY, [2.0] * 210))).forecast
        assert made.status == "weekly"
        assert [p.mid for p in made.points] == pytest.approx([14.0] * 4)
        assert made.points[0].day == date(2026, 11, 16)
        assert not made.is_daily

    def test_a_sudden_level_widens_the_interval_and_says_so(self) -> None:
        history = weekly(400)
        halved = np.where(np.arange(400) >= 390, 0.5, 1.0) * history.values
        made = fit(job(History(history.first, halved), members=QUICK)).forecast
        assert "Changement de niveau" in made.banner

    def test_beds_that_closed_lately_are_announced_and_widen_the_interval(self) -> None:
        """Forty beds, thirty for ten days: occupied beds have not moved yet."""
        occupied, ten = weekly(400), np.arange(400) >= 390
        beds = ending(YESTERDAY, np.where(ten, 30.0, 40.0))
        before, after = (
            fit(job(occupied, of="inpatients", members=QUICK, open_beds=one)).forecast
            for one in (None, beds)
        )
        assert after.banner.startswith("Capacité modifiée, lits ouverts : baisse de 25 %")
        assert before.banner == ""
        assert after.points[0].high - after.points[0].mid == pytest.approx(
            1.5 * (before.points[0].high - before.points[0].mid)
        )

    def test_chance_without_season_is_shown_as_a_range(self) -> None:
        drawn = np.random.default_rng(2).exponential(20, 400) + 0.5
        made = fit(job(ending(YESTERDAY, drawn), members=QUICK)).forecast
        assert made.status in {"range", "naive"}

    def test_a_share_is_never_above_what_was_ever_seen(self) -> None:
        full = np.minimum(weekly(400).values, 100.0)
        made = fit(job(ending(YESTERDAY, full), of="bed_occupancy_rate", members=QUICK)).forecast
        assert max(p.high95 or 0 for p in made.points) <= 100.0

    def test_weekdays_that_are_never_reported_are_not_forecast(self) -> None:
        history = weekly(300, last=date(2026, 11, 20))
        weekdays = (history.first.weekday() + np.arange(300)) % 7
        cash = np.where(weekdays < 5, history.values, np.nan)
        first = int(np.flatnonzero(~np.isnan(cash))[0])
        balance = History(history.first + timedelta(days=first), cash[first:])
        made = fit(job(balance, of="cash_position", members=QUICK)).forecast
        assert {p.day.weekday() for p in made.points} == {0, 1, 2, 3, 4}


class TestHash:
    def test_another_value_or_calendar_gives_another_hash(self) -> None:
        one = job(weekly(120))
        values = one.history.values.copy()
        values[3] += 1
        others = [
            replace(one, history=History(one.history.first, values)),
            replace(one, calendar=replace(one.calendar, zone="C")),
            replace(one, members=MEMBERS[:2]),
        ]
        assert len({each.data_hash() for each in (one, *others)}) == 4
        stale = replace(one, today=TODAY + timedelta(days=4))
        assert stale.data_hash() != one.data_hash()
        assert replace(one, today=TODAY + timedelta(days=1)).data_hash() == one.data_hash()
        assert one.data_hash() == replace(one, past=pd.DataFrame({"x": [1]})).data_hash()
