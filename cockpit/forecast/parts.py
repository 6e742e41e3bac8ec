"""From effects on the fitted scale to parts in the KPI's unit that add up to the figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cockpit.forecast import recency
from cockpit.forecast.prediction import Prediction, floor_of, is_multiplicative

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cockpit.forecast.history import History, Values

_RECENT_DAYS = 28
_YEAR_DAYS = 365


def add_up(
    history: History,
    observed: Values,
    groups: Mapping[str, Values],
    horizon: int,
    *,
    has_trend: bool = False,
) -> Prediction:
    """The prediction of a model whose effects add on the fitted scale (logarithm or not).

    observed: the history's last days on the fitted scale, NaN in holes. groups: effects of each
    part on those days and on the `horizon` days that follow. The residual level is followed.
    has_trend: one of the groups moves slowly by itself.
    Each part is the difference that it makes once those before it are in: level of the last four
    weeks, trend from there, then the groups in their order; so they add up to the mean.
    """
    known = len(observed)
    fitted = np.sum([effects[:known] for effects in groups.values()], axis=0)
    residuals = observed - fitted
    usual = float(np.nanmean(residuals[-_YEAR_DAYS:]))
    level, weekday = recency.ahead(residuals - usual, horizon, may_fade=not has_trend)
    recent = float(np.nanmean(residuals[-_RECENT_DAYS:]))
    steps = {"level": np.full(horizon, recent), "trend": usual + level - recent}
    for name, effects in groups.items():
        steps[name] = effects[known:] + (weekday if name == "weekday" else 0.0)
    return _in_units(steps, multiplicative=is_multiplicative(history), floor=floor_of(history))


def _in_units(steps: Mapping[str, Values], *, multiplicative: bool, floor: float) -> Prediction:
    reached = np.cumsum(list(steps.values()), axis=0)
    values = np.exp(reached) if multiplicative else reached
    values = np.maximum(values, floor)
    parts = np.diff(values, axis=0, prepend=0.0)
    return Prediction(values[-1], dict(zip(steps, parts, strict=True)))
