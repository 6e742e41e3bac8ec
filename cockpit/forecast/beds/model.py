"""What the bed outlook is made of, as it is stored and read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import date, datetime

    from cockpit.kpi.model import UnitId

Slot = Literal["08:00", "18:00"]
SLOTS: tuple[Slot, ...] = ("08:00", "18:00")
Choice = Literal["flow", "plain", "mean"]

TENSE_SHARE = 0.95
"""Occupancy above which a ward is said to be tense (`bed_occupancy_rate`, red)."""


@dataclass(frozen=True, slots=True)
class OutlookDay:
    """One unit at one hour of one coming day; beds and patients, probabilities in 0-1.

    occupied: expected, with its 50, 80 and 95 % intervals, never above `cap` (open + escalation
    beds). available: expected free beds of the open ones, frozen beds taken away. need: the BJML,
    None where the rule has no meaning. free_for_need: expected free beds of the wards that the
    need is about (medicine, surgery, short-stay unit for a site). p_short: P(free_for_need <
    need). p_tense: P(occupied above 95 % of the open beds). entries and exits are those of the
    whole day.
    """

    unit: UnitId
    day: date
    slot: Slot
    occupied: float
    low50: float
    high50: float
    low80: float
    high80: float
    low95: float
    high95: float
    open_beds: float
    cap: float
    available: float
    available_low: float
    available_high: float
    need: float | None
    free_for_need: float | None
    p_short: float | None
    p_tense: float | None
    exits: float | None
    planned: float | None
    from_ed: float | None
    from_ed_p90: float | None

    @property
    def rate(self) -> float | None:
        """Expected occupancy of the open beds, in percent."""
        return 100 * self.occupied / self.open_beds if self.open_beds else None


@dataclass(frozen=True, slots=True)
class Outlook:
    """One unit's outlook, immutable once stored.

    origin: night of the last census used. choice: what the backtest kept ("mixed" for a sum of
    wards that kept different ones). error, error_*: mean absolute error in patients over 7 days
    and `origins` past origins. coverage: share of past figures inside the 80 % interval that was
    known then. available_now: free beds at the last reading. stay_nights: mean nights of a ward's
    stays. announced: exits announced for the first coming day, realisation: exits per announced
    exit over eight weeks, booked: planned entries known for that day; None when not transmitted.
    note: French sentences on what is missing. refused: why there is no outlook. days: by day then
    hour.
    """

    unit: UnitId
    origin: date
    made_at: datetime
    choice: str
    error: float | None
    error_flow: float | None
    error_plain: float | None
    error_mean: float | None
    coverage: float | None
    origins: int
    available_now: float | None
    stay_nights: float | None
    announced: float | None = None
    realisation: float | None = None
    booked: float | None = None
    note: str = ""
    refused: str = ""
    days: tuple[OutlookDay, ...] = ()

    def at(self, slot: Slot) -> tuple[OutlookDay, ...]:
        """The coming days at one hour, soonest first."""
        return tuple(day for day in self.days if day.slot == slot)
