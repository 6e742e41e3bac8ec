"""Months of the simulation: which are closed, and sums of days into months."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from sample_data.noise import Counts, Series
from sample_data.seasons import FIRST

CLOSING_DAY = 12


def last_closed(end: date) -> date:
    """First day of the last month whose accounts and payroll are known on `end` (from the 12th)."""
    month = end.replace(day=1) - timedelta(days=1)
    if end.day < CLOSING_DAY:
        month = month.replace(day=1) - timedelta(days=1)
    return month.replace(day=1)


@dataclass(frozen=True)
class Months:
    """firsts: first day of every month from January 2023 to December of the last year."""

    end: date

    @property
    def firsts(self) -> pd.DatetimeIndex:
        """First days, in order."""
        return pd.date_range(FIRST, date(self.end.year, 12, 1), freq="MS")

    @property
    def number(self) -> int:
        """How many there are."""
        return len(self.firsts)

    @property
    def closed(self) -> int:
        """How many of them are closed on `end`."""
        return int((self.firsts <= pd.Timestamp(last_closed(self.end))).sum())

    @property
    def lags(self) -> Counts:
        """Years before the last one: 0 for its months, 1 for those of the year before..."""
        return (self.end.year - self.firsts.year).to_numpy(dtype=np.int64)

    @property
    def of_year(self) -> Counts:
        """Month numbers, 0 for January."""
        return (self.firsts.month - 1).to_numpy(dtype=np.int64)

    @property
    def days(self) -> Series:
        """Calendar days."""
        return self.firsts.days_in_month.to_numpy(dtype=float)

    def sums(self, days: pd.DatetimeIndex, values: Series) -> Series:
        """Sum daily values (first axis) by month; days before January 2023 are left out."""
        return self._cut(days, values)

    def means(self, days: pd.DatetimeIndex, values: Series) -> Series:
        """Mean of daily values by month."""
        total = self._cut(days, values)
        shape = (-1,) + (1,) * (total.ndim - 1)
        mean: Series = total / self.days.reshape(shape)
        return mean

    def _cut(self, days: pd.DatetimeIndex, values: Series) -> Series:
        kept = np.asarray(values, dtype=float)[days >= self.firsts[0]]
        starts = np.r_[0, np.cumsum(self.days)[:-1]].astype(np.int64)
        total: Series = np.add.reduceat(kept, starts, axis=0)
        return total
