"""Means and spreads over the values before each period, unknown ones left out."""

from __future__ import annotations

import numpy as np

from cockpit.kpi.panel import Values


def moving(values: Values, length: int) -> tuple[Values, Values, Values]:
    """How many of the last `length` values are known, their mean and standard deviation.

    Arrays as `values`, [units, periods], each period included. Under two known values the mean and
    the deviation mean nothing.
    """
    known = ~np.isnan(values)
    count, total, squares = (
        _sums(np.where(known, values**power, 0.0), length) for power in (0, 1, 2)
    )
    many = np.maximum(count, 2)
    spread = np.maximum(squares - total**2 / many, 0.0) / (many - 1)
    return count, total / many, np.sqrt(spread)


def _sums(values: Values, length: int) -> Values:
    whole = np.concatenate((np.zeros((len(values), 1)), np.cumsum(values, axis=1)), axis=1)
    stop = np.arange(1, values.shape[1] + 1)
    found: Values = whole[:, stop] - whole[:, np.maximum(stop - length, 0)]
    return found


def shifted(values: Values, count: int) -> Values:
    """Each value `count` periods before; NaN at the beginning."""
    width = values.shape[1]
    found = np.full(values.shape, np.nan)
    if count < width:
        found[:, count:] = values[:, : width - count]
    return found
