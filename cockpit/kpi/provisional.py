"""Until which day a KPI's figures are consolidated: later days may still move."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd
import sqlalchemy as sa

from cockpit.kpi.calendar import reported_days
from cockpit.kpi.measures import MEASURES
from cockpit.kpi.model import Kpi, MeasureId, UnitId
from cockpit.kpi.windows import month_end
from cockpit.warehouse import schema
from cockpit.warehouse.attach import Generation


@dataclass(frozen=True, slots=True)
class Feed:
    """What one source gives of one measure. last_day: end of the last period that it described.

    received_at: naive UTC. stale_after_h is None for a source that is not described any more.
    """

    measure: str
    source: str
    last_day: date
    received_at: datetime
    label: str
    owner: str
    stale_after_h: float | None
    provisional_d: float


def feeds(generation: Generation) -> Mapping[str, tuple[Feed, ...]]:
    """By measure, the sources that feed it."""
    return generation.fact("feeds", lambda: _read(generation))


def _read(generation: Generation) -> dict[str, tuple[Feed, ...]]:
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
        .order_by(measure.name, feed.source)
    )
    found: dict[str, list[Feed]] = {}
    for row in rows.to_dict("records"):
        found.setdefault(row["measure"], []).append(_feed(row))
    return {name: tuple(each) for name, each in found.items()}


def _feed(row: dict[Any, Any]) -> Feed:
    described = pd.notna(row["stale_after_h"])
    received = pd.Timestamp(row["received_at"]).to_pydatetime()
    last = pd.Timestamp(row["last_day"]).date()
    return Feed(
        measure=row["measure"],
        source=row["source"],
        last_day=_described_until(row["measure"], last, received.date()),
        received_at=received,
        label=row["label"] if described else row["source"],
        owner=row["owner"] if described else "",
        stale_after_h=float(row["stale_after_h"]) if described else None,
        provisional_d=float(row["provisional_d"]) if described else 0.0,
    )


def _described_until(measure: str, last: date, received: date) -> date:
    """The last day that a figure describes; a month delivered before its end is described until
    the day before its delivery."""
    if MEASURES[MeasureId(measure)].step == "day":
        return last
    end = month_end(last)
    return end if end < received else max(last, received - timedelta(days=1))


def last_day(generation: Generation, kpi: Kpi, nodes: Sequence[UnitId] = ()) -> date | None:
    """The last day that every measure of the KPI describes; None when one has no actual figure.

    A monthly KPI ends with its last closed month: three weeks of revenue against a month of budget
    would be a wrong number. nodes: as far as the sites of these units have reported; without them,
    as far as anyone has.
    """
    ends = [_last_at(generation, m, nodes) for m in _actual_measures(kpi)]
    known = [end for end in ends if end]
    if not ends or len(known) < len(ends):
        return None
    return min(known) if kpi.step == "day" else closed_month(min(known))


def closed_month(day: date) -> date:
    """The last day of the last month that ended on or before `day`: an open month is no month."""
    return day if month_end(day) == day else day.replace(day=1) - timedelta(days=1)


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
    known = feeds(generation)
    ends = [
        feed.last_day - timedelta(days=feed.provisional_d)
        for measure in _actual_measures(kpi)
        for feed in known.get(measure, ())
    ]
    return min(ends, default=None)


def _actual_measures(kpi: Kpi) -> tuple[str, ...]:
    terms = (*kpi.numerator, *kpi.denominator)
    return tuple({t.measure: None for t in terms if t.scenario in {None, "actual"}})


def _last_by_measure(generation: Generation) -> dict[str, date]:
    return generation.fact(
        "last_by_measure",
        lambda: {
            measure: max(feed.last_day for feed in each)
            for measure, each in feeds(generation).items()
        },
    )
