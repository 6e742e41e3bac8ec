from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from cockpit.forecast.combination import MEMBERS
from cockpit.forecast.gate import Verdict, level_shift, usual_weekdays, verdict
from cockpit.forecast.history import History
from cockpit.forecast.models import weekday_mean_8w
from tests.forecast.daily import TODAY, YESTERDAY, ending, weekly
from tests.support.hospital import kpi


def said(history: History, of: str = "ed_visits") -> Verdict:
    return verdict(history, kpi(of), TODAY)


class TestRefused:
    """Today is 22 November 2026; a history that ends yesterday is up to date."""

    def test_twenty_days_are_refused_and_counted(self) -> None:
        found = said(ending(YESTERDAY, [100.0] * 20))
        assert found.status == "refused"
        assert "20 jours d'historique" in found.sentence

    def test_sixty_days_are_indicative_and_only_averaged(self) -> None:
        found = said(ending(YESTERDAY, [100.0] * 60))
        assert (found.status, found.members) == ("indicative", (weekday_mean_8w.NAME,))
        assert "60 jours" in found.sentence

    def test_three_months_are_enough(self) -> None:
        assert said(ending(YESTERDAY, [100.0] * 90)) == Verdict("ok", "", MEMBERS)

    def test_three_days_late_are_accepted_five_are_not(self) -> None:
        assert said(ending(YESTERDAY - timedelta(days=3), [100.0] * 100)).status == "ok"
        late = said(ending(date(2026, 11, 16), [100.0] * 100))
        assert "s'arrêtent au 16/11/2026" in late.sentence

    def test_too_many_missing_days_are_refused(self) -> None:
        """12 of the last 56 days are missing: more than 20 %."""
        values = np.full(100, 100.0)
        values[60:84:2] = np.nan
        assert "12 jours manquent" in said(ending(YESTERDAY, values)).sentence

    def test_two_weeks_without_data_are_refused(self) -> None:
        values = np.full(300, 100.0)
        values[270:284] = np.nan
        assert said(ending(YESTERDAY, values)).status == "refused"

    def test_days_that_the_series_never_reports_are_not_missing(self) -> None:
        """A balance without week-ends: 40 of 56 days are there, none is missing."""
        last = date(2026, 11, 20)
        weekdays = (last.weekday() - np.arange(300)[::-1]) % 7
        history = ending(last, np.where(weekdays < 5, 100.0, np.nan)[3:])
        assert said(history, "cash_position").status == "ok"
        assert usual_weekdays(history) == {0, 1, 2, 3, 4}

    def test_days_that_stand_alone_before_a_long_stop_make_no_history(self) -> None:
        """One day, 160 without anything, then 20: 21 days teach, not 181."""
        values = np.full(181, np.nan)
        values[[0, *range(161, 181)]] = 100.0
        assert "21 jours d'historique" in said(ending(YESTERDAY, values)).sentence
        values[161:180] = np.nan
        assert "2 jours d'historique" in said(ending(YESTERDAY, values)).sentence

    def test_a_service_closed_at_the_week_end_has_its_weeks_counted_whole(self) -> None:
        """Thirteen weeks from Monday to Friday: 65 days observed, 91 but for the last two."""
        last = date(2026, 11, 20)
        weekdays = (last.weekday() - np.arange(89)[::-1]) % 7
        history = ending(last, np.where(weekdays < 5, 100.0, np.nan))
        assert int(history.observed.sum()) == 65
        assert "89 jours" in said(history).sentence

    def test_small_counts_are_read_by_week_and_rates_are_not_counts(self) -> None:
        assert said(ending(YESTERDAY, [2.0] * 200)).status == "weekly"
        assert said(ending(YESTERDAY, [2.0] * 200), "ed_lwbs_rate").status == "ok"


class TestZeros:
    """A source that writes 0 when it stops. Yesterday is Saturday 21 November 2026."""

    @staticmethod
    def ended(days: int, history: History) -> Verdict:
        return said(History(history.first, np.append(history.values[:-days], [0.0] * days)))

    @pytest.mark.parametrize(("days", "since"), [(3, "19/11/2026"), (40, "13/10/2026")])
    def test_zeros_that_never_were_are_refused_and_dated(self, days: int, since: str) -> None:
        found = self.ended(days, weekly(400))
        assert found.status == "refused"
        assert f"zéro depuis le {since}" in found.sentence

    def test_two_days_at_zero_are_not_a_stop(self) -> None:
        assert self.ended(2, weekly(400)).status == "ok"

    def test_a_service_closed_at_the_week_end_may_stay_closed_a_long_one(self) -> None:
        """Zeros of Saturdays and Sundays: four days in a row are a long week-end, five a stop."""
        closed = (YESTERDAY.weekday() - np.arange(400)[::-1]) % 7 >= 5
        history = ending(YESTERDAY, np.where(closed, 0.0, 40.0))
        assert said(history).status == "ok"
        assert self.ended(4, history).status == "ok"
        assert self.ended(5, history).status == "refused"

    def test_a_yearly_closure_that_lasts_as_long_is_not_a_stop(self) -> None:
        values = np.full(500, 40.0)
        values[150:165] = values[-15:] = 0.0
        assert said(ending(YESTERDAY, values)).status == "ok"

    def test_a_service_that_opens_after_months_of_zeros_is_forecast(self) -> None:
        assert said(ending(YESTERDAY, [0.0] * 200 + [40.0] * 100)).status == "ok"

    def test_rare_counts_and_rates_may_be_zero_for_long(self) -> None:
        rare = np.resize([1.0, 0.0, 2.0], 400)
        assert self.ended(10, ending(YESTERDAY, rare)).status == "weekly"
        rate = ending(YESTERDAY, np.append(np.full(390, 40.0), [0.0] * 10))
        assert said(rate, "ed_lwbs_rate").status == "ok"

    def test_nothing_but_zeros_is_not_a_stop(self) -> None:
        assert said(ending(YESTERDAY, [0.0] * 200)).status == "weekly"


class TestLevelShift:
    def test_ten_days_at_half_raise_a_banner(self) -> None:
        history = weekly(400)
        values = np.where(np.arange(400) >= 390, 0.5, 1.0) * history.values
        said = level_shift(History(history.first, values))
        assert "baisse de 4" in said or "baisse de 5" in said  # half, give or take the noise
        assert "10 jours" in said

    def test_an_ordinary_history_raises_none(self) -> None:
        assert level_shift(weekly(400)) == ""

    def test_one_odd_week_of_noise_raises_none(self) -> None:
        history = weekly(400, noise=20)
        assert level_shift(history) == ""

    def test_a_short_history_raises_none(self) -> None:
        assert level_shift(weekly(60)) == ""
