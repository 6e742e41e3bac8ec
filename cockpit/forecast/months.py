"""One monthly series as the models read it: a regular grid of months."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from cockpit.forecast.history import Values

if TYPE_CHECKING:
    import pandas as pd

YEAR = 12


@dataclass(frozen=True, eq=False)
class Months:
    """Monthly values of one series, oldest first, in the KPI's unit.

    first: first day of the first month. values: one per month, NaN where nothing was delivered; the
    first and the last are observed.
    """

    first: date
    values: Values

    @classmethod
    def of(cls, rows: pd.DataFrame) -> Months:
        """The grid of observed months. rows: `month` (its first day), `value`; no month twice.

        Raises ValueError without any observed month.
        """
        kept = rows.dropna(subset=["value"]).sort_values("month")
        if kept.empty:
            message = "a history needs at least one observed month"
            raise ValueError(message)
        months = kept["month"].to_numpy().astype("datetime64[M]")
        places = (months - months[0]).astype(int)
        values = np.full(places[-1] + 1, np.nan)
        values[places] = kept["value"].to_numpy(float)
        return cls(months[0].astype("datetime64[D]").item(), values)

    def __len__(self) -> int:
        return len(self.values)

    @property
    def last(self) -> date:
        """First day of the last observed month."""
        return self.coming(0)

    def coming(self, step: int) -> date:
        """First day of the month `step` months after the last observed one."""
        place = self.first.month - 1 + len(self.values) - 1 + step
        return date(self.first.year + place // YEAR, place % YEAR + 1, 1)

    def head(self, months: int) -> Months:
        """What was known after that many months."""
        return Months(self.first, self.values[:months])

    @cached_property
    def filled(self) -> Values:
        """Holes take the mean of the same month around them, else the line between neighbours."""
        found = self.values.copy()
        known = np.flatnonzero(~np.isnan(found))
        for hole in np.flatnonzero(np.isnan(self.values)):
            same = self.values[hole % YEAR :: YEAR]
            whole = not np.isnan(same).all()
            found[hole] = np.nanmean(same) if whole else np.interp(hole, known, self.values[known])
        return found


_UNIT_SHARE = 0.05


def log_unit(values: Values) -> float | None:
    """The unit in which one is added before a logarithm; None when the series goes below zero.

    5 % of the mean, so that euros and millions of euros give the same forecast.
    """
    if values.min() < 0 or not values.mean():
        return None
    return float(_UNIT_SHARE * values.mean())
