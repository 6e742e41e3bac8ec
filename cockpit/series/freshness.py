"""How old figures are, against what each source promises."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta

from cockpit import clock
from cockpit.kpi import provisional
from cockpit.kpi.model import Kpi
from cockpit.kpi.provisional import Feed
from cockpit.series.model import Freshness
from cockpit.warehouse.attach import Generation


def freshness(generation: Generation, kpi: Kpi) -> Freshness | None:
    """The oldest of the sources that feed a KPI; None when nothing feeds it."""
    known = provisional.feeds(generation)
    mine = [feed for m in {term.measure for term in kpi.terms()} for feed in known.get(m, ())]
    return min(_by_source(mine), key=lambda one: (not one.late, one.as_of or date.min), default=None)


def sources(generation: Generation) -> tuple[Freshness, ...]:
    """Every source of the generation, late ones first, then by name."""
    every = [feed for each in provisional.feeds(generation).values() for feed in each]
    return tuple(sorted(_by_source(every), key=lambda one: (not one.late, one.label)))


def _by_source(feeds: Iterable[Feed]) -> list[Freshness]:
    found: dict[str, list[Feed]] = {}
    for feed in feeds:
        found.setdefault(feed.source, []).append(feed)
    return [_of(source, found[source]) for source in sorted(found)]


def _of(source: str, feeds: Sequence[Feed]) -> Freshness:
    """A source is as old as the newest day that any of its measures describes."""
    as_of = max(feed.last_day for feed in feeds)
    received = max(feed.received_at for feed in feeds)
    first = feeds[0]
    late = is_late(as_of, first.stale_after_h)
    return Freshness(source, first.label, first.owner, as_of, received, late)


def is_late(as_of: date, stale_after_h: float | None, now: datetime | None = None) -> bool:
    """Whether the end of the last described day is older than the source's promise."""
    if stale_after_h is None:
        return False
    end_of_day = datetime.combine(as_of + timedelta(days=1), datetime.min.time(), clock.PARIS)
    age = (now or clock.now()).astimezone(UTC) - end_of_day.astimezone(UTC)  # hours, not clocks
    return age > timedelta(hours=stale_after_h)
