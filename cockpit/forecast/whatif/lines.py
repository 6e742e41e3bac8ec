"""One line of an answer out of the paths: the difference, its range, its levels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cockpit.forecast.whatif.model import Effect
from cockpit.i18n import language

if TYPE_CHECKING:
    from cockpit.forecast.history import Values
    from cockpit.forecast.whatif.setting import Setting
    from cockpit.forecast.whatif.simulate import Played

Plays = dict[str, tuple["Played", "Played"]]
"""Each pool that changes, without and with the scenario."""


def difference(
    name: str,
    label: str,
    unit: str,
    *,
    sides: tuple[Values, Values],
    good: bool | None,
    said: tuple[str, ...],
) -> Effect:
    """The difference between two sides (paths without, with), at P10, P50 and P90."""
    before, after = sides
    low, mid, high = np.quantile(after - before, (0.1, 0.5, 0.9)).tolist()
    has_levels = unit != "€" and bool(before.any())
    return Effect(
        name,
        label,
        unit,
        float(before.mean()) if has_levels else None,
        float(after.mean()) if has_levels else None,
        low,
        mid,
        high,
        good,
        said,
    )


def shown(values: Values, found: Setting) -> Values:
    """The scenario's own days."""
    kept: Values = values[:, found.shown]
    return kept


def summed(plays: Plays, side: int, name: str, found: Setting) -> Values:
    """One figure of all pools on the scenario's days, without (0) or with (1) it."""
    added: Values = np.sum(
        [shown(getattr(pair[side], name), found) for pair in plays.values()], axis=0
    )
    return added


def rate(top: Values, bottom: Values) -> Values:
    """Summed over the days, then divided, in percent; one per path."""
    found: Values = 100 * top.sum(axis=1) / np.maximum(bottom.sum(axis=1), 1e-9)
    return found


def open_beds(found: Setting, plays: Plays) -> float:
    """Open and usable beds of the pools that change."""
    return sum(pool.beds for pool in found.pools if pool.discipline in plays)


def number(value: float, decimals: int = 0) -> str:
    """A number inside an assumption, in the language of the run."""
    text = f"{value:,.{decimals}f}"
    if language() == "fr":
        text = text.replace(",", "\u202f").replace(".", ",")
    return text
