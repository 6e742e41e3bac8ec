"""An alert in two languages: where, what, against what, since when.

Who is on it and what to do are the alert's own fields (`owner_fr`, `lever_fr`): a card, a mail or
the API set them apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cockpit.kpi.model import Grain, Kpi
from cockpit.wording import bare, day, month, typed, weekday, with_unit

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from cockpit.alerts.levels import Verdict
    from cockpit.i18n import Language
    from cockpit.kpi.units import Unit
    from cockpit.series.model import ForecastPoint, Freshness

_PERIOD_WORDS: dict[Language, dict[Grain, tuple[str, str]]] = {
    "fr": {
        Grain.DAY: ("jour", "jours"),
        Grain.WEEK: ("semaine", "semaines"),
        Grain.MONTH: ("mois", "mois"),
    },
    "en": {
        Grain.DAY: ("day", "days"),
        Grain.WEEK: ("week", "weeks"),
        Grain.MONTH: ("month", "months"),
    },
}

_SIDES: dict[Language, dict[str, str]] = {
    "fr": {
        "above": "Au-dessus du seuil de",
        "below": "Au-dessous du seuil de",
        "at": "Au seuil de",
    },
    "en": {"above": "Above the level of", "below": "Below the level of", "at": "At the level of"},
}


@dataclass(frozen=True, slots=True)
class Words:
    """Title and body of one alert in one language."""

    title: str
    body: str


def threshold(found: Verdict, kpi: Kpi, unit: Unit, grain: Grain, language: Language) -> Words:
    """A level that is reached: "Occupation · Pneumologie : 97,2 %", then against what."""
    value = with_unit(found.last.value, kpi, language)
    level = with_unit(found.level, kpi, language)
    when = _since(found, grain, language)
    title = typed(f"{_name(kpi, language)} · {unit.label} : {value}", language)
    side = _SIDES[language]["at" if value == level else "above" if found.above else "below"]
    return Words(title, f"{side} {level}, {when}.")


def forecast(point: ForecastPoint, level: float, kpi: Kpi, unit: Unit, language: Language) -> Words:
    """A level that the middle of the forecast will reach, and which day."""
    value, limit = (with_unit(x, kpi, language) for x in (point.mid, level))
    low, high = (bare(x, kpi, language) for x in (point.low, point.high))
    on, name = weekday(point.day, language), _name(kpi, language)
    if language == "fr":
        return Words(
            typed(f"Prévision · {name} · {unit.label} : {value} {on}", language),
            f"Entre {low} et {high}, pour un seuil d'alerte de {limit}.",
        )
    return Words(
        f"Forecast · {name} · {unit.label}: {value} on {on}",
        f"Between {low} and {high}, for an alert level of {limit}.",
    )


def _name(kpi: Kpi, language: Language) -> str:
    return kpi.short_fr if language == "fr" else (kpi.short_en or kpi.short_fr)


def freshness(source: Freshness, silenced: Sequence[Kpi], language: Language) -> Words:
    """A source that is late, and how many watched indicators wait for it."""
    count = len(silenced)
    if language == "fr":
        until = (
            f"Dernier jour reçu : {day(source.as_of, language)}."
            if source.as_of
            else ("Aucune donnée reçue.")
        )
        waits = "indicateur surveillé attend" if count < 2 else "indicateurs surveillés attendent"  # noqa: PLR2004
        body = f"{until} {count} {waits} cette source ; leurs alertes sont suspendues."
        return Words(typed(f"Données en retard : {source.label}", language), typed(body, language))
    until = (
        f"Last day received: {day(source.as_of, language)}."
        if source.as_of
        else ("No data received.")
    )
    waits = "watched indicator waits" if count == 1 else "watched indicators wait"
    body = f"{until} {count} {waits} for this source; their alerts are on hold."
    return Words(f"Late data: {source.label}", body)


def _since(found: Verdict, grain: Grain, language: Language) -> str:
    if found.run == 1:
        return _one_period(found.last.start, found.last.end, grain, language)
    first = (
        month(found.since.start, language)
        if grain is Grain.MONTH
        else day(found.since.start, language)
    )
    words = _PERIOD_WORDS[language][grain][1]
    if language == "fr":
        since = f"depuis {first}" if grain is Grain.MONTH else f"depuis le {first}"
        return f"{since} ({found.run} {words})"
    return f"since {first} ({found.run} {words})"


def _one_period(start: date, end: date, grain: Grain, language: Language) -> str:
    if grain is Grain.MONTH:
        return f"{'en' if language == 'fr' else 'in'} {month(start, language)}"
    if grain is Grain.WEEK:
        ending = day(end, language)
        return f"semaine close le {ending}" if language == "fr" else f"week ended {ending}"
    return f"{'le' if language == 'fr' else 'on'} {day(end, language)}"
