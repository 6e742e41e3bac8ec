"""The sheet of the bed meeting: free beds, plus exits, less those who will ask for a bed.

balance = available now + exits - planned entries - ED entries - safety, at P50 and P90 of the ED.
Exits are those announced x the ward's own realisation rate when wards announce them, else those
expected from the weekday; planned entries are those booked, else the usual ones of the weekday.
Source: the balance of a bed cell (cellule d'ordonnancement), domain brief 3.4.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import date

    from cockpit.forecast.beds.model import Outlook
    from cockpit.kpi.model import UnitId

Level = Literal["ok", "amber", "red"]


@dataclass(frozen=True, slots=True)
class Balance:
    """One line of the sheet for one day, in beds. need: the BJML beside it, None without one.

    announced: whether the exits are those that the wards announced; booked: whether the planned
    entries are those of the list.
    """

    unit: UnitId
    day: date
    available: float
    exits: float
    planned: float
    ed_p50: float
    ed_p90: float
    safety: float
    need: float | None
    announced: bool
    booked: bool

    @property
    def p50(self) -> float:
        """Beds left (or missing) when the ED sends what is expected."""
        return self.available + self.exits - self.planned - self.ed_p50 - self.safety

    @property
    def p90(self) -> float:
        """The same on a day of which there is one in ten."""
        return self.available + self.exits - self.planned - self.ed_p90 - self.safety

    @property
    def level(self) -> Level:
        """Red when negative at P50, amber when negative at P90 only; in whole beds."""
        if round(self.p50) < 0:
            return "red"
        return "amber" if round(self.p90) < 0 else "ok"


def balance(outlook: Outlook, *, safety_pct: float = 0.0) -> Balance | None:
    """The line of a unit for its first coming day; None when its flows are not known.

    safety_pct: beds kept back, in percent of the open ones.
    """
    first = next((day for day in outlook.days if day.slot == "18:00"), None)
    if first is None or outlook.available_now is None or first.exits is None:
        return None
    told = outlook.announced is not None and outlook.realisation is not None
    exits = outlook.announced * outlook.realisation if told else first.exits  # type: ignore[operator]
    planned = first.planned if outlook.booked is None else outlook.booked
    return Balance(
        outlook.unit,
        first.day,
        outlook.available_now,
        exits,
        planned or 0.0,
        first.from_ed or 0.0,
        first.from_ed_p90 or 0.0,
        safety_pct / 100 * first.open_beds,
        first.need,
        announced=told,
        booked=outlook.booked is not None,
    )
