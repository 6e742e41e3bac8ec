"""The words of the brief, in both languages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cockpit.brief.rank import main_change
from cockpit.series.model import Change, ForecastPoint, Status, Trend
from cockpit.wording import bare, change, day, month, percent, typed, weekday, with_unit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cockpit.forecast.model import Forecast
    from cockpit.i18n import Language
    from cockpit.kpi.model import Kpi, KpiId
    from cockpit.state.forecasts import ForecastAct


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
_STRAIN = frozenset(
    {
        "het_tension_index",
        "boarders_now",
        "boarding_nights",
        "bed_occupancy_rate",
        "bed_occupancy_now",
        "bjml_gap",
        "beds_available_now",
        "ed_los_median",
        "ed_los_over_8h_rate",
    }
)
"""Red here is strain: too few beds or too long a wait; elsewhere it is a decision to take."""


def headline(statuses: Mapping[KpiId, Status], alerts: Mapping[KpiId, Status]) -> Both:
    """The status sentence, from the levels at the top of the scope and the alerts of its sites."""
    both = [*statuses.items(), *alerts.items()]
    reds = {kpi for kpi, status in both if status is Status.RED}
    if reds & _STRAIN:
        return _HEADLINES["capacity"]
    if reds:
        return _HEADLINES["red"]
    if any(status is Status.AMBER for _, status in both):
        return _HEADLINES["amber"]
    return _HEADLINES["ok" if statuses else "none"]


def moved(trend: Trend) -> Both:
    """A change: "Lits fermés : 9,2 %, +1,9 pt par rapport à la semaine précédente"."""
    return Both(_moved(trend, "fr"), _moved(trend, "en"))


def steady(trend: Trend) -> Both:
    """A figure without news: "Trésorerie : 9,1 M€, conforme au seuil"."""
    return Both(_steady(trend, "fr"), _steady(trend, "en"))


def coming(
    kpi: Kpi,
    unit_label: str,
    point: ForecastPoint,
    made: Forecast,
    corrected: ForecastAct | None = None,
) -> Both:
    """What is expected, with its range and its usual error, or who corrected it."""
    if corrected is not None and corrected.value is not None:
        by = (kpi, unit_label, point, corrected.value, corrected.who)
        return Both(_corrected(*by, "fr"), _corrected(*by, "en"))
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
    said = f"{_name(trend.kpi, language)} : {_value(trend, language)}{_when(trend, language)}"
    if found is not None:
        said += f", {change(found.delta, trend.kpi, language)} {_against(found, trend, language)}"
    return typed(said, language) + "."


def _when(trend: Trend, language: Language) -> str:
    """The days of the figure: its month, its last day for a level, its number of days else."""
    window = trend.window
    if window is None:
        return ""
    if trend.kpi.step == "month":
        return f" {'en' if language == 'fr' else 'in'} {month(window.end, language)}"
    if trend.kpi.additive == "units" or window.days == 1:
        return f" {'le' if language == 'fr' else 'on'} {day(window.end, language)}"
    return f" {'sur' if language == 'fr' else 'over'} {window.days} {_days(language)}"


def _days(language: Language) -> str:
    return "jours" if language == "fr" else "days"


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
    mid, when = with_unit(point.mid, kpi, language), weekday(point.day, language)
    low, high = (bare(x, kpi, language) for x in (point.low, point.high))
    name = _name(kpi, language)
    if language == "fr":
        said = f"À venir · {name} · {unit_label} : {mid} {when} (entre {low} et {high})"
    else:
        said = f"Coming · {name} · {unit_label} : {mid} on {when} (between {low} and {high})"
    if made.mape is not None:
        error = "erreur habituelle à 7 jours" if language == "fr" else "usual error at 7 days"
        said += f" ; {error} {percent(made.mape, 0, language)}"
    return typed(said, language) + "."


def _corrected(  # noqa: PLR0917 - one sentence, what it says
    kpi: Kpi, unit_label: str, point: ForecastPoint, value: float, who: str, language: Language
) -> str:
    """The person's figure first, the model's beside it."""
    figure, when = with_unit(value, kpi, language), weekday(point.day, language)
    model = bare(point.mid, kpi, language)
    name = _name(kpi, language)
    if language == "fr":
        said = f"À venir · {name} · {unit_label} : {figure} {when}, corrigé par {who}"
        return typed(f"{said} (modèle : {model})", language) + "."
    said = f"Coming · {name} · {unit_label} : {figure} on {when}, corrected by {who}"
    return f"{said} (model: {model})."
