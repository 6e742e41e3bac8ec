"""Until which day a KPI's figures are consolidated: later days may still move."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import pandas as pd
import sqlalchemy as sa

from cockpit.kpi.calendar import reported_days
from cockpit.kpi.measures import MEASURES
from cockpit.kpi.model import Kpi, MeasureId, UnitId
from cockpit.kpi.windows import month_end
from cockpit.warehouse import schema
from cockpit.warehouse.attach import Generation


def feeds(generation: Generation) -> pd.DataFrame:
    """One row per (measure, source): measure, source, last_day (end of the last period, date),
    received_at, label, owner, stale_after_h, provisional_d."""
    return generation.cached("feeds", lambda: _read(generation))


def _read(generation: Generation) -> pd.DataFrame:
    feed, source, measure = schema.feed.c, schema.source.c, schema.measure.c
    rows = generation.read(
        sa.select(
            measure.name.label("measure"),
            feed.source,
            feed.last_day,
            feed.received_at,
            source.label,
            source.owner,
            source.stale_after_h,
            source.provisional_d,
        )
        .join_from(schema.feed, schema.measure, feed.measure_id == measure.measure_id)
        .join(schema.source, source.name == feed.source, isouter=True)
    )
    rows["last_day"] = [
        _described_until(name, day.date(), received.date())
        for name, day, received in zip(
            rows["measure"], rows["last_day"], rows["received_at"], strict=True
        )
    ]
    return rows


def _described_until(measure: str, last: date, received: date) -> date:
    """The last day that a figure describes; a month delivered before its end is described until
    the day before its delivery."""
    if MEASURES[MeasureId(measure)].step == "day":
        return last
    end = month_end(last)
    return end if end < received else max(last, received - timedelta(days=1))


def last_day(
    generation: Generation, kpi: Kpi, nodes: Sequence[UnitId] = ()
) -> date | None:
    """The last day that every measure of the KPI describes; None when one has no actual figure.

    nodes: as far as the sites of these units have reported; without them, as far as anyone has.
    """
    ends = [_last_at(generation, m, nodes) for m in _actual_measures(kpi)]
    known = [end for end in ends if end]
    return min(known) if ends and len(known) == len(ends) else None


def _last_at(generation: Generation, measure: str, nodes: Sequence[UnitId]) -> date | None:
    last = _last_by_measure(generation).get(measure)
    if last is None or not nodes:
        return last
    days = reported_days(generation, MeasureId(measure), "actual", nodes)
    if not len(days):
        return None
    end: date = days[-1].astype(object)
    return min(last, month_end(end) if MEASURES[MeasureId(measure)].step == "month" else end)


def consolidated_until(generation: Generation, kpi: Kpi) -> date | None:
    """The last consolidated day: the last described one less the source's provisional days."""
    rows = feeds(generation)
    mine = rows[rows["measure"].isin(_actual_measures(kpi))]
    if mine.empty:
        return None
    ends = [
        end - timedelta(days=float(late) if pd.notna(late) else 0.0)
        for end, late in zip(mine["last_day"], mine["provisional_d"], strict=True)
    ]
    return min(ends)


def _actual_measures(kpi: Kpi) -> tuple[str, ...]:
    terms = (*kpi.numerator, *kpi.denominator)
    return tuple({t.measure: None for t in terms if t.scenario in {None, "actual"}})


def _last_by_measure(generation: Generation) -> dict[str, date]:
    rows = feeds(generation)
    return generation.cached(
        "last_by_measure",
        lambda: {str(m): max(g["last_day"]) for m, g in rows.groupby("measure")},
    )
