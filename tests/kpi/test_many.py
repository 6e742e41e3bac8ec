"""Many units read at once: none changes because of another that is asked for."""

from __future__ import annotations

import pytest

from cockpit.kpi.many import values_at
from cockpit.kpi.model import Grain, UnitId
from cockpit.kpi.windows import periods
from tests.support.hospital import Hospital, kpi
from tests.support.reading import span, value


class TestLastOfAMonth:
    """Long stays: a ward's last day of the month is its own, not that of the ward beside it.

    ward  day         present
    A1    2026-02-10  4
    A2    2026-02-20  7
    """

    FIGURES = """
        long_stays_present A1 2026-02-10 4
        long_stays_present A2 2026-02-20 7
    """

    @pytest.mark.parametrize("together", [("A1",), ("A1", "A2"), ("A2", "A1", "A3")])
    def test_a_ward_has_its_own_last_day_whoever_is_asked_with_it(
        self, hospital: Hospital, together: tuple[str, ...]
    ) -> None:
        generation = hospital.given(self.FIGURES)
        units, own = [UnitId(one) for one in together], periods(*span("2026-02"), Grain.MONTH)
        stays = kpi("long_stays_present")
        values, _ = values_at(generation, hospital.scope(), stays, units, own)
        alone = value(hospital, generation, stays, "2026-02", unit="A1")
        assert alone == 4
        assert values[together.index("A1"), 0] == alone
