"""Rules on forecasts and ladders tried on the past, against what each morning would have said."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from cockpit.alerts import rulebook
from cockpit.alerts.dryrun import Trial, reader_over, trial
from cockpit.alerts.dryrun_change import coverage
from cockpit.alerts.evaluate import evaluate
from cockpit.alerts.followed import followed
from cockpit.alerts.rule import Ladder, Rule
from cockpit.forecast.model import Forecast
from cockpit.kpi.catalogue import KPIS
from cockpit.kpi.model import KpiId, UnitId
from cockpit.series.model import ForecastPoint
from tests.support.hospital import Hospital, kpi

FIRST, LAST = date(2026, 11, 1), date(2026, 11, 21)
SHIPPED = rulebook.shipped()
EXPECTED = SHIPPED["bed_occupancy_rate_level_forecast"]
"""Red from 95 %, half a chance, seven days."""


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COCKPIT_TODAY", "2026-11-22")


def made(origin: date, peak: float, *, steps: Iterable[int] = range(1, 15)) -> Forecast:
    """90 % but for the third day, published the next morning at 6."""
    points = tuple(
        ForecastPoint(origin + timedelta(n), mid - 3, mid, mid + 3)
        for n in steps
        for mid in (peak if n == 3 else 90.0,)
    )
    return Forecast(
        kpi=KpiId("bed_occupancy_rate"),
        unit=UnitId("A"),
        model="prophet_fr",
        origin=origin,
        made_at=datetime.combine(origin + timedelta(days=1), time(5)),
        history_from=date(2024, 1, 1),
        points=points,
    )


def tried(hospital: Hospital, rule: Rule, book: Iterable[Rule] = ()) -> Trial:
    generation = hospital.warehouse.generation()
    reader = reader_over(generation, hospital.scope(), KPIS.values(), FIRST, LAST)
    return trial(rule, reader, book=book)


def spoken(hospital: Hospital, rule: Rule, book: Iterable[Rule], kpis: Iterable[str]) -> set[date]:
    """The days after which an evaluation of the next morning says the rule at A."""
    generation, found = hospital.warehouse.generation(), set()
    for n in range((LAST - FIRST).days + 1):
        day = FIRST + timedelta(n)
        known, rules = [kpi(name) for name in kpis], [*book, rule]
        alerts = evaluate(
            generation, hospital.scope(), known, day + timedelta(days=1), rules=rules
        ).alerts
        if any(one.rule == rule.id and one.unit == "A" for one in alerts):
            found.add(day)
    return found


def days(found: Trial, unit: str) -> set[date]:
    return {
        run.fired + timedelta(n)
        for run in found.firings
        if run.unit == unit
        for n in range(((run.over or LAST + timedelta(days=1)) - run.fired).days)
    }


class TestForecasts:
    """Published on 10, 11 and 12 November; that of the 11th sees 97 % on the 14th, the others 92."""

    @pytest.fixture
    def expecting(self, hospital: Hospital) -> Hospital:
        hospital.deliver("""
            patients_midnight A1 2026-10-25..2026-11-21 90
            beds_open         A1 2026-10-25..2026-11-21 100
        """)
        peaks = {10: 92.0, 11: 97.0, 12: 92.0}
        self.publish(hospital, [made(date(2026, 11, day), peak) for day, peak in peaks.items()])
        return hospital

    def publish(self, hospital: Hospital, forecasts: Iterable[Forecast]) -> None:
        hospital.publish(forecasts=list(forecasts))

    def test_the_forecast_of_each_day_says_what_it_said_then(self, expecting: Hospital) -> None:
        (run,) = tried(expecting, EXPECTED).firings
        assert (run.unit, run.fired, run.over) == ("A", date(2026, 11, 11), date(2026, 11, 12))
        assert (run.severity, run.value, run.level) == ("amber", 97, 95)
        assert run.measured == pytest.approx(0.767, abs=0.001)  # 94 - 97 - 100: 0.9 - 0.4 / 3

    def test_the_days_without_a_forecast_are_counted_apart(self, expecting: Hospital) -> None:
        """That of the 12th still holds three days later: 10 to 15 November are known."""
        found = tried(expecting, EXPECTED)
        assert (found.days, found.known, found.partly) == (21, 6, 0)
        assert coverage(found).startswith("Essayée sur 6 des 21 jours")

    def test_without_any_forecast_nothing_is_said_to_have_been_tried(
        self, hospital: Hospital
    ) -> None:
        hospital.given("patients_midnight A1 2026-11-01..2026-11-21 90")
        found = tried(hospital, EXPECTED)
        assert (found.firings, found.known) == ((), 0)
        assert coverage(found).endswith("rien n'a pu être essayé.")

    def test_a_forecast_made_later_of_an_old_day_was_not_known(self, hospital: Hospital) -> None:
        """Made again on the 20th from the figures of the 11th."""
        late = replace(made(date(2026, 11, 11), 97), made_at=datetime(2026, 11, 20, 5))
        hospital.deliver("patients_midnight A1 2026-11-01..2026-11-21 90")
        self.publish(hospital, [late])
        assert tried(hospital, EXPECTED).known == 0

    def test_a_thinned_forecast_is_told_as_partly_known(self, hospital: Hospital) -> None:
        hospital.deliver("patients_midnight A1 2026-11-01..2026-11-21 90")
        self.publish(hospital, [made(date(2026, 11, 11), 97, steps=(1, 3, 7, 14, 28))])
        found = tried(hospital, EXPECTED)
        assert (found.known, found.partly, len(found.firings)) == (4, 4, 1)
        assert "seules quelques échéances" in coverage(found)

    def test_it_is_silent_where_the_red_has_come(self, expecting: Hospital) -> None:
        """98 % at A since the 9th: the level rule says so, two days running."""
        expecting.given("patients_midnight A1 2026-11-09..2026-11-21 98")
        assert len(tried(expecting, EXPECTED).firings) == 1
        level = SHIPPED["bed_occupancy_rate_level"]
        assert tried(expecting, EXPECTED, [level]).firings == ()


@pytest.fixture(scope="module")
def strained(tmp_path_factory: pytest.TempPathFactory) -> Hospital:
    hospital = Hospital(tmp_path_factory.mktemp("strained"))
    hospital.deliver("""
        boarders_0800     A1 2026-10-01..2026-11-21 2
        patients_midnight A1 2026-10-01..2026-11-21 85
        beds_open         A1 2026-10-01..2026-11-21 100
    """)
    hospital.given("""
        boarders_0800     A1 2026-11-09..2026-11-12 12
        patients_midnight A1 2026-11-09..2026-11-13 98
    """)
    return hospital


class TestLadder:
    """Two criteria of two: boarders from 10 and occupancy from 95 %, both red on 10-12 November.

    Boarders are back on the 13th, occupancy on the 14th: what is on its way back does not count.
    """

    book = (SHIPPED["boarders_now_level"], SHIPPED["bed_occupancy_rate_level"])
    ladder = SHIPPED["escalation"].model_copy(
        update={"when": Ladder(of=tuple(rule.id for rule in book), yellow=1, orange=2, red=3)}
    )

    def test_it_speaks_on_the_days_on_which_enough_rules_do(self, strained: Hospital) -> None:
        (run,) = tried(strained, self.ladder, self.book).firings
        assert (run.unit, run.fired, run.over) == ("A", date(2026, 11, 10), date(2026, 11, 13))
        assert (run.severity, run.value, run.level) == ("amber", 2, 2)

    def test_it_says_what_the_evaluation_of_each_morning_said(self, strained: Hospital) -> None:
        names = ("boarders_now", "bed_occupancy_rate")
        said = spoken(strained, self.ladder, self.book, names)
        assert said == days(tried(strained, self.ladder, self.book), "A") != set()

    def test_its_curve_counts_the_criteria_of_each_day(self, strained: Hospital) -> None:
        generation = strained.warehouse.generation()
        reader = reader_over(generation, strained.scope(), KPIS.values(), FIRST, LAST)
        seen = followed(self.ladder, reader, UnitId("A"), self.book).periods
        assert [one.value for one in seen if 8 <= one.start.day <= 15] == [0, 1, 2, 2, 2, 1, 0, 0]

    def test_a_rule_switched_off_counts_for_nothing(self, strained: Hospital) -> None:
        off = [self.book[0].model_copy(update={"enabled": False}), self.book[1]]
        assert tried(strained, self.ladder, off).firings == ()

    def test_a_role_that_does_not_see_a_criterion_is_told(self, strained: Hospital) -> None:
        generation, scope = strained.warehouse.generation(), strained.scope("daf")
        reader = reader_over(generation, scope, KPIS.values(), FIRST, LAST)
        found = trial(self.ladder, reader, book=self.book)
        assert (found.firings, found.unseen) == ((), 2)
        assert "ce nombre est un minimum" in coverage(found)
