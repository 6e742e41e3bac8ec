"""HET as Occitanie and as Grand Est read the same Friday (`worked_special.tense_friday`)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cockpit.access.scope import Scope
from cockpit.errors import OutOfScope, UnknownUnit
from cockpit.kpi.compute import series
from cockpit.kpi.installed import kpis_of
from cockpit.kpi.model import Grain, KpiId, Threshold, UnitId
from cockpit.kpi.tension_day import Indicator, indicators
from cockpit.kpi.tension_setting import setting_of
from cockpit.warehouse.attach import Generation
from tests.kpi.worked_special import FRIDAY, tense_friday
from tests.support.hospital import Hospital

A = UnitId("A")
GRAND_EST = """
[tension]
variant = "grand_est"
[tension.levels.HET2]
orange = 120
red = 140
[tension.sites.A.HET6]
orange = 20
red = 22
[tension.sites.B.HET6]
orange = 5
red = 9
"""


@pytest.fixture
def tense(hospital: Hospital) -> Generation:
    return hospital.given(tense_friday())


def setting(hospital: Hospital, text: str) -> None:
    (hospital.root / "alerts.toml").write_text(text, "utf-8")


def six(hospital: Hospital, generation: Generation, scope: Scope | None = None) -> list[Indicator]:
    return list(indicators(generation, scope or hospital.scope(), A, FRIDAY))


class TestOccitanie:
    """Visits 131 (3.04 deviations), present 53 (3.19), admissions 30 % (3.92), 75+ 25 (2.45).

    No bed was counted and A admitted nobody with a known duration: HET1 and HET3 are unknown.
    """

    def test_the_sheet_shows_the_six_levels(self, hospital: Hospital, tense: Generation) -> None:
        found = six(hospital, tense)
        assert [(one.id, one.value, one.level, one.in_tension) for one in found] == [
            ("HET1", None, None, False),
            ("HET2", 131, 3, True),
            ("HET3", None, None, False),
            ("HET4", pytest.approx(30), 3, True),
            ("HET5", 53, 3, True),
            ("HET6", 25, 2, False),
        ]

    @pytest.mark.parametrize(("beds", "level"), [(8, 4), (40, 0)])
    def test_few_beds_are_tension_and_many_are_not(
        self, hospital: Hospital, beds: int, level: int
    ) -> None:
        """Fridays of 20 and 24 beds: mean 22, deviation 2.04; 8 is 6.9 deviations below."""
        past = [FRIDAY - timedelta(days=7 * back) for back in range(1, 27)]
        lines = [f"beds_available_0800 A1 {day} MED {20 + 4 * (day.toordinal() % 2)}"
                 for day in past]  # fmt: skip
        generation = hospital.given(
            "\n".join([*lines, f"beds_available_0800 A1 {FRIDAY} MED {beds}"])
        )
        one = six(hospital, generation)[0]
        assert (one.value, one.level, one.in_tension) == (beds, level, level == 4)

    def test_a_unit_outside_the_scope_is_unknown(
        self, hospital: Hospital, tense: Generation
    ) -> None:
        with pytest.raises(UnknownUnit):
            six(hospital, tense, hospital.scope("director_B"))

    def test_every_role_of_activity_sees_it_and_no_other(
        self, hospital: Hospital, tense: Generation
    ) -> None:
        blind = Scope("x", "", "", (UnitId("G"),), frozenset())
        with pytest.raises(OutOfScope):
            six(hospital, tense, blind)


class TestGrandEst:
    """Visits: orange 120, red 140, so 131 is 1 + 11/20 = 1.55. 75+ at A: orange 20, red 22, so 25
    would be 3.5 and is held at 3. The others, at two and three deviations of their past:
    present 53 against 40 + 4.08 x (2, 3) is 3.19 - 1 = 2.19; 30 % against 22 + 2.04 x (2, 3)
    is 3.92 - 1 = 2.92. Sum: 1.55 + 3 + 2.19 + 2.92 = 9.66; red from 6.
    """

    def test_a_level_is_a_straight_line_through_its_thresholds(
        self, hospital: Hospital, tense: Generation
    ) -> None:
        setting(hospital, GRAND_EST)
        levels = {one.id: one.level for one in six(hospital, tense)}
        assert levels == {
            "HET1": None,
            "HET2": pytest.approx(1.55),
            "HET3": None,
            "HET4": pytest.approx(2.92, abs=0.01),
            "HET5": pytest.approx(2.19, abs=0.01),
            "HET6": 3,
        }

    def test_the_index_is_the_sum_and_its_levels_are_the_radar_s(
        self, hospital: Hospital, tense: Generation
    ) -> None:
        setting(hospital, GRAND_EST)
        het = kpis_of(hospital.home.kpis)[KpiId("het_tension_index")]
        assert (het.unit, het.threshold) == ("/18", Threshold(amber=3, red=6))
        found = series(tense, hospital.scope(), het, A, start=FRIDAY, end=FRIDAY, grain=Grain.DAY)
        assert found["value"].tolist() == [pytest.approx(9.66, abs=0.02)]

    def test_beds_are_read_downwards_and_a_calm_value_is_at_zero(self, hospital: Hospital) -> None:
        """9 beds for a need of 5: 4 to spare, half way from 6 (orange) to 2 (red). 90 visits are
        calm: orange 120, red 140 would be -0.5."""
        generation = hospital.given("""
            ed_admissions       A1 2025-11-17..2025-11-23 MED 5
            beds_available_0800 A1 2026-11-20 MED 9
            ed_visits           A1 2026-11-20 18-74 90
        """)
        setting(hospital, GRAND_EST + "[tension.levels.HET1]\norange = 6\nred = 2\n")
        beds, visits = six(hospital, generation)[:2]
        assert (beds.value, beds.level, visits.level) == (4, 1.5, 0)

    def test_without_a_setting_it_is_occitanie(self, hospital: Hospital, tense: Generation) -> None:
        het = kpis_of(hospital.home.kpis)[KpiId("het_tension_index")]
        assert (het.unit, het.kind) == ("/6", "het")

    def test_a_faulty_setting_leaves_the_last_good_one(self, hospital: Hospital) -> None:
        setting(hospital, GRAND_EST)
        assert setting_of(hospital.root).variant == "grand_est"
        for wrong in ('[tension]\nvariant = "ailleurs"\n', "pas du toml"):
            setting(hospital, wrong)
            assert setting_of(hospital.root).variant == "grand_est"
