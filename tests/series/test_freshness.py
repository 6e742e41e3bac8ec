"""How old figures are against what their source promises, on the clock of Paris."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from cockpit.clock import PARIS
from cockpit.series.freshness import freshness, is_late, sources
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
