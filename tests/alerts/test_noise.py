"""The monthly report on noise, counted by hand, and the level that would make less of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from cockpit import state
from cockpit.access.scope import Scope
from cockpit.alerts import noise, rulebook
from cockpit.alerts.desk import keep
from cockpit.alerts.desk.life import Act
from cockpit.alerts.desk.votes import Vote, vote
from cockpit.alerts.dryrun import reader_over
from cockpit.alerts.model import Alert
from cockpit.alerts.observe import Reader
from cockpit.alerts.rule import Levels, UnitRule
from cockpit.kpi.catalogue import KPIS
from cockpit.kpi.model import UnitId
from cockpit.warehouse.attach import Generation
from tests.alerts.desk.test_keep import BOARDERS, OTHER
from tests.support.hospital import Hospital

OCTOBER = (date(2026, 10, 1), date(2026, 10, 31))
NOW = datetime(2026, 11, 22, 6)


@pytest.fixture
def seen(hospital: Hospital) -> tuple[Generation, Scope]:
    """Mornings at 6 UTC, alert by alert:

    boarders A   28 Sept - 29 Sept   before the month
                  2 Oct  -  4 Oct    48 h, three days after the last: a flap; acknowledged; useful
                 20 Oct  - 21 Oct    24 h, sixteen days after: none; twice useless
    boarders B    5 Oct  -           still open: 48 days
    occupancy A   3 Oct  -  4 Oct    24 h
    """
    generation = hospital.given("boarders_0800 A1 2026-08-01 2")
    engine = state.engine(hospital.home)
    occupancy = replace(BOARDERS, rule="bed_occupancy_rate_level")
    mornings: dict[tuple[int, int], list[Alert]] = {
        (9, 28): [BOARDERS],
        (9, 29): [],
        (10, 2): [BOARDERS],
        (10, 3): [BOARDERS, occupancy],
        (10, 4): [],
        (10, 5): [OTHER],
        (10, 20): [OTHER, BOARDERS],
        (10, 21): [OTHER],
    }
    for number, ((month, day), alerts) in enumerate(mornings.items(), 1):
        keep.record(engine, number, datetime(2026, month, day, 6), alerts)
        if (month, day) == (10, 2):
            keep.act(engine, 2, Act(at=datetime(2026, 10, 2, 7), who="anne", deed="acknowledge"))
    vote(engine, Vote(episode=2, at=NOW, who="anne", useful=True))
    for who in ("anne", "bruno"):
        vote(engine, Vote(episode=5, at=NOW, who=who, useful=False))
    return generation, hospital.scope()


def test_each_rule_of_the_month_is_counted(seen: tuple[Generation, Scope]) -> None:
    """Boarders: 24 h, 48 h and 48 days; the median is 48 h."""
    boarders, occupancy = noise.report(*seen, *OCTOBER, NOW)
    assert (boarders.rule, boarders.fired, boarders.hours) == ("boarders_now_level", 3, 48)
    assert boarders.taken == pytest.approx(1 / 3)
    assert boarders.flaps == 1
    assert (boarders.useful, boarders.useless) == (1, 2)
    assert (occupancy.fired, occupancy.hours, occupancy.taken, occupancy.flaps) == (1, 24, 0, 0)


def test_a_month_without_an_alert_has_no_line(seen: tuple[Generation, Scope]) -> None:
    assert noise.report(*seen, date(2026, 7, 1), date(2026, 7, 31), NOW) == ()


def test_a_role_counts_only_what_it_sees(
    seen: tuple[Generation, Scope], hospital: Hospital
) -> None:
    """Boarders are beds: site B has one episode, finance none."""
    (one,) = noise.report(seen[0], hospital.scope("director_B"), *OCTOBER, NOW)
    assert (one.rule, one.fired, one.useless) == ("boarders_now_level", 1, 0)
    assert noise.report(seen[0], hospital.scope("daf"), *OCTOBER, NOW) == ()


def test_what_more_people_found_useless_is_not_useful(seen: tuple[Generation, Scope]) -> None:
    found = noise.useful_days(*seen, "boarders_now_level", *OCTOBER)
    assert found == (("A", BOARDERS.since),)


class TestQuieter:
    """Site A, boarders at 08:00: 6 and 7 and 8 and 11, a fortnight apart. Amber from 6, red 10."""

    DAYS = {date(2026, 9, 1) + timedelta(days=14 * n): v for n, v in enumerate((6, 7, 8, 11))}

    @pytest.fixture
    def reader(self, hospital: Hospital, monkeypatch: pytest.MonkeyPatch) -> Reader:
        monkeypatch.setenv("COCKPIT_TODAY", "2026-11-22")
        hospital.deliver("boarders_0800 A1 2026-08-01..2026-11-21 2")
        hospital.given(
            "\n".join(f"boarders_0800 A1 {day} {value}" for day, value in self.DAYS.items())
        )
        every = KPIS.values()
        span = (date(2026, 8, 15), date(2026, 11, 21))
        return reader_over(hospital.warehouse.generation(), hospital.scope(), every, *span)

    rule = rulebook.shipped()["boarders_now_level"]

    def test_the_nearest_level_that_halves_the_firings(self, reader: Reader) -> None:
        """From 7: three are left; from 8: two, half of four."""
        assert noise.quieter(self.rule, reader) == noise.Quieter("amber", 8, 4, 2)

    def test_what_was_found_useful_must_still_speak(self, reader: Reader) -> None:
        (six, seven, eight, _eleven) = self.DAYS
        assert noise.quieter(self.rule, reader, [("A", eight)]) is not None
        assert noise.quieter(self.rule, reader, [("A", seven)]) is None
        assert noise.quieter(self.rule, reader, [("A", six)]) is None

    def test_a_unit_with_its_own_level_neither_sets_the_level_nor_is_counted(
        self, reader: Reader, hospital: Hospital
    ) -> None:
        """Site B, on the same days, at 5, 6, 7 and 20: its own level is 4. A alone is counted, and
        B is named."""
        days = zip(self.DAYS, (5, 6, 7, 20), strict=True)
        hospital.given("\n".join(f"boarders_0800 B1 {day} {value}" for day, value in days))
        span = (date(2026, 8, 15), date(2026, 11, 21))
        ask = (hospital.warehouse.generation(), hospital.scope(), KPIS.values(), *span)
        own = UnitRule(levels=Levels(amber=4))
        rule = self.rule.model_copy(update={"units": {UnitId("B"): own}})
        found = noise.quieter(rule, reader_over(*ask))
        assert found == noise.Quieter("amber", 8, 4, 2, (UnitId("B"),))

    def test_a_rule_of_which_only_units_with_their_own_level_speak_has_no_suggestion(
        self, reader: Reader
    ) -> None:
        own = UnitRule(levels=Levels(amber=5))
        rule = self.rule.model_copy(update={"units": {UnitId("A"): own}})
        assert noise.quieter(rule, reader) is None

    def test_a_rule_that_hardly_speaks_or_cannot_be_tried_has_no_suggestion(
        self, reader: Reader
    ) -> None:
        shipped = rulebook.shipped()
        assert noise.quieter(shipped["bed_occupancy_rate_level"], reader) is None
        assert noise.quieter(shipped["escalation"], reader) is None
