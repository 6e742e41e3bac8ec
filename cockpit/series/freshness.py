"""How old figures are, against what each source promises."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from cockpit import clock
from cockpit.kpi import provisional
from cockpit.kpi.model import Kpi
from cockpit.kpi.provisional import Feed
from cockpit.series.model import Freshness
from cockpit.warehouse.attach import Generation


def freshness(generation: Generation, kpi: Kpi) -> Freshness | None:
    """The oldest of the sources that feed a KPI; None when nothing feeds it.

    as_of is the KPI's own; late is its source's: an allocation notified in June is not late while
    the file that carries it goes on arriving.
    """
    sources_by_name = _by_source(_every(generation))
    measures = {term.measure for term in kpi.terms()}
    mine: dict[str, date] = {}
    for feed in _every(generation):
        if feed.measure in measures:
            mine[feed.source] = max(feed.last_day, mine.get(feed.source, date.min))
    found = [replace(sources_by_name[name], as_of=as_of) for name, as_of in sorted(mine.items())]
    return min(found, key=lambda one: (not one.late, one.as_of or date.min), default=None)


def sources(generation: Generation) -> tuple[Freshness, ...]:
    """Every source of the generation, late ones first, then by name."""
    found = _by_source(_every(generation)).values()
    return tuple(sorted(found, key=lambda one: (not one.late, one.label)))


def _every(generation: Generation) -> list[Feed]:
    return [feed for each in provisional.feeds(generation).values() for feed in each]


def _by_source(feeds: Iterable[Feed]) -> dict[str, Freshness]:
    found: dict[str, list[Feed]] = {}
    for feed in feeds:
        found.setdefault(feed.source, []).append(feed)
    return {source: _of(source, each) for source, each in found.items()}


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
