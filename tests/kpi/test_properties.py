"""What holds for any figures: parts sum to the whole, days to months, and sites see themselves."""

from __future__ import annotations

import os

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cockpit.kpi.catalogue import KPIS
from cockpit.kpi.many import values_at
from cockpit.kpi.measures import MEASURES
from cockpit.kpi.model import Grain, Kpi, UnitId
from cockpit.kpi.windows import periods
from cockpit.series.contributions import contributions
from cockpit.series.model import Period
from cockpit.series.trend import trend
from tests.support.hospital import Hospital
from tests.support.random_tables import LEAVES, figures, fresh_hospital
from tests.support.reading import rows, span

ADDITIVE = [kpi for kpi in KPIS.values() if kpi.additive != "none"]
FLOWS = [kpi for kpi in ADDITIVE if kpi.additive != "units" and kpi.step == "day"]
RATIOS = [kpi for kpi in KPIS.values() if kpi.denominator]
EXAMPLES = int(os.environ.get("COCKPIT_TEST_EXAMPLES", "6"))
FEW = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
WHOLE_TIME = "2024-11..2026-02"


def by_period(hospital: Hospital, generation, kpi: Kpi, **asked) -> dict[object, float]:
    """Values by period, summed over parts."""
    found = rows(hospital, generation, kpi, WHOLE_TIME, **asked)
    return found.groupby("period")["value"].sum().to_dict()


def split_units(kpi: Kpi) -> tuple[str, ...]:
    """Where the parts of a KPI are of its own kind: stays cross units below a site."""
    return ("G", "P") if kpi.additive == "establishments" else ("G", "A", "P")


def with_facets(kpi: Kpi) -> bool:
    return all(MEASURES[term.measure].facet is not None for term in kpi.numerator)


@FEW
@given(st.data())
def test_units_sum_to_the_whole_at_any_period(data: st.DataObject) -> None:
    kpi = data.draw(st.sampled_from(ADDITIVE))
    table = data.draw(figures(kpi))
    grain = data.draw(st.sampled_from(["month", "quarter", "year"]))
    with fresh_hospital() as hospital:
        generation = hospital.given(table)
        for unit in split_units(kpi):
            whole = by_period(hospital, generation, kpi, unit=unit, grain=grain)
            parts = by_period(hospital, generation, kpi, unit=unit, grain=grain, by="unit")
            assert parts == pytest.approx(whole), (kpi.id, unit)


@FEW
@given(st.data())
def test_facets_sum_to_the_whole_at_any_period(data: st.DataObject) -> None:
    kpi = data.draw(st.sampled_from([kpi for kpi in ADDITIVE if with_facets(kpi)]))
    table = data.draw(figures(kpi))
    grain = data.draw(st.sampled_from(["month", "quarter", "year"]))
    with fresh_hospital() as hospital:
        generation = hospital.given(table)
        for unit in ("G", "A"):
            whole = by_period(hospital, generation, kpi, unit=unit, grain=grain)
            parts = by_period(hospital, generation, kpi, unit=unit, grain=grain, by="facet")
            # a month with expenses of other titles has a payroll of 0 and no part of it
            assert {period: parts.pop(period, 0.0) for period in whole} == pytest.approx(whole)
            assert parts == {}


@FEW
@given(st.data())
def test_days_of_a_flow_sum_to_its_months_and_years(data: st.DataObject) -> None:
    kpi = data.draw(st.sampled_from(FLOWS))
    table = data.draw(figures(kpi))
    with fresh_hospital() as hospital:
        generation = hospital.given(table)
        days = rows(hospital, generation, kpi, WHOLE_TIME, grain="day")
        for grain in ("week", "month", "quarter", "year"):
            longer = rows(hospital, generation, kpi, WHOLE_TIME, grain=grain)
            assert longer["value"].sum() == pytest.approx(days["value"].sum()), (kpi.id, grain)


@FEW
@given(st.data())
def test_parts_of_a_change_sum_to_the_change(data: st.DataObject) -> None:
    """Whatever opened, closed or has no denominator on one side."""
    kpi = data.draw(st.sampled_from([*RATIOS, *ADDITIVE]))
    table = data.draw(figures(kpi, positive=True))
    against = data.draw(st.sampled_from(["previous", "last_year"]))
    by = data.draw(st.sampled_from(["unit", "facet"]))
    with fresh_hospital() as hospital:
        generation = hospital.given(table)
        for period in (Period.MONTH, Period.WEEK):
            for unit in ("G", "A"):
                seen = trend(generation, hospital.scope(), kpi, unit, period)
                change = seen.last_year if against == "last_year" else seen.previous
                parts = contributions(
                    generation, hospital.scope(), kpi, unit, period, against=against, by=by
                )
                total = sum(part.total for part in parts)
                assert total == pytest.approx(change.delta if change else 0.0), (kpi.id, unit)
                for part in parts:
                    if part.rate is not None:
                        assert part.rate + part.mix == pytest.approx(part.total)


@FEW
@given(st.data())
def test_a_site_never_sees_what_another_changed(data: st.DataObject) -> None:
    kpi = data.draw(st.sampled_from([*RATIOS, *ADDITIVE]))
    table = data.draw(figures(kpi))
    other = data.draw(figures(kpi))
    at_a = [row for row in table if row.unit.startswith("A")]
    answers = []
    for at_b in (table, other):
        with fresh_hospital() as hospital:
            elsewhere = [row for row in at_b if row.unit.startswith("B")]
            if not at_a:
                return
            generation = hospital.given(at_a + elsewhere)
            asked = {"unit": "A", "role": "director_A"}
            answers.append(
                [
                    rows(hospital, generation, kpi, WHOLE_TIME, by=by, grain=grain, **asked)
                    .drop(columns="status")
                    .to_csv()
                    for by in (None, "unit", "facet")
                    for grain in ("month", "year")
                ]
            )
    assert answers[0] == answers[1]


@FEW
@given(st.data())
def test_many_units_read_at_once_are_those_read_one_by_one(data: st.DataObject) -> None:
    """To the last bit, whatever the others reported: rules are judged on these figures."""
    kpi = data.draw(st.sampled_from([kpi for kpi in KPIS.values() if list(kpi.terms())]))
    table = data.draw(figures(kpi, positive=True))
    grain = data.draw(st.sampled_from(list(Grain)))
    own = periods(*span(WHOLE_TIME), grain)
    with fresh_hospital() as hospital:
        generation = hospital.given(table)
        units = [unit.id for unit in generation.units]
        values, partial = values_at(generation, hospital.scope(), kpi, units, own)
        for unit in ("G", "A", data.draw(st.sampled_from(LEAVES))):
            row = units.index(UnitId(unit))
            alone = rows(hospital, generation, kpi, WHOLE_TIME, unit=unit, grain=grain)
            known = ~np.isnan(values[row])
            assert own.starts[known].astype(object).tolist() == alone["period"].tolist(), unit
            assert values[row][known].tolist() == alone["value"].tolist(), (kpi.id, unit)
            told = np.where(partial[row][known], "partial", "").tolist()
            assert told == [one if one == "partial" else "" for one in alone["status"]]
