"""When there is no forecast, and the sentence that says so: a wrong curve is worse than none."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from cockpit.kpi.model import Kpi

SHORTEST_DAYS = 56
STALE_DAYS = 3
GAP_SHARE = 0.20
GAP_DAYS = 14
SMALLEST_COUNT = 5.0
_RECENT_DAYS = 56
_HALF_YEAR_DAYS = 182


def refusal(history: pd.DataFrame, kpi: Kpi, today: date) -> str:
    """Why this history allows no daily forecast, in French; "" when it does.

    history: `day`, `value`, sorted by day, days not transmitted are absent. today: the civil day;
    yesterday is the last one that can be complete. Rules and levels: docs/decisions/010.
    """
    if history.empty:
        return "Pas de prévision : aucune donnée transmise pour cette unité."
    first, last = history["day"].iloc[0], history["day"].iloc[-1]
    return (
        _too_short(first, last)
        or _stale(last, today)
        or _gaps(history, last)
        or _tiny(history, kpi, last)
    )


def _too_short(first: date, last: date) -> str:
    days = (last - first).days + 1
    if days >= SHORTEST_DAYS:
        return ""
    return (
        f"Pas de prévision : {days} jours d'historique, il en faut au moins {SHORTEST_DAYS} "
        "(8 semaines)."
    )


def _stale(last: date, today: date) -> str:
    late = (today - timedelta(days=1) - last).days
    if late <= STALE_DAYS:
        return ""
    return (
        f"Pas de prévision : les données s'arrêtent au {last:%d/%m/%Y}, il y a "
        f"{(today - last).days} jours."
    )


def usual_weekdays(history: pd.DataFrame) -> frozenset[int]:
    """Weekdays (Monday 0) that the last half year reports at least one week in two.

    A treasury balance has no week-end: its Saturdays are not missing and are not forecast.
    """
    last = history["day"].iloc[-1]
    half_year = history[history["day"] > last - timedelta(days=_HALF_YEAR_DAYS)]["day"]
    weeks = max(1, (last - half_year.iloc[0]).days // 7)
    found = Counter(day.weekday() for day in half_year)
    return frozenset(weekday for weekday, times in found.items() if times >= weeks / 2)


def _gaps(history: pd.DataFrame, last: date) -> str:
    start = last - timedelta(days=_RECENT_DAYS - 1)
    recent = history[history["day"] >= start]
    usual = usual_weekdays(history)
    days = (start + timedelta(days=step) for step in range(_RECENT_DAYS))
    expected = [day for day in days if day.weekday() in usual]
    missing = len(set(expected) - set(recent["day"]))
    if missing > GAP_SHARE * len(expected) or _longest_gap(recent) >= GAP_DAYS:
        return f"Pas de prévision : {missing} jours manquent sur les {_RECENT_DAYS} derniers jours."
    return ""


def _longest_gap(recent: pd.DataFrame) -> int:
    days = pd.to_datetime(recent["day"])
    return int((days.diff().dt.days.fillna(1).max()) - 1)


def _tiny(history: pd.DataFrame, kpi: Kpi, last: date) -> str:
    """A count below five a day is mostly chance; a rate or an amount is not a count."""
    if kpi.denominator or kpi.unit in {"%", "€", "k€", "M€"} or history["value"].min() < 0:
        return ""
    recent = history[history["day"] > last - timedelta(days=_RECENT_DAYS)]["value"]
    if float(recent.mean()) >= SMALLEST_COUNT:
        return ""
    return (
        f"Pas de prévision : moins de {SMALLEST_COUNT:.0f} par jour en moyenne, "
        "le hasard l'emporte."
    )
