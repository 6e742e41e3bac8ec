"""The events that the hospital marks, from the file to the calendar of a series."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from cockpit import state
from cockpit.access.scope import Scope
from cockpit.administer import events as editor
from cockpit.errors import BadEvents, BadRequest, UnknownKpi, UnknownUnit
from cockpit.forecast import combination, events
from cockpit.forecast.calendar_fr import Event, FrenchCalendar
from cockpit.forecast.choose import Series
from cockpit.forecast.history import History
from cockpit.kpi.catalogue import KPIS
from cockpit.kpi.model import Domain, UnitId
from cockpit.settings import Home
from tests.support.hospital import Hospital, kpi

VISITS, OCCUPANCY = kpi("ed_visits"), kpi("bed_occupancy_rate")
FILE = """# marked by the bed manager
[[event]]
first = 2026-03-02
last = 2026-03-06
label = "Grève"
use = "exclude"

[[event]]
first = 2026-09-01
last = 2026-12-31
label = "Ouverture de l'UHCD"
unit = "A"
kpi = "ed_visits"
use = "effect"
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path).prepare()
    made.structure.write_text("unit;parent;level;label\nA;;group;A\n", "utf-8")
    (tmp_path / "events.toml").write_text(FILE, "utf-8")
    return made


class TestFile:
    def test_an_event_concerns_its_unit_what_is_below_and_its_kpi(
        self, home: Home, hospital: Hospital
    ) -> None:
        """The strike is everyone's; the opening is told to the visits of A and of A1 below it."""
        units = hospital.given("ed_visits A1 2026-01-01 - 1").units
        found = events.load(home.root)
        strike = Event(date(2026, 3, 2), date(2026, 3, 6), "Grève", "exclude")
        for series, count in (
            (Series(VISITS, UnitId("A")), 2),
            (Series(VISITS, UnitId("A1")), 2),
            (Series(VISITS, UnitId("GHT")), 1),
            (Series(OCCUPANCY, UnitId("A")), 1),
        ):
            made = found.of(series, units)
            assert (made[0], len(made)) == (strike, count)

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("[[event]]\nfirst = 2026-03-02", "last"),
            (FILE.replace("2026-03-06", "2026-03-01"), "événement n° 1"),
            (FILE.replace('"effect"', '"maybe"'), "événement n° 2"),
            (FILE.replace("Grève", "x_delim_y"), "souligné"),
            (FILE + 'color = "red"\n', "first, last, label"),
            ("[event]\nfirst = 2026-03-02", "[[event]]"),
            ("[[event", "TOML"),
        ],
    )
    def test_a_faulty_file_is_told_and_forecasts_go_on_without_events(
        self, home: Home, text: str, said: str
    ) -> None:
        (home.root / "events.toml").write_text(text, "utf-8")
        found = events.load(home.root)
        assert found.marked == ()
        assert said in found.problem
        assert "sans aucun événement" in found.problem
        with pytest.raises(BadEvents):
            events.read(home.root)

    def test_no_file_is_no_event(self, tmp_path: Path) -> None:
        assert events.load(tmp_path) == events.Events()


class TestWhoDecides:
    """G holds the sites A (A1 below it) and B; who sees all the series of an event decides."""

    def decided(self, hospital: Hospital, scope: Scope) -> list[bool]:
        units = hospital.given("ed_visits A1 2026-01-01 - 1").units
        marks: list[dict[str, str]] = [{}, {"unit": "A"}, {"unit": "B"}, {"kpi": "ed_visits"}]
        days = {"first": date(2026, 3, 2), "last": date(2026, 3, 2), "label": "Grève"}
        made = [events.given(days | {"use": "exclude"} | more) for more in marks]
        seen = [events.concerns(one, scope, units, KPIS) for one in made]
        mine = [events.decides(one, scope, units, KPIS) for one in made]
        assert all(sees or not decides for sees, decides in zip(seen, mine, strict=True))
        return [*seen, *mine]

    def test_a_site_sees_what_weighs_on_it_and_decides_of_itself_only(
        self, hospital: Hospital
    ) -> None:
        site = Scope("site", "", "", (UnitId("A"),), frozenset(Domain))
        assert self.decided(hospital, site) == [
            *(True, True, False, True),
            *(False, True, False, False),
        ]

    def test_a_role_decides_of_its_own_families_only(self, hospital: Hospital) -> None:
        top = (UnitId("G"),)
        family = Scope("role", "", "", top, frozenset({VISITS.domain}))
        assert self.decided(hospital, family)[4:] == [False, False, False, True]
        everyone = Scope("director_ght", "", "", top, frozenset(Domain))
        assert all(self.decided(hospital, everyone))


class TestEditing:
    given = {"first": date(2026, 5, 1), "last": date(2026, 5, 2), "label": "Panne"}

    def test_an_event_is_added_and_removed_with_the_rest_of_the_file_kept(self, home: Home) -> None:
        editor.add(home, self.given | {"use": "exclude"}, "test")
        text = (home.root / "events.toml").read_text("utf-8")
        assert text.startswith(FILE)
        assert [one.label for one in events.read(home.root)][2] == "Panne"
        assert editor.remove(home, 1, "test").label == "Grève"
        labels = [one.label for one in events.read(home.root)]
        assert labels == ["Ouverture de l'UHCD", "Panne"]

    def test_the_first_event_makes_the_file_and_the_last_one_empties_it(self, home: Home) -> None:
        (home.root / "events.toml").unlink()
        editor.add(home, self.given | {"use": "effect"}, "test")
        assert len(events.read(home.root)) == 1
        editor.remove(home, 1, "test")
        assert events.read(home.root) == ()

    @pytest.mark.parametrize(
        ("more", "error"),
        [
            ({"use": "effect", "unit": "Z"}, UnknownUnit),
            ({"use": "effect", "kpi": "nothing"}, UnknownKpi),
            ({"use": "maybe"}, BadRequest),
            ({"use": "effect", "label": ""}, BadRequest),
            ({"use": "effect", "last": None}, BadRequest),
        ],
    )
    def test_what_does_not_exist_is_not_marked(
        self, home: Home, more: dict[str, object], error: type[Exception]
    ) -> None:
        with pytest.raises(error):
            editor.add(home, self.given | more, "test")
        assert (home.root / "events.toml").read_text("utf-8") == FILE

    def test_the_audit_says_which_event_and_who(self, home: Home) -> None:
        editor.add(home, self.given | {"use": "exclude", "unit": "A"}, "Dr Martin")
        editor.remove(home, 1, "Mme Roy")
        taken, added = state.audit_lines(state.engine(home))[:2]
        assert (added.who, taken.who) == ("Dr Martin", "Mme Roy")
        assert added.sentence == "Événement ajouté : Panne, 2026-05-01 – 2026-05-02 (A)."
        assert taken.sentence == "Événement retiré : Grève, 2026-03-02 – 2026-03-06."

    def test_the_same_event_is_not_marked_twice(self, home: Home) -> None:
        editor.add(home, self.given | {"use": "exclude"}, "test")
        with pytest.raises(BadRequest):
            editor.add(home, self.given | {"use": "exclude"}, "test")

    def test_another_event_is_never_taken_in_place_of_the_one_that_was_seen(
        self, home: Home
    ) -> None:
        strike, opening = events.read(home.root)
        editor.remove(home, 1, "test")
        with pytest.raises(BadRequest):
            editor.remove(home, 1, "test", seen=strike)
        assert events.read(home.root) == (opening,)

    def test_a_number_that_no_event_has_is_refused(self, home: Home) -> None:
        with pytest.raises(BadRequest):
            editor.remove(home, 3, "test")


class TestCalendar:
    """100 a day; on ten Mondays marked « Salon », 160; five days of breakdown at 10."""

    days = 300
    values = 100 + np.random.default_rng(3).normal(0, 2, days)
    first = date(2025, 1, 6)

    def at(self, place: int) -> date:
        return date.fromordinal(self.first.toordinal() + place)

    def test_an_effect_is_expected_again_on_the_days_to_come(self) -> None:
        values, places = self.values.copy(), range(20, 300, 28)
        marked = [Event(self.at(p), self.at(p), "Salon", "effect") for p in (*places, 303)]
        values[list(places)] = 160
        said = combination.MODELS["calreg"](
            History(self.first, values), 7, calendar=FrenchCalendar(events=tuple(marked))
        )
        assert said.mean[3] == pytest.approx(150, abs=15)
        assert said.parts["event"][3] > 30
        assert np.delete(said.mean, 3) == pytest.approx([100] * 6, abs=5)

    def test_an_excluded_week_teaches_nothing(self) -> None:
        values = self.values.copy()
        values[-5:] = 10
        strike = Event(self.at(295), self.at(299), "Panne", "exclude")
        said = combination.predict(
            History(self.first, values),
            7,
            calendar=FrenchCalendar(events=(strike,)),
            members=("calreg",),
        )["mean"]
        assert said.mean == pytest.approx([100] * 7, abs=5)
