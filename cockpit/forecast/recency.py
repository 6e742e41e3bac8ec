"""What a seasonal model misses lately: its recent level, its weekdays, its last error.

A ward that closes ten beds shifts the whole series; a season learned over years needs months to
believe it. The residuals are followed by an exponential mean, whose speed and fading are chosen on
the past errors at one to twenty-eight days (measured: docs/decisions/021).
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from cockpit.forecast.history import Values

_SPEEDS = np.array([0.0, 0.02, 0.04, 0.08, 0.15, 0.25, 0.4, 0.6])
_FADINGS = (0.96, 0.985, 1.0)
_JUDGED_STEPS = (1, 2, 3, 5, 7, 10, 14, 21, 28)
_JUDGED_DAYS = 365
_FEWEST_JUDGED = 8
_WEEKDAYS_READ = 56
_WEEKDAY_SHARE = 0.5
_CARRY_MAX = 0.8
_CARRY_FEWEST = 20
_LAST_ERROR_MAX = 3.0


def ahead(residuals: Values, horizon: int, *, may_fade: bool) -> tuple[Values, Values]:
    """(level, weekday) to add on each coming day to what the model expects.

    residuals: observed - fitted, one per day, NaN in holes, oldest first. The last error carries
    over for a few days. Half of what each weekday missed over eight weeks is believed. may_fade:
    the level may come back to zero; False for a model with a trend, whose residuals did so in the
    past only because the trend was fitted on them.
    """
    levels = _levels(residuals)
    chosen, fading = _best(residuals, levels, _FADINGS if may_fade else (1.0,))
    followed = levels[:, chosen]
    steps = np.arange(1.0, horizon + 1)
    level = followed[-1] * fading**steps + _carried(residuals - followed, steps)
    return level, _WEEKDAY_SHARE * _weekday(residuals - followed, steps)


def _levels(residuals: Values) -> Values:
    """Exponential means: days in rows, speeds in columns; a hole moves none."""
    found = np.empty((len(residuals), len(_SPEEDS)))
    current = np.zeros(len(_SPEEDS))
    for index, residual in enumerate(residuals):
        if residual == residual:  # noqa: PLR0124 - NaN, without numpy's cost in a loop
            current = current + _SPEEDS * (residual - current)
        found[index] = current
    return found


def _best(residuals: Values, levels: Values, fadings: tuple[float, ...]) -> tuple[int, float]:
    """Speed (its column) and fading with the smallest error over the last year."""
    days = min(_JUDGED_DAYS, len(residuals) // 2)
    steps = [s for s in _JUDGED_STEPS if len(residuals) - s >= days // 2 + _FEWEST_JUDGED]

    def miss(choice: tuple[int, float]) -> float:
        column, fading = choice
        errors = [
            np.nanmean(np.abs(residuals[s:] - levels[:-s, column] * fading**s)[-days:])
            for s in steps
        ]
        return float(np.mean(errors))

    choices = [(c, f) for c, f in product(range(len(_SPEEDS)), fadings) if c or f == 1.0]
    return min(choices, key=miss) if steps else (len(_SPEEDS) // 2, 1.0)


def _weekday(missed: Values, steps: Values) -> Values:
    """What each coming weekday missed over the last eight weeks, centred."""
    recent = missed[-_WEEKDAYS_READ:]
    places = np.arange(-len(recent), 0) % 7
    means = np.zeros(7)
    for place in range(7):
        same = recent[places == place]
        if not np.isnan(same).all():
            means[place] = np.nanmean(same)
    found: Values = (means - means.mean())[(steps.astype(int) - 1) % 7]
    return found


def _carried(missed: Values, steps: Values) -> Values:
    """The share of the last error that is still there after each step."""
    last_year = missed[-_JUDGED_DAYS:]
    before, after = last_year[:-1], last_year[1:]
    known = ~np.isnan(before) & ~np.isnan(after)
    if known.sum() < _CARRY_FEWEST or np.isnan(missed[-1]):
        return np.zeros(len(steps))
    before, after = before[known], after[known]
    size = max(float(before @ before), 1e-12)
    kept = np.clip(float(before @ after) / size, 0.0, _CARRY_MAX)
    usual = spread(missed)
    last = np.clip(missed[-1], -_LAST_ERROR_MAX * usual, _LAST_ERROR_MAX * usual)
    carried: Values = last * kept**steps
    return carried


def spread(errors: Values) -> float:
    """Usual size of errors (a standard deviation that one odd day does not move)."""
    return float(1.4826 * np.nanmedian(np.abs(errors)))
