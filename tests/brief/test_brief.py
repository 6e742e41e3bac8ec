from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from cockpit import i18n
from cockpit.alerts import rulebook
from cockpit.alerts.evaluate import evaluate
from cockpit.alerts.model import Alert
from cockpit.alerts.store import to_table
from cockpit.brief import brief
from cockpit.brief.compose import MOST_LINES, compose, one_per_domain_first
from cockpit.brief.rank import adverse, good, surprise
from cockpit.forecast.model import Forecast
from cockpit.kpi.catalogue import KPIS
from cockpit.kpi.model import Domain, KpiId, UnitId
from cockpit.series.model import (
    Change,
    ForecastPoint,
    Freshness,
    Period,
    Point,
    Status,
    Trend,
    Window,
)
from cockpit.warehouse import publish
from tests.support.hospital import UNITS, Hospital, kpi

TODAY = date(2026, 11, 22)
WEEK = Window(date(2026, 11, 15), date(2026, 11, 21))


def moved(name: str, delta: float, *, is_good: bool | None, status: Status = Status.OK) -> Trend:
    """A tile at 10 whose curve goes 9, 11, 9, 11... (standard deviation 1)."""
    days = (date(2026, 11, 1) + timedelta(days=step) for step in range(20))
    return Trend(
        kpi=kpi(name),
        unit=UNITS.get(UnitId("A")),
        period=Period.WEEK,
        window=WEEK,
        value=10.0,
        numerator=None,
        denominator=None,
        status=status,
        previous=Change("previous", 10 - delta, delta, None, is_good, WEEK),
        spark=tuple(Point(day, 9.0 + 2 * (day.day % 2)) for day in days),
    )


def alert(rule: str, name: str, unit: str = "A", severity: str = "red") -> Alert:
    return Alert(
        rule=rule,
        kind="threshold",
        domain=Domain.BEDS,
        kpi=KpiId(name),
        unit=UnitId(unit),
        unit_label=unit,
        severity=severity,  # type: ignore[arg-type]
        since=date(2026, 11, 20),
        as_of=date(2026, 11, 21),
        title_fr="Titre",
        title_en="Title",
        body_fr="Corps.",
        body_en="Body.",
        value=12.0,
    )


class TestRank:
    """Every tile usually moves by 1: +3 adverse is three times that, 0.5 is noise."""

    worse = moved("beds_closed_rate", 3.0, is_good=False)
    bad = moved("boarders_now", 2.0, is_good=False)
    noise = moved("absence_rate", 0.5, is_good=False)
    better = moved("cash_position", 2.0, is_good=True)

    def test_a_change_is_read_against_its_usual_moves(self) -> None:
        assert surprise(self.worse) == pytest.approx(-3)
        assert surprise(self.better) == pytest.approx(2)

    def test_the_most_unusual_adverse_change_comes_first_and_noise_never(self) -> None:
        assert adverse([self.noise, self.bad, self.better, self.worse]) == [self.worse, self.bad]

    def test_good_news_is_good(self) -> None:
        assert good([self.worse, self.better]) == [self.better]

    def test_a_kpi_in_alert_is_no_good_news(self) -> None:
        assert good([replace(self.better, status=Status.RED)]) == []

    def test_a_change_without_direction_is_neither(self) -> None:
        neutral = moved("ed_visits", 50.0, is_good=None)
        assert (adverse([neutral]), good([neutral])) == ([], [])

    def test_stale_figures_are_not_news(self) -> None:
        late = Freshness("s", "S", "", date(2026, 11, 1), None, late=True)
        assert adverse([replace(self.worse, freshness=late)]) == []


class TestCompose:
    bad = moved("beds_closed_rate", 3.0, is_good=False)
    better = moved("cash_position", 2.0, is_good=True)

    def test_one_line_per_kpi_and_three_alerts_at_most(self) -> None:
        names = ["boarders_now", "boarders_now", "bjml_gap", "outlier_rate", "dso_days"]
        found = [alert(f"r{i}", name) for i, name in enumerate(names)]
        lines = compose(found, [], [], ())
        assert [line.kpi for line in lines] == ["boarders_now", "bjml_gap", "outlier_rate"]

    def test_beds_do_not_hide_a_deficit(self) -> None:
        """Two red beds, one red finance, one amber workforce: one per domain, red before amber."""
        beds = [alert("a", "boarders_now"), alert("b", "bjml_gap")]
        money = replace(alert("c", "eprd_variance"), domain=Domain.FINANCE)
        people = replace(alert("d", "vacancy_rate", severity="amber"), domain=Domain.WORKFORCE)
        ordered = one_per_domain_first([*beds, money, people])
        assert [one.rule for one in ordered] == ["a", "c", "b", "d"]

    def test_worst_first_then_changes_then_good_news(self) -> None:
        lines = compose([alert("r", "boarders_now")], [self.better, self.bad], [], ())
        assert [line.kind for line in lines] == ["alert", "change", "good"]

    def test_a_kpi_in_alert_is_not_said_twice(self) -> None:
        lines = compose([alert("r", "beds_closed_rate")], [self.bad], [], ())
        assert [line.kind for line in lines] == ["alert"]

    def test_quiet_days_are_filled_with_steady_tiles(self) -> None:
        tiles = [moved(name, 0.1, is_good=True) for name in ("ed_visits", "boarders_now")]
        assert [line.kind for line in compose([], [], tiles, ())] == ["steady", "steady"]

    def test_never_more_than_six(self) -> None:
        alerts = [alert(f"r{i}", name) for i, name in enumerate(list(KPIS)[:9])]
        changes = [moved(n, 3.0, is_good=False) for n in ("beds_closed_rate", "absence_rate")]
        assert len(compose(alerts, [*changes, self.better], [], ())) == MOST_LINES

    def test_a_change_says_its_days_and_what_it_is_against(self) -> None:
        (line,) = compose([], [self.bad], [], ())
        assert line.text_fr == (
            "Lits fermés\u00a0: 10,0\u00a0% sur 7 jours, +3,0\u00a0pt par rapport à la semaine "
            "précédente."
        )
        assert line.text_en == (
            "Closed beds: 10.0% over 7 days, +3.0\u00a0pt against the week before."
        )
        assert (line.kpi, line.unit, line.window, line.value) == (
            "beds_closed_rate",
            "A",
            WEEK,
            10.0,
        )


class TestBrief:
    """Site A has 12 boarders (red) since the 19th, site B none; 100 ED visits expected tomorrow."""

    @pytest.fixture
    def hospital(self, hospital: Hospital, monkeypatch: pytest.MonkeyPatch) -> Hospital:
        monkeypatch.setenv("COCKPIT_TODAY", "2026-11-22")
        hospital.deliver("""
            boarders_0800 A1 2026-10-01..2026-11-18 2
            boarders_0800 A1 2026-11-19..2026-11-21 12
            boarders_0800 B1 2026-10-01..2026-11-21 1
            ed_visits     A1 2026-10-01..2026-11-21 80
        """)
        expected = Forecast(
            kpi=KpiId("ed_visits"),
            unit=UnitId("A"),
            model="prophet_fr",
            origin=date(2026, 11, 21),
            made_at=datetime(2026, 11, 22, 6, 0),
            history_from=date(2024, 1, 1),
            points=(
                ForecastPoint(date(2026, 11, 22), 70.0, 80.0, 90.0),
                ForecastPoint(date(2026, 11, 23), 88.0, 100.0, 113.0),
            ),
            mape=8.2,
            mape_naive=9.0,
        )
        generation = hospital.publish(forecasts=[expected])
        rules = tuple(rulebook.shipped().values())
        found = evaluate(generation, hospital.scope(), KPIS.values(), TODAY, rules=rules)
        rows = to_table(found.alerts)
        with publish.publishing(hospital.home.generations):
            publish.publish(hospital.home, lambda db: _insert(db, rows))
        return hospital

    def test_strain_is_said_first_and_counted(self, hospital: Hospital) -> None:
        found = brief(hospital.warehouse.generation(), hospital.scope("director_A"))
        assert found.headline_fr == "Établissement sous tension"
        assert found.headline_en == "The hospital is under strain"
        assert dict(found.counts)[Status.RED] == 1
        assert found.status is Status.RED

    def test_the_alert_then_what_comes(self, hospital: Hospital) -> None:
        lines = brief(hospital.warehouse.generation(), hospital.scope("director_A")).lines
        assert (lines[0].kind, lines[0].kpi, lines[0].value) == ("alert", "boarders_now", 12)
        assert lines[-1].text_fr == (
            "À venir · Passages urgences · Site A\u00a0: 100\u00a0passages lundi 23 novembre "
            "(entre 88 et 113)\u00a0; erreur habituelle à 7 jours 8\u00a0%."
        )

    def test_another_site_does_not_see_it(self, hospital: Hospital) -> None:
        found = brief(hospital.warehouse.generation(), hospital.scope("director_B"))
        assert found.headline_fr == "Situation sous contrôle"
        assert {line.unit for line in found.lines} == {"B"}

    def test_a_role_without_beds_sees_no_bed(self, hospital: Hospital) -> None:
        found = brief(hospital.warehouse.generation(), hospital.scope("daf"))
        kpis = {line.kpi for line in found.lines}
        assert "boarders_now" not in kpis

    def test_the_language_is_the_run_s(self, hospital: Hospital) -> None:
        line = brief(hospital.warehouse.generation(), hospital.scope("director_A")).lines[0]
        with i18n.use("en"):
            assert line.text.startswith("Waiting for a bed")
        assert line.text.startswith("En attente de lit")

    def test_every_line_can_be_traced(self, hospital: Hospital) -> None:
        for role in ("director_ght", "director_A", "director_B", "bed_manager"):
            for line in brief(hospital.warehouse.generation(), hospital.scope(role)).lines:
                assert line.kpi in KPIS
                assert line.unit in hospital.units
                assert line.window is not None
                assert line.value is not None


class TestNothingYet:
    def test_an_empty_hospital_says_so(self, hospital: Hospital) -> None:
        found = brief(hospital.publish(), hospital.scope())
        assert found.headline_fr == "Aucun indicateur n'est encore alimenté"
        assert found.lines == ()


def _insert(db: object, rows: object) -> None:
    db.register("new_alerts", rows)  # type: ignore[attr-defined]
    db.execute("INSERT INTO alert BY NAME SELECT * FROM new_alerts")  # type: ignore[attr-defined]
