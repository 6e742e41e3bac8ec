"""The whole hospital, played once: what every export reads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sample_data.activity import Activity, activity
from sample_data.bed_lists import Lists, lists
from sample_data.beds_flow import Boarders, Flow, boarders, flow
from sample_data.beds_open import Beds, beds
from sample_data.census import Census, census
from sample_data.coding import Revenue, revenue
from sample_data.emergency import Visits, visits
from sample_data.emergency_times import EmergencyTimes, emergency_times
from sample_data.seasons import Seasons, seasons


@dataclass(frozen=True)
class World:
    """Emergency departments and wards, day by day; the rest of the hospital follows from them."""

    time: Seasons
    visits: Visits
    beds: Beds
    census: Census
    boarders: Boarders
    flow: Flow
    times: EmergencyTimes
    activity: Activity
    lists: Lists
    revenue: Revenue

    @property
    def end(self) -> date:
        """The last delivered day."""
        return self.time.end


def play(end: date, seed: int) -> World:
    """Simulate from November 2022 to 31 December of `end`'s year."""
    time = seasons(end, seed)
    seen = visits(time)
    capacity = beds(time)
    nights = census(time, seen, capacity)
    waiting = boarders(time, nights)
    moves = flow(time, capacity, nights)
    done = activity(time, nights)
    return World(
        time=time,
        visits=seen,
        beds=capacity,
        census=nights,
        boarders=waiting,
        flow=moves,
        times=emergency_times(time, seen, waiting.at_8h.sum(axis=2)),
        activity=done,
        lists=lists(time, nights, moves, done),
        revenue=revenue(time, moves, done, seen),
    )
