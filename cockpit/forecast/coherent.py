"""Totals and parts that agree: the forecast of a hospital is the sum of those of its sites.

Method: minimum trace reconciliation with diagonal error variances (MinT "wls_var"; Wickramasuriya,
Athanasopoulos and Hyndman 2019). Every node moves in proportion to how wrong it usually is, so
that a large total moves little and a small noisy part more. Intervals move with their middle.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from cockpit.kpi.model import UnitId
from cockpit.series.model import ForecastPoint

if TYPE_CHECKING:
    from datetime import date

    from cockpit.forecast.history import Values
    from cockpit.forecast.model import Forecast

COHERENCE = "coherence"
"""The part of a figure that agreement with the other levels adds."""


def reconciled(
    made: Mapping[UnitId, Forecast], children: Mapping[UnitId, Sequence[UnitId]]
) -> dict[UnitId, Forecast]:
    """The same forecasts, of one additive KPI, whose parts add up to their total on every day.

    children: of each unit, those below it that feed it. A parent is agreed with its children only
    when every one of them has a daily forecast of the same origin, else it is left as it is. Top
    first: what a level above settled is not moved again, the parts below share the whole gap.
    """
    found, settled = dict(made), set[UnitId]()
    for parent, below in children.items():
        family = [parent, *below]
        if below and all(_agrees(found.get(unit), found.get(parent)) for unit in family):
            spreads = {unit: _variance(found[unit]) for unit in family}
            if parent in settled:
                spreads[parent] = 0.0
            found |= _family({unit: found[unit] for unit in family}, parent, spreads)
            settled |= set(family)
    return found


def _agrees(one: Forecast | None, parent: Forecast | None) -> bool:
    if one is None or parent is None:
        return False
    return one.is_daily and bool(one.points) and one.origin == parent.origin


def _family(
    made: Mapping[UnitId, Forecast], parent: UnitId, spreads: Mapping[UnitId, float]
) -> dict[UnitId, Forecast]:
    """Every unit moved so that the parent is the sum of the others; spreads: their variances.

    With one constraint, MinT has a closed form: the gap is shared in proportion to the variances,
    the parent taking its share downwards and the parts upwards.
    """
    shared = set.intersection(*({point.day for point in one.points} for one in made.values()))
    moved = {}
    middles = {unit: {point.day: point.mid for point in one.points} for unit, one in made.items()}
    for unit, one in made.items():
        sign = -1.0 if unit == parent else 1.0
        share = spreads[unit] / sum(spreads.values())
        shifts = {day: sign * share * _gap(middles, parent, day) for day in shared}
        points = tuple(shifted(point, shifts.get(point.day, 0.0)) for point in one.points)
        moved[unit] = replace(one, points=points)
    return moved


def _gap(middles: Mapping[UnitId, Mapping[date, float]], parent: UnitId, day: date) -> float:
    """What the parent announces above the sum of its parts."""
    parts = sum(values[day] for unit, values in middles.items() if unit != parent)
    return middles[parent][day] - parts


def _variance(one: Forecast) -> float:
    """From the calibrated interval: how wrong this series usually is."""
    widths: Values = np.array([point.high - point.low for point in one.points])
    return max(float(np.mean(widths)) ** 2, 1e-9)


def shifted(point: ForecastPoint, shift: float) -> ForecastPoint:
    """The point moved with its intervals; never below zero when it was above."""
    if shift == 0.0:
        return point

    floor = 0.0 if point.low >= 0 else -np.inf

    def moved(value: float) -> float:
        return max(value + shift, floor)

    def moved_or_none(value: float | None) -> float | None:
        return None if value is None else moved(value)

    return replace(
        point,
        low=moved(point.low),
        mid=moved(point.mid),
        high=moved(point.high),
        low50=moved_or_none(point.low50),
        high50=moved_or_none(point.high50),
        low95=moved_or_none(point.low95),
        high95=moved_or_none(point.high95),
        parts=(*point.parts, (COHERENCE, shift)),
    )
