"""From a figure and its levels to a status, and from a change to good or bad."""

from __future__ import annotations

from cockpit.kpi.model import Kpi
from cockpit.series.model import Change, Status

_FEWEST_DAYS_OF_A_GAP = 28


def compared(kpi: Kpi, value: float | None, references: dict[str, Change]) -> float | None:
    """The number that the KPI's levels are about: its value, or its gap to a reference.

    A gap to last year or to the budget is only judged over four weeks or more: on one day it says
    nothing but chance, and red everywhere is how a dashboard dies.
    """
    if value is None or kpi.threshold is None:
        return None
    if kpi.threshold.on == "value":
        return value
    reference = references.get(kpi.threshold.against)
    if reference is None or _is_too_short(reference):
        return None
    if kpi.threshold.on == "gap":
        return reference.delta
    return 100.0 * reference.delta / abs(reference.reference) if reference.reference else None


def _is_too_short(reference: Change) -> bool:
    return reference.window is not None and reference.window.days < _FEWEST_DAYS_OF_A_GAP


def status(kpi: Kpi, value: float | None, references: dict[str, Change]) -> Status:
    """Conforme, vigilance or alerte; NONE without level, UNAVAILABLE without value.

    Above its level is bad for "down" and "band" (reached counts), below is bad for "up" and for
    the low levels of a band.
    """
    if value is None:
        return Status.UNAVAILABLE
    number = compared(kpi, value, references)
    if number is None or kpi.threshold is None:
        return Status.NONE
    return level_of(kpi, number)


def level_of(kpi: Kpi, number: float) -> Status:
    """Where a number stands against the KPI's levels."""
    levels = kpi.threshold
    if levels is None:
        return Status.NONE
    if _is_beyond(kpi, number, levels.red) or _is_below(number, levels.low_red):
        return Status.RED
    if _is_beyond(kpi, number, levels.amber) or _is_below(number, levels.low_amber):
        return Status.AMBER
    return Status.OK


def high_is_bad(kpi: Kpi) -> bool:
    """Which side of a level is bad; without a direction, the side on which red lies of amber."""
    if kpi.direction in {"down", "band"}:
        return True
    if kpi.direction == "up":
        return False
    levels = kpi.threshold
    return (
        levels is None or levels.amber is None or levels.red is None or levels.red >= levels.amber
    )


def _is_beyond(kpi: Kpi, number: float, level: float | None) -> bool:
    if level is None:
        return False
    return number >= level if high_is_bad(kpi) else number < level


def _is_below(number: float, level: float | None) -> bool:
    return level is not None and number < level


def is_good(kpi: Kpi, delta: float) -> bool | None:
    """Whether a change goes the good way; None for a zero change or a KPI without direction."""
    if kpi.direction not in {"up", "down"} or abs(delta) < 10 ** -(kpi.decimals + 1):
        return None
    return (delta > 0) == (kpi.direction == "up")
