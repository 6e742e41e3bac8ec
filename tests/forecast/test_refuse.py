from __future__ import annotations

from datetime import date, timedelta

import pandas as pd

from cockpit.forecast.refuse import refusal, usual_weekdays
from cockpit.kpi.model import Kpi
from tests.support.hospital import kpi

TODAY = date(2026, 11, 22)
VISITS, OCCUPANCY = kpi("ed_visits"), kpi("bed_occupancy_rate")


def ending(last: date, days: int, value: float = 100.0) -> pd.DataFrame:
    first = last - timedelta(days=days - 1)
    return pd.DataFrame(
        {"day": [first + timedelta(days=step) for step in range(days)], "value": value}
    )


def said(history: pd.DataFrame, of: Kpi = VISITS) -> str:
    return refusal(history, of, TODAY)


class TestRefusal:
    """Today is 22 November 2026; a history that ends yesterday is up to date."""

    yesterday = TODAY - timedelta(days=1)

    def test_eight_weeks_up_to_yesterday_are_enough(self) -> None:
        assert said(ending(self.yesterday, 56)) == ""

    def test_a_day_less_is_refused_and_counted(self) -> None:
        assert "55 jours d'historique" in said(ending(self.yesterday, 55))

    def test_nothing_at_all_is_refused(self) -> None:
        assert said(ending(self.yesterday, 1).head(0)).startswith("Pas de prévision")

    def test_three_days_late_are_accepted(self) -> None:
        assert said(ending(self.yesterday - timedelta(days=3), 100)) == ""

    def test_a_feed_that_stopped_is_refused_and_never_forecast_as_a_fall(self) -> None:
        assert "s'arrêtent au 16/11/2026" in said(ending(date(2026, 11, 16), 100))

    def test_too_many_missing_days_are_refused(self) -> None:
        """12 of the last 56 days are missing: more than 20 %."""
        holes = ending(self.yesterday, 100).drop(index=range(60, 84, 2))
        assert "12 jours manquent" in said(holes)

    def test_two_weeks_without_data_are_refused(self) -> None:
        """14 days in a row, 25 % of 56."""
        assert "jours manquent" in said(ending(self.yesterday, 300).drop(index=range(270, 284)))

    def test_days_that_the_series_never_reports_are_not_missing(self) -> None:
        """A balance without week-ends: 40 of 56 days are there, none is missing."""
        balance = ending(date(2026, 11, 20), 300)
        working = balance[[day.weekday() < 5 for day in balance["day"]]]
        assert said(working, kpi("cash_position")) == ""
        assert usual_weekdays(working) == {0, 1, 2, 3, 4}

    def test_a_count_of_chance_is_refused(self) -> None:
        assert "moins de 5 par jour" in said(ending(self.yesterday, 100, value=3.0))

    def test_a_small_rate_is_no_count(self) -> None:
        assert said(ending(self.yesterday, 100, value=3.0), OCCUPANCY) == ""
