from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import numpy as np
import pytest

from cockpit.alerts import rulebook
from cockpit.alerts.ahead import DEFAULT, crossing, probability
from cockpit.alerts.conditions.compared import Compared
from cockpit.alerts.conditions.gap import from_january
from cockpit.alerts.evaluate import evaluate
from cockpit.alerts.model import Alert
from cockpit.alerts.store import active, folded, to_table, visible
from cockpit.forecast.model import Forecast
from cockpit.kpi.catalogue import KPIS
from cockpit.kpi.model import KpiId, UnitId
from cockpit.series.model import ForecastPoint
from cockpit.warehouse import publish
from tests.support.hospital import Hospital, kpi

TODAY = date(2026, 11, 22)


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COCKPIT_TODAY", "2026-11-22")


def alerts(hospital: Hospital, role: str = "director_ght") -> tuple[Alert, ...]:
    generation = hospital.warehouse.generation()
    rules = tuple(rulebook.shipped().values())
    found = evaluate(generation, hospital.scope(role), KPIS.values(), TODAY, rules=rules)
    return found.alerts


class TestBoarders:
    """Site A: 2 boarders at 08:00, then 12 from 19 to 21 November. Site B: 7 on the 21st.

    Amber from 6, red from 10: A is red for three days, B amber since yesterday.
    """

    @pytest.fixture
    def hospital(self, hospital: Hospital) -> Hospital:
        hospital.given("""
            boarders_0800 A1 2026-11-10..2026-11-18 2
            boarders_0800 A1 2026-11-19..2026-11-21 12
            boarders_0800 B1 2026-11-10..2026-11-20 1
            boarders_0800 B1 2026-11-21 7
        """)
        return hospital

    def test_each_site_speaks_worst_first(self, hospital: Hospital) -> None:
        found = alerts(hospital)
        assert [(a.unit, a.severity, a.since, a.as_of, a.value, a.level) for a in found] == [
            ("A", "red", date(2026, 11, 19), date(2026, 11, 21), 12, 10),
            ("B", "amber", date(2026, 11, 21), date(2026, 11, 21), 7, 6),
        ]

    def test_it_says_what_where_against_what_and_since_when(self, hospital: Hospital) -> None:
        first, second = alerts(hospital)
        assert first.title_fr == "En attente de lit · Site A\u00a0: 12\u00a0patients"
        assert first.body_fr == (
            "Au-dessus du seuil de 10\u00a0patients, depuis le 19 novembre (3\u00a0jours)."
        )
        assert first.title_en == "Waiting for a bed · Site A: 12\u00a0patients"
        assert (
            first.body_en == "Above the level of 10\u00a0patients, since 19 November (3\u00a0days)."
        )
        assert second.body_fr == "Au-dessus du seuil de 6\u00a0patients, le 21 novembre."

    def test_it_names_who_and_what_to_do(self, hospital: Hospital) -> None:
        first = alerts(hospital)[0]
        assert first.owner_fr == kpi("boarders_now").owner_fr != ""
        assert first.lever_fr == kpi("boarders_now").lever_fr != ""

    def test_the_same_generation_gives_the_same_alerts(self, hospital: Hospital) -> None:
        assert alerts(hospital) == alerts(hospital)

    def test_a_site_director_has_only_the_alerts_of_the_site(self, hospital: Hospital) -> None:
        assert {a.unit for a in alerts(hospital, "director_B")} == {"B"}

    def test_a_role_without_beds_has_none(self, hospital: Hospital) -> None:
        assert alerts(hospital, "daf") == ()

    def test_one_good_day_is_on_the_way_back_and_two_are_the_end(self, hospital: Hospital) -> None:
        hospital.given("boarders_0800 A1 2026-11-21 2")
        assert [(a.unit, a.back) for a in alerts(hospital)] == [("A", True), ("B", False)]
        hospital.given("boarders_0800 A1 2026-11-20 2")
        assert {a.unit for a in alerts(hospital)} == {"B"}

    def test_stored_alerts_come_back_filtered_by_scope(self, hospital: Hospital) -> None:
        made = alerts(hospital)
        rows = to_table(made)
        with publish.publishing(hospital.home.generations):
            publish.publish(hospital.home, lambda db: _insert(db, rows))
        generation = hospital.warehouse.generation()
        assert active(generation, hospital.scope()) == made
        assert active(generation, hospital.scope("director_B")) == made[1:]
        assert active(generation, hospital.scope("drh")) == ()


def _insert(db: object, rows: object) -> None:
    db.register("new_alerts", rows)  # type: ignore[attr-defined]
    db.execute("INSERT INTO alert BY NAME SELECT * FROM new_alerts")  # type: ignore[attr-defined]


class TestTodayIsNotOver:
    """13 boarders on 22 November, the day under way: nothing is said before it is closed."""

    def test_the_day_under_way_says_nothing(self, hospital: Hospital) -> None:
        hospital.given("""
            boarders_0800 A1 2026-11-10..2026-11-21 2
            boarders_0800 A1 2026-11-22 13
        """)
        assert alerts(hospital) == ()


class TestBudget:
    """Site A, 100 k€ a month voted; spent as voted to September, 121 k€ in October.

    Year to date 1 021 for 1 000: +2.1 %, red from +2 %, level 1 020. October alone would be +21 %.
    The group says it, and the site's own alert is kept for the site's director.
    """

    @pytest.fixture
    def hospital(self, hospital: Hospital) -> Hospital:
        hospital.given("""
            expense_eur A1 2026-01..2026-09 1/6411 100000
            expense_eur A1 2026-10..2026-10 1/6411 121000
            expense_eur A1 2026-01..2026-12 1/6411 @budget 100000
        """)
        return hospital

    def of(self, hospital: Hospital) -> list[Alert]:
        return [a for a in alerts(hospital) if a.kpi == "expense_by_title"]

    def test_an_amount_is_judged_from_january(self, hospital: Hospital) -> None:
        found = self.of(hospital)[0]
        assert (found.severity, found.value) == ("red", 1_021_000)
        assert found.level == pytest.approx(1_020_000)
        assert (found.since, found.as_of) == (date(2026, 10, 1), date(2026, 10, 31))
        assert found.body_fr == (
            "+2,1\u00a0% par rapport au budget (seuil +2,0\u00a0%), cumul à fin octobre 2026."
        )

    def test_one_excess_is_said_once_to_whom_sees_the_whole(self, hospital: Hospital) -> None:
        found = self.of(hospital)
        assert [a.unit for a in found] == ["G", "A"]
        assert [a.unit for a in folded(found, hospital.units)] == ["G"]
        site = visible(found, hospital.units, hospital.scope("director_A"))
        assert [a.unit for a in folded(site, hospital.units)] == ["A"]

    def test_a_worse_site_is_not_hidden_by_a_milder_group(self, hospital: Hospital) -> None:
        group, site = self.of(hospital)
        milder = replace(group, severity="amber")
        assert folded([milder, site], hospital.units) == (milder, site)

    def test_a_year_stops_at_its_first_missing_month(self) -> None:
        """January, February, April: April cannot be read from January."""
        starts = np.array(["2026-01-01", "2026-02-01", "2026-03-01", "2026-04-01"], "datetime64[D]")
        values, base = np.array([[10.0, 10, np.nan, 10]]), np.full((1, 4), 8.0)
        found = from_january(Compared(starts, starts, values, base, base))
        np.testing.assert_array_equal(found.values, [[10, 20, np.nan, np.nan]])
        np.testing.assert_array_equal(found.base, [[8, 16, np.nan, np.nan]])


class TestWards:
    """Wards A1 (medicine) and A3 (no discipline), both full for two days."""

    def test_only_medical_wards_speak_one_by_one(self, hospital: Hospital) -> None:
        units = [
            replace(unit, discipline="MED") if unit.id == "A1" else unit for unit in hospital.units
        ]
        full = Hospital(hospital.root, units=type(hospital.units)(tuple(units)))
        full.given("""
            patients_midnight A1 2026-11-01..2026-11-21 10
            beds_open         A1 2026-11-01..2026-11-21 10
            patients_midnight A3 2026-11-01..2026-11-21 10
            beds_open         A3 2026-11-01..2026-11-21 10
        """)
        found = {(a.rule, a.unit) for a in alerts(full)}
        assert found == {("bed_occupancy_rate_level", "A"), ("ward_saturation", "A1")}


class TestEscalation:
    """Site A: boarders, occupancy now and nights on trolleys beyond their levels for three days."""

    def test_three_criteria_are_orange_and_one_is_its_own_alert(self, hospital: Hospital) -> None:
        hospital.given("boarders_0800 A1 2026-11-01..2026-11-21 12")
        assert "escalation" not in {a.rule for a in alerts(hospital)}
        hospital.given("""
            boarding_nights A1 2026-11-01..2026-11-21 9
            patients_0800   A1 2026-11-01..2026-11-21 10
            beds_open_0800  A1 2026-11-01..2026-11-21 10
        """)
        (step,) = [a for a in alerts(hospital) if a.rule == "escalation"]
        assert (step.unit, step.severity, step.value) == ("A", "amber", 3)
        assert step.title_fr == "Échelle de tension · Site A\u00a0: orange"
        assert step.body_fr.startswith("3 critères\u00a0: En attente de lit · Site A")


class TestOrder:
    """Alerts as a director reads them: how bad, whether it touches patients, since when."""

    def alert(self, hospital: Hospital, rule: str, unit: str, since: int, **more: str) -> Alert:
        fields = {"kind": "threshold", "severity": "red"} | more
        book = rulebook.shipped()
        urgency = book[rule].urgency if rule in book else 2
        return Alert(
            rule=rule, urgency=urgency, place=[*book, rule].index(rule), domain=kpi("ed_visits").domain, kpi=None, unit=UnitId(unit), unit_label="",
            since=date(2026, 11, since), as_of=TODAY, title_fr="", title_en="", body_fr="",
            body_en="", **fields,
        )  # fmt: skip

    def test_severity_then_patients_then_age(self, hospital: Hospital) -> None:
        amber = {"severity": "amber"}
        expected = [
            ("boarders_now_level", "B", 21, {}),
            ("ward_saturation", "A1", 10, {}),
            ("bed_occupancy_rate_level", "G", 15, {}),
            ("bed_occupancy_rate_level", "A", 15, {}),  # as old, but the hospital comes first
            ("serious_adverse_events_level", "A", 20, {}),
            ("cash_position_level", "G", 2, {}),
            ("absence_rate_level", "G", 3, {}),
            ("bjml_gap_level", "A", 21, amber),
            ("bed_occupancy_rate_level", "B", 20, amber),
            ("bed_occupancy_rate_level_forecast", "A", 1, amber | {"kind": "forecast"}),
            ("payroll_level", "G", 1, amber),
            ("source_late", "G", 1, amber | {"kind": "freshness"}),
        ]
        given = [self.alert(hospital, *one[:3], **one[3]) for one in reversed(expected)]
        found = visible(given, hospital.units, hospital.scope())
        assert [(a.rule, a.unit) for a in found] == [one[:2] for one in expected]

    def test_a_full_site_comes_before_a_budget(self, hospital: Hospital) -> None:
        """Ward A1 (medicine) and site A full for two days; the group's payroll 21 % above.

        The site is an alert; the ward, on its own, a warning.
        """
        units = [
            replace(unit, discipline="MED") if unit.id == "A1" else unit for unit in hospital.units
        ]
        full = Hospital(hospital.root, units=type(hospital.units)(tuple(units)))
        full.given("""
            patients_midnight A1 2026-11-01..2026-11-21 10
            beds_open         A1 2026-11-01..2026-11-21 10
            expense_eur A1 2026-01..2026-10 1/6411 121000
            expense_eur A1 2026-01..2026-12 1/6411 @budget 100000
        """)
        found = alerts(full)
        rules = [a.rule for a in found]
        assert {"ward_saturation", "expense_by_title_level"} < set(rules)
        assert rules.index("bed_occupancy_rate_level") < rules.index("expense_by_title_level")
        assert {a.severity for a in found if a.rule == "ward_saturation"} == {"amber"}


class TestLateSource:
    """The bed tool promises 36 hours; its last day is 15 November, with 12 boarders (red)."""

    @pytest.fixture
    def hospital(self, hospital: Hospital) -> Hospital:
        hospital.describe(stale_after_h=36)
        hospital.given("boarders_0800 A1 2026-11-01..2026-11-15 12")
        return hospital

    def test_one_alert_for_the_source_and_silence_of_the_rest(self, hospital: Hospital) -> None:
        (found,) = alerts(hospital)
        assert (found.kind, found.severity, found.unit) == ("freshness", "amber", "A1")
        assert found.since == date(2026, 11, 15)
        assert found.body_fr == (
            "Dernier jour reçu\u00a0: 15 novembre. 1 indicateur surveillé attend cette source"
            "\u00a0; leurs alertes sont suspendues."
        )

    def test_a_source_of_the_whole_group_is_told_to_a_site_as_its_own(
        self, hospital: Hospital
    ) -> None:
        hospital.given("boarders_0800 B1 2026-11-01..2026-11-15 1")
        (whole,) = alerts(hospital)
        assert whole.unit == "G"
        (seen,) = visible([whole], hospital.units, hospital.scope("director_B"))
        assert (seen.unit, seen.unit_label) == ("B", "Site B")

    def test_a_source_of_another_site_is_not_told(self, hospital: Hospital) -> None:
        assert visible(alerts(hospital), hospital.units, hospital.scope("director_B")) == ()


class TestForecastAlerts:
    """Occupancy of A: 90 % so far; forecast 94 on the 23rd, 96 on the 24th (red from 95)."""

    coming = Forecast(
        kpi=KpiId("bed_occupancy_rate"),
        unit=UnitId("A"),
        model="prophet_fr",
        origin=date(2026, 11, 21),
        made_at=datetime(2026, 11, 22, 6, 0),
        history_from=date(2024, 1, 1),
        points=tuple(
            ForecastPoint(day, mid - 3, mid, mid + 3)
            for day, mid in (
                (date(2026, 11, 23), 94.0),
                (date(2026, 11, 24), 96.0),
                (date(2026, 11, 25), 97.0),
            )
        ),
    )
    occupancy = kpi("bed_occupancy_rate")

    def test_the_first_day_beyond_red_is_announced(self, hospital: Hospital) -> None:
        hospital.deliver("""
            patients_midnight A1 2026-11-01..2026-11-21 90
            beds_open         A1 2026-11-01..2026-11-21 100
        """)
        hospital.publish(forecasts=[self.coming])
        (found,) = alerts(hospital)
        assert (found.kind, found.severity, found.value, found.level) == (
            "forecast",
            "amber",
            96,
            95,
        )
        assert found.since == date(2026, 11, 24)
        assert found.title_fr == (
            "Prévision · Occupation à minuit · Site A\u00a0: 96,0\u00a0% mardi 24 novembre"
        )
        assert found.body_fr == (
            "Entre 93,0\u00a0% et 99,0\u00a0%, pour un seuil d'alerte de 95,0\u00a0%\u00a0: "
            "63 chances sur 100."
        )

    def test_an_old_forecast_announces_nothing(self) -> None:
        assert self.crossed(TODAY) is not None
        assert self.crossed(TODAY + timedelta(days=4)) is None

    def test_beyond_its_days_nothing_is_announced(self) -> None:
        assert self.crossed(TODAY, days=2) is None
        assert self.crossed(TODAY, days=3) is not None

    def crossed(self, today: date, days: int = 7) -> object:
        return crossing(self.coming, days, DEFAULT, today, lambda _day: [(95.0, True)])

    @pytest.mark.parametrize(
        ("level", "above", "expected"),
        [(94, True, 0.5), (97, True, 0.1), (97, False, 0.9), (95.5, True, 0.3), (120, True, 0.01)],
    )
    def test_a_probability_is_read_between_calibrated_quantiles(
        self, level: float, above: bool, expected: float
    ) -> None:
        """91 - 94 - 97: a tenth of the days below 91, half below 94, nine tenths below 97."""
        point = self.coming.points[0]
        assert probability(point, level, above=above) == pytest.approx(expected)
