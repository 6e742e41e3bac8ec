from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from cockpit.errors import OutOfScope, UnknownUnit
from cockpit.forecast.beds import store
from cockpit.forecast.beds.model import Outlook
from cockpit.forecast.beds.outlook import make_outlooks
from cockpit.kpi.model import UnitId
from cockpit.warehouse import publish, update
from tests.forecast.beds.wards import LAST, TODAY, UNITS, figures
from tests.support.hospital import Hospital, Row


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COCKPIT_TODAY", TODAY)


def outlooks(folder: Path, rows: list[Row]) -> dict[str, Outlook]:
    hospital = Hospital(folder, UNITS)
    made = make_outlooks(hospital.given(rows), hospital.home.installation)
    return {one.unit: one for one in made}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outlook]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COCKPIT_TODAY", TODAY)
        return outlooks(tmp_path_factory.mktemp("beds") / "home", figures())


def test_each_ward_and_each_unit_above_has_fourteen_days_at_two_hours(
    told: dict[str, Outlook],
) -> None:
    assert set(told) == {"G", "A", "M1", "C1"}
    for one in told.values():
        assert not one.refused
        assert [day.day for day in one.at("08:00")] == [
            LAST + timedelta(days=1 + step) for step in range(14)
        ]


def test_a_unit_above_is_the_sum_of_its_wards(told: dict[str, Outlook]) -> None:
    parts = zip(told["M1"].days, told["C1"].days, told["A"].days, strict=True)
    for medicine, surgery, site in parts:
        assert site.occupied == pytest.approx(medicine.occupied + surgery.occupied)


def test_each_ward_keeps_the_method_that_erred_least_and_says_all_errors(
    told: dict[str, Outlook],
) -> None:
    for unit in ("M1", "C1"):
        one = told[unit]
        errors = {"flow": one.error_flow, "plain": one.error_plain, "mean": one.error_mean}
        assert all(error is not None for error in errors.values())
        best = min(error for error in errors.values() if error is not None)
        kept = errors[one.choice]
        assert kept is not None
        assert kept <= best * 1.03


def test_nothing_goes_beyond_what_can_be_filled(told: dict[str, Outlook]) -> None:
    for one in told.values():
        for day in one.days:
            assert 0 <= day.low95 <= day.low80 <= day.low50
            assert day.high50 <= day.high80 <= day.high95 <= day.cap
            assert day.p_tense is not None
            assert 0 < day.p_tense < 1


@pytest.mark.slow
def test_later_data_change_nothing_to_what_was_told(
    tmp_path: Path, told: dict[str, Outlook]
) -> None:
    later = outlooks(tmp_path / "later", figures(LAST + timedelta(days=20)))
    assert {unit: one.days for unit, one in later.items()} == {
        unit: one.days for unit, one in told.items()
    }


def test_without_exits_only_the_occupancy_is_forecast(tmp_path: Path) -> None:
    one = outlooks(tmp_path / "home", figures(days=150, leave_out=("bed_exits",)))["M1"]
    assert one.choice == "plain"
    assert one.days[0].exits is None
    assert "Sorties non transmises" in one.note


def test_a_census_that_stopped_is_refused_never_a_fall(tmp_path: Path) -> None:
    one = outlooks(tmp_path / "home", figures(LAST - timedelta(days=5)))["G"]
    assert one.days == ()
    assert "plus de 3 jours" in one.refused


def test_a_short_history_is_refused(tmp_path: Path) -> None:
    one = outlooks(tmp_path / "home", figures(days=60))["M1"]
    assert one.days == ()
    assert "trop court" in one.refused


class TestStored:
    """What was published at an origin stays, whatever is forecast again for it."""

    @pytest.fixture
    def hospital(self, tmp_path: Path, told: dict[str, Outlook]) -> Hospital:
        hospital = Hospital(tmp_path / "home", UNITS)
        hospital.given("patients_midnight M1 2026-11-21 10")
        self.add(hospital, told["M1"])
        return hospital

    @staticmethod
    def add(hospital: Hospital, one: Outlook) -> None:
        tables = store.to_tables([one])
        with publish.publishing(hospital.home.generations):
            publish.publish(
                hospital.home,
                lambda connection: (
                    [update._add_new(connection, name, rows) for name, rows in tables.items()]
                    and None
                ),
            )

    def test_it_comes_back_as_it_was_made(
        self, hospital: Hospital, told: dict[str, Outlook]
    ) -> None:
        generation, scope = hospital.warehouse.generation(), hospital.scope()
        assert store.latest(generation, scope, UnitId("M1")) == told["M1"]
        assert store.latest(generation, scope, UnitId("A")) is None

    def test_a_second_outlook_of_the_same_origin_does_not_replace_it(
        self, hospital: Hospital, told: dict[str, Outlook]
    ) -> None:
        changed = Outlook(**{n: getattr(told["C1"], n) for n in Outlook.__slots__} | {"unit": "M1"})
        self.add(hospital, changed)
        generation, scope = hospital.warehouse.generation(), hospital.scope()
        assert store.past(generation, scope, UnitId("M1"), LAST) == told["M1"]
        assert store.past(generation, scope, UnitId("M1"), date(2026, 1, 1)) is None

    def test_another_role_or_an_unknown_unit_is_refused(self, hospital: Hospital) -> None:
        generation = hospital.warehouse.generation()
        with pytest.raises(OutOfScope):
            store.latest(generation, hospital.scope("daf"), UnitId("M1"))
        with pytest.raises(UnknownUnit):
            store.latest(generation, hospital.scope(), UnitId("Z"))
