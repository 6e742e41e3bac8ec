"""Who is still there one night later.

With a histogram of lengths of stay, those who came on a given day leave as that histogram says.
Without one, everybody present has the same chance to leave (the daily exit rate): simpler, and
exact on average as long as arrivals are steady.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cockpit.kpi.histogram import edges

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cockpit.forecast.history import Values

LONGEST_NIGHTS = 120
FEWEST_STAYS = 50
_TAIL_NIGHTS = 30
"""An open last bin ("60-") is spread over so many more nights."""


@dataclass(frozen=True, eq=False)
class Survival:
    """still[a]: share of patients still present `a` nights after the one of their entry."""

    still: Values

    @property
    def nights(self) -> float:
        """Mean number of midnights spent."""
        return float(self.still.sum())

    @property
    def leaving(self) -> Values:
        """Chance to leave on the next day, by nights already spent."""
        after = np.append(self.still[1:], 0.0)
        found: Values = 1 - np.divide(
            after, self.still, out=np.zeros_like(after), where=self.still > 0
        )
        return found


def from_histogram(counts: Mapping[str, float]) -> Survival | None:
    """From bins of nights ("3-5": 3 or 4 nights); None under 50 stays or when all are of 0 night.

    Only stays of at least one night count: the others are never in a midnight census.
    """
    ended = np.zeros(LONGEST_NIGHTS + _TAIL_NIGHTS)
    for code, count in counts.items():
        low, high = edges(code)
        top = low + _TAIL_NIGHTS if np.isinf(high) else high
        places = np.arange(int(low), min(int(top), len(ended)))
        if len(places):
            ended[places] += count / len(places)
    ended[0] = 0.0
    if ended.sum() < FEWEST_STAYS:
        return None
    share = ended / ended.sum()
    still = 1 - np.cumsum(share)
    return Survival(np.maximum(still[:LONGEST_NIGHTS], 0.0))
