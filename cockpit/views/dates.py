"""Days, windows and instants as a person reads them: sam. 21 nov. · cumul à fin octobre 2026.

Windows are named from their days alone, so that a monthly figure says its month whatever the
period that was asked for. Weeks are ISO 8601. Instants arrive as stored, naive UTC.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, timedelta

from babel.dates import format_date

from cockpit.clock import in_paris
from cockpit.i18n import gettext as _
from cockpit.i18n import language
from cockpit.kpi.model import Grain
from cockpit.series.model import Window

_WEEK = 7
_YEAR = (365, 366)
_MINUTES_SAID = 60


def _written(day: date, pattern: str) -> str:
    text = format_date(day, pattern, locale=language())
    return text.replace("1 ", "1er ", 1) if _is_first(day, pattern) else text


def _is_first(day: date, pattern: str) -> bool:
    return language() == "fr" and day.day == 1 and "d M" in pattern


def short_day(day: date) -> str:
    """As sam. 21 nov."""
    return _written(day, "EEE d MMM")


def long_day(day: date) -> str:
    """As samedi 21 novembre 2026."""
    return _written(day, "EEEE d MMMM y")


def weekday(day: date) -> str:
    """As lun., without the number."""
    return _written(day, "EEE")


def bare_day(day: date) -> str:
    """21 nov."""
    return _written(day, "d MMM")


def numeric(day: date) -> str:
    """21/11/2026, for tables."""
    return day.strftime("%d/%m/%Y")


def month(day: date) -> str:
    """As octobre 2026."""
    return format_date(day, "MMMM y", locale=language())


def short_month(day: date) -> str:
    """As oct. 2026."""
    return format_date(day, "MMM y", locale=language())


def week(day: date) -> str:
    """S47."""
    return _("S{week}").format(week=f"{day.isocalendar().week:02d}")


def named(day: date, grain: Grain) -> str:
    """One point of a curve: its day, week, month, quarter or year, named by its first day."""
    if grain is Grain.DAY:
        return short_day(day)
    if grain is Grain.WEEK:
        return f"{week(day)} ({span(Window(day, day + timedelta(days=_WEEK - 1)))})"
    if grain is Grain.MONTH:
        return month(day)
    if grain is Grain.QUARTER:
        return _("T{quarter} {year}").format(quarter=(day.month + 2) // 3, year=day.year)
    return str(day.year)


def ended(day: date, grain: Grain) -> str:
    """One point of a curve, named by its last day: a week is any seven days that end there."""
    if grain is Grain.WEEK:
        return span(Window(day - timedelta(days=_WEEK - 1), day))
    return named(day, grain)


def on_ended(day: date, grain: Grain) -> str:
    """When, inside a sentence: le sam. 21 nov., du 15-21 nov., en octobre 2026."""
    text = {Grain.DAY: _("le {day}"), Grain.WEEK: _("du {day}")}.get(grain, _("en {day}"))
    return text.format(day=ended(day, grain))


def span(window: Window) -> str:
    """15-21 nov.; 28 oct.-3 nov. (with an en dash)."""
    last = bare_day(window.end)
    if (window.start.year, window.start.month) == (window.end.year, window.end.month):
        first = _("1er") if window.start.day == 1 else str(window.start.day)
        return f"{first}–{last}"
    return f"{bare_day(window.start)}–{last}"


def _ends_month(day: date) -> bool:
    return day.day == monthrange(day.year, day.month)[1]


def _is_month(window: Window) -> bool:
    same = (window.start.year, window.start.month) == (window.end.year, window.end.month)
    return same and window.start.day == 1 and _ends_month(window.end)


def _is_year(window: Window) -> bool:
    return window.start.month == window.start.day == 1 and window.start.year == window.end.year


def covering(window: Window | None, *, brief: bool = False) -> str:
    """The days of a figure in words; `brief` for a tile.

    sam. 21 nov. · 15-21 nov. · octobre 2026 · cumul à fin octobre 2026 · 12 mois à fin oct. 2026.
    """
    if window is None:
        return ""
    if window.days == 1:
        return short_day(window.end)
    return _long(window, brief=brief) or span(window)


def _long(window: Window, *, brief: bool) -> str:
    """The name of a month, a year, a year to date or twelve months; "" for any other window."""
    if _is_month(window):
        return short_month(window.end) if brief else month(window.end)
    if _is_year(window) and window.days in _YEAR:
        return str(window.end.year)
    if _is_year(window) and window.end.month > 1:
        return _("cumul {until}").format(until=until(window.end, brief=brief))
    if window.days in _YEAR:
        return _("12 mois {until}").format(until=until(window.end, brief=brief))
    return ""


def until(day: date, *, brief: bool = False) -> str:
    """à fin octobre 2026; au 21 nov."""
    if _ends_month(day):
        return _("à fin {month}").format(month=short_month(day) if brief else month(day))
    return _("au {day}").format(day=bare_day(day))


def gap(window: Window | None, reference: Window | None) -> str:
    """How far back a reference lies: veille, 7 j, M-1, N-1; "préc." when its days are unknown."""
    if window is None or reference is None:
        return _("préc.")
    apart = (window.start - reference.start).days
    if apart == 1:
        return _("veille")
    if _is_month(window) or _is_month(reference):
        return _months_back(window, reference)
    if 364 <= apart <= 371:  # noqa: PLR2004 - one year, or 52 or 53 whole weeks
        return _("N-1")
    return _("{days} j").format(days=apart).replace(" ", "\u00a0")


def _months_back(window: Window, reference: Window) -> str:
    apart = (window.start.year - reference.start.year) * 12
    apart += window.start.month - reference.start.month
    return _("N-1") if apart == 12 else _("M-{months}").format(months=apart)  # noqa: PLR2004


def moment(stored: datetime, now: datetime) -> str:
    """When something happened, as short as it stays clear: il y a 42 min, 06:00, hier 18:40, 19/11.

    Both are naive UTC; what is shown is the wall clock of Paris.
    """
    minutes = int((now - stored).total_seconds() // 60)
    local, today = in_paris(stored), in_paris(now).date()
    if minutes == 0:
        return _("à l'instant")
    if 0 < minutes < _MINUTES_SAID:
        return _("il y a {minutes} min").format(minutes=minutes)
    if local.date() == today:
        return f"{local:%H:%M}"
    if local.date() == today - timedelta(days=1):
        return _("hier {time}").format(time=f"{local:%H:%M}")
    return f"{local:%d/%m}"


def stamp(stored: datetime | None) -> str:
    """21/11/2026 06:00, for tables; "n.d." when it never happened."""
    return f"{in_paris(stored):%d/%m/%Y %H:%M}" if stored else _("n.d.")
