"""Whether a monthly series has stopped. Accounts come late by nature: each source says how late."""

from __future__ import annotations

from datetime import date, timedelta
from math import ceil
from typing import TYPE_CHECKING

from cockpit import clock
from cockpit.forecast import reasons
from cockpit.kpi.provisional import closed_month, feeds
from cockpit.kpi.windows import month_end

if TYPE_CHECKING:
    from cockpit.kpi.model import Kpi
    from cockpit.warehouse.attach import Generation

LATE_MONTHS = 3


def stopped(generation: Generation, kpi: Kpi, last: date) -> str:
    """The refusal, in French, of a series more than three closed months behind; "" of another.

    last: a day of its newest month. It is behind the last month that ended longer ago than the
    `stale_after` of its sources (the longest; none for a source that is not described any more).
    """
    known = feeds(generation)
    hours = [f.stale_after_h or 0.0 for t in kpi.terms() for f in known.get(t.measure, ())]
    owed = closed_month(clock.yesterday() - timedelta(days=ceil(max(hours, default=0.0) / 24)))
    behind = 12 * (owed.year - last.year) + owed.month - last.month
    if behind <= LATE_MONTHS:
        return ""
    return reasons.STOPPED_ON.format(day=f"{month_end(last):%d/%m/%Y}")
