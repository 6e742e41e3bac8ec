"""What was decided, and the figure four weeks before and after."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest

from cockpit import state
from cockpit.alerts.desk import decisions, effects, keep
from cockpit.alerts.desk.decisions import Decision, Kept
from cockpit.alerts.desk.effects import Effect
from cockpit.errors import BadRequest, OutOfScope
from cockpit.kpi.catalogue import KPIS
from tests.alerts.desk.test_keep import BOARDERS
from tests.support.hospital import Hospital, kpi

BEDS = Decision(
    at=datetime(2026, 8, 20, 8),
    who="anne",
    what="Ouvrir dix places de SMR",
    owner="bruno",
    due=date(2026, 9, 14),
    kpi="downstream_waiting",
    unit="A",
    expected=-9.0,
)


def read(hospital: Hospital, role: str = "director_ght") -> tuple[Kept, ...]:
    return decisions.decisions(hospital.warehouse.generation(), hospital.scope(role), KPIS)


class TestLog:
    @pytest.fixture
    def hospital(self, hospital: Hospital, monkeypatch: pytest.MonkeyPatch) -> Hospital:
        monkeypatch.setenv("COCKPIT_TODAY", "2026-11-22")
        hospital.given("downstream_waiting A1 2026-08-01 20")
        return hospital

    def decide(self, hospital: Hospital, **more: object) -> int:
        engine = state.engine(hospital.home)
        return decisions.decide(engine, replace(BEDS, **more))  # type: ignore[arg-type]

    def test_a_decision_comes_back_as_it_was_taken(self, hospital: Hospital) -> None:
        first = self.decide(hospital)
        second = self.decide(hospital, kpi="", unit="", expected=None)
        assert [kept.id for kept in read(hospital)] == [second, first]
        assert read(hospital)[1] == Kept(first, BEDS, None)

    def test_the_day_it_was_done_takes_the_place_of_the_day_it_was_due(
        self, hospital: Hospital
    ) -> None:
        engine = state.engine(hospital.home)
        done = decisions.carried_out(engine, self.decide(hospital), date(2026, 9, 21))
        assert (done.from_day, Kept(1, BEDS, None).from_day) == (date(2026, 9, 21), BEDS.due)
        for number, day in ((99, date(2026, 9, 21)), (1, date(2026, 11, 23))):
            with pytest.raises(BadRequest):
                decisions.carried_out(engine, number, day)

    def test_who_may_not_read_the_figure_does_not_read_the_decision(
        self, hospital: Hospital
    ) -> None:
        """Beds of site A; what has no figure, for who sees the whole hospital."""
        self.decide(hospital)
        self.decide(hospital, kpi="", unit="", expected=None)
        roles = ("director_ght", "director_A", "bed_manager", "director_B", "daf")
        assert [len(read(hospital, role)) for role in roles] == [2, 1, 1, 0, 0]

    def test_what_an_alert_led_to_is_read_by_who_sees_the_alert(self, hospital: Hospital) -> None:
        at = datetime(2026, 11, 20, 6)
        keep.record(state.engine(hospital.home), 1, at, [BOARDERS])
        number = self.decide(hospital, kpi="", unit="", expected=None, episode=1)
        (found,) = read(hospital, "bed_manager")
        assert (found.id, found.alert) == (number, ("boarders_now_level", "", "A"))
        assert read(hospital, "daf") == read(hospital, "director_B") == ()

    @pytest.mark.parametrize(
        "wrong",
        [
            {"what": "  "},
            {"what": "x" * 1001},
            {"owner": ""},
            {"unit": ""},
            {"kpi": "", "unit": ""},
            {"expected": float("nan")},
            {"episode": 12},
        ],
    )
    def test_what_nobody_could_follow_is_refused(
        self, hospital: Hospital, wrong: dict[str, object]
    ) -> None:
        with pytest.raises(BadRequest):
            self.decide(hospital, **wrong)
        assert read(hospital) == ()


class TestEffect:
    """Site A waits with 20 patients to 13 September, 12 from the 14th on.

    Visits: 10 a day, then 14.
    """

    @pytest.fixture
    def hospital(self, hospital: Hospital) -> Hospital:
        hospital.given("""
            downstream_waiting A1 2026-08-01..2026-09-13 20
            downstream_waiting A1 2026-09-14..2026-10-31 12
            ed_visits A1 2026-08-01..2026-09-13 18-74 10
            ed_visits A1 2026-09-14..2026-10-31 18-74 14
        """)
        return hospital

    def effect(
        self, hospital: Hospital, today: date, role: str = "director_ght", **more: object
    ) -> Effect | None:
        decided = replace(BEDS, **more)  # type: ignore[arg-type]
        return effects.effect(
            hospital.warehouse.generation(),
            hospital.scope(role),
            kpi(decided.kpi),
            Kept(1, decided, None),
            today,
        )

    def test_a_stock_is_the_mean_of_its_days(self, hospital: Hospital) -> None:
        found = self.effect(hospital, date(2026, 11, 1))
        assert found is not None
        assert (found.before.start, found.after.end) == (date(2026, 8, 17), date(2026, 10, 11))
        assert (found.was, found.now, found.change) == (20, 12, -8)

    def test_visits_are_summed_over_the_four_weeks(self, hospital: Hospital) -> None:
        found = self.effect(hospital, date(2026, 11, 1), kpi="ed_visits", expected=None)
        assert found is not None
        assert (found.was, found.now) == (280, 392)

    def test_until_the_four_weeks_are_over_whole_weeks_are_compared_and_it_says_so(
        self, hospital: Hospital
    ) -> None:
        """On 1 October, 17 days are known: two weeks on each side."""
        found = self.effect(hospital, date(2026, 10, 1), kpi="ed_visits", expected=None)
        assert found is not None
        assert (found.before.start, found.after.end) == (date(2026, 8, 31), date(2026, 9, 27))
        assert (found.was, found.now) == (140, 196)
        assert found.cautions[0] == "14 jours sur 28 : à relire"

    def test_nothing_is_said_before_a_week(self, hospital: Hospital) -> None:
        assert self.effect(hospital, date(2026, 9, 20)) is None
        assert self.effect(hospital, date(2026, 9, 1)) is None

    def test_days_without_data_are_told(self, hospital: Hospital) -> None:
        found = self.effect(hospital, date(2026, 11, 20), due=date(2026, 10, 12))
        assert found is not None
        assert "Des jours manquent dans les données." in found.cautions

    def test_another_calendar_on_one_side_is_told(self, hospital: Hospital) -> None:
        """Before 14 September 2026, fifteen days of summer holidays; none after."""
        found = self.effect(hospital, date(2026, 11, 1))
        assert found is not None
        assert any("vacances scolaires avant, 0 après" in one for one in found.cautions)

    def test_a_role_that_does_not_see_the_figure_has_no_effect(self, hospital: Hospital) -> None:
        with pytest.raises(OutOfScope):
            self.effect(hospital, date(2026, 11, 1), "daf")

    @pytest.mark.parametrize(
        ("name", "first"),
        [("downstream_waiting", date(2026, 9, 21)), ("absence_rate", date(2026, 11, 1))],
    )
    def test_the_first_day_with_something_to_say(self, name: str, first: date) -> None:
        """A week after 14 September; for a monthly KPI, after the whole of October."""
        assert effects.first_read(kpi(name), Kept(1, BEDS, None)) == first

    def test_the_curve_holds_four_weeks_on_each_side_and_closed_days_only(
        self, hospital: Hospital
    ) -> None:
        ask = (hospital.warehouse.generation(), hospital.scope(), kpi("downstream_waiting"))
        whole = effects.course(*ask, Kept(1, BEDS, None), date(2026, 11, 1))
        assert (whole[0], whole[-1]) == ((date(2026, 8, 17), 20), (date(2026, 10, 11), 12))
        assert effects.course(*ask, Kept(1, BEDS, None), date(2026, 9, 16))[-1][0].day == 15
