"""One day of a forecast in the director's words: what the figure is made of, in visits or in beds.

    Lundi 24 : 196 passages (178 - 214). Niveau récent 181 ; effet lundi +17 ; vacances zone B −5 ;
    tendance 4 semaines +3. Erreur habituelle à 7 jours : 8 %.

The parts come from the calendar regression, the others' disagreement is said as an adjustment. What
is written always adds up: parts are rounded together (largest remainder), small ones are gathered.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import holidays

from cockpit.i18n import gettext as _
from cockpit.i18n import language, mark
from cockpit.regions import country_of
from cockpit.wording import amount, bare, duration, number, percent, typed, weekday, with_unit

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from cockpit.forecast.calendar_fr import FrenchCalendar
    from cockpit.forecast.model import Forecast
    from cockpit.kpi.model import Kpi
    from cockpit.series.model import ForecastPoint

LEVEL, OTHER = "level", "other"
_WORDS = {
    LEVEL: mark("niveau récent"),
    "trend": mark("tendance 4 semaines"),
    "season": mark("saison"),
    "month": mark("moment du mois"),
    "adjustment": mark("ajustement des autres modèles"),
    "coherence": mark("accord avec le total"),
    OTHER: mark("autres"),
}
_SMALL_SHARE = 0.005
"""Of the figure: a part below is gathered with the other small ones."""
_MONEY = {"€": 1.0, "k€": 1e3, "M€": 1e6}
_AMOUNT_STEPS = ((1e9, 1e8), (1e7, 1e5), (1e4, 1e3), (0.0, 1.0))
"""From which amount in euros, to which euro it is written (`wording.amount`)."""


@dataclass(frozen=True, slots=True)
class Part:
    """name: of `ForecastPoint.parts`, or "other". words: as they are said. value: rounded."""

    name: str
    words: str
    value: float


def sentence(
    kpi: Kpi,
    made: Forecast,
    point: ForecastPoint,
    calendar: FrenchCalendar,
    *,
    error: bool = True,
) -> str:
    """The day, its figure and range, its parts, the usual error; in the language of the run.

    error: False where the error is said beside.
    """
    said = _("{day} : {mid} ({low} – {high}).").format(
        day=_day(point.day), mid=with_unit(point.mid, kpi, language()), **_range(kpi, point)
    )
    told = parts(kpi, point, calendar)
    if told:
        said += " " + " ; ".join(f"{one.words} {_bit(kpi, one)}" for one in told) + "."
        said = said.replace(f" {told[0].words}", f" {_capital(told[0].words)}", 1)
    if error and made.mape is not None:
        usual = percent(made.mape, 0, language())
        said += " " + _("Erreur habituelle à 7 jours : {error}.").format(error=usual)
    return typed(said, language())


def parts(kpi: Kpi, point: ForecastPoint, calendar: FrenchCalendar) -> tuple[Part, ...]:
    """What the figure is made of, the level first, then the largest; they add up to it as written.

    Edge: none when the model cannot tell.
    """
    if not point.parts:
        return ()
    grain = _grain(kpi, point.mid)
    values = _gathered(dict(point.parts), point.mid, grain)
    rounded = rounded_together(values, point.mid, grain)
    order = sorted(values, key=lambda name: (name != LEVEL, name == OTHER, -abs(rounded[name])))
    return tuple(
        Part(name, words(name, point.day, calendar), rounded[name])
        for name in order
        if rounded[name] or name == LEVEL
    )


def _gathered(found: Mapping[str, float], mid: float, grain: float) -> dict[str, float]:
    """Small parts under one name, with whatever a floor or a cap took from the figure."""
    limit = max(grain / 2, _SMALL_SHARE * abs(mid))
    kept = {name: x for name, x in found.items() if name == LEVEL or abs(x) >= limit}
    rest = mid - sum(kept.values())
    return kept | {OTHER: rest}


def rounded_together(values: Mapping[str, float], total: float, grain: float) -> dict[str, float]:
    """Each value to a multiple of `grain`, so that they add up to the total so rounded.

    Largest remainder: those that lose most by rounding down take what is missing.
    """
    wanted = math.floor(total / grain + 0.5)
    floors = {name: math.floor(value / grain) for name, value in values.items()}
    missing = wanted - sum(floors.values())
    by_loss = sorted(values, key=lambda name: floors[name] - values[name] / grain)
    for place in range(abs(missing)):
        name = by_loss[place % len(by_loss)] if missing > 0 else by_loss[-1 - place % len(by_loss)]
        floors[name] += 1 if missing > 0 else -1
    return {name: count * grain for name, count in floors.items()}


def words(name: str, day_said: date, calendar: FrenchCalendar) -> str:
    """A part in words: "effet lundi", "vacances zone B", "Toussaint"."""
    if name == "weekday":
        return _("effet {weekday}").format(weekday=weekday(day_said, language()).split()[0])
    if name == "holiday":
        return _holiday(day_said, calendar)
    if name == "school":
        return _("vacances zone {zone}").format(zone=calendar.zone)
    if name == "event":
        return _event(day_said, calendar)
    return _(_WORDS[name]) if name in _WORDS else name


def _holiday(day_said: date, calendar: FrenchCalendar) -> str:
    """The holiday itself, or the one that the day stands beside."""
    for days, text in ((0, "{name}"), (1, _("veille : {name}")), (-1, _("lendemain : {name}"))):
        near = day_said.fromordinal(day_said.toordinal() + days)
        name = holiday_name(calendar.region, near, language())
        if name:
            return text.format(name=name)
    return _("jours fériés")


@lru_cache(maxsize=256)
def holiday_name(region: str, day_said: date, spoken: str) -> str:
    """The public holiday of that day as the region calls it; "" when it is none."""
    country, part = country_of(region)
    words_of = {"fr": "fr", "en": "en_US"}.get(spoken) if country == "FR" else None
    years = holidays.country_holidays(country, subdiv=part, years=day_said.year, language=words_of)
    return str(years.get(day_said, ""))


def _event(day_said: date, calendar: FrenchCalendar) -> str:
    labels = [one.label for one in calendar.events if one.first <= day_said <= one.last]
    return ", ".join(dict.fromkeys(labels)) or _("événement")


def _day(said: date) -> str:
    return _capital(weekday(said, language()))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _range(kpi: Kpi, point: ForecastPoint) -> dict[str, str]:
    return {
        "low": bare(point.low, kpi, language()),
        "high": bare(point.high, kpi, language()),
    }


def _grain(kpi: Kpi, total: float) -> float:
    """The smallest step that the figure is written with, in the KPI's unit."""
    if kpi.unit in _MONEY:
        euros = abs(total) * _MONEY[kpi.unit]
        step = next(step for floor, step in _AMOUNT_STEPS if euros >= floor)
        return step / _MONEY[kpi.unit]
    return 1.0 if kpi.unit == "min" else 10.0**-kpi.decimals


def _bit(kpi: Kpi, one: Part) -> str:
    """181, +17, −5; with its unit when a bare number would not be read: +1,9 pt, −12 k€."""
    signed = one.name != LEVEL
    if kpi.unit in _MONEY:
        return amount(one.value * _MONEY[kpi.unit], language(), signed=signed)
    if kpi.unit == "min":
        return ("+" if signed and one.value > 0 else "") + duration(one.value)
    text = number(one.value, kpi.decimals, language(), signed=signed)
    if kpi.unit == "%":
        return percent(one.value, kpi.decimals, language()) if not signed else f"{text}\u00a0pt"
    return text
