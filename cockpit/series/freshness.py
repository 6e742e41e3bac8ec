"""How old figures are, against what each source promises."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pandas as pd

from cockpit import clock
from cockpit.kpi import provisional
from cockpit.kpi.model import Kpi
from cockpit.series.model import Freshness
from cockpit.warehouse.attach import Generation


def freshness(generation: Generation, kpi: Kpi) -> Freshness | None:
    """The oldest of the sources that feed a KPI; None when nothing feeds it."""
    measures = {term.measure for term in kpi.terms()}
    rows = provisional.feeds(generation)
    mine = rows[rows["measure"].isin(measures)]
    if mine.empty:
        return None
    found = [_of(source, group) for source, group in mine.groupby("source")]
    return min(found, key=lambda one: (not one.late, one.as_of or date.min))


def sources(generation: Generation) -> tuple[Freshness, ...]:
    """Every source of the generation, late ones first, then by name."""
    rows = provisional.feeds(generation)
    found = [_of(str(source), group) for source, group in rows.groupby("source")]
    return tuple(sorted(found, key=lambda one: (not one.late, one.label)))


def _of(source: str, rows: pd.DataFrame) -> Freshness:
    """A source is as old as the newest day that any of its measures describes."""
    as_of = max(rows["last_day"])
    first = rows.iloc[0]
    label = first["label"] if isinstance(first["label"], str) else source
    stale_after = float(first["stale_after_h"]) if pd.notna(first["stale_after_h"]) else None
    received: datetime = pd.Timestamp(rows["received_at"].max()).to_pydatetime()
    owner = first["owner"] if isinstance(first["owner"], str) else ""
    return Freshness(source, label, owner, as_of, received, is_late(as_of, stale_after))


def is_late(as_of: date, stale_after_h: float | None, now: datetime | None = None) -> bool:
    """Whether the end of the last described day is older than the source's promise."""
    if stale_after_h is None:
        return False
    end_of_day = datetime.combine(as_of + timedelta(days=1), datetime.min.time(), clock.PARIS)
    return (now or clock.now()) - end_of_day > timedelta(hours=stale_after_h)
