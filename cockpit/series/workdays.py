"""Working days in France: planned activity is compared at an equal number of them."""

from __future__ import annotations

from datetime import date
from functools import cache

import holidays
import numpy as np

from cockpit.series.model import Window

_ALSACE_MOSELLE = "Alsace-Moselle"


@cache
def public_holidays(year: int, *, alsace_moselle: bool) -> frozenset[date]:
    """The eleven public holidays of a year, thirteen in Alsace-Moselle (Code du travail L3133-1)."""
    region = "57" if alsace_moselle else None
    return frozenset(holidays.country_holidays("FR", subdiv=region, years=year))


def working_days(window: Window, *, alsace_moselle: bool = False) -> int:
    """Mondays to Fridays that are no public holiday, both ends included."""
    off = [
        day
        for year in range(window.start.year, window.end.year + 1)
        for day in public_holidays(year, alsace_moselle=alsace_moselle)
    ]
    after = np.datetime64(window.end, "D") + 1
    return int(np.busday_count(np.datetime64(window.start, "D"), after, holidays=off))
