"""Until which day a KPI's figures are consolidated: later days may still move."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa

from cockpit.kpi.calendar import last_day_at, reported_days, reporting_sites
from cockpit.kpi.gaps import MISSED_FOR, numbers
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


def feeds_at(generation: Generation, site: UnitId) -> Mapping[str, tuple[Feed, ...]]:
    """`feeds` as one site knows them: the sources that feed it, until where they describe it.

    A source that goes on with the other sites only is no fresher here than what it last said of
    this one. The top of a group knows what any site delivered.
    """
    return generation.fact(
        ("feeds_at", site),
        lambda: {
            measure: found
            for measure, each in feeds(generation).items()
            if (found := tuple(_at(generation, each, site)))
        },
    )


def _at(generation: Generation, each: Sequence[Feed], site: UnitId) -> Iterator[Feed]:
    for feed in each:
        if len(each) > 1 and not _reaches(generation, feed, site):
            continue
        measure = MeasureId(feed.measure)
        last = last_day_at(generation, measure, site, feed.last_day)
        if last is not None:
            end = last if MEASURES[measure].step == "day" else month_end(last)
            yield replace(feed, last_day=min(feed.last_day, end))


def _reaches(generation: Generation, feed: Feed, site: UnitId) -> bool:
    fed = generation.fact("fed_units", lambda: _fed_units(generation))
    units = fed.get((feed.measure, feed.source), set())
    return any(generation.units.is_within(unit, (site,)) for unit in units)


def _fed_units(generation: Generation) -> dict[tuple[str, str], set[UnitId]]:
    """By measure and source, the units it reported, for the measures of several sources."""
    seen, batch, unit = schema.observation.c, schema.batch.c, schema.unit.c
    shared = {measure for measure, each in feeds(generation).items() if len(each) > 1}
    numbers = {generation.measure_numbers[measure]: measure for measure in shared}
    rows = generation.read(
        sa.select(seen.measure_id, batch.source, unit.code)
        .join_from(schema.observation, schema.batch, batch.batch_id == seen.batch_id)
        .join(schema.unit, unit.unit_id == seen.unit_id)
        .where(seen.measure_id.in_(sorted(numbers)), seen.scenario_id == 0)
        .distinct()
    )
    found: dict[tuple[str, str], set[UnitId]] = {}
    for number, source, code in rows.itertuples(index=False):
        found.setdefault((numbers[number], source), set()).add(UnitId(code))
    return found


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


def consolidated_until(generation: Generation, kpi: Kpi, nodes: Sequence[UnitId]) -> date | None:
    """The last consolidated day at these units: the last described one less the provisional days.

    The site that is furthest behind holds back a sum of sites: its next file brings corrections of
    days that the others have closed. One that stopped long ago holds nothing back.
    """
    sites = reporting_sites(generation, nodes)
    ends = (_consolidated(generation, measure, sites) for measure in _actual_measures(kpi))
    return min((end for end in ends if end), default=None)


def _consolidated(generation: Generation, measure: str, sites: Sequence[UnitId]) -> date | None:
    return generation.fact(
        ("consolidated", measure, *sites), lambda: _settled(generation, measure, sites)
    )


def _settled(generation: Generation, measure: str, sites: Sequence[UnitId]) -> date | None:
    """What no site reports is reported above them, for all of them at once."""
    found = [feed for site in sites for feed in feeds_at(generation, site).get(measure, ())]
    ends = (
        (_awaited(generation, feed) if len(sites) > 1 else feed.last_day)
        - timedelta(days=feed.provisional_d)
        for feed in found or feeds(generation).get(measure, ())
    )
    return min(ends, default=None)


def _awaited(generation: Generation, feed: Feed) -> date:
    """Where a site stands in a sum: its own last day while it is missed, then its source's."""
    newest = next(
        one.last_day for one in feeds(generation)[feed.measure] if one.source == feed.source
    )
    step = MEASURES[MeasureId(feed.measure)].step
    last, now = numbers(np.array([feed.last_day, newest], "datetime64[D]"), step).tolist()
    return feed.last_day if now - last <= MISSED_FOR[step] else newest


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
