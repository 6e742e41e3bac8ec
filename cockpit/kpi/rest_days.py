"""The public holidays of France: days on which what rests on Sundays rests too."""

from __future__ import annotations

from datetime import date
from functools import cache

import holidays


@cache
def public_holidays(year: int, *, alsace_moselle: bool) -> frozenset[date]:
    """The eleven public holidays of a year (Code du travail L3133-1), 13 in Alsace-Moselle."""
    region = "57" if alsace_moselle else None
    return frozenset(holidays.country_holidays("FR", subdiv=region, years=year))
