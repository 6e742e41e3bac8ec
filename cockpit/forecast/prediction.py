"""What a model answers: an expected value per step, and what it is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from cockpit.forecast.calendar_fr import FrenchCalendar
from cockpit.forecast.history import History, Values


@dataclass(frozen=True, eq=False)
class Prediction:
    """mean: expected value of each coming day, in the KPI's unit.

    parts: what adds up to the mean, each one value per coming day (`level`, `trend`, `weekday`,
    `holiday`, `school`, `event`, `season`); empty for a model that cannot tell.
    """

    mean: Values
    parts: Mapping[str, Values] = field(default_factory=dict)


class Model(Protocol):
    """One file of `models/`: `fit_predict` is its only entry."""

    def __call__(self, history: History, horizon: int, *, calendar: FrenchCalendar) -> Prediction:
        """Expected values of the `horizon` days that follow the history."""


def is_multiplicative(history: History) -> bool:
    """Whether effects are shares of the level: every value is above zero."""
    return bool(np.nanmin(history.values) > 0)


def floor_of(history: History) -> float:
    """0 when the history never was below: neither is the future."""
    return 0.0 if np.nanmin(history.values) >= 0 else -np.inf
