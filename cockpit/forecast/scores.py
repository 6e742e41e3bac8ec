"""How wrong a forecast was: the field's measures, over rows of past forecasts.

Rows everywhere: `model`, `origin`, `day`, `step` (1 is the day after the origin), `predicted`,
`observed`, `scale`; a day that was not transmitted has no row. scale: mean absolute difference with
the same day a week earlier, before the origin (Hyndman and Koehler 2006, seasonal MASE).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

    from cockpit.forecast.history import History

SEASON_DAYS = 7


def scale(history: History) -> float:
    """Mean absolute difference between days a week apart; NaN when there are none."""
    gaps = np.abs(history.values[SEASON_DAYS:] - history.values[:-SEASON_DAYS])
    return float(np.nanmean(gaps)) if np.isfinite(gaps).any() else float("nan")


def mase(rows: pd.DataFrame, upto: int) -> float:
    """Mean over origins of the mean scaled error of the first `upto` steps; NaN without rows.

    Below 1 is better than repeating last week. Edge: a constant series has no scale and no MASE.
    """
    near = rows[(rows["step"] <= upto) & (rows["scale"] > 0)]
    if near.empty:
        return float("nan")
    errors = (near["observed"] - near["predicted"]).abs() / near["scale"]
    return float(errors.groupby(near["origin"]).mean().mean())


def wape(rows: pd.DataFrame, upto: int) -> float:
    """Sum of the errors over the sum of what was observed, in percent; NaN when it means nothing
    (negative values, or nothing observed)."""
    near = rows[rows["step"] <= upto]
    total = near["observed"].sum()
    if near.empty or near["observed"].min() < 0 or total <= 0:
        return float("nan")
    return float(100 * (near["observed"] - near["predicted"]).abs().sum() / total)


def coverage(rows: pd.DataFrame, level: int, upto: int) -> float:
    """Share of the observed values inside the interval; rows also hold `low{level}`, `high{level}`.

    NaN while no interval could be calibrated.
    """
    known = rows[(rows["step"] <= upto) & rows[f"low{level}"].notna()]
    if known.empty:
        return float("nan")
    inside = known["observed"].between(known[f"low{level}"], known[f"high{level}"])
    return float(inside.mean())


def width(rows: pd.DataFrame, level: int, upto: int) -> float:
    """Mean width of the interval in units of scale; NaN as for coverage."""
    known = rows[(rows["step"] <= upto) & rows[f"low{level}"].notna() & (rows["scale"] > 0)]
    if known.empty:
        return float("nan")
    return float(((known[f"high{level}"] - known[f"low{level}"]) / known["scale"]).mean())


def pinball(rows: pd.DataFrame, upto: int) -> float:
    """Mean scaled pinball loss of the 2.5, 10, 25, 50, 75, 90 and 97.5 % quantiles; NaN likewise.

    The measure that a combination must not worsen: it judges centre and intervals together.
    """
    known = rows[(rows["step"] <= upto) & rows["low95"].notna() & (rows["scale"] > 0)]
    if known.empty:
        return float("nan")
    columns = ("low95", "low80", "low50", "predicted", "high50", "high80", "high95")
    losses = [
        np.maximum(
            q * (known["observed"] - known[name]), (q - 1) * (known["observed"] - known[name])
        )
        for q, name in zip((0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975), columns, strict=True)
    ]
    return float((2 * np.mean(losses, axis=0) / known["scale"]).mean())
