from __future__ import annotations

import numpy as np
import pytest

from cockpit.forecast.beds import flow
from cockpit.forecast.beds.read import Ward
from cockpit.forecast.beds.survival import Survival
from cockpit.kpi.model import UnitId

DAYS = 70
LISTS = ("entries_planned", "exits_announced")
WEEKDAYS = np.arange(200) % 7


def ward(census: float = 20.0, exits: float = 4.0, survival: Survival | None = None) -> Ward:
    """Every day `exits` leave and as many enter."""
    series = {
        "patients_midnight": np.full(DAYS, census),
        "bed_exits": np.full(DAYS, exits),
        **{name: np.full(DAYS, np.nan) for name in ("beds_open", *LISTS)},
    }
    return Ward(UnitId("M1"), "MED", series, survival)


class TestFlow:
    """20 patients, 4 leave each day (one in five), 4 enter, 3 of them from the ED."""

    ed = np.full(DAYS, 6.0)

    def habits(self) -> flow.Habits:
        found = flow.learn(ward(), DAYS - 1, WEEKDAYS, self.ed, 0.5)
        assert found is not None
        return found

    def test_habits_are_the_daily_exit_rate_and_what_the_ed_does_not_bring(self) -> None:
        assert self.habits().leaving == pytest.approx([0.2] * 7)
        assert self.habits().planned == pytest.approx([1.0] * 7)

    def test_a_steady_ward_stays_as_it_is(self) -> None:
        coming = flow.expect(self.habits(), ward(), DAYS - 1, WEEKDAYS[:5], np.full(5, 6.0))
        assert coming.census == pytest.approx([20.0] * 5)
        assert coming.exits == pytest.approx([4.0] * 5)

    def test_twice_the_admissions_fill_it_by_three_the_first_day(self) -> None:
        coming = flow.expect(self.habits(), ward(), DAYS - 1, WEEKDAYS[:1], np.full(1, 12.0))
        assert coming.census == pytest.approx([23.0])

    def test_a_ward_never_holds_more_than_its_beds(self) -> None:
        coming = flow.expect(
            self.habits(), ward(), DAYS - 1, WEEKDAYS[:9], np.full(9, 60.0), cap=22
        )
        assert coming.census.max() == pytest.approx(22.0)

    def test_lengths_of_stay_make_those_of_last_night_leave_first(self) -> None:
        """All stay one or two nights: of 20 present, 13.3 came last night, half of them leave."""
        short = Survival(np.array([1.0, 0.5]))
        habits = flow.learn(ward(exits=40 / 3, survival=short), DAYS - 1, WEEKDAYS, None, 0.0)
        assert habits is not None
        coming = flow.expect(
            habits, ward(exits=40 / 3, survival=short), DAYS - 1, WEEKDAYS[:1], np.zeros(1)
        )
        assert coming.exits == pytest.approx([13.2], abs=0.2)

    def test_under_eight_weeks_there_is_no_habit(self) -> None:
        assert flow.learn(ward(), 40, WEEKDAYS, self.ed, 0.5) is None
