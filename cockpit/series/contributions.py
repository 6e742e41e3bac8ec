"""Which units, or which facets, explain a change: the "où ?" of the screens.

An additive KPI splits by plain difference. A ratio splits each part's share of the change in two:
its own rate moved (weighed by its mean weight), or its weight moved (times how far its mean rate
stands from the whole's). Rate and mix effects sum exactly to the change of the whole.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from cockpit.access.scope import Scope
from cockpit.kpi import compute, provisional
from cockpit.kpi.model import Kpi, UnitId
from cockpit.kpi.panel import By
from cockpit.kpi.reduce import Points
from cockpit.kpi.special import SPECIAL
from cockpit.kpi.windows import Windows, together, windows
from cockpit.series.compare import Frame, candidates
from cockpit.series.model import Contribution, Period, Window
from cockpit.series.workdays import equal_days
from cockpit.warehouse.attach import Generation

Against = Literal["previous", "last_year"]
_NEGLIGIBLE = 1e-9
_BEFORE, _AFTER = 0, 1


@dataclass(frozen=True, slots=True)
class _Part:
    """One part in both windows: numerators and denominators as summed, NaN when absent."""

    code: str
    label: str
    tops: tuple[float, float]
    bottoms: tuple[float, float]


def contributions(
    generation: Generation,
    scope: Scope,
    kpi: Kpi,
    unit: UnitId | None,
    period: Period,
    *,
    against: Against = "previous",
    by: By = "unit",
) -> tuple[Contribution, ...]:
    """The parts of a change, largest first; their totals sum to the change of the whole.

    What no part explains (a figure that only the whole has) is one last part of code "".
    Empty when the KPI cannot be split (a median, a percentile) or has no reference.
    Raises UnknownUnit, OutOfScope.
    """
    nodes = compute.visible_nodes(generation, scope, unit)
    scope.require(kpi.domain)
    key = ("contributions", scope.key(), kpi, nodes, period, against, by)
    return generation.cached(key, lambda: _make(generation, scope, kpi, nodes, period, against, by))


def _make(  # noqa: PLR0917
    generation: Generation,
    scope: Scope,
    kpi: Kpi,
    nodes: tuple[UnitId, ...],
    period: Period,
    against: Against,
    by: By,
) -> tuple[Contribution, ...]:
    as_of = provisional.last_day(generation, kpi, nodes)
    if as_of is None or kpi.kind in SPECIAL:
        return ()
    frames = candidates(kpi.step, period, as_of)
    pairs = [_pair(one, against) for one in frames]
    whole = _whole(generation, scope, kpi, nodes, together([_windows(pair) for pair in pairs]))
    at = next((i for i in range(len(pairs)) if whole.present[2 * i + 1]), None)
    if at is None or not whole.present[2 * at]:
        return ()
    own = _windows(pairs[at])
    last_year = pairs[at][0] is frames[at].last_year
    factor = _equal_days(generation, kpi, pairs[at]) if last_year else 1.0
    parts = _parts(generation, scope, kpi, nodes, own, by)
    return split(
        kpi,
        _scaled(_part("", "", whole, 2 * at), factor),
        [_scaled(part, factor) for part in parts],
    )


def _pair(one: Frame, against: Against) -> tuple[Window, Window]:
    """The window compared with, then its own."""
    before = one.previous if against == "previous" else None
    return before or one.last_year, one.own


def _windows(pair: tuple[Window, Window]) -> Windows:
    return windows([(window.start, window.end) for window in pair])


def _equal_days(generation: Generation, kpi: Kpi, pair: tuple[Window, Window]) -> float:
    """Last year is taken at equal working days, as on the tile that the parts explain."""
    reference, own = pair
    return equal_days(kpi, own, reference, region=generation.home.installation.holidays)


def _scaled(part: _Part, factor: float) -> _Part:
    return replace(part, tops=(part.tops[_BEFORE] * factor, part.tops[_AFTER]))


def _whole(
    generation: Generation, scope: Scope, kpi: Kpi, nodes: tuple[UnitId, ...], own: Windows
) -> Points:
    panel = compute.panel_for(generation, scope, [kpi], nodes, own)
    return compute.evaluate(generation, kpi, panel, own, node=nodes[0])


def _parts(  # noqa: PLR0917
    generation: Generation,
    scope: Scope,
    kpi: Kpi,
    nodes: tuple[UnitId, ...],
    own: Windows,
    by: By,
) -> list[_Part]:
    below = compute.parts_of(generation, nodes) if by == "unit" else nodes
    panel = compute.panel_for(generation, scope, [kpi], below, own, by=by)
    found = []
    for key in panel.keys:
        node = UnitId(key) if by == "unit" else nodes[0]
        points = compute.evaluate(generation, kpi, panel, own, node=node, key=key, whole=nodes)
        if points.present.any():
            label = generation.units.get(node).label if by == "unit" else key
            found.append(_part(key, label, points))
    return found


def _part(code: str, label: str, points: Points, first: int = 0) -> _Part:
    tops = np.where(points.present, points.numerators, np.nan)[first:]
    bottoms = np.where(points.present, points.denominators, np.nan)[first:]
    return _Part(
        code, label, (float(tops[0]), float(tops[1])), (float(bottoms[0]), float(bottoms[1]))
    )


def split(kpi: Kpi, whole: _Part, parts: list[_Part]) -> tuple[Contribution, ...]:
    """Contributions of parts to the change of the whole, largest first, then what is left."""
    found = [_ratio(kpi, whole, p) if kpi.denominator else _additive(kpi, p) for p in parts]
    change = _value(kpi, whole, _AFTER) - _value(kpi, whole, _BEFORE)
    left = change - sum(one.total for one in found)
    found.sort(key=lambda one: -abs(one.total))
    if abs(left) > _NEGLIGIBLE * max(1.0, abs(change)):
        found.append(Contribution("", "", None, None, left))
    return tuple(found)


def _value(kpi: Kpi, part: _Part, when: int) -> float:
    if not kpi.denominator:
        return kpi.scale * part.tops[when]
    return kpi.scale * part.tops[when] / part.bottoms[when]


def _additive(kpi: Kpi, part: _Part) -> Contribution:
    before, after = (None if np.isnan(v) else kpi.scale * v for v in part.tops)
    return Contribution(part.code, part.label, before, after, (after or 0.0) - (before or 0.0))


def _ratio(kpi: Kpi, whole: _Part, part: _Part) -> Contribution:
    """Rate = mean weight x change of rate; mix = change of weight x (mean rate - mean of whole).

    A part that is missing on one side (opened, closed) has no weight there and keeps its rate: all
    of its share is mix.
    """
    rates = [None if np.isnan(t) else t / b for t, b in zip(part.tops, part.bottoms, strict=True)]
    weights = [
        0.0 if np.isnan(b) else b / w for b, w in zip(part.bottoms, whole.bottoms, strict=True)
    ]
    first, last = rates
    before = first if first is not None else last or 0.0
    after = last if last is not None else before
    mean_whole = sum(t / b for t, b in zip(whole.tops, whole.bottoms, strict=True)) / 2
    rate = kpi.scale * (weights[0] + weights[1]) / 2 * (after - before)
    mix = kpi.scale * (weights[1] - weights[0]) * ((after + before) / 2 - mean_whole)
    shown = [None if r is None else kpi.scale * r for r in rates]
    return Contribution(part.code, part.label, shown[0], shown[1], rate + mix, rate, mix)
