from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cockpit import state
from cockpit.errors import BadRequest
from cockpit.forecast.whatif.model import Wave, scenario
from cockpit.forecast.whatif.ratios import linked
from cockpit.forecast.whatif.setting import wave_height
from cockpit.settings import Home
from cockpit.state import scenarios
from tests.forecast.whatif.acts import CLOSE

WAVE = Wave(first=date(2026, 12, 1), peak=date(2026, 12, 11), last=date(2026, 12, 31), percent=30)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"beds": 500}, "beds"),
        ({"last": "2026-11-01"}, "dates"),
        ({"last": "2027-12-01"}, "dates"),
        ({"first": "soon"}, "first"),
    ],
)
def test_a_wrong_action_is_refused_with_what_was_expected(
    change: dict[str, Any], field: str
) -> None:
    with pytest.raises(BadRequest) as refused:
        scenario({"name": "x", "actions": [CLOSE | change]})
    assert refused.value.facts["field"] == field


def test_a_wave_rises_to_its_peak_and_falls_on_both_sides() -> None:
    assert wave_height(WAVE, WAVE.peak) == 1
    assert 0 < wave_height(WAVE, WAVE.first) < 0.2
    assert wave_height(WAVE, date(2026, 12, 6)) < wave_height(WAVE, date(2026, 12, 9))
    assert wave_height(WAVE, date(2026, 11, 30)) == 0


def test_a_link_is_the_slope_of_the_months_and_none_when_they_do_not_move_together() -> None:
    absence = np.arange(24.0)
    found = linked(absence, 2 * absence + 5)
    assert found is not None
    assert found.slope == pytest.approx(2)
    assert linked(absence, np.tile([0.0, 3.0, 1.0], 8)) is None
    assert linked(absence[:6], absence[:6]) is None


class TestKept:
    """Scenarios are kept by name; saving again replaces, removing forgets."""

    def one(self, name: str, facts: str = "{}") -> scenarios.KeptScenario:
        return scenarios.KeptScenario(name, datetime(2026, 11, 22, 6), "essai", facts)

    def test_the_same_name_is_replaced_and_the_others_stay(self, tmp_path: Path) -> None:
        engine = state.engine(Home(tmp_path))
        for name, facts in (("a", "{}"), ("b", "{}"), ("a", '{"x": 1}')):
            scenarios.keep(engine, self.one(name, facts))
        assert {one.name: one.facts for one in scenarios.kept(engine)} == {
            "a": '{"x": 1}',
            "b": "{}",
        }

    def test_what_was_removed_is_gone(self, tmp_path: Path) -> None:
        engine = state.engine(Home(tmp_path))
        scenarios.keep(engine, self.one("a"))
        assert scenarios.forget(engine, "a")
        assert not scenarios.forget(engine, "a")
        assert scenarios.kept(engine) == ()
