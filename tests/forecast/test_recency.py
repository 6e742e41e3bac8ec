from __future__ import annotations

import numpy as np
import pytest

from cockpit.forecast.recency import ahead, spread

RNG = np.random.default_rng(3)


def test_pure_noise_has_no_level_worth_following() -> None:
    level, weekday = ahead(RNG.normal(0, 1, 400), 7, may_fade=True)
    assert np.abs(level).max() < 0.5
    assert np.abs(weekday).max() < 0.5


def test_a_shift_that_lasts_is_followed_to_its_end() -> None:
    """Two hundred days at 0, then sixty at 10."""
    shifted = np.concatenate([RNG.normal(0, 1, 200), RNG.normal(10, 1, 60)])
    level, _ = ahead(shifted, 28, may_fade=False)
    assert level == pytest.approx(np.full(28, 10.0), abs=2.0)


def test_holes_move_nothing() -> None:
    residuals = np.concatenate([np.full(100, 5.0), [np.nan, np.nan], np.full(50, 5.0)])
    level, _ = ahead(residuals, 3, may_fade=True)
    assert np.isfinite(level).all()
    assert level[0] == pytest.approx(5.0, abs=0.2)


def test_a_weekday_missed_for_eight_weeks_is_half_believed() -> None:
    """One day in seven is 7 above the others: its excess over the mean is 6, half of it is 3."""
    residuals = RNG.normal(0, 0.01, 371)
    residuals[-56::7] += 7.0
    _, weekday = ahead(residuals, 14, may_fade=True)
    assert weekday[0] == pytest.approx(3.0, abs=0.5)
    assert weekday[7] == pytest.approx(weekday[0])


def test_one_odd_day_does_not_move_the_usual_error() -> None:
    errors = RNG.normal(0, 2, 500)
    errors[7] = 1e6
    assert spread(errors) == pytest.approx(2, abs=0.3)
