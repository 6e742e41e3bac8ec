"""The ten stories of the sample hospital against the alerts that a year of mornings would give.

A story is found when its alert speaks at its unit (or above or below it) on the right day: from the
first day on which figures can show it to the last one allowed by what its rule waits for. A red
alert outside every story, at any unit, is a false one; those that are open together at one site
about one domain are one situation (the desk groups them so).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from cockpit.access.scope import Scope
from cockpit.alerts import rulebook
from cockpit.alerts.dryrun import Firing, reader_over, tried
from cockpit.kpi.calendar import site_of
from cockpit.kpi.installed import kpis_of
from cockpit.kpi.model import UnitId
from cockpit.kpi.windows import add_months
from cockpit.warehouse.attach import Generation
from sample_data.stories import STORIES, Story, flu_core

CURRENT = frozenset({"endocrinology", "title2", "coding", "downstream"})
"""Stories that last to this day: only their own alert is theirs, not all that happens since."""


@dataclass(frozen=True, slots=True)
class Awaited:
    """The rule that must speak, in days after the start of the story."""

    rule: str
    first: int
    last: int
    why: str


AWAITED = {
    "flu": Awaited("het_tension_index_level", 6, 6, "first of the eleven worst days"),
    "august": Awaited("beds_closed_rate_level", 0, 1, "two periods to open"),
    "outbreak": Awaited("frozen_beds_mdro_level", 0, 1, "one ward may report a day late"),
    "outage": Awaited("critical_app_outage", 0, 0, "the day itself"),
    "radiology": Awaited("temp_staff_cost_ward", 0, 0, "the month itself"),
    "snow": Awaited("ed_visits_history", 0, 0, "the day itself"),
    "endocrinology": Awaited("beds_closed_ward", 13, 13, "fourteen days to open"),
    "title2": Awaited("expense_title2_budget", 0, 92, "when the year is 1 % above its profile"),
    "coding": Awaited("coding_completeness_ward", -30, 31, "the month of the first missing week"),
    "downstream": Awaited("downstream_waiting_drift", 7, 28, "four weeks against four weeks"),
}


@dataclass(frozen=True, slots=True)
class Found:
    """A story and the alert that told it; None: it did not speak, or not in time."""

    story: Story
    awaited: Awaited
    firing: Firing | None


@dataclass(frozen=True, slots=True)
class Proof:
    """found: the ten stories. red: false red alerts, by day. situations: the same, grouped.

    weeks: outside the stories.
    """

    found: tuple[Found, ...]
    red: tuple[Firing, ...]
    situations: int
    weeks: float

    @property
    def recall(self) -> int:
        """Stories whose alert spoke on the right day."""
        return sum(one.firing is not None for one in self.found)


def prove(generation: Generation, scope: Scope, end: date) -> Proof:
    """The shipped rules over the twelve months that end with `end`."""
    first = add_months(end, -12) + timedelta(days=1)
    every = kpis_of(generation.home.kpis).values()
    reader = reader_over(generation, scope, every, first, end)
    firings = [one for rule in rulebook.shipped().values() for one in tried(rule, reader)]
    stories = STORIES(end)
    found = tuple(_found(story, firings, generation, end) for story in stories)
    told = [story for story in stories if story.id not in CURRENT]
    red = [one for one in firings if one.red and not _is_of(one, found, told)]
    days = [first + timedelta(days=n) for n in range((end - first).days + 1)]
    quiet = [day for day in days if not any(story.start <= day <= story.end for story in told)]
    ordered = tuple(sorted(red, key=lambda one: (str(one.red), one.rule)))
    return Proof(found, ordered, len(list(_situations(ordered, generation))), len(quiet) / 7)


def _found(story: Story, firings: Iterable[Firing], generation: Generation, end: date) -> Found:
    awaited = AWAITED[story.id]
    start = flu_core(end)[0] - timedelta(days=6) if story.id == "flu" else story.start
    earliest, latest = (start + timedelta(days=n) for n in (awaited.first, awaited.last))
    right = (
        one
        for one in firings
        if one.rule == awaited.rule
        and _is_near(one.unit, UnitId(story.unit), generation)
        and earliest <= one.fired <= latest
    )
    return Found(story, awaited, min(right, key=lambda one: one.fired, default=None))


def _is_near(unit: UnitId, other: UnitId, generation: Generation) -> bool:
    tree = generation.units
    return tree.is_within(unit, (other,)) or tree.is_within(other, (unit,))


def _is_of(one: Firing, found: Iterable[Found], told: Iterable[Story]) -> bool:
    """Whether a red alert belongs to a story: it began in one that is over, or is its alert."""
    if one.red is None or any(story.start <= one.red <= story.end for story in told):
        return True
    return any(one == each.firing for each in found)


def _situations(red: Iterable[Firing], generation: Generation) -> Iterator[Firing]:
    """The first red alert of each situation."""
    until: dict[tuple[str, str], date] = {}
    book = rulebook.shipped()
    kpis = kpis_of(generation.home.kpis)
    for one in red:
        if one.red is None:
            continue
        domain = str(kpis[book[one.rule].kpi].domain)  # type: ignore[index]
        place = (site_of(generation.units, one.unit), domain)
        if one.red > until.get(place, date.min):
            yield one
        until[place] = max(until.get(place, date.min), one.over or date.max)
