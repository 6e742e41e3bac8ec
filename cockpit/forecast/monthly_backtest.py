"""The monthly engine refitted in the past: what it would have announced, against what came."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from cockpit.forecast import combination
from cockpit.forecast.backtest import COLUMNS
from cockpit.forecast.conformal import LEVELS
from cockpit.forecast.monthly import (
    FULL_MONTHS,
    NAIVE,
    forecast_months,
    naive,
    predict_all,
    seasonal_scale,
)

if TYPE_CHECKING:
    from cockpit.forecast.history import Values
    from cockpit.forecast.months import Months

BOUNDS = tuple(f"{side}{level}" for level in LEVELS for side in ("low", "high"))


def origins_of(history: Months, *, count: int, step: int, horizon: int) -> list[int]:
    """Months known at each origin, oldest first: two years at least, `horizon` months to come."""
    last = len(history) - horizon
    wanted = [last - step * back for back in range(count)]
    return [months for months in reversed(wanted) if months >= FULL_MONTHS]


def backtest(
    history: Months, days: Values | None, *, origins: int, step: int, horizon: int
) -> pd.DataFrame:
    """Rows as `scores` reads them (steps are months), with the intervals then announced.

    days: working days of each month of the history and beyond; None when they do not matter.
    Edge: no rows when the history has no room for one origin.
    """
    known = origins_of(history, count=origins, step=step, horizon=horizon)
    rows = [row for months in known for row in _rows(history, days, months, horizon)]
    return pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=list(COLUMNS))


def _rows(
    history: Months, days: Values | None, months: int, horizon: int
) -> Iterator[pd.DataFrame]:
    past = history.head(months)
    while np.isnan(past.values[-1]):  # an origin is an observed month
        past = past.head(len(past) - 1)
    lag = months - len(past)
    made = forecast_months(
        past, horizon + lag, days=None if days is None else days[: months + horizon]
    )
    said = predict_all(past, horizon + lag) | {NAIVE: naive(past, horizon + lag)}
    frame = pd.DataFrame(
        {
            "origin": past.last,
            "day": [_month(history.first, months + step) for step in range(horizon)],
            "step": np.arange(1, horizon + 1),
            "observed": history.values[months : months + horizon],
            "scale": seasonal_scale(past),
        }
    )
    bounds: dict[str, Any] = dict.fromkeys(BOUNDS, np.nan)
    for name, values in said.items():
        yield _known(frame.assign(model=name, predicted=values[lag:], **bounds))
    for level in LEVELS:
        low, high = made.range_at(level / 100)
        bounds |= {f"low{level}": low[lag:], f"high{level}": high[lag:]}
    yield _known(frame.assign(model=combination.NAME, predicted=made.mid[lag:], **bounds))


def _known(rows: pd.DataFrame) -> pd.DataFrame:
    found: pd.DataFrame = rows.dropna(subset=["observed"])
    return found[[*COLUMNS, *BOUNDS]]


def _month(first: date, later: int) -> date:
    place = first.month - 1 + later
    return date(first.year + place // 12, place % 12 + 1, 1)
