"""What a window is compared with, for each period of the switch and each step."""

from __future__ import annotations

from datetime import date

import pytest

from cockpit.kpi.model import Step
from cockpit.series.compare import Frame, candidates, frame, last_complete_month
from cockpit.series.model import Period, Window
from tests.support.reading import span

DAILY: Step = "day"
MONTHLY: Step = "month"


def window(text: str) -> Window:
    return Window(*span(text))


def windows(found: Frame) -> tuple[Window | None, ...]:
    return (found.own, found.previous, found.last_year)


@pytest.mark.parametrize(
    ("period", "as_of", "own", "previous", "last_year"),
    [
        # a Friday: the Friday before, and the Friday of the same ISO week of 2025
        (Period.DAY, "2026-11-20", "2026-11-20", "2026-11-13", "2025-11-21"),
        # 29 February 2024, a Thursday: Thursday 2 March 2023
        (Period.DAY, "2024-02-29", "2024-02-29", "2024-02-22", "2023-03-02"),
        (Period.WEEK, "2026-11-20", "2026-11-14..2026-11-20", "2026-11-07..2026-11-13",
         "2025-11-15..2025-11-21"),
        # the month is the last complete one
        (Period.MONTH, "2026-11-20", "2026-10", "2026-09", "2025-10"),
        (Period.MONTH, "2026-11-30", "2026-11", "2026-10", "2025-11"),
        (Period.MONTH, "2026-01-15", "2025-12", "2025-11", "2024-12"),
        (Period.MONTH, "2024-02-29", "2024-02", "2024-01", "2023-02"),
        (Period.MONTH, "2025-02-28", "2025-02", "2025-01", "2024-02"),
        (Period.MONTH, "2024-02-28", "2024-01", "2023-12", "2023-01"),
        # the year to date, against the same dates
        (Period.YEAR, "2026-11-20", "2026-01-01..2026-11-20", None, "2025-01-01..2025-11-20"),
        (Period.YEAR, "2024-02-29", "2024-01-01..2024-02-29", None, "2023-01-01..2023-02-28"),
        (Period.YEAR, "2025-02-28", "2025-01-01..2025-02-28", None, "2024-01-01..2024-02-29"),
        (Period.YEAR, "2026-12-31", "2026", None, "2025"),
        (Period.ROLLING, "2026-11-20", "2025-11..2026-10", None, "2024-11..2025-10"),
        (Period.ROLLING, "2024-02-29", "2023-03..2024-02", None, "2022-03..2023-02"),
    ],
)  # fmt: skip
def test_windows_of_a_daily_kpi(
    period: Period, as_of: str, own: str, previous: str | None, last_year: str
) -> None:
    found = frame(DAILY, period, date.fromisoformat(as_of))
    texts = (own, previous, last_year)
    years = [t and (f"{t}-01..{t}-12" if len(t) == 4 else t) for t in texts]
    assert windows(found) == tuple(text and window(text) for text in years)


@pytest.mark.parametrize("period", [Period.DAY, Period.WEEK, Period.MONTH])
def test_a_monthly_kpi_has_no_day_it_shows_its_last_month(period: Period) -> None:
    found = frame(MONTHLY, period, date(2026, 10, 31))
    assert windows(found) == (window("2026-10"), window("2026-09"), window("2025-10"))


@pytest.mark.parametrize("as_of", ["2026-11-20", "2024-02-29", "2027-01-02", "2026-12-28"])
@pytest.mark.parametrize("period", [Period.DAY, Period.WEEK])
def test_days_and_weeks_are_compared_with_the_same_weekdays(period: Period, as_of: str) -> None:
    found = frame(DAILY, period, date.fromisoformat(as_of))
    for other in (found.previous, found.last_year):
        assert other is not None
        assert other.start.weekday() == found.own.start.weekday()
        assert other.days == found.own.days


def test_the_same_weekday_a_year_before_is_of_the_same_iso_week() -> None:
    for day in (date(2026, 1, 5), date(2026, 11, 20), date(2025, 12, 28)):
        last_year = frame(DAILY, Period.DAY, day).last_year.start
        assert last_year.isocalendar()[1:] == day.isocalendar()[1:]


@pytest.mark.parametrize(
    ("as_of", "own", "last_year"),
    [
        # Monday 4 January 2027 is S01-1: Monday 29 December 2025 is S01-1 of 2026
        ("2027-01-04", "2027-01-04", "2025-12-29"),
        # Wednesday 10 March 2027, S10: 4 March 2026, S10; 364 days before is S11
        ("2027-03-10", "2027-03-10", "2026-03-04"),
        ("2027-12-31", "2027-12-31", "2026-12-25"),  # S52-5
        # S53 of 2026 has no counterpart in 2025: 52 weeks before, S01 of 2026
        ("2026-12-28", "2026-12-28", "2025-12-29"),
        ("2027-01-03", "2027-01-03", "2026-01-04"),
        ("2026-12-27", "2026-12-27", "2025-12-28"),  # S52-7 of both
        ("2028-01-03", "2028-01-03", "2027-01-04"),  # S01-1, 52 weeks apart again
        # 2020 had 53 weeks: S53 of 2026 is not compared with it, S01 of 2021 is with S01 of 2020
        ("2021-01-04", "2021-01-04", "2019-12-30"),
    ],
)
def test_a_year_of_53_weeks(as_of: str, own: str, last_year: str) -> None:
    found = frame(DAILY, Period.DAY, date.fromisoformat(as_of))
    assert (found.own, found.last_year) == (window(own), window(last_year))


def test_seven_days_across_the_new_year_stay_together() -> None:
    """31 December 2026 to Wednesday 6 January 2027 (S01-3), against the days to S01-3 of 2026."""
    found = frame(DAILY, Period.WEEK, date(2027, 1, 6))
    assert found.last_year == window("2025-12-25..2025-12-31")


def test_only_days_and_weeks_look_back_for_the_last_reported_day() -> None:
    day = date(2026, 11, 20)
    assert [one.own.end.day for one in candidates(DAILY, Period.DAY, day)] == list(
        range(20, 12, -1)
    )
    assert len(candidates(DAILY, Period.MONTH, day)) == 1
    assert len(candidates(MONTHLY, Period.DAY, day)) == 1


@pytest.mark.parametrize(
    ("as_of", "month"),
    [("2026-11-30", "2026-11"), ("2026-11-29", "2026-10"), ("2024-02-28", "2024-01"),
     ("2024-02-29", "2024-02"), ("2026-01-30", "2025-12")],
)  # fmt: skip
def test_the_last_complete_month(as_of: str, month: str) -> None:
    assert last_complete_month(date.fromisoformat(as_of)) == span(month)[0]
