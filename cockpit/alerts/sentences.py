"""An alert in two languages: what, against what, since when, where, who, what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from cockpit import i18n
from cockpit.alerts.levels import Verdict
from cockpit.i18n import Language
from cockpit.kpi.model import Grain, Kpi
from cockpit.kpi.units import Unit
from cockpit.series.model import ForecastPoint, Freshness
from cockpit.wording import NBSP, day, month, weekday, with_unit

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


@dataclass(frozen=True, slots=True)
class Words:
    """Title and body of one alert in one language."""

    title: str
    body: str


def threshold(
    found: Verdict, kpi: Kpi, unit: Unit, grain: Grain, language: Language
) -> Words:
    """A level that is reached: "Occupation : 97,2 %" and its sentence."""
    value = with_unit(found.last.value, kpi, language)
    level = with_unit(found.level, kpi, language)
    when = _since(found, grain, language)
    if language == "fr":
        side = "au-dessus" if found.above else "au-dessous"
        body = f"{unit.label} : {value}, {side} du seuil de {level}, {when}."
        return Words(f"{kpi.short_fr} : {value}", _typed(body + _todo(kpi, language)))
    side = "above" if found.above else "below"
    body = f"{unit.label}: {value}, {side} the level of {level}, {when}."
    return Words(f"{kpi.short_en or kpi.short_fr}: {value}", body + _todo(kpi, language))


def forecast(
    point: ForecastPoint, level: float, kpi: Kpi, unit: Unit, language: Language
) -> Words:
    """A level that the middle of the forecast will reach, and which day."""
    value, limit, low, high = (
        with_unit(x, kpi, language) for x in (point.mid, level, point.low, point.high)
    )
    on = weekday(point.day, language)
    if language == "fr":
        title = f"Prévision {kpi.short_fr} : {value} {on}"
        body = (
            f"{unit.label} : {value} prévus {on} (entre {low} et {high}), pour un seuil "
            f"d'alerte de {limit}."
        )
        return Words(_typed(title), _typed(body + _todo(kpi, language)))
    title = f"Forecast {kpi.short_en or kpi.short_fr}: {value} on {on}"
    body = (
        f"{unit.label}: {value} expected on {on} (between {low} and {high}), for an alert level "
        f"of {limit}."
    )
    return Words(title, body + _todo(kpi, language))


def freshness(source: Freshness, silenced: Sequence[Kpi], language: Language) -> Words:
    """A source that is late, and how many watched indicators wait for it."""
    count = len(silenced)
    if language == "fr":
        until = f"Dernier jour reçu : {day(source.as_of, language)}." if source.as_of else (
            "Aucune donnée reçue."
        )
        waits = "indicateur surveillé attend" if count < 2 else "indicateurs surveillés attendent"  # noqa: PLR2004
        who = source.owner or "DSI"
        body = (
            f"{until} {count} {waits} cette source ; leurs alertes sont suspendues. "
            f"À faire ({who}) : relancer l'export puis vérifier la source."
        )
        return Words(_typed(f"Données en retard : {source.label}"), _typed(body))
    until = f"Last day received: {day(source.as_of, language)}." if source.as_of else (
        "No data received."
    )
    waits = "watched indicator waits" if count == 1 else "watched indicators wait"
    body = (
        f"{until} {count} {waits} for this source; their alerts are on hold. "
        f"To do ({source.owner or 'IT'}): send the export again, then check the source."
    )
    return Words(f"Late data: {source.label}", body)


def _since(found: Verdict, grain: Grain, language: Language) -> str:
    if found.run == 1:
        return _one_period(found.last.start, found.last.end, grain, language)
    first = month(found.since.start, language) if grain is Grain.MONTH else day(
        found.since.start, language
    )
    words = _PERIOD_WORDS[language][grain][1]
    if language == "fr":
        elided = first[0] in "ao" and grain is Grain.MONTH
        since = f"depuis {first}" if elided or grain is Grain.MONTH else f"depuis le {first}"
        return f"{since} ({found.run} {words})"
    return f"since {first} ({found.run} {words})"


def _one_period(start: date, end: date, grain: Grain, language: Language) -> str:
    if grain is Grain.MONTH:
        return f"{'en' if language == 'fr' else 'in'} {month(start, language)}"
    if grain is Grain.WEEK:
        ending = day(end, language)
        return f"semaine close le {ending}" if language == "fr" else f"week ended {ending}"
    return f"{'le' if language == 'fr' else 'on'} {day(end, language)}"


def _todo(kpi: Kpi, language: Language) -> str:
    """Who does what: the KPI's owner and lever, when it names them."""
    if not kpi.lever_fr:
        return ""
    with i18n.use(language):
        owner, lever = i18n.gettext(kpi.owner_fr), i18n.gettext(kpi.lever_fr)
    who = f" ({owner})" if owner else ""
    if language == "fr":
        return f" À faire{who} : {lever[0].lower()}{lever[1:]}."
    return f" To do{who}: {lever}."


def _typed(text: str) -> str:
    """French typography: a no-break space before the double signs."""
    return text.replace(" :", f"{NBSP}:").replace(" ;", f"{NBSP};")
