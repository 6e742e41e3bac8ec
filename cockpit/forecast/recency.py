"""What a seasonal model misses lately: its recent level, and how wrong it usually is.

A ward that closes ten beds shifts the whole series; Prophet needs months to believe it. The
remaining error is followed by an exponential mean, whose speed is chosen on the past, and its past
errors at the same distance give the interval (measured: docs/decisions/010).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]

_SPEEDS = (0.0, 0.02, 0.04, 0.08, 0.15, 0.25, 0.4)
_JUDGED_DAYS = 365
_JUDGED_STEP = 4
_BUCKETS = ((1, 7), (8, 14), (15, 28))


@dataclass(frozen=True, slots=True)
class Recency:
    """shift: the recent level of the residuals. spread: (first, last step, low, high) rows."""

    shift: float
    spread: tuple[tuple[int, int, float, float], ...]

    def range_at(self, step: int) -> tuple[float, float]:
        """Errors to add around the forecast `step` days ahead; the last bucket holds beyond."""
        for _, last, low, high in self.spread:
            if step <= last:
                return low, high
        return self.spread[-1][2:]


def recency(residuals: Values) -> Recency:
    """The level and the usual errors of residuals (observed - fitted), oldest first."""
    levels = {speed: _level(residuals, speed) for speed in _SPEEDS}
    best = min(_SPEEDS, key=lambda speed: _miss(residuals, levels[speed]))
    return Recency(float(levels[best][-1]), _spread(residuals, levels[best]))


def _level(residuals: Values, speed: float) -> Values:
    level = np.empty_like(residuals)
    current = 0.0
    for index, residual in enumerate(residuals):
        current += speed * (residual - current)
        level[index] = current
    return level


def _miss(residuals: Values, level: Values) -> float:
    errors = residuals[_JUDGED_STEP:] - level[:-_JUDGED_STEP]
    return float(np.abs(errors[-_JUDGED_DAYS:]).mean())


def _spread(residuals: Values, level: Values) -> tuple[tuple[int, int, float, float], ...]:
    """10 % and 90 % quantiles of the errors at each distance, over the last year."""
    rows = []
    for first, last in _BUCKETS:
        steps = range(first, min(last, len(residuals) // 2) + 1)
        errors = [(residuals[step:] - level[:-step])[-_JUDGED_DAYS:] for step in steps]
        if not errors:
            break
        low, high = np.quantile(np.concatenate(errors), (0.1, 0.9))
        rows.append((first, last, float(min(low, 0.0)), float(max(high, 0.0))))
    return tuple(rows)
