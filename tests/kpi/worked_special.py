"""Worked examples of the KPIs that are no ratio of sums: median, percentile, tension, stored rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from cockpit.forecast.model import Forecast
from cockpit.kpi.model import KpiId, UnitId
from cockpit.series.model import ForecastPoint

FRIDAY = date(2026, 11, 20)


@dataclass(frozen=True)
class Special:
    """figures and forecasts published, the day whose month is read at the group, the answer."""

    answer: float
    figures: str = "births A1 2026-11-20 1"
    forecasts: tuple[Forecast, ...] = ()
    day: date = FRIDAY
    grain: str = "day"


def made(
    kpi: str, origin: date, mid: float, *, facet: str = "", mape: float | None = None
) -> Forecast:
    """A forecast of the group as the worker stores it, with one point."""
    return Forecast(
        KpiId(kpi),
        UnitId("G"),
        "essai",
        origin,
        datetime(2026, 11, 21, 4, 0),
        date(2024, 1, 1),
        (ForecastPoint(date(2026, 12, 31), mid - 1, mid, mid + 1),),
        mape=mape,
        facet=facet,
    )


def tense_friday() -> str:
    """Twenty-six Fridays that alternate around a mean, then one that stands out at A.

    indicator           past Fridays   mean  SD     mean + 3 SD   today  level
    visits              90, 110        100   10.2   130.6         131    3
    patients at 15:00   36, 44         40    4.08   52.2          53     3
    admitted / known    0.20, 0.24     0.22  0.020  0.281         0.30   3
    visits of 75+       18, 22         20    2.04   26.1          25     2
    """
    lines = []
    for back in range(26):
        day = FRIDAY - timedelta(days=7 * (back + 1))
        sign = 1 if back % 2 else -1
        lines += _friday(day, 100 + 10 * sign, 20 + 2 * sign, 40 + 4 * sign, 22 + 2 * sign)
    return "\n".join(lines + _friday(FRIDAY, 131, 25, 53, 30))


def _friday(day: date, visits: int, old: int, present: int, admitted: int) -> list[str]:
    return [
        f"ed_visits A1 {day} 18-74 {visits - old}",
        f"ed_visits A1 {day} 75+ {old}",
        f"ed_present_15h A1 {day} {present}",
        f"ed_admissions A1 {day} MED {admitted}",
        f"ed_visits_known_outcome A1 {day} 100",
        f"ed_visits B1 {day} 75+ 10",
        f"ed_present_15h B1 {day} 3",
        f"ed_admissions B1 {day} MED 2",
        f"ed_visits_known_outcome B1 {day} 10",
        f"ed_admitted_minutes B1 {day} 600",
        f"ed_admitted_valid B1 {day} 2",
    ]


ADMISSIONS_OF_WEEK_47 = """
ed_admissions A1 2025-11-17..2025-11-21 MED  8      # 10 a day with B1's two
ed_admissions A1 2025-11-22..2025-11-23 MED  12     # 14
ed_admissions A1 2024-11-18..2024-11-24 CHIR 18     # 20
ed_admissions A1 2023-11-20..2023-11-26 MED  28     # 30
ed_admissions B1 2025-11-17..2025-11-23 MED  2
ed_admissions B1 2024-11-18..2024-11-24 MED  2
ed_admissions B1 2023-11-20..2023-11-26 MED  2
ed_admissions A1 2025-11-16 MED 1                   # week 46
ed_admissions A1 2022-11-21 MED 1                   # four years ago
ed_admissions A1 2026-11-16..2026-11-20 MED 99      # this year never enters its own need
"""
"""Sorted: 10 x 5, 14 x 2, 20 x 7, 30 x 7. Of 21 days, P25 stands at rank 5 (from 0): 14."""

SPECIAL: dict[str, Special] = {
    # both units and both days: 10, 10 and 4 visits; the 12th of 24 lies 2/10 into 60-120.
    # Medians of the units are 42 and 110.
    "ed_los_median": Special(
        60 + 60 * 2 / 10,
        """
        ed_los_minutes A1 2026-11-19 0-60    10
        ed_los_minutes A1 2026-11-20 60-120  4
        ed_los_minutes B1 2026-11-20 60-120  6
        ed_los_minutes B1 2026-11-20 120-240 4
        """,
        grain="month",
    ),
    # four of eight waited less than 30 minutes
    "ed_first_doctor_median": Special(
        30,
        """
        ed_first_doctor_minutes A1 2026-11-20 0-30  4
        ed_first_doctor_minutes B1 2026-11-20 30-60 4
        """,
    ),
    # 5, 10 and 1 stays: the 8th of 16 lies 3/10 into 7-14
    "coding_delay_median": Special(
        7 + 7 * 3 / 10,
        """
        coding_delay_days A1 2026-11 0-7  5
        coding_delay_days B1 2026-11 7-14 10
        coding_delay_days B1 2026-11 90-  1
        """,
        grain="month",
    ),
    "het_tension_index": Special(3, tense_friday()),
    "bjml": Special(14, ADMISSIONS_OF_WEEK_47),
    # medicine, surgery and short-stay beds only: 9 + 3 + 1 - 14
    "bjml_gap": Special(
        9 + 3 + 1 - 14,
        ADMISSIONS_OF_WEEK_47
        + """
        beds_available_0800 A1 2026-11-19 MED  30
        beds_available_0800 A1 2026-11-20 MED  9
        beds_available_0800 A1 2026-11-20 CHIR 3
        beds_available_0800 B1 2026-11-20 UHCD 1
        beds_available_0800 B1 2026-11-20 SMR  50
        """,
    ),
    # the landing known at the end of October, not the one of September, not the budget
    "year_end_landing": Special(
        -2.9,
        forecasts=(
            made("year_end_landing", date(2026, 10, 31), -2.9),
            made("year_end_landing", date(2026, 10, 31), -2.0, facet="budget"),
            made("year_end_landing", date(2026, 9, 30), -3.2),
        ),
        day=date(2026, 10, 15),
        grain="month",
    ),
    "forecast_quality": Special(
        6.4,
        forecasts=(
            made("ed_visits", date(2026, 11, 12), 150, mape=9.1),
            made("ed_visits", date(2026, 11, 19), 160, mape=6.4),
            made("beds_open", date(2026, 11, 20), 300, mape=1.0),
        ),
    ),
}
