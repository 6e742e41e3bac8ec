from __future__ import annotations

from datetime import date, datetime

import pytest

from cockpit.forecast.coherent import COHERENCE, reconciled
from cockpit.forecast.model import Forecast
from cockpit.kpi.model import KpiId, UnitId
from cockpit.series.model import ForecastPoint

DAY, ORIGIN = date(2026, 11, 22), date(2026, 11, 21)


def made(unit: str, mid: float, half: float, origin: date = ORIGIN) -> Forecast:
    return Forecast(
        kpi=KpiId("ed_visits"),
        unit=UnitId(unit),
        model="mean",
        origin=origin,
        made_at=datetime(2026, 11, 22, 6),
        history_from=date(2024, 1, 1),
        points=(ForecastPoint(DAY, mid - half, mid, mid + half),),
    )


def mids(found: dict[UnitId, Forecast]) -> dict[str, float]:
    return {unit: one.points[0].mid for unit, one in found.items()}


class TestReconciled:
    """The group says 110; its sites say 60 and 40: a gap of 10, shared by variances.

    Half widths 10, 10 and 10: a third each. 110 - 10/3 = 60 + 10/3 + 40 + 10/3.
    """

    group, a, b = UnitId("G"), UnitId("A"), UnitId("B")

    def test_the_gap_is_shared_in_proportion_to_the_variances(self) -> None:
        every = {
            self.group: made("G", 110, 10),
            self.a: made("A", 60, 10),
            self.b: made("B", 40, 10),
        }
        found = mids(reconciled(every, {self.group: [self.a, self.b]}))
        assert found == pytest.approx({"G": 110 - 10 / 3, "A": 60 + 10 / 3, "B": 40 + 10 / 3})

    def test_a_surer_figure_moves_less(self) -> None:
        every = {
            self.group: made("G", 110, 1),
            self.a: made("A", 60, 10),
            self.b: made("B", 40, 10),
        }
        found = mids(reconciled(every, {self.group: [self.a, self.b]}))
        assert found["G"] == pytest.approx(110, abs=0.1)
        assert found["A"] + found["B"] == pytest.approx(found["G"])

    def test_three_levels_agree_at_once(self) -> None:
        pole = UnitId("P")
        every = {
            self.group: made("G", 110, 10),
            self.a: made("A", 60, 10),
            self.b: made("B", 40, 10),
            pole: made("P", 90, 10),
        }
        below = {self.group: [self.a, self.b], self.a: [pole]}
        found = mids(reconciled(every, below))
        assert found["A"] + found["B"] == pytest.approx(found["G"])
        assert found["P"] == pytest.approx(found["A"])

    def test_the_interval_moves_with_its_middle_and_the_part_is_told(self) -> None:
        every = {self.group: made("G", 110, 10), self.a: made("A", 90, 10)}
        point = reconciled(every, {self.group: [self.a]})[self.a].points[0]
        assert (point.low, point.mid, point.high) == pytest.approx((90, 100, 110))
        assert dict(point.parts) == {COHERENCE: pytest.approx(10)}

    def test_a_part_that_is_missing_leaves_the_total_alone(self) -> None:
        late = made("B", 40, 10, origin=date(2026, 11, 19))
        every = {self.group: made("G", 110, 10), self.a: made("A", 60, 10), self.b: late}
        assert reconciled(every, {self.group: [self.a, self.b]}) == every
