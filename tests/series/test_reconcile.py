"""Two systems that count the same thing: the gap of each month, by hand."""

from __future__ import annotations

from datetime import date

import pytest

from cockpit.errors import BadKpiFile, OutOfScope
from cockpit.kpi.model import Domain
from cockpit.series import reconcile
from tests.support.hospital import Hospital

BEDS = next(one for one in reconcile.BUILT_IN if one.id == "beds_open")


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COCKPIT_TODAY", "2026-03-10")


def test_a_month_is_within_or_beyond_its_tolerance(hospital: Hospital) -> None:
    generation = hospital.given(
        """
        beds_open      A1 2026-01-01..2026-02-28 10
        beds_open_0800 A1 2026-01-01..2026-01-31 10
        beds_open_0800 A1 2026-02-01..2026-02-27 10
        beds_open_0800 A1 2026-02-28             3
        beds_open      B1 2026-02-01..2026-02-28 4
        """
    )
    february, january = reconcile.gaps(generation, hospital.scope(), BEDS)
    assert (january.unit, january.month, january.gap, january.within) == (
        "A",
        date(2026, 1, 1),
        0,
        True,
    )
    assert (february.left, february.right, february.gap) == (280, 273, 7)
    assert february.gap_pct == pytest.approx(100 * 7 / 273)
    assert not february.within  # 2.6 % for a tolerance of 1 %; site B has one side only


def test_another_site_and_a_hidden_domain_are_not_shown(hospital: Hospital) -> None:
    generation = hospital.given(
        """
        beds_open      A1 2026-01-01..2026-01-31 10
        beds_open_0800 A1 2026-01-01..2026-01-31 10
        """
    )
    assert reconcile.gaps(generation, hospital.scope("director_B"), BEDS) == ()
    with pytest.raises(OutOfScope):
        reconcile.gaps(generation, hospital.scope("daf"), BEDS)


OWN = """
[[reconciliation]]
id = "beds_open"
domain = "beds"
label_fr = "Lits"
label_en = "Beds"
tolerance_pct = 5.0
left = { label_fr = "a", label_en = "a", terms = [{ measure = "beds_open", over_time = "sum" }] }
right = { label_fr = "b", label_en = "b", terms = [{ measure = "beds_open_0800", over_time = "sum" }] }
"""


def test_the_hospital_adds_its_own_or_replaces_one(hospital: Hospital) -> None:
    root = hospital.home.root
    (root / reconcile.FILE).write_text(OWN.replace('"beds_open"\ndomain', '"own"\ndomain'), "utf-8")
    assert [one.id for one in reconcile.reconciliations(root)][-1] == "own"
    (root / reconcile.FILE).write_text(OWN, "utf-8")
    (own,) = [one for one in reconcile.reconciliations(root) if one.id == "beds_open"]
    assert (own.tolerance_pct, own.domain) == (5.0, Domain.BEDS)
    assert len(reconcile.reconciliations(root)) == len(reconcile.BUILT_IN)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("5.0", '"5"'),
        ("beds_open_0800", "inconnue"),
        ("[[reconciliation]]", "[[reconciliation"),
        ("left", "lef"),
    ],
)
def test_a_faulty_file_is_refused_with_its_place(
    hospital: Hospital, before: str, after: str
) -> None:
    (hospital.home.root / reconcile.FILE).write_text(OWN.replace(before, after), "utf-8")
    with pytest.raises(BadKpiFile, match=r"reconciliations\.toml"):
        reconcile.reconciliations(hospital.home.root)
