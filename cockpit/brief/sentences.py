"""The words of the brief, in both languages."""

from __future__ import annotations

from dataclasses import dataclass

from cockpit.brief.rank import main_change
from cockpit.forecast.model import Forecast
from cockpit.i18n import Language
from cockpit.kpi.model import Domain, Kpi
from cockpit.series.model import Change, ForecastPoint, Status, Trend
from cockpit.wording import NBSP, change, month, number, typed, weekday, with_unit


@dataclass(frozen=True, slots=True)
class Both:
    """One sentence in two languages."""

    fr: str
    en: str


_HEADLINES = {
    "capacity": Both("Établissement sous tension", "The hospital is under strain"),
    "red": Both("Des points demandent une décision", "Some points need a decision"),
    "amber": Both("Situation à surveiller", "Situation to be watched"),
    "ok": Both("Situation sous contrôle", "Situation under control"),
    "none": Both("Aucun indicateur n'est encore alimenté", "No indicator is fed yet"),
}
_CAPACITY = frozenset({Domain.BEDS, Domain.ACTIVITY})


def headline(statuses: list[tuple[Domain, Status]]) -> Both:
    """The status sentence: strain is about beds and emergencies, the rest asks for a decision."""
    reds = {domain for domain, status in statuses if status is Status.RED}
    if reds & _CAPACITY:
        return _HEADLINES["capacity"]
    if reds:
        return _HEADLINES["red"]
    if any(status is Status.AMBER for _, status in statuses):
        return _HEADLINES["amber"]
    return _HEADLINES["ok" if statuses else "none"]


def moved(trend: Trend) -> Both:
    """A change: "Lits fermés : 9,2 %, +1,9 pt par rapport à la semaine précédente"."""
    return Both(_moved(trend, "fr"), _moved(trend, "en"))


def steady(trend: Trend) -> Both:
    """A figure without news: "Trésorerie : 9,1 M€, conforme au seuil"."""
    return Both(_steady(trend, "fr"), _steady(trend, "en"))


def coming(kpi: Kpi, unit_label: str, point: ForecastPoint, made: Forecast) -> Both:
    """What is expected, with its range and its usual error."""
    return Both(
        _coming(kpi, unit_label, point, made, "fr"), _coming(kpi, unit_label, point, made, "en")
    )


def _name(kpi: Kpi, language: Language) -> str:
    return kpi.short_fr if language == "fr" else (kpi.short_en or kpi.short_fr)


def _value(trend: Trend, language: Language) -> str:
    value = trend.value
    return "" if value is None else with_unit(value, trend.kpi, language)


def _moved(trend: Trend, language: Language) -> str:
    found = main_change(trend)
    said = f"{_name(trend.kpi, language)} : {_value(trend, language)}"
    if trend.kpi.step == "month" and trend.window is not None:
        said += f" {'en' if language == 'fr' else 'in'} {month(trend.window.end, language)}"
    if found is not None:
        said += f", {change(found.delta, trend.kpi, language)} {_against(found, trend, language)}"
    return typed(said, language) + "."


def _against(found: Change, trend: Trend, language: Language) -> str:
    if found.kind == "last_year":
        return "sur un an" if language == "fr" else "against last year"
    if trend.kpi.step == "month":
        return "par rapport au mois précédent" if language == "fr" else "against the month before"
    if language == "fr":
        return "par rapport à la semaine précédente"
    return "against the week before"


def _steady(trend: Trend, language: Language) -> str:
    words = {
        Status.OK: Both("dans la cible", "on target"),
        Status.AMBER: Both("en vigilance", "to be watched"),
        Status.RED: Both("en alerte", "on alert"),
    }
    word = words.get(trend.status, Both("suivi", "followed"))
    state = word.fr if language == "fr" else word.en
    said = f"{_name(trend.kpi, language)} : {_value(trend, language)}, {state}"
    return typed(said, language) + "."


def _coming(
    kpi: Kpi, unit_label: str, point: ForecastPoint, made: Forecast, language: Language
) -> str:
    mid, low, high = (with_unit(x, kpi, language) for x in (point.mid, point.low, point.high))
    day = weekday(point.day, language)
    if language == "fr":
        said = f"À venir, {unit_label} : {mid} {day} (entre {low} et {high})"
        error = "; erreur habituelle à 7 jours" if made.mape is not None else ""
    else:
        said = f"Coming, {unit_label} : {mid} on {day} (between {low} and {high})"
        error = "; usual error at 7 days" if made.mape is not None else ""
    if made.mape is not None:
        percent = number(made.mape, 0, language) + (f"{NBSP}%" if language == "fr" else "%")
        error += f" {percent}"
    return typed(f"{said}{error}".replace("; ", " ; "), language) + "."
