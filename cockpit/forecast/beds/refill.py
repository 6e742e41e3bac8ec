"""What a night gains: a ward fills the beds that its exits free, the more the emptier it is.

Entries and exits of a day go together (a bed is not given before it is freed), so that two separate
averages drift away from the census; their difference is learned at once:
gain = open beds x rate of the weekday + pull x those present + what the eve tells.
The eve tells the next day's planned entries and announced exits, to the first coming day alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from cockpit.forecast.beds.read import Ward
    from cockpit.forecast.history import Values
    from cockpit.kpi.panel import Ints

WEEKS = 52
_FEWEST_DAYS = 56
_CENSUS, _OPEN, _LISTS = "patients_midnight", "beds_open", ("entries_planned", "exits_announced")
_LIGHT, _HEAVY = 1e-3, 8.0  # ridge: weekdays and pull; lists, which are noisy


@dataclass(frozen=True, eq=False)
class Refill:
    """usual, first: coefficients (7 weekdays, pull[, planned entries, announced exits]).

    first: those of the first coming day, whose lists are `told`; both None when no list is known.
    """

    open_beds: float
    usual: Values
    first: Values | None
    told: Values | None

    def gain(self, weekday: int, present: float, step: int) -> float:
        """Patients more at midnight than the midnight before. step: 0 for the first coming day."""
        row = np.zeros(8)
        row[weekday], row[7] = self.open_beds, present
        if step == 0 and self.first is not None and self.told is not None:
            return float(np.concatenate([row, self.told]) @ self.first)
        return float(row @ self.usual)


def learn_refill(ward: Ward, origin: int, weekdays: Ints) -> Refill:
    """Learned on the year before `origin`, eight weeks of it at least.

    Beds that were seldom reported count as one bed that is always open; lists that were are left
    aside, as are those of a source that only sends them once the day is over.
    """
    days = np.arange(max(1, origin + 1 - 7 * WEEKS), origin + 1)
    census = ward[_CENSUS]
    gained = census[days] - census[days - 1]
    has_beds = _is_usual(ward[_OPEN][days])
    rows = np.zeros((len(days), 8))
    rows[np.arange(len(days)), weekdays[days]] = ward[_OPEN][days] if has_beds else 1.0
    rows[:, 7] = census[days - 1]
    lists = np.stack([ward[name][days] for name in _LISTS], axis=1)
    told = _told(ward, origin) if _is_usual(lists.sum(axis=1)) else None
    usual = _ridge(rows, gained, [_LIGHT] * 8)
    first = None
    if told is not None:
        first = _ridge(np.hstack([rows, lists]), gained, [_LIGHT] * 8 + [_HEAVY] * 2)
    open_beds = ward.latest(_OPEN, origin) if has_beds else 1.0
    return Refill(open_beds, usual, first, told)


def _told(ward: Ward, origin: int) -> Values | None:
    """The lists of the day after `origin`; None when one is unknown then.

    A past origin knew them only if the source sends them ahead, which the newest of them tells: it
    is of a later day than the newest census.
    """
    newest = len(ward[_CENSUS]) - 1
    if min(ward.last(name, newest) for name in _LISTS) <= ward.last(_CENSUS, newest):
        return None
    told = np.array([ward[name][origin + 1] for name in _LISTS])
    return None if np.isnan(told).any() else told


def _is_usual(values: Values) -> bool:
    return int((~np.isnan(values)).sum()) >= _FEWEST_DAYS


def _ridge(rows: Values, wanted: Values, weights: list[float]) -> Values:
    known = ~np.isnan(wanted) & ~np.isnan(rows).any(axis=1)
    kept = rows[known]
    normal = kept.T @ kept + np.diag(weights)
    return np.asarray(np.linalg.solve(normal, kept.T @ wanted[known]), dtype=np.float64)
