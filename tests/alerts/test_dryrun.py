"""A rule tried on the past: each time it would have spoken, and with other numbers."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from cockpit.alerts import rulebook
from cockpit.alerts.dryrun import Firing, dry_run, reader_over, tried, untried, with_levels
from cockpit.alerts.evaluate import evaluate
from cockpit.alerts.rule import Rule
from cockpit.errors import BadRules
from cockpit.kpi.catalogue import KPIS
from cockpit.kpi.model import UnitId
from tests.support.hospital import Hospital, kpi

TODAY = date(2026, 11, 22)
FIRST, LAST = date(2026, 9, 1), date(2026, 11, 21)
BOARDERS = rulebook.shipped()["boarders_now_level"]


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COCKPIT_TODAY", "2026-11-22")


@pytest.fixture
def boarders(hospital: Hospital) -> Hospital:
    """Amber from 6 (over below 5), red from 10 (below 8); two quiet days end it.

    Site A: 7 on 1-2 September after 7 since 30 August; 12 on 10 September, 9 on the 11th; 6 on
    1 October; 7 on 20-21 November. Site B: 11 on 15 October. Else 2.
    """
    hospital.deliver("""
        boarders_0800 A1 2026-08-01..2026-11-21 2
        boarders_0800 B1 2026-08-01..2026-11-21 2
    """)
    hospital.given("""
        boarders_0800 A1 2026-08-30..2026-09-02 7
        boarders_0800 A1 2026-09-10 12
        boarders_0800 A1 2026-09-11 9
        boarders_0800 A1 2026-10-01 6
        boarders_0800 A1 2026-11-20..2026-11-21 7
        boarders_0800 B1 2026-10-15 11
    """)
    return hospital


def run(
    hospital: Hospital, rule: Rule = BOARDERS, units: tuple[UnitId, ...] | None = None
) -> tuple[Firing, ...]:
    generation = hospital.warehouse.generation()
    return dry_run(generation, hospital.scope(), KPIS.values(), rule, FIRST, LAST, units=units)


class TestFirings:
    def test_each_run_is_told_once_with_its_days_and_its_worst(self, boarders: Hospital) -> None:
        assert [(f.unit, f.fired, f.over, f.severity, f.value, f.level) for f in run(boarders)] == [
            ("A", date(2026, 9, 10), date(2026, 9, 13), "red", 12, 10),
            ("A", date(2026, 10, 1), date(2026, 10, 3), "amber", 6, 6),
            ("B", date(2026, 10, 15), date(2026, 10, 17), "red", 11, 10),
            ("A", date(2026, 11, 20), None, "amber", 7, 6),
        ]

    def test_what_spoke_before_the_range_is_not_counted_in_it(self, boarders: Hospital) -> None:
        assert date(2026, 9, 1) not in {f.fired for f in run(boarders)}

    def test_one_unit_may_be_asked_for(self, boarders: Hospital) -> None:
        assert [f.fired for f in run(boarders, units=(UnitId("B"),))] == [date(2026, 10, 15)]

    def test_a_scope_sees_its_own_units_and_domains(self, boarders: Hospital) -> None:
        generation, every = boarders.warehouse.generation(), KPIS.values()
        seen = dry_run(generation, boarders.scope("director_B"), every, BOARDERS, FIRST, LAST)
        assert {f.unit for f in seen} == {"B"}
        assert dry_run(generation, boarders.scope("daf"), every, BOARDERS, FIRST, LAST) == ()

    def test_the_day_under_way_is_not_tried(self, boarders: Hospital) -> None:
        boarders.given("boarders_0800 B1 2026-11-22 30")
        generation = boarders.warehouse.generation()
        found = dry_run(
            generation, boarders.scope(), KPIS.values(), BOARDERS, FIRST, TODAY + timedelta(days=9)
        )
        assert max(f.fired for f in found) == date(2026, 11, 20)

    def test_it_says_what_the_evaluation_of_each_morning_said(self, boarders: Hospital) -> None:
        """Every day of the range evaluated as if it were today opens and closes the same runs."""
        generation = boarders.warehouse.generation()
        spoken: dict[str, list[date]] = {"A": [], "B": []}
        for offset in range((LAST - FIRST).days + 1):
            day = FIRST + timedelta(days=offset)
            found = evaluate(
                generation,
                boarders.scope(),
                [kpi("boarders_now")],
                day + timedelta(days=1),
                rules=[BOARDERS],
            )
            for alert in found.alerts:
                spoken[alert.unit].append(day)
        for unit, days in spoken.items():
            runs = [f for f in run(boarders) if f.unit == unit]
            tried_days = {
                f.fired + timedelta(days=n)
                for f in runs
                for n in range(((f.over or LAST + timedelta(days=1)) - f.fired).days)
            }
            before = {day for day in days if day < date(2026, 9, 5)}  # it spoke since 30 August
            assert set(days) - before == tried_days


class TestVariants:
    def test_another_level_says_how_often_it_would_have_spoken(self, boarders: Hospital) -> None:
        """From 8: A on 10 September, B on 15 October."""
        generation = boarders.warehouse.generation()
        reader = reader_over(generation, boarders.scope(), KPIS.values(), FIRST, LAST)
        other = with_levels(BOARDERS, kpi("boarders_now"), amber=8)
        assert (len(tried(BOARDERS, reader)), len(tried(other, reader))) == (4, 2)

    def test_a_longer_wait_is_a_variant_too(self, boarders: Hospital) -> None:
        """Two days: A amber from 11 September, and 21 November."""
        other = with_levels(BOARDERS, kpi("boarders_now"), wait=2)
        assert [f.fired.day for f in run(boarders, other)] == [11, 21]

    def test_the_end_of_an_alert_follows_its_level(self) -> None:
        other = with_levels(BOARDERS, kpi("boarders_now"), amber=8)
        assert (other.levels.amber, other.levels.red, other.reset.amber) == (8, 10, 7)

    def test_a_rule_that_fears_the_low_side_is_moved_there(self) -> None:
        births = rulebook.shipped()["births_last_year"]
        other = with_levels(births, kpi("births"), amber=-10)
        assert (other.levels.amber, other.levels.low_amber) == (None, -10)

    def test_numbers_that_no_rule_may_have_are_refused(self) -> None:
        with pytest.raises(BadRules):
            with_levels(BOARDERS, kpi("boarders_now"), wait=0)


class TestUntried:
    def test_forecasts_and_ladders_say_that_they_are_not_tried(self, boarders: Hospital) -> None:
        for name in ("boarders_now_level_forecast", "escalation"):
            rule = rulebook.shipped()[name]
            assert untried(rule)
            assert run(boarders, rule) == ()
        assert untried(BOARDERS) is None

    def test_a_rule_that_is_off_can_be_tried_before_it_is_put_on(self, boarders: Hospital) -> None:
        off = BOARDERS.model_copy(update={"enabled": False})
        assert len(run(boarders, off)) == 4
