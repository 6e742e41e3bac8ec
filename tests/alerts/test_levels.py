from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.alerts.levels import Observed, verdict
from cockpit.alerts.model import Rule, Severity
from cockpit.alerts.rules import RULES
from cockpit.kpi.catalogue import KPIS
from cockpit.kpi.model import Grain, Kpi, KpiId
from cockpit.series.model import Status
from cockpit.series.status import level_of
from tests.support.hospital import kpi

FIRST = date(2026, 11, 16)
BOARDERS, OCCUPANCY, GAP = kpi("boarders_now"), kpi("bed_occupancy_rate"), kpi("bjml_gap")


def days(*values: float) -> list[Observed]:
    found = [FIRST + timedelta(days=step) for step in range(len(values))]
    return [Observed(day, day, value) for day, value in zip(found, values, strict=True)]


def rule(of: Kpi, set_for: int = 1, least: Severity = "amber") -> Rule:
    return Rule("r", of.id, ("establishment",), set_for, least=least)


def said(points: list[Observed], of: Kpi, set_for: int = 1) -> tuple[str, int, float] | None:
    found = verdict(points, of, rule(of, set_for), Grain.DAY)
    return (found.severity, found.since.start.day, found.level) if found else None


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
        assert said(days(80, 96), OCCUPANCY, set_for=2) is None
        assert said(days(80, 96, 97), OCCUPANCY, set_for=2) == ("red", 17, 95)

    def test_one_red_day_after_an_amber_one_is_amber(self) -> None:
        assert said(days(80, 93, 97), OCCUPANCY, set_for=2) == ("amber", 17, 92)

    def test_a_missing_day_ends_the_run(self) -> None:
        points = days(96, 96, 96, 96)
        del points[1]
        assert said(points, OCCUPANCY, set_for=2) == ("red", 18, 95)

    def test_a_band_is_also_left_from_below(self) -> None:
        found = verdict(days(64), OCCUPANCY, rule(OCCUPANCY), Grain.DAY)
        assert found is not None
        assert (found.severity, found.level, found.above) == ("red", 65, False)

    def test_lower_is_worse_for_a_kpi_that_must_rise(self) -> None:
        assert said(days(-5), GAP) == ("amber", 16, -0.5)
        assert said(days(-6), GAP) == ("red", 16, -5)

    def test_a_rule_may_speak_of_red_only(self) -> None:
        only = rule(OCCUPANCY, least="red")
        assert verdict(days(93), OCCUPANCY, only, Grain.DAY) is None
        assert verdict(days(96), OCCUPANCY, only, Grain.DAY) is not None

    def test_a_rule_may_watch_the_upper_side_only(self) -> None:
        high = Rule("r", OCCUPANCY.id, ("uf",), side="high")
        assert verdict(days(40), OCCUPANCY, high, Grain.DAY) is None

    def test_nothing_observed_says_nothing(self) -> None:
        assert said([], BOARDERS) is None


class TestGaps:
    """Expenses: amber from +1 % of the budget, red from +2 %. Budget 200: levels 202 and 204."""

    expense = kpi("expense_by_title")

    def month(self, value: float, reference: float | None = 200) -> Observed:
        return Observed(date(2026, 10, 1), date(2026, 10, 31), value, reference)

    def test_a_gap_in_percent_gives_its_level_in_the_unit_of_the_kpi(self) -> None:
        found = verdict([self.month(203)], self.expense, rule(self.expense), Grain.MONTH)
        assert found is not None
        assert (found.severity, found.level) == ("amber", 202)

    def test_without_reference_nothing_is_said(self) -> None:
        points = [self.month(999, None)]
        assert verdict(points, self.expense, rule(self.expense), Grain.MONTH) is None

    def test_a_gap_to_a_deficit_reads_the_right_way(self) -> None:
        """Landing -2.1 for -1.5 voted: 0.6 worse, amber from 0.5, level -2.0."""
        landing = kpi("year_end_landing")
        found = verdict([self.month(-2.1, -1.5)], landing, rule(landing), Grain.MONTH)
        assert found is not None
        assert (found.severity, found.level) == ("amber", pytest.approx(-2.0))

    def test_months_of_thirty_one_days_follow_each_other(self) -> None:
        august = Observed(date(2026, 8, 1), date(2026, 8, 31), 205, 200)
        september = Observed(date(2026, 9, 1), date(2026, 9, 30), 205, 200)
        points = [august, september, self.month(205)]
        found = verdict(points, self.expense, rule(self.expense), Grain.MONTH)
        assert found is not None
        assert (found.run, found.since) == (3, august)


ON_VALUE = sorted(
    (one for one in KPIS.values() if one.threshold and one.threshold.on == "value"),
    key=lambda one: one.id,
)


@given(st.sampled_from(ON_VALUE), st.floats(-2000, 2000))
def test_an_alert_and_a_tile_never_disagree(one: Kpi, value: float) -> None:
    found = verdict(days(value), one, rule(one), Grain.DAY)
    expected = {"red": Status.RED, "amber": Status.AMBER}[found.severity] if found else Status.OK
    assert level_of(one, value) is expected


def test_every_rule_watches_a_known_kpi_with_levels_once() -> None:
    without = {"serious_adverse_events"}  # any event is news: no level in the catalogue yet
    assert [one.kpi for one in RULES if one.kpi not in KPIS] == []
    assert {one.kpi for one in RULES if KPIS[KpiId(one.kpi)].threshold is None} <= without
    assert len({one.id for one in RULES}) == len(RULES)


def test_every_kpi_with_levels_is_watched() -> None:
    unwatched = {
        one.id for one in KPIS.values() if one.threshold and one.id not in {r.kpi for r in RULES}
    }
    assert unwatched == set()
