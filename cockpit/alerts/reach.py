"""How far each period is beyond the levels of a rule, and which level that is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cockpit.alerts.course import Reach
from cockpit.alerts.rule import Condition, Levels, Rule
from cockpit.series.status import high_is_bad

if TYPE_CHECKING:
    import numpy.typing as npt

    from cockpit.alerts.model import Severity
    from cockpit.kpi.model import Kpi
    from cockpit.kpi.panel import Values
    from cockpit.kpi.reduce import Mask

_RANK: dict[Severity, int] = {"amber": 1, "red": 2}
_DIRECTED = {"down", "band", "up"}
_UNDIRECTED = {"missing", "reconciliation"}
"""What they measure is bad whichever way the KPI should go."""


@dataclass(frozen=True, slots=True)
class Level:
    """One level: reached counts above, not below (the same sides as `cockpit/series/status.py`).

    reset: where it is over; never on the far side of the level.
    """

    severity: Severity
    limit: float
    reset: float
    above: bool

    def reached(self, measured: Values) -> Mask:
        """Where it is met."""
        found: Mask = measured >= self.limit if self.above else measured < self.limit
        return found

    def kept(self, measured: Values) -> Mask:
        """Where it is not over yet."""
        found: Mask = measured >= self.reset if self.above else measured < self.reset
        return found


def levels_of(rule: Rule, kpi: Kpi, condition: Condition, own: Levels) -> tuple[Level, ...]:
    """The levels that a rule watches at a unit, from its own numbers."""
    above = _is_above(kpi, condition, own)
    sides: tuple[tuple[Severity, float | None, float | None, bool], ...] = (
        ("amber", own.amber, rule.reset.amber, above),
        ("red", own.red, rule.reset.red, above),
        ("amber", own.low_amber, rule.reset.low_amber, False),
        ("red", own.low_red, rule.reset.low_red, False),
    )
    watched = sides[:2] if rule.side == "high" else sides[2:] if rule.side == "low" else sides
    return tuple(
        Level(name, limit, _nearer(limit, reset, above=up), up)
        for name, limit, reset, up in watched
        if limit is not None
    )


def _is_above(kpi: Kpi, condition: Condition, own: Levels) -> bool:
    if condition.kind in _UNDIRECTED:
        return (own.amber if own.amber is not None else own.red or 0.0) >= 0
    if kpi.direction in _DIRECTED or own.amber is None or own.red is None:
        return high_is_bad(kpi)
    return own.red >= own.amber


def _nearer(limit: float, reset: float | None, *, above: bool) -> float:
    """A unit with levels of its own may leave the rule's reset on the wrong side: then there is
    none."""
    if reset is None:
        return limit
    return min(reset, limit) if above else max(reset, limit)


def ranks(
    levels: tuple[Level, ...], measured: Values, least: Severity
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Beyond and held of each period (0, 1 amber, 2 red), -1 where nothing was measured."""
    beyond = np.zeros(measured.shape, dtype=np.int64)
    held = np.zeros(measured.shape, dtype=np.int64)
    for level in levels:
        rank = _RANK[level.severity]
        if rank < _RANK[least]:
            continue
        beyond = np.where(level.reached(measured), np.maximum(beyond, rank), beyond)
        held = np.where(level.kept(measured), np.maximum(held, rank), held)
    unknown = np.isnan(measured)
    held = np.maximum(held, beyond)
    return np.where(unknown, -1, beyond), np.where(unknown, -1, held)


def reaches(beyond: list[int], held: list[int]) -> list[Reach | None]:
    """The periods of one unit, for its course."""
    return [None if b < 0 else Reach(b, h) for b, h in zip(beyond, held, strict=True)]


def level_met(levels: tuple[Level, ...], measured: float, severity: Severity) -> Level:
    """The level that speaks: that of the severity which is met, else the one that still holds it.

    Of several, the one nearest to the figure.
    """
    rank = _RANK[severity]
    at_least = [level for level in levels if _RANK[level.severity] >= rank]
    one = np.array([measured])
    met = [level for level in at_least if level.reached(one)[0]]
    mildest = min(_RANK[level.severity] for level in met or at_least)
    same = [level for level in met or at_least if _RANK[level.severity] == mildest]
    return min(same, key=lambda level: abs(level.limit - measured))
