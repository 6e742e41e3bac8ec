"""One series as the models read it: a regular grid, with holes where nothing was transmitted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pandas as pd

Values = npt.NDArray[np.float64]
Days = npt.NDArray[np.datetime64]


@dataclass(frozen=True, eq=False)
class History:
    """Daily values of one series, oldest first, in the KPI's unit.

    first: day of the first value. values: one per day, NaN where nothing was transmitted; the first
    and the last are observed.
    """

    first: date
    values: Values

    @classmethod
    def of(cls, rows: pd.DataFrame) -> History:
        """The grid of observed days. rows: `day` (date), `value`; any order, no day twice.

        Raises ValueError without any observed day.
        """
        kept = rows.dropna(subset=["value"]).sort_values("day")
        if kept.empty:
            message = "a history needs at least one observed day"
            raise ValueError(message)
        days = kept["day"].to_numpy().astype("datetime64[D]")
        places = (days - days[0]).astype(int)
        values = np.full(places[-1] + 1, np.nan)
        values[places] = kept["value"].to_numpy(float)
        return cls(kept["day"].iloc[0], values)

    def __len__(self) -> int:
        return len(self.values)

    @property
    def last(self) -> date:
        """Last observed day."""
        return self.first + timedelta(days=len(self.values) - 1)

    @cached_property
    def days(self) -> Days:
        """Every day of the grid."""
        return np.datetime64(self.first, "D") + np.arange(len(self.values))

    @cached_property
    def observed(self) -> npt.NDArray[np.bool_]:
        """Where something was transmitted."""
        return ~np.isnan(self.values)

    def coming(self, horizon: int) -> Days:
        """The days that follow the last observed one."""
        found: Days = self.days[-1] + 1 + np.arange(horizon)
        return found

    def until(self, origin: date) -> History | None:
        """What was known at the end of `origin`; None when nothing was."""
        return self.between(self.first, origin)

    def tail(self, days: int) -> History:
        """The last days only (fewer when they begin with a hole)."""
        kept = self.between(self.last - timedelta(days=days - 1), self.last)
        return kept or self

    def between(self, first: date, last: date) -> History | None:
        """The part between two days, both included; None when nothing was observed there."""
        begin = max((first - self.first).days, 0)
        part = self.values[begin : max((last - self.first).days + 1, 0)]
        known = np.flatnonzero(~np.isnan(part))
        if not len(known):
            return None
        return History(
            self.first + timedelta(days=begin + int(known[0])), part[known[0] : known[-1] + 1]
        )

    def without(self, excluded: npt.NDArray[np.bool_]) -> History:
        """The same days with holes where `excluded`; itself when nothing would be left."""
        left = History(self.first, np.where(excluded, np.nan, self.values))
        return left.until(self.last) or self

    @cached_property
    def filled(self) -> Values:
        """Holes take the mean of the same weekday around them, for models that allow none."""
        return _filled(self.values)


_SEASON = 7
_AROUND_WEEKS = 4


def _filled(values: Values) -> Values:
    found = values.copy()
    known = np.flatnonzero(~np.isnan(values))
    for hole in np.flatnonzero(np.isnan(values)):
        around = hole + _SEASON * np.arange(-_AROUND_WEEKS, _AROUND_WEEKS + 1)
        around = around[(around >= 0) & (around < len(values))]
        same = values[around]
        if not np.isnan(same).all():
            found[hole] = np.nanmean(same)
        else:  # a long stop, or a weekday that is never reported
            found[hole] = np.interp(hole, known, values[known])
    return found
