"""A rule on forecasts tried on the past, with the forecasts that were published on those days.

A forecast made since then of an older day was not known that morning, and is not used. Five weeks
later only some distances of a published forecast are kept (`cockpit/warehouse/update.py`): what it
announced in between is lost, and the day is told as partly known.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from cockpit import clock
from cockpit.alerts import ahead
from cockpit.alerts.by_day import RED, Spoken, days_of, judged_over, of_periods
from cockpit.alerts.rule import Expected
from cockpit.forecast.store import parts

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from cockpit.alerts.observe import Reader
    from cockpit.alerts.rule import Levels, Rule
    from cockpit.forecast.model import Forecast
    from cockpit.kpi.model import Kpi, UnitId
    from cockpit.kpi.reduce import Mask


def expected(
    rule: Rule, when: Expected, units: Sequence[UnitId], reader: Reader, book: Iterable[Rule]
) -> Spoken:
    """What the rule would have announced after each day, from the newest forecast known then.

    book: the rules in force; it is silent where one of them already says red of the same KPI. A
    forecast switched off since is tried like the others: that decision came later.
    """
    kpi, days = reader.known[str(rule.kpi)], days_of(reader)
    spoken = Spoken.silent(units, days)
    reds = _reds(rule, kpi, units, reader, book)
    for row, unit in enumerate(units):
        made = [
            one
            for one in parts(reader.generation, reader.scope, kpi, unit)
            if one.facet == rule.facet
        ]
        for place, coming in enumerate(_known_on(made, days)):
            _read(spoken, (row, place), coming, when)
            if spoken.known[row, place] and coming is not None and not reds[row, place]:
                today = days[place] + timedelta(days=1)
                limits = ahead.limits(when, kpi, unit, reader, today)
                found = ahead.crossing(coming, when.within_days, _likely(rule), today, limits)
                _write(spoken, (row, place), found)
    return spoken


def _likely(rule: Rule) -> Levels:
    return ahead.DEFAULT if rule.levels.is_empty else rule.levels


def _known_on(made: Sequence[Forecast], days: Sequence[date]) -> list[Forecast | None]:
    """After each day, the newest forecast made by the next morning; None without one.

    A refused or weekly one takes the place of those before it: nothing daily was shown then.
    """
    ordered = sorted(made, key=_available)
    found: list[Forecast | None] = []
    best, at = None, 0
    for day in days:
        while at < len(ordered) and _available(ordered[at]) <= day:
            one, at = ordered[at], at + 1
            if best is None or _age(one) >= _age(best):
                best = one
        found.append(best)
    return [replace(one, points=()) if one and not one.is_daily else one for one in found]


def _available(one: Forecast) -> date:
    """The last day closed on the morning when it was made, and not before its own origin."""
    return max(one.origin, clock.in_paris(one.made_at).date() - timedelta(days=1))


def _age(one: Forecast) -> tuple[object, ...]:
    return (one.origin, one.made_at, one.model)


def _read(spoken: Spoken, at: tuple[int, int], coming: Forecast | None, when: Expected) -> None:
    """Whether a forecast of that morning is kept, and all of it."""
    today = spoken.days[at[1]] + timedelta(days=1)
    if coming is None or ahead.is_stale(coming, today):
        return
    last = today + timedelta(days=when.within_days)
    days = sum(today <= point.day < last for point in coming.points)
    spoken.known[at], spoken.partly[at] = days > 0, 0 < days < when.within_days


def _write(spoken: Spoken, at: tuple[int, int], found: ahead.Crossing | None) -> None:
    if found is None:
        return
    spoken.rank[at] = RED if found.severity == "red" else 1
    spoken.value[at], spoken.level[at] = found.point.mid, found.level
    spoken.measured[at] = found.probability


def _reds(
    rule: Rule, kpi: Kpi, units: Sequence[UnitId], reader: Reader, book: Iterable[Rule]
) -> Mask:
    """Where what is announced had happened already: a rule on periods says red of this KPI."""
    days = days_of(reader)
    found = np.zeros((len(units), len(days)), dtype=bool)
    for other in book:
        if other.kpi != kpi.id or other.id == rule.id or not other.enabled:
            continue
        judged = judged_over(other, reader, units=units)
        if judged is None:
            continue
        red = of_periods(judged, days).rank == RED
        for row, unit in enumerate(judged.units):
            found[units.index(unit)] |= red[row]
    return found
