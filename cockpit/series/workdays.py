"""Working days of a region: planned activity is compared at an equal number of them."""

from __future__ import annotations

from datetime import date

import numpy as np

from cockpit.kpi.model import Kpi
from cockpit.kpi.rest_days import public_holidays
from cockpit.regions import METROPOLE
from cockpit.series.model import Window

__all__ = ["equal_days", "holidays_within", "public_holidays", "working_days"]

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
    off = holidays_within(window, region=region)
    after = np.datetime64(window.end, "D") + 1
    return int(np.busday_count(np.datetime64(window.start, "D"), after, holidays=off))


def holidays_within(window: Window, *, region: str = METROPOLE) -> list[date]:
    """The public holidays of the region in the civil years that the window touches."""
    years = range(window.start.year, window.end.year + 1)
    return [day for year in years for day in public_holidays(year, region)]
