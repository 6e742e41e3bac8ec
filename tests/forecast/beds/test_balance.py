from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest

from cockpit.forecast.beds.balance import balance
from cockpit.forecast.beds.model import Outlook, OutlookDay
from cockpit.kpi.model import UnitId

DAY = OutlookDay(
    unit=UnitId("M1"), day=date(2026, 11, 22), slot="18:00", occupied=18, low50=17, high50=19,
    low80=16, high80=20, low95=15, high95=21, open_beds=20, cap=22, available=2, available_low=0,
    available_high=4, need=3, free_for_need=2, p_short=0.6, p_tense=0.3, exits=4, planned=2,
    from_ed=3, from_ed_p90=6,
)  # fmt: skip
OUTLOOK = Outlook(
    unit=UnitId("M1"), origin=date(2026, 11, 21), made_at=datetime(2026, 11, 22, 6), choice="plain",
    error=1.0, error_flow=1.2, error_plain=1.0, error_mean=1.1, coverage=0.8, origins=26,
    available_now=3, stay_nights=4.0, days=(DAY,),
)  # fmt: skip


class TestBalance:
    """3 free + 4 exits - 2 planned - 3 from the ED = 2; 3 + 4 - 2 - 6 = -1 on a heavy day."""

    def test_negative_on_a_heavy_day_only_is_amber(self) -> None:
        line = balance(OUTLOOK)
        assert line is not None
        assert (line.p50, line.p90, line.level) == (2, -1, "amber")
        assert not line.announced

    def test_negative_on_an_ordinary_day_is_red(self) -> None:
        line = balance(replace(OUTLOOK, available_now=0))
        assert line is not None
        assert (line.p50, line.level) == (-1, "red")

    def test_announced_exits_count_at_their_realisation_rate(self) -> None:
        """6 announced x 0.75 = 4.5 and 1 booked: 3 + 4.5 - 1 - 3 = 3.5."""
        line = balance(replace(OUTLOOK, announced=6, realisation=0.75, booked=1))
        assert line is not None
        assert line.p50 == pytest.approx(3.5)
        assert line.announced
        assert line.booked

    def test_the_safety_margin_is_a_share_of_the_open_beds(self) -> None:
        line = balance(OUTLOOK, safety_pct=10)
        assert line is not None
        assert (line.safety, line.p50) == (2, 0)

    def test_without_flows_there_is_no_balance(self) -> None:
        unknown = replace(DAY, exits=None)
        assert balance(replace(OUTLOOK, days=(unknown,))) is None
