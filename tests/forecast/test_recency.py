from __future__ import annotations

import numpy as np
import pytest

from cockpit.forecast.recency import recency


class TestRecency:
    """Residuals are observed - fitted, oldest first."""

    def test_a_model_that_is_right_is_not_corrected(self) -> None:
        assert recency(np.zeros(100)).shift == 0

    def test_a_level_that_moved_is_followed(self) -> None:
        """200 days right, then 60 days 10 too high: the next days will be about 10 higher."""
        found = recency(np.concatenate([np.zeros(200), np.full(60, 10.0)]))
        assert found.shift == pytest.approx(10, abs=0.5)

    def test_noise_is_not_followed(self) -> None:
        noise = np.random.default_rng(1).normal(0, 1, 365)
        assert abs(recency(noise).shift) < 0.3

    def test_the_interval_of_noise_holds_four_days_in_five(self) -> None:
        """10 % and 90 % of a normal law are 2 x 1.28 apart."""
        low, high = recency(np.random.default_rng(2).normal(0, 1, 2000)).range_at(1)
        assert high - low == pytest.approx(2.56, abs=0.2)

    def test_a_wandering_level_is_less_certain_in_two_weeks_than_tomorrow(self) -> None:
        found = recency(np.cumsum(np.random.default_rng(3).normal(0, 1, 800)))
        near, far = found.range_at(1), found.range_at(14)
        assert far[1] - far[0] > near[1] - near[0]
