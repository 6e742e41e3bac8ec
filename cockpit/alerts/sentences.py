"""An alert in two languages: where, what, against what, since when.

Who is on it and what to do are the alert's own fields (`owner_fr`, `lever_fr`): a card, a mail or
the API set them apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cockpit.alerts.rule import Drift, Gap, History, Missing, Reconciliation
from cockpit.kpi.model import Grain, Kpi
from cockpit.wording import (
    NBSP,
    bare,
    change,
    day,
    month,
    number,
    percent,
    typed,
    weekday,
    with_unit,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from cockpit.alerts.ahead import Crossing
    from cockpit.alerts.judge import Verdict
    from cockpit.alerts.ladder import Climb
    from cockpit.i18n import Language
    from cockpit.kpi.units import Unit
    from cockpit.series.model import Freshness

_PERIODS: dict[Language, dict[Grain, str]] = {
    "fr": {
        Grain.DAY: "jours",
        Grain.WEEK: "semaines",
        Grain.MONTH: "mois",
        Grain.QUARTER: "trimestres",
        Grain.YEAR: "ans",
    },
    "en": {
        Grain.DAY: "days",
        Grain.WEEK: "weeks",
        Grain.MONTH: "months",
        Grain.QUARTER: "quarters",
        Grain.YEAR: "years",
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
_LEVEL: dict[Language, str] = {"fr": "seuil", "en": "level"}
_CROSSED: dict[Language, dict[str, str]] = {
    "fr": {
        "above": "Monté au-dessus du seuil de {level}",
        "below": "Descendu sous le seuil de {level}",
    },
    "en": {"above": "Went above the level of {level}", "below": "Fell below the level of {level}"},
}
"""Kept by its reset level: the last figure alone would not have spoken."""
_BACK: dict[Language, str] = {
    "fr": " Retour à la normale à confirmer.",
    "en": " Return to normal to be confirmed.",
}
_GOES_ON: dict[Language, str] = {
    "fr": "La source continue pour les autres",
    "en": "The source goes on for the others",
}
_STEPS: dict[Language, dict[str, str]] = {
    "fr": {"yellow": "jaune", "orange": "orange", "red": "rouge"},
    "en": {"yellow": "yellow", "orange": "orange", "red": "red"},
}


@dataclass(frozen=True, slots=True)
class Words:
    """Title and body of one alert in one language."""

    title: str
    body: str


def judged(
    found: Verdict, kpi: Kpi, unit: Unit, language: Language, *, known: Mapping[str, Kpi]
) -> Words:
    """What a rule found: "Occupation · Pneumologie : 97,2 %", then against what, since when."""
    title = typed(
        f"{_name(kpi, language)} · {unit.label} : {_figure(found, kpi, language)}", language
    )
    body = f"{_against(found, kpi, language, known)}, {_since(found, language)}."
    return Words(title, body + (_BACK[language] if found.course.phase == "recovering" else ""))


def _figure(found: Verdict, kpi: Kpi, language: Language) -> str:
    if isinstance(found.condition, Missing):
        silent = f"{number(found.value, 0, language)} {_PERIODS[language][found.grain]}"
        return f"aucune donnée depuis {silent}" if language == "fr" else f"no data for {silent}"
    value = with_unit(found.value, kpi, language)
    if not isinstance(found.condition, Drift):
        return value
    return f"{value} en moyenne" if language == "fr" else f"{value} on average"


def _against(found: Verdict, kpi: Kpi, language: Language, known: Mapping[str, Kpi]) -> str:
    match found.condition:
        case Gap() as condition:
            return _against_reference(found, kpi, condition, language)
        case History():
            return _against_habit(found, kpi, language)
        case Drift() as condition:
            return _percents(found, _before(found, condition.periods, language), language)
        case Reconciliation() as condition:
            return _against_other(found, kpi, known.get(condition.other, kpi), language)
        case Missing():
            return _GOES_ON[language]
        case _:
            return _against_level(found, kpi, language)


def _against_reference(found: Verdict, kpi: Kpi, condition: Gap, language: Language) -> str:
    """A gap and its level: "+2,9 % par rapport au budget (seuil +1,0 %)"."""
    against = _REFERENCES[language][condition.against]
    if condition.in_percent:
        return _percents(found, against, language)
    said, bound = (
        change(x, kpi, language) for x in (found.value - found.base, found.level - found.base)
    )
    return f"{said} {against} ({_LEVEL[language]} {bound})"


def _against_other(found: Verdict, kpi: Kpi, other: Kpi, language: Language) -> str:
    name, value = _name(other, language), bare(found.base, kpi, language)
    against = {
        "fr": f"par rapport à « {name} » ({value}), qui devrait être égal",
        "en": f"against “{name}” ({value}), which should be equal",
    }
    return typed(_percents(found, against[language], language), language)


def _against_level(found: Verdict, kpi: Kpi, language: Language) -> str:
    value, level = (with_unit(x, kpi, language) for x in (found.value, found.level))
    if not found.is_beyond and value != level:
        return _CROSSED[language]["above" if found.above else "below"].format(level=level)
    side = "at" if value == level else "above" if found.above else "below"
    return f"{_SIDES[language][side]} {level}"


def _percents(found: Verdict, against: str, language: Language) -> str:
    said, bound = (percent(x, 1, language, signed=True) for x in (found.measured, found.limit))
    return f"{said} {against} ({_LEVEL[language]} {bound})"


def _before(found: Verdict, periods: int, language: Language) -> str:
    name = _PERIODS[language][found.grain]
    if language == "fr":
        return f"en {periods} {name} par rapport aux {periods} précédents"
    return f"over {periods} {name} against the {periods} before"


def _against_habit(found: Verdict, kpi: Kpi, language: Language) -> str:
    """As "3,4 écarts-types au-dessus de la moyenne d'un samedi (162 passages ; seuil 3,0)"."""
    steps, limit = (number(abs(x), 1, language) for x in (found.measured, found.limit))
    mean = with_unit(found.base, kpi, language)
    if language == "fr":
        side = "au-dessus" if found.above else "au-dessous"
        of = f"d'un {_weekday(found.start, language)}" if found.grain is Grain.DAY else "habituelle"
        said = f"{steps} écarts-types {side} de la moyenne {of} ({mean} ; seuil {limit})"
    else:
        side = "above" if found.above else "below"
        of = f" of a {_weekday(found.start, language)}" if found.grain is Grain.DAY else ""
        said = f"{steps} standard deviations {side} the mean{of} ({mean}; level {limit})"
    return typed(said, language)


def _weekday(value: date, language: Language) -> str:
    return weekday(value, language).split(" ")[0]


def forecast(found: Crossing, kpi: Kpi, unit: Unit, language: Language) -> Words:
    """A level that is likely to be reached, which day and how likely."""
    point = found.point
    value, limit = (with_unit(x, kpi, language) for x in (point.mid, found.level))
    low, high = (bare(x, kpi, language) for x in (point.low, point.high))
    on, name = weekday(point.day, language), _name(kpi, language)
    chances = number(100 * found.probability, 0, language)
    if language == "fr":
        return Words(
            typed(f"Prévision · {name} · {unit.label} : {value} {on}", language),
            typed(
                f"Entre {low} et {high}, pour un seuil d'alerte de {limit} : "
                f"{chances} chances sur 100.",
                language,
            ),
        )
    return Words(
        f"Forecast · {name} · {unit.label}: {value} on {on}",
        f"Between {low} and {high}, for an alert level of {limit}: {chances} chances in 100.",
    )


def ladder(found: Climb, label: str, unit: Unit, language: Language) -> Words:
    """A step of the escalation and the criteria that make it."""
    step = _STEPS[language][found.step]
    title = typed(f"{label} · {unit.label} : {step}", language)
    names = [alert.title_fr if language == "fr" else alert.title_en for alert in found.because]
    count = len(names)
    if language == "fr":
        head = f"{count} critère" + ("s" if count > 1 else "")
    else:
        head = f"{count} criteri" + ("a" if count > 1 else "on")
    return Words(title, typed(f"{head} : {' ; '.join(names)}.", language))


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


def waiting(since: date, language: Language) -> str:
    """Of an alert that a late source leaves as it was. since: the last day it was judged on."""
    if language == "fr":
        return typed(f"Non rejugée depuis le {day(since, language)} : source en retard.", language)
    return f"Not judged again since {day(since, language)}: its source is late."


def _since(found: Verdict, language: Language) -> str:
    if found.cumulated:
        until = month(found.end, language)
        said = f"cumul à fin {until}" if language == "fr" else f"year to end of {until}"
        return said if found.run == 1 else f"{said}, {_run(found, language)}"
    if found.run == 1:
        return _one_period(found.start, found.end, found.grain, language)
    return _run(found, language)


def _run(found: Verdict, language: Language) -> str:
    """Since when, and for how many periods."""
    start, grain = found.since, found.grain
    first = month(start, language) if grain is Grain.MONTH else day(start, language)
    since = "since" if language == "en" else "depuis" if grain is Grain.MONTH else "depuis le"
    more = {"fr": " au moins", "en": " at least"}[language] if found.open_start else ""
    return f"{since} {first}{more} ({found.run}{NBSP}{_PERIODS[language][grain]})"


def _one_period(start: date, end: date, grain: Grain, language: Language) -> str:
    if grain is Grain.MONTH:
        return f"{'en' if language == 'fr' else 'in'} {month(start, language)}"
    if grain is Grain.DAY:
        return f"{'le' if language == 'fr' else 'on'} {day(end, language)}"
    ending = day(end, language)
    if grain is Grain.WEEK:
        return f"semaine close le {ending}" if language == "fr" else f"week ended {ending}"
    return f"période close le {ending}" if language == "fr" else f"period ended {ending}"
