"""What is derived at publish time: the whole history through a short memory.

The T2A estimate is given recent days, waiting days and sums, not the whole history. Three years of
random figures for five wards, each a case:

    A1   counts its stays, all coded but for the last weeks
    A2   counts its stays, and some of long ago were never coded
    A3   sends coded value only, never its closed stays
    B1   closed two years ago, with stays that were never coded
    B2   opened two months ago
"""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

import pandas as pd
import pytest

from cockpit.kpi.nowcast import CLOSED_STAYS, CODED, CODED_STAYS, ESTIMATED, estimate
from tests.support.hospital import Hospital, Row

LAST = date(2026, 6, 30)
SPANS = {"A1": (1100, 0), "A2": (1100, 0), "A3": (1100, 0), "B1": (1100, 760), "B2": (60, 0)}


def figures(first: int, last: int, seed: int = 1) -> list[Row]:
    """Rows of the days from `first` to `last` days before LAST, last included."""
    return [
        row
        for unit, (start, end) in SPANS.items()
        for age in range(max(last, end), min(first, start) + 1)
        for row in ward_day(unit, age, Random(f"{seed}{unit}{age}"))
    ]


def ward_day(unit: str, age: int, random: Random) -> list[Row]:
    day = LAST - timedelta(days=age)
    closed = random.randint(0, 6)
    coded = closed if age > 40 else random.randint(0, closed)
    if unit in {"A2", "B1"} and random.random() < 0.03:
        coded = max(closed - 1, 0)
    rows = []
    if coded:
        rows.append(
            Row(CODED, unit, day, "GHS_HC", "actual", round(coded * random.uniform(1e3, 4e3), 2))
        )
    if random.random() < 0.5:
        rows.append(Row(CODED, unit, day, "ACE", "actual", round(random.uniform(10, 90), 2)))
    if unit != "A3":
        rows.append(Row(CLOSED_STAYS, unit, day, "", "actual", closed))
        rows.append(Row(CODED_STAYS, unit, day, "", "actual", coded))
    return rows


def by_hand(rows: list[Row]) -> dict[tuple, float]:
    """The estimate made from every figure at once."""
    frame = pd.DataFrame(rows)
    frame["day"] = pd.to_datetime(frame["day"])
    made = estimate(frame)
    return {
        (row.unit, row.day.date(), row.facet): row.value for row in made.itertuples(index=False)
    }


def derived(hospital: Hospital) -> dict[tuple, float]:
    generation = hospital.warehouse.generation()
    with generation._connection.cursor() as cursor:
        cursor.execute(f"USE {generation._alias}")
        rows = cursor.execute(
            "SELECT u.code, o.day, f.code, o.value FROM observation o JOIN unit u USING (unit_id) "
            "JOIN facet f USING (facet_id) JOIN measure m USING (measure_id) WHERE m.name = $1",
            [ESTIMATED],
        ).fetchall()
    return {(unit, day, facet): value for unit, day, facet, value in rows}


def rollup_total(hospital: Hospital) -> float:
    generation = hospital.warehouse.generation()
    with generation._connection.cursor() as cursor:
        cursor.execute(f"USE {generation._alias}")
        ((total,),) = cursor.execute(
            "SELECT sum(value) FROM rollup_day r JOIN unit u USING (unit_id) "
            "JOIN measure m USING (measure_id) WHERE m.name = $1 AND u.code = 'G'",
            [ESTIMATED],
        ).fetchall()
    return total


@pytest.fixture
def hospital(tmp_path):
    return Hospital(tmp_path)


def test_a_short_memory_gives_what_the_whole_history_gives(hospital):
    rows = figures(1100, 0)
    hospital.deliver(rows)
    hospital.publish(derived=True)
    assert derived(hospital) == pytest.approx(by_hand(rows), rel=1e-9)


def test_each_new_day_gives_what_making_all_again_would_give(hospital):
    """Days 3, 2, 1 and 0 before the last arrive one by one; what is coded late arrives with them."""
    hospital.deliver(figures(1100, 3))
    hospital.publish(derived=True)
    for age in (2, 1, 0):
        hospital.deliver(figures(age + 20, age, seed=age))
        hospital.publish(derived=True)
    latest = {(r.measure, r.unit, r.day, r.facet): r for r in figures(1100, 3)}
    for age in (2, 1, 0):
        again = figures(age + 20, age, seed=age)
        keys = {(r.measure, r.unit, r.day) for r in again}
        latest = {k: r for k, r in latest.items() if (r.measure, r.unit, r.day) not in keys}
        latest |= {(r.measure, r.unit, r.day, r.facet): r for r in again}
    expected = by_hand(list(latest.values()))
    assert derived(hospital) == pytest.approx(expected, rel=1e-9)
    assert rollup_total(hospital) == pytest.approx(sum(expected.values()), rel=1e-9)


def test_a_hospital_that_sends_the_estimate_itself_is_left_alone(hospital):
    """What had been derived before leaves, or both would add up: 100 is what was sent."""
    hospital.deliver(figures(200, 0))
    hospital.publish(derived=True)
    hospital.deliver([Row(ESTIMATED, "A1", LAST, "GHS_HC", "actual", 100.0)], source="controle")
    hospital.publish(derived=True)
    assert derived(hospital) == {("A1", LAST, "GHS_HC"): 100.0}
    assert rollup_total(hospital) == 100.0
