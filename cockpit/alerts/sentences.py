"""An alert in two languages: where, what, against what, since when.

Who is on it and what to do are the alert's own fields (`owner_fr`, `lever_fr`): a card, a mail or
the API set them apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cockpit.kpi.model import Grain, Kpi
from cockpit.wording import bare, change, day, month, percent, typed, weekday, with_unit

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from cockpit.alerts.levels import Verdict
    from cockpit.i18n import Language
    from cockpit.kpi.units import Unit
    from cockpit.series.model import ForecastPoint, Freshness

_PERIODS: dict[Language, dict[Grain, str]] = {
    "fr": {Grain.DAY: "jours", Grain.WEEK: "semaines", Grain.MONTH: "mois"},
    "en": {Grain.DAY: "days", Grain.WEEK: "weeks", Grain.MONTH: "months"},
}
_SIDES: dict[Language, dict[str, str]] = {
    "fr": {
        "above": "Au-dessus du seuil de",
        "below": "Au-dessous du seuil de",
        "at": "Au seuil de",
    },
    "en": {"above": "Above the level of", "below": "Below the level of", "at": "At the level of"},
}

_REFERENCES: dict[Language, dict[str, str]] = {
    "fr": {
        "budget": "par rapport au budget",
        "last_year": "par rapport à l'an dernier",
        "target": "par rapport à la cible",
    },
    "en": {
        "budget": "against the budget",
        "last_year": "against last year",
        "target": "against the target",
    },
}


@dataclass(frozen=True, slots=True)
class Words:
    """Title and body of one alert in one language."""

    title: str
    body: str


def threshold(found: Verdict, kpi: Kpi, unit: Unit, grain: Grain, language: Language) -> Words:
    """A level that is reached: "Occupation · Pneumologie : 97,2 %", then against what."""
    value = with_unit(found.last.value, kpi, language)
    title = typed(f"{_name(kpi, language)} · {unit.label} : {value}", language)
    against = _against_reference(found, kpi, language) or _against_level(found, kpi, language)
    return Words(title, f"{against}, {_since(found, grain, language)}.")


def _against_level(found: Verdict, kpi: Kpi, language: Language) -> str:
    value = with_unit(found.last.value, kpi, language)
    level = with_unit(found.level, kpi, language)
    side = "at" if value == level else "above" if found.above else "below"
    return f"{_SIDES[language][side]} {level}"


def _against_reference(found: Verdict, kpi: Kpi, language: Language) -> str:
    """A gap and its level: "+2,9 % par rapport au budget (seuil +1,0 %)"."""
    reference, levels = found.last.reference, kpi.threshold
    if reference is None or levels is None or levels.on == "value":
        return ""
    gap, limit = found.last.value - reference, found.level - reference
    if levels.on == "gap_pct":
        said, bound = (
            percent(100 * x / abs(reference), 1, language, signed=True) for x in (gap, limit)
        )
    else:
        said, bound = (change(x, kpi, language) for x in (gap, limit))
    level = "seuil" if language == "fr" else "level"
    return f"{said} {_REFERENCES[language][levels.against]} ({level} {bound})"


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
    last = found.last
    if last.cumulated:
        until = month(last.end, language)
        said = f"cumul à fin {until}" if language == "fr" else f"year to end of {until}"
        return said if found.run == 1 else f"{said}, {_run(found, grain, language)}"
    if found.run == 1:
        return _one_period(last.start, last.end, grain, language)
    return _run(found, grain, language)


def _run(found: Verdict, grain: Grain, language: Language) -> str:
    """Since when, and for how many periods."""
    start = found.since.start
    first = month(start, language) if grain is Grain.MONTH else day(start, language)
    since = "since" if language == "en" else "depuis" if grain is Grain.MONTH else "depuis le"
    more = {"fr": " au moins", "en": " at least"}[language] if found.open_start else ""
    return f"{since} {first}{more} ({found.run} {_PERIODS[language][grain]})"


def _one_period(start: date, end: date, grain: Grain, language: Language) -> str:
    if grain is Grain.MONTH:
        return f"{'en' if language == 'fr' else 'in'} {month(start, language)}"
    if grain is Grain.WEEK:
        ending = day(end, language)
        return f"semaine close le {ending}" if language == "fr" else f"week ended {ending}"
    return f"{'le' if language == 'fr' else 'on'} {day(end, language)}"
