"""A rule against closed periods: which level, since when, kept by a reset, let go by a guard."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.alerts import rulebook
from cockpit.alerts.conditions.compared import Compared
from cockpit.alerts.conditions.drift import rolling
from cockpit.alerts.conditions.history import past
from cockpit.alerts.conditions.missing import silent_for
from cockpit.alerts.conditions.moving import shifted
from cockpit.alerts.judge import Verdict, Weighed, condition_of, weighed
from cockpit.alerts.rule import Gap, Guard, Levels, Rule
from cockpit.kpi.catalogue import KPIS
from cockpit.kpi.model import Grain, Kpi, UnitId
from cockpit.kpi.windows import add_months, month_end
from cockpit.series.model import Status
from cockpit.series.status import level_of
from tests.support.hospital import kpi

FIRST = date(2026, 11, 16)
UNTIL = date(2026, 11, 22)
BOARDERS, OCCUPANCY, GAP = kpi("boarders_now"), kpi("bed_occupancy_rate"), kpi("bjml_gap")


def rule(of: Kpi, wait: int = 1, **more: object) -> Rule:
    return Rule(id="tried", kpi=of.id, wait=wait, **more)


def verdict(
    compared: Compared, of: Kpi, own: Rule, grain: Grain = Grain.DAY, until: date = UNTIL
) -> Verdict | None:
    condition, levels = condition_of(own, of)
    asked = Weighed(condition, grain, (UnitId("A"),), compared, (levels,))
    return next((found for _, found in weighed(own, of, asked).verdicts(until)), None)


def days(*values: float | None) -> Compared:
    figures = np.array([[np.nan if one is None else one for one in values]], dtype=float)
    starts = np.array([FIRST + timedelta(days=n) for n in range(len(values))], "datetime64[D]")
    return Compared(starts, starts, figures, np.zeros_like(figures), np.ones_like(figures))


def said(values: Compared, of: Kpi, wait: int = 1) -> tuple[str, int, float] | None:
    found = verdict(values, of, rule(of, wait))
    return (found.severity, found.since.day, found.level) if found else None


class TestVerdict:
    """Boarders: amber from 6, red from 10. Occupancy: amber from 92 (below 70), red from 95 (65).

    The first day is 16 November.
    """

    def test_below_the_level_nothing_is_said(self) -> None:
        assert said(days(5, 5.9), BOARDERS) is None

    def test_reaching_the_level_is_beyond_it(self) -> None:
        assert said(days(2, 6), BOARDERS) == ("amber", 17, 6)

    def test_red_counts_from_the_first_red_day(self) -> None:
        """7, 12, 11: amber since the 16th, red since the 17th."""
        assert said(days(7, 12, 11), BOARDERS) == ("red", 17, 10)

    def test_amber_counts_the_red_days_before_it(self) -> None:
        assert said(days(12, 11, 7), BOARDERS) == ("amber", 16, 6)

    def test_a_rule_waits_for_its_number_of_periods(self) -> None:
        assert said(days(80, 96), OCCUPANCY, wait=2) is None
        assert said(days(80, 96, 97), OCCUPANCY, wait=2) == ("red", 17, 95)

    def test_one_red_day_after_an_amber_one_is_amber(self) -> None:
        assert said(days(80, 93, 97), OCCUPANCY, wait=2) == ("amber", 17, 92)

    def test_a_missing_day_ends_a_run_that_has_not_spoken(self) -> None:
        assert said(days(96, None, 96, 96), OCCUPANCY, wait=2) == ("red", 18, 95)

    def test_a_band_is_also_left_from_below(self) -> None:
        found = verdict(days(64), OCCUPANCY, rule(OCCUPANCY))
        assert found is not None
        assert (found.severity, found.level, found.above) == ("red", 65, False)

    def test_lower_is_worse_for_a_kpi_that_must_rise(self) -> None:
        assert said(days(-5), GAP) == ("amber", 16, -0.5)
        assert said(days(-6), GAP) == ("red", 16, -5)

    def test_a_rule_may_speak_of_red_only(self) -> None:
        only = rule(OCCUPANCY, least="red")
        assert verdict(days(93), OCCUPANCY, only) is None
        assert verdict(days(96), OCCUPANCY, only) is not None

    def test_a_rule_may_watch_one_side_only(self) -> None:
        assert verdict(days(40), OCCUPANCY, rule(OCCUPANCY, side="high")) is None
        assert verdict(days(99), OCCUPANCY, rule(OCCUPANCY, side="low")) is None

    def test_nothing_observed_says_nothing(self) -> None:
        assert said(days(None, None), BOARDERS) is None

    def test_old_figures_are_history_not_news(self) -> None:
        own = rule(BOARDERS)
        assert verdict(days(12), BOARDERS, own, until=FIRST + timedelta(days=7)) is not None
        assert verdict(days(12), BOARDERS, own, until=FIRST + timedelta(days=8)) is None

    def test_a_reset_level_keeps_it_until_it_is_well_below(self) -> None:
        """Amber from 6, over below 5, two days."""
        own = rule(BOARDERS, reset=Levels(amber=5), hold=2)
        kept = verdict(days(6, 5.5, 5), BOARDERS, own)
        back = verdict(days(6, 5.5, 4), BOARDERS, own)
        assert kept is not None
        assert back is not None
        assert (kept.course.phase, kept.since.day, kept.level) == ("firing", 16, 6)
        assert back.course.phase == "recovering"
        assert verdict(days(6, 5.5, 4, 4), BOARDERS, own) is None

    def test_levels_of_a_rule_replace_those_of_the_kpi(self) -> None:
        assert verdict(days(11), BOARDERS, rule(BOARDERS, levels=Levels(red=20))) is None


class TestGaps:
    """Expenses: amber from +1 % of the budget, red from +2 %. Budget 200: levels 202 and 204."""

    expense = kpi("expense_by_title")

    def months(self, *values: float, reference: float = 200, percent: bool = True) -> Compared:
        starts = [add_months(date(2026, 11 - len(values), 1), n) for n in range(len(values))]
        figures, base = np.array([values], dtype=float), np.full((1, len(values)), reference)
        return Compared(
            np.array(starts, "datetime64[D]"),
            np.array([month_end(start) for start in starts], "datetime64[D]"),
            figures,
            base,
            np.abs(base) / 100 if percent else np.ones_like(base),
        )

    def test_a_gap_in_percent_gives_its_level_in_the_unit_of_the_kpi(self) -> None:
        found = verdict(self.months(203), self.expense, rule(self.expense), Grain.MONTH)
        assert found is not None
        assert (found.severity, found.level) == ("amber", 202)

    def test_without_reference_nothing_is_said(self) -> None:
        unknown = self.months(999, reference=float("nan"))
        assert verdict(unknown, self.expense, rule(self.expense), Grain.MONTH) is None

    def test_a_gap_to_a_deficit_reads_the_right_way(self) -> None:
        """Landing -2.1 for -1.5 voted: 0.6 worse, amber from 0.5, level -2.0."""
        landing = kpi("year_end_landing")
        one = self.months(-2.1, reference=-1.5, percent=False)
        found = verdict(one, landing, rule(landing), Grain.MONTH)
        assert found is not None
        assert (found.severity, found.level) == ("amber", pytest.approx(-2.0))

    def test_both_guards_must_be_met(self) -> None:
        """203 for 200: 3 more, 1.5 %."""
        gap = Gap(against="budget")

        def speaks(absolute: float, relative: float) -> bool:
            guard = Guard(absolute=absolute, relative=relative)
            own = rule(self.expense, when=gap, levels=Levels(amber=1), guard=guard)
            return verdict(self.months(203), self.expense, own, Grain.MONTH) is not None

        assert speaks(3, 1.5)
        assert not speaks(3.1, 1.5)
        assert not speaks(3, 1.6)


def test_a_habit_is_that_of_the_same_weekday_before() -> None:
    """Mondays 10, 12, 14, then 20: mean 12, deviation 2, so the last is 4 deviations away."""
    weeks = np.zeros((1, 28))
    weeks[0, ::7] = 10, 12, 14, 20
    mean, deviation = past(weeks, lag=7, depth=3, fewest=3)
    assert (mean[0, 21], deviation[0, 21]) == (12, 2)
    assert np.isnan(mean[0, 14])  # two Mondays are not three
    assert np.isnan(deviation[0, 22])  # a past that never moved


@given(st.lists(st.none() | st.integers(0, 50), min_size=1, max_size=40), st.integers(2, 6))
def test_a_habit_is_what_a_loop_finds(values: list[int | None], depth: int) -> None:
    series = np.array([[np.nan if one is None else one for one in values]], dtype=float)
    mean, deviation = past(series, lag=1, depth=depth, fewest=2)
    for index in range(len(values)):
        known = [one for one in values[max(0, index - depth) : index] if one is not None]
        if len(known) < 2:
            assert np.isnan(mean[0, index])
            continue
        assert mean[0, index] == pytest.approx(np.mean(known))
        spread = np.std(known, ddof=1)
        assert np.isnan(deviation[0, index]) == bool(spread < 1e-6)
        if spread >= 1e-6:
            assert deviation[0, index] == pytest.approx(spread)


def test_a_slide_is_a_mean_against_the_one_before() -> None:
    values = np.array([[1.0, 3, 5, 7, 9, 11]])
    mean, error = rolling(values, 2)
    assert mean[0].tolist()[1:] == [2, 4, 6, 8, 10]
    assert error[0, 1] == pytest.approx(1.0)  # 1 and 3: deviation sqrt 2, over sqrt 2
    assert shifted(mean, 2)[0].tolist()[3:] == [2, 4, 6]


def test_silence_is_counted_once_something_was_said() -> None:
    series = np.array([[np.nan, 4.0, np.nan, np.nan, 5.0]])
    np.testing.assert_array_equal(silent_for(series)[0], [np.nan, 0, 1, 2, 0])


ON_VALUE = sorted(
    (one for one in KPIS.values() if one.threshold and one.threshold.on == "value"),
    key=lambda one: one.id,
)


@given(st.sampled_from(ON_VALUE), st.floats(-2000, 2000))
def test_an_alert_and_a_tile_never_disagree(one: Kpi, value: float) -> None:
    found = verdict(days(value), one, rule(one))
    expected = {"red": Status.RED, "amber": Status.AMBER}[found.severity] if found else Status.OK
    assert level_of(one, value) is expected


def test_every_kpi_with_levels_is_watched() -> None:
    watched = {one.kpi for one in rulebook.shipped().values()}
    assert {one.id for one in KPIS.values() if one.threshold} - watched == set()
