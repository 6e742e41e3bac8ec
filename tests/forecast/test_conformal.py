from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from cockpit.forecast.conformal import calibrate, rank_quantile

ORIGIN = date(2026, 1, 1)


def past(origins: int, error: float, steps: int = 28) -> pd.DataFrame:
    """Forecasts of 100, observed `error` above at each step of each origin."""
    rows = [
        (
            ORIGIN + timedelta(days=20 * k),
            ORIGIN + timedelta(days=20 * k + s),
            s,
            100.0,
            100 + error,
        )
        for k in range(origins)
        for s in range(1, steps + 1)
    ]
    return pd.DataFrame(rows, columns=["origin", "day", "step", "predicted", "observed"])


def test_the_rank_counts_the_error_to_come() -> None:
    """Nine sizes 1..9: 80 % of ten is the eighth; 95 % is beyond them, the largest."""
    sizes = np.arange(1.0, 10.0)
    assert rank_quantile(sizes, 0.8) == 8
    assert rank_quantile(sizes, 0.95) == 9
    assert np.isnan(rank_quantile(np.empty(0), 0.8))


def test_below_six_origins_no_interval_is_announced() -> None:
    assert calibrate(past(5, 8.0)) is None


def test_the_interval_is_as_wide_as_past_forecasts_were_wrong() -> None:
    """Every error was 8 on a forecast of 100: 0.8 square roots; at 400 they are twice as large."""
    found = calibrate(past(6, 8.0))
    assert found is not None
    low, high = found.interval(np.array([100.0, 400.0]), np.array([1.0, 20.0]), 80)
    assert low.tolist() == pytest.approx([92.0, 384.0])
    assert high.tolist() == pytest.approx([108.0, 416.0])


def test_a_wider_level_is_never_narrower() -> None:
    rows = past(8, 0.0)
    drawn = np.random.default_rng(1).normal(0, 9, len(rows))
    found = calibrate(rows.assign(observed=100 + drawn))
    assert found is not None
    widths = [found.interval(np.array([100.0]), np.array([3.0]), n)[1][0] for n in (50, 80, 95)]
    assert widths == sorted(widths)


def test_steps_that_never_came_take_the_width_of_nearer_ones() -> None:
    found = calibrate(past(8, 8.0, steps=7))
    assert found is not None
    low, _ = found.interval(np.array([100.0]), np.array([20.0]), 80)
    assert low[0] == pytest.approx(92.0)


def test_recent_errors_weigh_more() -> None:
    """Twelve origins: errors of 2 for a year, 10 for the last four; most of the weight is recent."""
    old, new = past(12, 2.0), past(12, 10.0)
    recent = old["origin"] >= ORIGIN + timedelta(days=160)
    mixed = pd.concat([old[~recent], new[recent]])
    found = calibrate(mixed)
    assert found is not None
    assert found.interval(np.array([100.0]), np.array([2.0]), 80)[1][0] == pytest.approx(110)
