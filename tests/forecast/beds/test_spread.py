from __future__ import annotations

import numpy as np
import pytest

from cockpit.forecast.beds.spread import HORIZON_DAYS, Spread, coverage


class TestSpread:
    """Ten past origins whose errors are -4.5, -3.5 ... 4.5 at each distance."""

    errors = np.repeat(np.arange(10)[:, None] - 4.5, HORIZON_DAYS, axis=1)

    def test_the_interval_is_a_quantile_of_the_past_absolute_errors(self) -> None:
        """(10 + 1) x 0.8 = 8.8: the ninth smallest of 0.5 0.5 1.5 ... 4.5 4.5."""
        assert Spread(self.errors).half_width(0.80)[0] == pytest.approx(4.5)

    def test_a_chance_counts_the_same_errors_both_ways(self) -> None:
        chances = Spread(self.errors).chance_above(np.zeros(HORIZON_DAYS))
        assert chances[0] == pytest.approx(0.5, abs=0.03)
        assert Spread(self.errors).chance_above(np.full(HORIZON_DAYS, 9.0))[0] > 0.95
        assert Spread(self.errors).chance_above(np.full(HORIZON_DAYS, -9.0))[0] < 0.05

    def test_few_errors_are_not_enough(self) -> None:
        assert Spread(self.errors).is_enough
        assert not Spread(self.errors[:5]).is_enough

    def test_coverage_judges_each_origin_with_those_before_it_only(self) -> None:
        """Quiet for ten origins, then one far off: only the last is outside."""
        quiet = np.ones((10, HORIZON_DAYS))
        loud = np.full((1, HORIZON_DAYS), 50.0)
        found = coverage(np.concatenate([quiet, loud]))
        before = coverage(quiet)
        assert before == pytest.approx(1.0)
        assert found is not None
        assert found < 1.0
