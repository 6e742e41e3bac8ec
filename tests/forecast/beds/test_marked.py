"""Beds and scenarios follow the calendar of the fits: what the hospital marked counts there too."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from cockpit.forecast.beds.calendars import ADMISSIONS, CENSUS, calendars
from cockpit.forecast.beds.outlook import make_outlooks
from cockpit.forecast.beds.plain import predict
from cockpit.forecast.calendar_fr import Event, FrenchCalendar
from cockpit.forecast.whatif.model import scenario
from cockpit.forecast.whatif.setting import setting
from cockpit.kpi.model import UnitId
from tests.forecast.beds.wards import LAST, TODAY, UNITS, figures
from tests.forecast.whatif.acts import MORE_VISITS
from tests.support.hospital import Hospital, Row

STRIKE = (LAST - timedelta(days=20), LAST - timedelta(days=7))
MARKED = f"""
[[event]]
first = {STRIKE[0]}
last = {STRIKE[1]}
label = "Grève"
use = "exclude"
unit = "M1"
kpi = "inpatients"
"""


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COCKPIT_TODAY", TODAY)


def struck(row: Row) -> Row:
    """Nobody enters or leaves medicine during the strike, whose two weeks keep three patients."""
    if row.unit != "M1" or not STRIKE[0] <= row.day <= STRIKE[1]:
        return row
    known = {"patients_midnight": 3.0, "patients_0800": 3.0, "bed_exits": 0.0}
    return row._replace(value=known.get(row.measure, row.value))


def hospital(folder: Path, events: str) -> Hospital:
    made = Hospital(folder, UNITS)
    made.given([struck(row) for row in figures(days=150)])
    (made.home.root / "events.toml").write_text(events, "utf-8")
    return made


@pytest.fixture
def plain(tmp_path: Path) -> Hospital:
    return hospital(tmp_path / "plain", "")


@pytest.fixture
def marked(tmp_path: Path) -> Hospital:
    return hospital(tmp_path / "marked", MARKED)


def test_excluded_days_teach_nothing_and_the_days_after_them_keep_their_dates() -> None:
    """10 patients on Mondays, 11 on Tuesdays ... 16 on Sundays; none on the four last days, of a
    strike: Monday is 10 again without them."""
    values = np.array([10.0 + day % 7 for day in range(63)])
    first = date(2026, 1, 5)
    struck_last = np.where(np.arange(63) < 59, values, 0.0)
    strike = Event(first + timedelta(days=59), first + timedelta(days=62), "Grève", "exclude")
    made = predict(first, struck_last, 7, FrenchCalendar(events=(strike,)))
    assert made == pytest.approx([10, 11, 12, 13, 14, 15, 16])
    without = predict(first, struck_last, 7, FrenchCalendar())
    assert without is not None
    assert without[3] < 13


def test_an_event_holds_for_its_ward_and_its_kpi_alone(marked: Hospital) -> None:
    found = calendars(marked.warehouse.generation(), marked.home.installation)
    assert [event.label for event in found.of(CENSUS, UnitId("M1")).events] == ["Grève"]
    assert found.of(CENSUS, UnitId("C1")).events == ()
    assert found.of(ADMISSIONS, UnitId("M1")).events == ()
    assert found.admissions.events == ()


def test_a_marked_strike_does_not_lower_the_beds_expected(
    plain: Hospital, marked: Hospital
) -> None:
    expected = {
        name: next(
            one
            for one in make_outlooks(made.warehouse.generation(), made.home.installation)
            if one.unit == "M1"
        )
        for name, made in (("plain", plain), ("marked", marked))
    }
    week = {name: one.at("18:00")[6].occupied for name, one in expected.items()}
    entries = {name: one.at("18:00")[6].planned or 0.0 for name, one in expected.items()}
    assert week["marked"] > week["plain"]
    assert entries["marked"] > entries["plain"] > 0


def test_a_scenario_is_played_on_the_habits_without_the_strike(
    plain: Hospital, marked: Hospital
) -> None:
    asked = scenario({"name": "essai", "actions": [MORE_VISITS]})
    planned = {}
    for name, made in (("plain", plain), ("marked", marked)):
        found = setting(made.warehouse.generation(), made.scope(), asked)
        assert found is not None
        (medicine,) = [pool for pool in found.pools if pool.discipline == "MED"]
        planned[name] = float(medicine.planned.sum())
    assert planned["marked"] > planned["plain"] * 1.1
