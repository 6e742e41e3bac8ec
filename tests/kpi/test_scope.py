"""A site's director gets the numbers of the site, and nothing that another site could move."""

from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.access.scope import Scope
from cockpit.errors import OutOfScope, UnknownUnit
from cockpit.kpi.catalogue import KPIS
from cockpit.kpi.model import Domain, UnitId
from cockpit.kpi.units import Unit, UnitTree
from cockpit.series.model import Period
from cockpit.series.trend import trend, trends
from tests.kpi.worked import FIGURES
from tests.support.hospital import Hospital, Row, kpi, table
from tests.support.reading import parts, rows, value


class TestDoor:
    """A is not B's: the answer is the one of a unit that does not exist."""

    @pytest.mark.parametrize("unit", ["G", "B", "B1", "nulle-part", ""])
    def test_a_site_director_asks_for_another_unit(self, hospital: Hospital, unit: str) -> None:
        generation = hospital.given("births A1 2026-03-01 1\nbirths B1 2026-03-01 2")
        with pytest.raises(UnknownUnit):
            value(hospital, generation, "births", "2026-03", unit=unit, role="director_A")

    def test_no_unit_means_the_units_of_the_scope(self, hospital: Hospital) -> None:
        generation = hospital.given("births A1 2026-03-01 1\nbirths B1 2026-03-01 2")
        asked = {"when": "2026-03", "unit": None}
        assert value(hospital, generation, "births", **asked) == 3
        assert value(hospital, generation, "births", **asked, role="director_A") == 1
        assert parts(hospital, generation, "births", **asked, role="director_A", by="unit") == {
            "P": 1
        }

    def test_a_domain_that_the_role_does_not_see_is_refused(self, hospital: Hospital) -> None:
        generation = hospital.given("fte_paid A1 2026-03 PNM/IDE 1")
        with pytest.raises(OutOfScope):
            value(hospital, generation, "fte_paid", "2026-03", role="bed_manager")
        with pytest.raises(OutOfScope):
            value(hospital, generation, "fte_paid", "2026-05..2026-04", role="bed_manager")


SPLIT = ("absence_rate", "beds_open", "bjml", "caf_rate", "ed_visits", "eprd_variance", "fte_paid",
         "t2a_gap_to_target", "turnover_rate")  # fmt: skip
LATER_AT_B = """
fte_paid     B1 2026-03 PNM/IDE 7
absence_days B1 2026-03 MO 9
revenue_eur  B1 2026-03 1/73 400
expense_eur  B1 2026-03 1/641 300
ed_visits    B1 2026-03-01 75+ 90
beds_open    B1 2026-03-01 9
headcount    B1 2025-02 TITULAIRE 12
"""


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    at_a = [row for row in table(FIGURES) if not row.unit.startswith("B")]
    at_b = [row for row in table(FIGURES) if row.unit.startswith("B")]
    moved = [row._replace(value=3 * row.value + 7) for row in at_b]
    given = {
        "as worked": at_a + at_b,
        "other numbers": at_a + moved,
        "B ahead": at_a + at_b + table(LATER_AT_B),
        "A alone": at_a,
    }
    return {
        name: _answers(tmp_path_factory.mktemp("hospital"), figures)
        for name, figures in given.items()
    }


@pytest.mark.parametrize("case", ["other numbers", "B ahead", "A alone"])
def test_no_answer_of_a_moves_with_what_b_sent(
    answers: dict[str, dict[str, str]], case: str
) -> None:
    expected = answers["as worked"]
    moved = {
        name: (expected[name], got) for name, got in answers[case].items() if got != expected[name]
    }
    assert not moved


def _answers(folder: Path, figures: list[Row]) -> dict[str, str]:
    """What A's director can read, as text, by question."""
    hospital = Hospital(folder)
    generation, scope = hospital.given(figures), hospital.scope("director_A")
    found = {}
    for period in Period:
        for seen in trends(generation, scope, tuple(KPIS.values()), None, period):
            facts = (seen.value, seen.window, seen.previous, seen.last_year, seen.spark)
            found[f"{seen.kpi.id} {period}"] = repr((*facts, seen.partial, seen.status))
    for name in SPLIT:
        asked = {"by": "unit", "unit": "A", "role": "director_A", "grain": "quarter"}
        found[f"{name} by unit"] = rows(
            hospital, generation, name, "2025-10..2026-03", **asked
        ).to_csv()
    return found


class TestSeveralRoots:
    """A hospital without group: two establishments side by side."""

    UNITS = UnitTree(
        (
            Unit(UnitId("A"), None, "establishment", "A"),
            Unit(UnitId("A1"), UnitId("A"), "uf", "A1"),
            Unit(UnitId("B"), None, "establishment", "B"),
        )
    )

    @pytest.fixture
    def hospital(self, tmp_path: Path) -> Hospital:
        return Hospital(tmp_path, units=self.UNITS)

    def test_the_whole_scope_sums_all_roots(self, hospital: Hospital) -> None:
        generation = hospital.given(
            """
            births A1 2026-03-01 1
            births B  2026-03-01 2
            births B  2026-03-02 4
            fte_paid A1 2026-02 PNM/IDE 10
            fte_paid B  2026-01..2026-02 PNM/IDE 6
            """
        )
        asked = {"unit": None}
        assert value(hospital, generation, "births", "2026-03", **asked) == 7
        assert value(hospital, generation, "fte_paid", "2026-01", grain="year", **asked) == 11
        split = parts(hospital, generation, "fte_paid", "2026-01", grain="year", by="unit", **asked)
        assert split == {"A1": 5, "B": 6}

    def test_a_root_that_did_not_report_is_missed(self, hospital: Hospital) -> None:
        generation = hospital.given(
            """
            ed_visits A1 2026-02-01..2026-03-20 75+ 5
            ed_visits B  2026-02-01..2026-03-19 75+ 4
            ed_visits B  2026-02-01..2026-03-19 0-17 2
            """
        )
        found = rows(
            hospital, generation, "ed_visits", "2026-03-19..2026-03-20", grain="day", unit=None
        )
        assert found["value"].tolist() == [11, 5]
        assert found["status"].tolist() == ["consolidated", "partial"]

    def test_tension_is_the_worst_of_all_roots(self, hospital: Hospital) -> None:
        from tests.kpi.worked_special import tense_friday

        swapped = tense_friday().replace(" A1 ", " B ").replace(" B1 ", " A1 ")
        generation = hospital.given(swapped)
        day = {"when": "2026-11-20", "grain": "day"}
        assert value(hospital, generation, "het_tension_index", unit="A", **day) == 0
        assert value(hospital, generation, "het_tension_index", unit="B", **day) == 3
        assert value(hospital, generation, "het_tension_index", unit=None, **day) == 3

    def test_a_landing_of_one_root_is_not_the_landing_of_all(self, hospital: Hospital) -> None:
        from dataclasses import replace
        from datetime import date

        from tests.kpi.worked_special import made

        hospital.deliver("revenue_eur A1 2026-01 1/73 3")
        landing = replace(made("year_end_landing", date(2026, 1, 31), -2.0), unit=UnitId("A"))
        generation = hospital.publish(forecasts=[landing])
        assert value(hospital, generation, "year_end_landing", "2026-01", unit="A") == -2
        assert value(hospital, generation, "year_end_landing", "2026-01", unit=None) is None


def test_two_roles_never_share_a_kept_answer(hospital: Hospital) -> None:
    generation = hospital.given("births A1 2026-03-01 1\nbirths B1 2026-03-01 2")
    whole, site = hospital.scope(), hospital.scope("director_A")
    seen = [trend(generation, one, kpi("births"), None, Period.DAY).value for one in (whole, site)]
    assert seen == [3, 1]


def test_a_scope_without_workforce_cannot_read_it_among_others(hospital: Hospital) -> None:
    generation = hospital.given("births A1 2026-03-01 1")
    beds = Scope("x", "x", "x", (UnitId("A"),), frozenset({Domain.ACTIVITY}))
    with pytest.raises(OutOfScope):
        trends(generation, beds, [kpi("births"), kpi("fte_paid")], None, Period.DAY)
