"""A rule tried on the past: each time it would have spoken, and with other numbers."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest

from cockpit.alerts import rulebook
from cockpit.alerts.dryrun import Firing, dry_run, reader_over, tried, with_levels
from cockpit.alerts.dryrun_change import Episode, change, missed
from cockpit.alerts.evaluate import evaluate
from cockpit.alerts.followed import followed
from cockpit.alerts.rule import Rule
from cockpit.errors import BadRules
from cockpit.kpi.catalogue import KPIS
from cockpit.kpi.compute import series
from cockpit.kpi.model import Grain, UnitId
from tests.support.hospital import Hospital, kpi

TODAY = date(2026, 11, 22)
FIRST, LAST = date(2026, 9, 1), date(2026, 11, 21)
BOARDERS = rulebook.shipped()["boarders_now_level"]


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COCKPIT_TODAY", "2026-11-22")


@pytest.fixture(scope="module")
def boarders(tmp_path_factory: pytest.TempPathFactory) -> Hospital:
    """Read by most tests; one that changes it takes `own`."""
    return given(Hospital(tmp_path_factory.mktemp("boarders")))


@pytest.fixture
def own(tmp_path: Path) -> Hospital:
    return given(Hospital(tmp_path))


def given(hospital: Hospital) -> Hospital:
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

    def test_the_day_under_way_is_not_tried(self, own: Hospital) -> None:
        own.given("boarders_0800 B1 2026-11-22 30")
        generation = own.warehouse.generation()
        found = dry_run(
            generation, own.scope(), KPIS.values(), BOARDERS, FIRST, TODAY + timedelta(days=9)
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


class TestAnotherCount:
    """The runs of site A and B read off the exported series, by hand and with pandas.

    Beyond: 6 or more. Held: 5 or more. It opens on the first day beyond, and is over after two days
    in a row not held; what opened before 1 September is left out.

        A   7 from 30 August to 2 September     over on the 4th     opened in August
        A   12, 9 on 10 and 11 September        over on the 13th    1
        A   6 on 1 October                      over on the 3rd     2
        A   7 on 20 and 21 November             still speaks        3
        B   11 on 15 October                    over on the 17th    4
    """

    def test_pandas_counts_the_same_times(self, boarders: Hospital) -> None:
        generation, found = boarders.warehouse.generation(), []
        for unit in ("A", "B"):
            rows = series(
                generation,
                boarders.scope(),
                kpi("boarders_now"),
                UnitId(unit),
                start=date(2026, 8, 1),
                end=LAST,
                grain=Grain.DAY,
            )
            values = pd.Series(rows["value"].to_numpy(float), index=pd.to_datetime(rows["period"]))
            quiet = (values < 5).rolling(2).sum().eq(2).astype(int)
            spell = quiet.diff().eq(-1).cumsum()  # a spell begins with the first day held
            first = values[values >= 6].index.to_series().groupby(spell).min()
            found += [(unit, day.date()) for day in first if day.date() >= FIRST]
        assert found == [(f.unit, f.fired) for f in sorted(run(boarders), key=lambda f: f.unit)]
        assert len(found) == 4


class TestChanges:
    def test_what_goes_is_told_day_by_day(self, boarders: Hospital) -> None:
        """From 8: neither 1 October (6) nor 20 November (7)."""
        other = with_levels(BOARDERS, kpi("boarders_now"), amber=8)
        found = change(run(boarders), run(boarders, other))
        assert (found.before, found.after, found.new) == (4, 2, ())
        assert [f.fired for f in found.gone] == [date(2026, 10, 1), date(2026, 11, 20)]

    def test_a_run_cut_in_two_is_not_gone(self, own: Hospital) -> None:
        """12 and 9 on 10 and 11 September, 2 on the 12th, 8 on the 13th: over after one quiet day,
        it speaks twice."""
        own.given("boarders_0800 A1 2026-09-13 8")
        cut = with_levels(BOARDERS, kpi("boarders_now"), hold=1)
        found = change(run(own), run(own, cut))
        assert (found.gone, found.new, found.after - found.before) == ((), (), 1)
        assert found.is_cut

    def test_the_known_alerts_that_would_have_been_missed_are_named(
        self, boarders: Hospital
    ) -> None:
        """The second was told on figures restated since: nobody finds it again."""
        told = (
            Episode("A", date(2026, 10, 1), date(2026, 10, 2), useful=True),
            Episode("A", date(2026, 10, 20), date(2026, 10, 20), useful=False),
            Episode("B", date(2026, 10, 15), date(2026, 10, 16), useful=False),
        )
        other = with_levels(BOARDERS, kpi("boarders_now"), amber=8)
        assert missed(told, run(boarders), run(boarders, other)) == told[:1]

    def test_its_curve_has_the_level_of_each_period(self, boarders: Hospital) -> None:
        generation = boarders.warehouse.generation()
        reader = reader_over(generation, boarders.scope(), KPIS.values(), FIRST, LAST)
        found = followed(BOARDERS, reader, UnitId("B"))
        assert (found.periods[0].start, found.periods[-1].end) == (FIRST, LAST)
        assert {line.severity: set(line.values) for line in found.lines} == {
            "amber": {6.0},
            "red": {10.0},
        }


class TestOff:
    def test_a_rule_that_is_off_can_be_tried_before_it_is_put_on(self, boarders: Hospital) -> None:
        off = BOARDERS.model_copy(update={"enabled": False})
        assert len(run(boarders, off)) == 4
