"""The measures: one line each, well formed, and none that nothing reads."""

from __future__ import annotations

import re

import pytest

from cockpit.kpi.catalogue import KPIS
from cockpit.kpi.measures import MEASURES

READ_ELSEWHERE = {
    "patients_1800": "evening of the bed outlook (forecast/beds)",
    "exits_announced": "balance of the bed meeting (forecast/beds)",
    "entries_planned": "balance of the bed meeting (forecast/beds)",
    "stay_nights": "who stays one more night, in the bed outlook (forecast/beds)",
    "t2a_coded_eur": "what the source delivers; the publish step makes t2a_estimated_eur of it",
    "committed_eur": "shown beside expenses on the finance page",
    "hr_payroll_eur": "reconciled with title 1 of the balance (series/reconcile.py)",
    "adt_patients_midnight": "reconciled with the census (series/reconcile.py)",
}
FACETED = {"ed_los_minutes", "ed_first_doctor_minutes", "coding_delay_days", "stay_nights"}

every_measure = pytest.mark.parametrize("measure", MEASURES.values(), ids=lambda one: one.id)


@every_measure
def test_measure_has_a_plain_name_labels_and_a_unit(measure):
    assert re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", measure.id)
    assert measure.label_fr.strip()
    assert measure.label_en.strip()
    assert measure.unit


@every_measure
def test_measure_adds_up_over_time_as_its_kind_says(measure):
    if measure.kind == "stock":
        assert measure.over_time in {"last", "mean"}
    else:
        assert measure.over_time == "sum"


@every_measure
def test_measure_sensitivity_is_a_known_population(measure):
    assert measure.sensitive in {None, "patients", "agents"}


def test_only_histograms_are_distributions():
    assert {one.id for one in MEASURES.values() if one.kind == "distribution"} == FACETED
    assert {MEASURES[one].facet for one in FACETED} == {"minutes", "days", "nights"}


def test_every_measure_is_read_by_a_kpi_or_says_who_reads_it():
    used = {term.measure for kpi in KPIS.values() for term in kpi.terms()}
    assert set(MEASURES) - used == set(READ_ELSEWHERE)
