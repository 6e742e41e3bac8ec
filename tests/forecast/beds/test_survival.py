from __future__ import annotations

import numpy as np
import pytest

from cockpit.forecast.beds.survival import from_histogram


class TestLengthOfStay:
    """60 stays of 1 night, 40 of 2 or 3: still there after 0 nights 1, 1 night 0.4, 2 nights 0.2."""

    counts = {"0-1": 500.0, "1-2": 60.0, "2-4": 40.0}

    def test_who_is_still_there_follows_the_histogram_of_overnight_stays(self) -> None:
        found = from_histogram(self.counts)
        assert found is not None
        assert found.still[:4] == pytest.approx([1.0, 0.4, 0.2, 0.0])
        assert found.nights == pytest.approx(1.6)

    def test_the_chance_to_leave_depends_on_the_nights_already_spent(self) -> None:
        found = from_histogram(self.counts)
        assert found is not None
        assert found.leaving[:3] == pytest.approx([0.6, 0.5, 1.0])

    def test_fewer_than_fifty_stays_say_nothing(self) -> None:
        assert from_histogram({"1-2": 49.0}) is None
        assert from_histogram({"0-1": 5000.0}) is None

    def test_an_open_last_bin_empties_in_the_end(self) -> None:
        found = from_histogram({"1-2": 50.0, "30-": 50.0})
        assert found is not None
        assert bool((np.diff(found.still) <= 1e-12).all())
        assert found.still[59] == pytest.approx(0, abs=1e-9)
