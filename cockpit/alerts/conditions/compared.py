"""What every condition takes and gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cockpit.alerts.observe import Reader
    from cockpit.alerts.rule import Guard
    from cockpit.kpi.model import Grain, Kpi, UnitId
    from cockpit.kpi.panel import Values
    from cockpit.kpi.reduce import Mask


@dataclass(frozen=True, slots=True)
class Asked:
    """A KPI (or one facet of it) at some units, over closed periods of one length."""

    reader: Reader
    kpi: Kpi
    units: Sequence[UnitId]
    grain: Grain
    facet: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """The figure of each unit and period, and what its levels are counted from.

    All arrays are [units, periods], in the KPI's unit. A level L stands at `base + L * step`: for
    a fixed level base is 0 and step 1; for a gap in percent base is the reference and step one
    percent of it; for a history base is the mean and step the standard deviation. starts, ends:
    first and last day of each period. cumulated: figures run from 1 January.
    """

    starts: np.typing.NDArray[np.datetime64]
    ends: np.typing.NDArray[np.datetime64]
    values: Values
    base: Values
    step: Values
    cumulated: bool = False

    def measured(self) -> Values:
        """What the levels are compared with, NaN where anything is unknown."""
        with np.errstate(divide="ignore", invalid="ignore"):
            found = (self.values - self.base) / self.step
        return np.where(np.isfinite(found), found, np.nan)

    def guarded(self, guard: Guard) -> Mask:
        """Where the figure is far enough from its base, in its unit and in percent of it."""
        distance = np.abs(self.values - self.base)
        far = distance >= guard.absolute
        if not guard.relative:
            return far
        return far & (distance >= guard.relative / 100 * np.abs(self.base))

    def last(self, count: int) -> Compared:
        """The last periods only."""
        cut = slice(-count, None)
        return Compared(
            self.starts[cut],
            self.ends[cut],
            self.values[:, cut],
            self.base[:, cut],
            self.step[:, cut],
            self.cumulated,
        )

    def only(self, kept: Mask) -> Compared:
        """The periods of a mask."""
        return Compared(
            self.starts[kept],
            self.ends[kept],
            self.values[:, kept],
            self.base[:, kept],
            self.step[:, kept],
            self.cumulated,
        )
