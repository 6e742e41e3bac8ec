from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.forecast.history import History

FIRST = date(2026, 3, 2)


def test_days_that_were_not_transmitted_are_holes() -> None:
    """Monday 1, Wednesday 3; Tuesday is a hole, not a zero."""
    rows = pd.DataFrame({"day": [FIRST + timedelta(days=2), FIRST], "value": [3.0, 1.0]})
    found = History.of(rows)
    assert found.first == FIRST
    assert found.values.tolist() == pytest.approx([1.0, np.nan, 3.0], nan_ok=True)
    assert found.last == FIRST + timedelta(days=2)


def test_nothing_observed_is_no_history() -> None:
    with pytest.raises(ValueError, match="at least one"):
        History.of(pd.DataFrame({"day": [FIRST], "value": [np.nan]}))


def test_a_hole_takes_the_same_weekdays_around_it() -> None:
    """Mondays 10, 20, hole, 40: the hole is their mean, 70 / 3; other days are 1."""
    values = np.ones(28)
    values[[0, 7, 14, 21]] = [10, 20, np.nan, 40]
    assert History(FIRST, values).filled[14] == pytest.approx(70 / 3)


@given(
    st.lists(st.one_of(st.none(), st.floats(-5, 5)), min_size=1, max_size=60).filter(
        lambda rows: rows[0] is not None and rows[-1] is not None
    ),
    st.integers(-3, 70),
)
def test_what_was_known_at_an_origin_holds_nothing_of_what_follows(
    values: list[float | None], day: int
) -> None:
    history = History(FIRST, np.array([np.nan if v is None else v for v in values]))
    origin = FIRST + timedelta(days=day)
    known = history.until(origin)
    if known is None:
        assert day < 0
        return
    assert known.last <= origin
    np.testing.assert_array_equal(known.values, history.values[: len(known)])
    assert not np.isnan(known.values[[0, -1]]).any()
