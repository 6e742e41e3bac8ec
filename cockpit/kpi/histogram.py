"""Quantiles made again from summed histograms: a median of medians means nothing."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Edges = tuple[float, float]
Values = npt.NDArray[np.float64]


def edges(code: str) -> Edges:
    """The bounds of a bin code: "30-60" is [30, 60[; "1440-" has no upper one."""
    low, _, high = code.partition("-")
    start = float(low)
    return (start, float(high) if high else float("inf"))


def quantiles(bins: list[Edges], counts: Values, share: float, windows: int) -> Values:
    """The `share` quantile of each column of `counts`, linear inside its bin; NaN when empty.

    bins: sorted, without overlap. counts: one row per bin, one column per window. A quantile that
    falls in the open last bin is its lower bound: nothing says how far it goes.
    """
    if not bins:
        return np.full(windows, np.nan)
    cumulated = np.cumsum(counts, axis=0)
    totals = cumulated[-1]
    wanted = share * totals
    row = (cumulated >= wanted).argmax(axis=0)
    before = np.where(
        row > 0, np.take_along_axis(cumulated, np.maximum(row - 1, 0)[None], 0)[0], 0.0
    )
    inside = np.take_along_axis(counts, row[None], 0)[0]
    low = np.array([b[0] for b in bins])[row]
    high = np.array([b[1] for b in bins])[row]
    width = np.where(np.isinf(high), 0.0, high - low)
    share_of_bin = np.divide(wanted - before, inside, out=np.zeros(windows), where=inside > 0)
    return np.where(totals > 0, low + width * share_of_bin, np.nan)
