"""The public holidays of a region: days on which what rests on Sundays rests too."""

from __future__ import annotations

from datetime import date
from functools import cache

import holidays

from cockpit.regions import METROPOLE, country_of


@cache
def public_holidays(year: int, region: str = METROPOLE) -> frozenset[date]:
    """The eleven public holidays of a year (Code du travail L3133-1), 13 in Alsace-Moselle.

    region: as `holidays` of cockpit.toml. Raises NotImplementedError for one without calendar.
    """
    country, part = country_of(region)
    return frozenset(holidays.country_holidays(country, subdiv=part, years=year))
