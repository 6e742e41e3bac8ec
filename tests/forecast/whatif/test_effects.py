from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from cockpit.answers import whatif
from cockpit.answers.visit import Visit, visit
from cockpit.errors import BadRequest, OutOfScope, UnknownUnit
from cockpit.forecast.whatif.effects import evaluate
from cockpit.forecast.whatif.model import Effect, scenario
from tests.forecast.beds.wards import TODAY, UNITS, figures
from tests.forecast.whatif.acts import ABSENCE, CLOSE, MORE_VISITS
from tests.support.hospital import Hospital, table

MONEY = """
    t2a_estimated_eur M1 2025-11-01..2026-11-21 GHS_HC 3400
    absence_days      A  2025-11..2026-10       MO     300
    fte_paid          A  2025-11..2026-10              100
    temp_staff_eur    A  2025-11..2026-10       PM/PH  15000
"""


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hospital]:
    made = Hospital(tmp_path_factory.mktemp("whatif") / "home", UNITS)
    rows = [row for row in table(MONEY) if row.day.isoformat() < TODAY]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COCKPIT_TODAY", TODAY)
        made.given([*figures(days=400), *rows])
        yield made


def effects(
    hospital: Hospital, *actions: dict[str, Any], role: str = "director_ght"
) -> dict[str, Effect]:
    asked = scenario({"name": "essai", "actions": list(actions)})
    answer = evaluate(hospital.warehouse.generation(), hospital.scope(role), asked)
    return {one.id: one for one in answer.effects}


def mid(one: Effect) -> float:
    assert one.mid is not None, one.refused
    return one.mid


class TestEffects:
    """Each line is the difference with the same luck, low <= mid <= high, with its assumptions."""

    def test_closing_beds_fills_the_others_and_the_more_the_worse(self, hospital: Hospital) -> None:
        few = effects(hospital, CLOSE)
        many = effects(hospital, CLOSE | {"beds": -8})
        assert 0 < mid(few["occupancy"]) < mid(many["occupancy"])
        assert mid(few["hosted:M1"]) >= 0

    def test_opening_beds_empties(self, hospital: Hospital) -> None:
        assert mid(effects(hospital, CLOSE | {"beds": 4})["occupancy"]) < 0

    def test_more_visits_bring_more_patients(self, hospital: Hospital) -> None:
        assert mid(effects(hospital, MORE_VISITS)["occupancy"]) > 0

    def test_every_figure_has_its_range_and_says_what_it_assumes(self, hospital: Hospital) -> None:
        for one in effects(hospital, CLOSE, MORE_VISITS, ABSENCE).values():
            if one.refused:
                assert one.mid is None
                continue
            assert one.low is not None
            assert one.high is not None
            assert one.low <= mid(one) <= one.high
            assert one.assumptions

    def test_the_same_question_has_the_same_answer(self, hospital: Hospital) -> None:
        assert effects(hospital, CLOSE) == effects(hospital, CLOSE)

    def test_revenue_follows_the_ratio_of_the_hospital(self, hospital: Hospital) -> None:
        """3 400 EUR a day for about 17 patients: about 200 EUR per occupied bed-day."""
        one = effects(hospital, CLOSE | {"beds": -10})["t2a"]
        assert mid(one) < 0
        said = one.assumptions[0]
        euros = int("".join(c for c in said.split("€")[0] if c.isdigit()))
        assert 160 < euros < 260

    def test_absence_costs_what_a_day_of_absence_has_cost(self, hospital: Hospital) -> None:
        """1 point of 100 FTE over 20 days is 20 days; 15 000 / 300 = 50 EUR each: 1 000 EUR."""
        assert mid(effects(hospital, ABSENCE)["interim"]) == pytest.approx(1000)

    def test_what_the_data_do_not_say_is_refused_with_a_sentence(self, hospital: Hospital) -> None:
        found = effects(hospital, CLOSE, MORE_VISITS, ABSENCE)
        for name, word in (
            ("boarders", "lien net"),
            ("visits", "non transmis"),
            ("absence_beds", "aucun lien net"),
        ):
            assert found[name].mid is None
            assert word in found[name].refused


class TestWhoAsks:
    def test_a_role_without_finance_sees_no_euro(self, hospital: Hospital) -> None:
        found = effects(hospital, CLOSE, ABSENCE, role="bed_manager")
        assert found["t2a"].refused
        assert found["interim"].refused
        assert found["occupancy"].mid is not None

    def test_a_role_without_beds_or_another_unit_is_refused(self, hospital: Hospital) -> None:
        with pytest.raises(OutOfScope):
            effects(hospital, CLOSE, role="daf")
        with pytest.raises(UnknownUnit):
            effects(hospital, CLOSE | {"unit": "Z"})

    def test_days_that_have_passed_are_refused(self, hospital: Hospital) -> None:
        with pytest.raises(BadRequest):
            effects(hospital, CLOSE | {"first": "2026-11-01"})


class TestKeptAndCompared:
    def who(self, hospital: Hospital, role: str = "director_ght") -> Visit:
        return visit(hospital.warehouse, {"as": role})

    def test_a_kept_scenario_is_played_again_by_its_name(self, hospital: Hospital) -> None:
        who = self.who(hospital)
        for name, act in (("fermer", CLOSE), ("plus", MORE_VISITS)):
            whatif.save(who, scenario({"name": name, "actions": [act]}), "essai")
        both = whatif.compare(who, ["fermer", "plus"])
        assert [one["name"] for one in both] == ["fermer", "plus"]
        whatif.remove(who, "plus")
        assert [one.name for one in whatif.listed(who)] == ["fermer"]

    def test_an_unknown_name_is_refused(self, hospital: Hospital) -> None:
        with pytest.raises(BadRequest):
            whatif.compare(self.who(hospital), ["inconnu"])
