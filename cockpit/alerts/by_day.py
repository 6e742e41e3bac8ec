"""What rules would have said after each day of a range: the ground of what is tried day by day.

A rule on periods speaks until its next known period; a forecast speaks of the day it was made.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from cockpit.alerts.evaluate import units_of
from cockpit.alerts.judge import OLDEST_DAYS, condition_of, judged
from cockpit.alerts.rule import Expected, Ladder

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from cockpit.alerts.judge import Judged
    from cockpit.alerts.observe import Reader
    from cockpit.alerts.rule import Rule
    from cockpit.kpi.model import UnitId
    from cockpit.kpi.panel import Values
    from cockpit.kpi.reduce import Mask

Ranks: TypeAlias = "npt.NDArray[np.int64]"
RED = 2


@dataclass(frozen=True, slots=True, eq=False)
class Spoken:
    """A rule after each day; arrays are [units, days].

    rank: 0 silent, 1 it warns, 2 it is an alert. back: it still speaks, but is on its way back.
    value, level (in the KPI's unit): NaN while silent. measured: in steps of the condition.
    known: what it is judged on was there; partly: only some of it.
    """

    units: tuple[UnitId, ...]
    days: tuple[date, ...]
    rank: Ranks
    back: Mask
    value: Values
    level: Values
    measured: Values
    known: Mask
    partly: Mask

    @classmethod
    def silent(cls, units: Sequence[UnitId], days: Sequence[date]) -> Spoken:
        """Nothing said yet, to be filled."""
        shape = (len(units), len(days))
        figures = (np.full(shape, np.nan) for _ in range(3))
        masks = (np.zeros(shape, dtype=bool) for _ in range(2))
        back = np.zeros(shape, dtype=bool)
        rank = np.zeros(shape, dtype=np.int64)
        return cls(tuple(units), tuple(days), rank, back, *figures, *masks)


def days_of(reader: Reader) -> tuple[date, ...]:
    """The closed days of the range that a reader is for, after its eve: what spoke then already
    begins before the range."""
    first = (reader.tried_from or reader.until) - timedelta(days=1)
    return tuple(first + timedelta(n) for n in range((reader.until - first).days))


def watched(rule: Rule, reader: Reader) -> tuple[UnitId, ...]:
    """The units where a rule would speak were it enabled."""
    return units_of(rule.model_copy(update={"enabled": True}), reader)


def judged_over(
    rule: Rule, reader: Reader, *, units: Sequence[UnitId] | None = None
) -> Judged | None:
    """The periods of the range as the rule judges them; None where there is nothing to judge."""
    kpi = reader.known.get(rule.kpi or "")
    if kpi is None or isinstance(rule.when, Expected | Ladder):
        return None
    at = tuple(unit for unit in watched(rule, reader) if units is None or unit in units)
    if not at or condition_of(rule, kpi)[1].is_empty:
        return None
    return judged(rule, kpi, at, reader)


def of_periods(found: Judged, days: Sequence[date]) -> Spoken:
    """A rule on periods: after each day, what its last known period made it say.

    What it said of a period too old to be news is over, as in an evaluation.
    """
    spoken = Spoken.silent(found.units, days)
    spoken.known[:] = True
    asked = np.array(days, dtype="datetime64[D]")
    for row in np.flatnonzero((found.beyond > 0).any(axis=1)).tolist():
        courses = found.courses(row)
        known = np.flatnonzero(found.beyond[row] >= 0)
        ends = found.compared.ends[known]
        place = np.searchsorted(ends, asked, side="right") - 1
        for day in np.flatnonzero(place >= 0).tolist():
            course = courses[int(known[place[day]])]
            old = (asked[day] - ends[place[day]]).astype(int) + 1 > OLDEST_DAYS[found.grain]
            if course.fired is not None and not old:
                spoken.rank[row, day] = RED if course.severity == "red" else 1
                spoken.back[row, day] = course.phase == "recovering"
    return spoken
