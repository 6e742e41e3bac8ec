"""Working days of a region: planned activity is compared at an equal number of them."""

from __future__ import annotations

import numpy as np

from cockpit.kpi.model import Kpi
from cockpit.kpi.rest_days import public_holidays
from cockpit.regions import METROPOLE
from cockpit.series.model import Window

__all__ = ["equal_days", "public_holidays", "working_days"]

FEWEST_DAYS = 28


def equal_days(kpi: Kpi, now: Window, then: Window, *, region: str = METROPOLE) -> float:
    """What to multiply a past flow by, to compare planned activity at equal working days.

    1 for what is not planned, for a rate, and below four weeks (days are compared by weekday).
    """
    if not kpi.compare_working_days or kpi.denominator or now.days < FEWEST_DAYS:
        return 1.0
    days = [working_days(window, region=region) for window in (now, then)]
    return days[0] / days[1] if days[1] else 1.0


def working_days(window: Window, *, region: str = METROPOLE) -> int:
    """Mondays to Fridays that are no public holiday of the region, both ends included."""
    off = [
        day
        for year in range(window.start.year, window.end.year + 1)
        for day in public_holidays(year, region)
    ]
    after = np.datetime64(window.end, "D") + 1
    return int(np.busday_count(np.datetime64(window.start, "D"), after, holidays=off))
