"""What a window is compared with: the one before, and the same days of last year.

Days and weeks are compared with the same weekdays of the same ISO week of last year, which is 364
days before, or 371 after a year of 53 weeks (S10 of 2027 with S10 of 2026); months and years with
the same civil dates.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from cockpit.kpi.model import Step
from cockpit.kpi.windows import add_months, month_end
from cockpit.series.model import Period, Window

LOOK_BACK_DAYS = 7
_FIFTY_TWO_WEEKS = timedelta(days=364)
_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Frame:
    """The windows of one figure: its own, the one before (None for a year), the same last year."""

    own: Window
    previous: Window | None
    last_year: Window


def frame(step: Step, period: Period, as_of: date) -> Frame:
    """The windows that end at the last described day `as_of`.

    A monthly KPI read by day or week shows its last month; a month is the last complete one.
    """
    if step == "month" and period in {Period.DAY, Period.WEEK}:
        period = Period.MONTH
    match period:
        case Period.DAY:
            own = Window(as_of, as_of)
            return Frame(own, _shift(own, _WEEK), same_week_before(own))
        case Period.WEEK:
            own = Window(as_of - timedelta(days=6), as_of)
            return Frame(own, _shift(own, _WEEK), same_week_before(own))
        case Period.MONTH:
            own = _months(last_complete_month(as_of), 1)
            return Frame(own, _back(own, 1), _back(own, 12))
        case Period.YEAR:
            own = Window(date(as_of.year, 1, 1), as_of)
            return Frame(own, None, Window(add_months(own.start, -12), same_day_before(as_of)))
        case Period.ROLLING:
            own = _months(last_complete_month(as_of), 12)
            return Frame(own, None, _back(own, 12))


def candidates(step: Step, period: Period, as_of: date) -> tuple[Frame, ...]:
    """The frames to try, newest first: a unit that has not reported its last day shows the day
    before, up to a week back; a month or a year has one frame."""
    looks_back = step == "day" and period in {Period.DAY, Period.WEEK}
    back = range(LOOK_BACK_DAYS + 1) if looks_back else range(1)
    return tuple(frame(step, period, as_of - timedelta(days=days)) for days in back)


def last_complete_month(as_of: date) -> date:
    """First day of the last month that ended on or before `as_of`."""
    first = as_of.replace(day=1)
    return first if month_end(as_of) == as_of else add_months(first, -1)


def _months(last_month: date, count: int) -> Window:
    return Window(add_months(last_month, 1 - count), month_end(last_month))


def _back(window: Window, months: int) -> Window:
    return Window(
        add_months(window.start, -months), month_end(add_months(window.end.replace(day=1), -months))
    )


def same_week_before(window: Window) -> Window:
    """The same days of the same ISO week of last year, the week of its last day.

    A week 53 that last year does not have is compared with the one 52 weeks before, S01 of its own
    year: both hold 1 January, while S52 holds Christmas.
    """
    year, week, weekday = window.end.isocalendar()
    try:
        return _shift(window, window.end - date.fromisocalendar(year - 1, week, weekday))
    except ValueError:
        return _shift(window, _FIFTY_TWO_WEEKS)


def same_day_before(day: date) -> date:
    """The same civil date a year before; a month's end stays a month's end (leap years)."""
    before = add_months(day, -12)
    return month_end(before) if month_end(day) == day else before


def _shift(window: Window, by: timedelta) -> Window:
    return Window(window.start - by, window.end - by)
