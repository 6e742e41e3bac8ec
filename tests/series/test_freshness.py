"""How old figures are against what their source promises, on the clock of Paris."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from cockpit.clock import PARIS
from cockpit.series.freshness import freshness, is_late, sources
from cockpit.series.model import Period
from cockpit.series.trend import trend
from tests.support.hospital import Hospital, kpi


def paris(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PARIS)


class TestLate:
    """A source that promises its day within 36 hours of its end."""

    @pytest.mark.parametrize(
        ("as_of", "now", "late"),
        [
            ("2026-11-20", "2026-11-22T12:00", False),
            ("2026-11-20", "2026-11-22T12:01", True),
            # 28 March ends at 00:00 on the 29th, which has 23 hours: 36 h later is 13:00 on the 30th
            ("2026-03-28", "2026-03-30T12:59", False),
            ("2026-03-28", "2026-03-30T13:01", True),
            # 24 October ends at 00:00 on the 25th, which has 25 hours: 36 h later is 11:00 on the 26th
            ("2026-10-24", "2026-10-26T10:59", False),
            ("2026-10-24", "2026-10-26T11:01", True),
        ],
    )
    def test_36_hours_are_hours_even_when_the_clocks_change(
        self, as_of: str, now: str, late: bool
    ) -> None:
        day, instant = date.fromisoformat(as_of), paris(now)
        assert is_late(day, 36, instant.astimezone(UTC)) is late
        assert is_late(day, 36, instant) is late

    def test_a_source_that_promises_nothing_is_never_late(self) -> None:
        assert not is_late(date(2020, 1, 1), None)


class TestSources:
    """Visits until 20 November (36 h), payroll until October (20 days), on 22 November at 07:30."""

    @pytest.fixture(autouse=True)
    def today(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("COCKPIT_TODAY", "2026-11-22")

    @pytest.fixture
    def generation(self, hospital: Hospital):
        hospital.describe("urgences", stale_after_h=36)
        hospital.describe("paie", stale_after_h=20 * 24)
        hospital.deliver("ed_visits A1 2026-11-01..2026-11-20 75+ 1", source="urgences")
        hospital.deliver(
            "fte_paid A1 2026-09..2026-10 PNM/IDE 1\nabsence_days A1 2026-09 MO 1", source="paie"
        )
        return hospital.publish()

    def test_a_day_is_as_old_as_its_end_and_a_month_as_its_last_day(self, generation) -> None:
        visits = freshness(generation, kpi("ed_visits"))
        payroll = freshness(generation, kpi("fte_paid"))
        assert (visits.as_of, visits.late) == (date(2026, 11, 20), False)
        assert (payroll.as_of, payroll.late, payroll.owner) == (date(2026, 10, 31), True, "DIM")

    def test_late_sources_come_first(self, generation) -> None:
        assert [one.source for one in sources(generation)] == ["paie", "urgences"]

    def test_a_kpi_that_nothing_feeds_has_no_age(self, generation) -> None:
        assert freshness(generation, kpi("births")) is None

    def test_a_future_budget_makes_nothing_fresher(self, hospital: Hospital) -> None:
        hospital.deliver(
            "expense_eur A1 2026-01 1/641 5\nexpense_eur A1 2026-01..2026-12 1/641 @budget 5"
        )
        generation = hospital.publish()
        assert freshness(generation, kpi("payroll")).as_of == date(2026, 1, 31)


class TestOneSiteLate:
    """Two sites, 36 hours promised, on 22 November at 07:30: A's visits come until the 21st, B's
    until the 19th. B1 reports births now and then, the last on the 10th."""

    FIGURES = """
    ed_visits A1 2026-10-01..2026-11-21 75+ 100
    ed_visits B1 2026-10-01..2026-11-19 75+ 60
    """

    @pytest.fixture(autouse=True)
    def today(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("COCKPIT_TODAY", "2026-11-22")

    def seen(self, generation, name: str, *nodes: str) -> tuple[date, bool] | None:
        found = freshness(generation, kpi(name), nodes)
        return found and (found.as_of, found.late)

    def test_the_site_whose_file_did_not_come_is_late(self, hospital: Hospital) -> None:
        hospital.describe(stale_after_h=36)
        generation = hospital.given(self.FIGURES)
        late, fresh = (date(2026, 11, 19), True), (date(2026, 11, 21), False)
        assert self.seen(generation, "ed_visits", "B") == late
        assert self.seen(generation, "ed_visits", "B1") == late
        for nodes in (["A"], ["A1"], ["G"], ["A", "B"], []):
            assert self.seen(generation, "ed_visits", *nodes) == fresh
        assert [one.late for one in sources(generation, ["B"])] == [True]
        assert [one.late for one in sources(generation)] == [False]

    def test_a_tile_carries_the_mark_of_its_own_site(self, hospital: Hospital) -> None:
        hospital.describe(stale_after_h=36)
        generation = hospital.given(self.FIGURES)
        scope = hospital.scope()
        marks = {
            unit: (found.window.end.day, found.freshness.late, found.partial)
            for unit in ("A", "B", "G")
            for found in [trend(generation, scope, kpi("ed_visits"), unit, Period.DAY)]
        }
        assert marks == {
            "A": (21, False, False),
            "B": (19, True, False),
            "G": (21, False, True),
        }

    def test_a_source_of_another_site_is_not_its_delay(self, hospital: Hospital) -> None:
        """The same measure from one file per site: B's is late, A's screen does not say so."""
        for source, figures in zip(("rpu-a", "rpu-b"), self.FIGURES.split("\n")[1:3], strict=True):
            hospital.describe(source, stale_after_h=36)
            hospital.deliver(figures, source=source)
        generation = hospital.publish()
        assert [one.source for one in sources(generation, ["A"])] == ["rpu-a"]
        assert self.seen(generation, "ed_visits", "A") == (date(2026, 11, 21), False)
        assert self.seen(generation, "ed_visits", "B") == (date(2026, 11, 19), True)
        assert self.seen(generation, "ed_visits", "G") == (date(2026, 11, 19), True)

    def test_a_site_that_reports_now_and_then_is_not_late(self, hospital: Hospital) -> None:
        hospital.describe(stale_after_h=36)
        generation = hospital.given(
            "births A1 2026-10-01..2026-11-21 3\n"
            "births B1 2026-10-05 1\nbirths B1 2026-10-22 1\nbirths B1 2026-11-10 1"
        )
        assert self.seen(generation, "births", "B") == (date(2026, 11, 21), False)

    def test_what_a_site_never_reported_has_no_age_there(self, hospital: Hospital) -> None:
        generation = hospital.given("births A1 2026-10-01..2026-11-21 3")
        assert self.seen(generation, "births", "B") is None

    def test_a_month_that_a_site_lacks_makes_its_payroll_late(self, hospital: Hospital) -> None:
        hospital.describe("paie", stale_after_h=30 * 24)
        hospital.deliver(
            "fte_paid A1 2026-01..2026-10 PNM/IDE 9\nfte_paid B1 2026-01..2026-09 PNM/IDE 4",
            source="paie",
        )
        generation = hospital.publish()
        assert self.seen(generation, "fte_paid", "A") == (date(2026, 10, 31), False)
        assert self.seen(generation, "fte_paid", "B") == (date(2026, 9, 30), True)
