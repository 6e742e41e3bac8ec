"""How old figures are, against what each source promises."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import chain

from cockpit import clock
from cockpit.kpi import provisional
from cockpit.kpi.calendar import sites_of
from cockpit.kpi.model import Kpi, UnitId
from cockpit.kpi.provisional import Feed
from cockpit.series.model import Freshness
from cockpit.warehouse.attach import Generation


@dataclass(frozen=True, slots=True)
class _Source:
    """What one source delivered: the last day described of each measure."""

    name: str
    label: str
    owner: str
    received_at: datetime
    stale_after_h: float | None
    days: Mapping[str, date]

    def seen(self, as_of: date, now: datetime) -> Freshness:
        """A source is as late as the newest day that any of its measures describes."""
        late = is_late(max(self.days.values()), self.stale_after_h, now)
        return Freshness(self.name, self.label, self.owner, as_of, self.received_at, late)


def freshness(generation: Generation, kpi: Kpi, nodes: Sequence[UnitId] = ()) -> Freshness | None:
    """The oldest of the sources that feed a KPI; None when nothing feeds it.

    nodes: as the sites of these units see them: a site whose file did not come is late while the
    others go on arriving. Without them, as the whole hospital does.
    as_of is the KPI's own; late is its source's: an allocation notified in June is not late while
    the file that carries it goes on arriving.
    """
    measures = {term.measure for term in kpi.terms()}
    now = clock.now()
    found = [
        one.seen(max(mine), now)
        for one in _delivered(generation, nodes)
        if (mine := [day for measure, day in one.days.items() if measure in measures])
    ]
    return min(found, key=lambda one: (not one.late, one.as_of or date.min), default=None)


def sources(generation: Generation, nodes: Sequence[UnitId] = ()) -> tuple[Freshness, ...]:
    """Every source (that feeds the sites of these units), late ones first, then by name."""
    now = clock.now()
    found = [one.seen(max(one.days.values()), now) for one in _delivered(generation, nodes)]
    return tuple(sorted(found, key=lambda one: (not one.late, one.label)))


def _delivered(generation: Generation, nodes: Sequence[UnitId]) -> tuple[_Source, ...]:
    """By name. Several sites together are described as far as any of them is."""
    sites = sites_of(generation, nodes)
    return generation.fact(("delivered", *sites), lambda: tuple(_read(generation, sites)))


def _read(generation: Generation, sites: Sequence[UnitId]) -> Iterator[_Source]:
    views = [provisional.feeds_at(generation, site) for site in sites]
    feeds: dict[str, list[Feed]] = {}
    for view in views or [provisional.feeds(generation)]:
        for feed in chain.from_iterable(view.values()):
            feeds.setdefault(feed.source, []).append(feed)
    for name, mine in sorted(feeds.items()):
        days: dict[str, date] = {}
        for feed in mine:
            days[feed.measure] = max(feed.last_day, days.get(feed.measure, date.min))
        received = max(feed.received_at for feed in mine)
        first = mine[0]
        yield _Source(name, first.label, first.owner, received, first.stale_after_h, days)


def is_late(as_of: date, stale_after_h: float | None, now: datetime | None = None) -> bool:
    """Whether the end of the last described day is older than the source's promise."""
    if stale_after_h is None:
        return False
    end_of_day = datetime.combine(as_of + timedelta(days=1), datetime.min.time(), clock.PARIS)
    age = (now or clock.now()).astimezone(UTC) - end_of_day.astimezone(UTC)  # hours, not clocks
    return age > timedelta(hours=stale_after_h)
