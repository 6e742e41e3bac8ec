"""Stays counted by unit and day of Paris: arrivals, exits, who is there at given hours.

A day of Paris lasts 23 or 25 hours when the clock changes: its hours are found on the wall clock,
then compared as instants. Days that are not over count nothing but the 08:00 that is past.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from cockpit.clock import PARIS
from cockpit.connect.fhir.lines import DETAIL, MEASURE, Line
from cockpit.connect.fhir.stays import EMERGENCY, INPATIENT, Stay

MIDNIGHT = time(0)

_NOON = 12
_NIGHT, _MORNING, _AFTERNOON = time(23, 59), time(8), time(15)
_Key = tuple[date, str, str]

_INPATIENT = ("patients_midnight", "bed_exits", "exits_eligible", "exits_before_noon", "arrivees")
_EMERGENCY = ("ed_visits", "ed_present_15h")
_AMBULATORY = ("ambulatoire",)
_DETAILS = ("arrivees", "ambulatoire")


@dataclass(frozen=True)
class Window:
    """Days counted, first and last included; now: what is later has not happened."""

    first: date
    last: date
    now: datetime

    @classmethod
    def ending(cls, now: datetime, days: int) -> Window:
        """The last complete days of Paris before an instant."""
        last = now.astimezone(PARIS).date() - timedelta(days=1)
        return cls(last - timedelta(days=days - 1), last, now)

    def days(self) -> list[date]:
        """Every complete day."""
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]

    def instants(self, hour: time) -> list[datetime]:
        """That hour of every complete day, and of today when it is past."""
        found = [instant(day, hour) for day in [*self.days(), self.last + timedelta(days=1)]]
        return [one for one in found if one <= self.now]


def instant(day: date, hour: time) -> datetime:
    """An hour of the wall clock of Paris, in UTC."""
    return datetime.combine(day, hour, PARIS).astimezone(UTC)


def day_of(moment: datetime) -> date:
    """The day of Paris in which an instant lies."""
    return moment.astimezone(PARIS).date()


@dataclass
class Census:
    """Counts being made; stays are forgotten as soon as they are added."""

    window: Window
    _counts: Counter[_Key] = field(default_factory=Counter)
    _units: dict[str, set[str]] = field(default_factory=dict)
    _unknown_exits: set[tuple[date, str]] = field(default_factory=set)
    _hours: dict[time, tuple[list[datetime], list[date]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for hour in (_NIGHT, _MORNING, _AFTERNOON):
            instants = self.window.instants(hour)
            self._hours[hour] = (instants, [day_of(moment) for moment in instants])

    def add(self, stay: Stay) -> None:
        """Count one stay."""
        if stay.kind in INPATIENT:
            self._event(stay, stay.start, "arrivees")
            self._present(stay, _NIGHT, "patients_midnight")
            self._present(stay, _MORNING, "patients_0800")
            if stay.end:
                self._exit(stay, stay.end)
        elif stay.kind in EMERGENCY:
            self._event(stay, stay.start, "ed_visits")
            self._present(stay, _AFTERNOON, "ed_present_15h")
        else:
            self._event(stay, stay.start, "ambulatoire")

    def _event(self, stay: Stay, moment: datetime, name: str) -> None:
        day = day_of(moment)
        if self.window.first <= day <= self.window.last:
            self._count(day, stay.unit_at(moment), name)

    def _count(self, day: date, unit: str, name: str) -> None:
        self._counts[(day, unit, name)] += 1
        self._units.setdefault(name, set()).add(unit)

    def _present(self, stay: Stay, hour: time, name: str) -> None:
        """Begun at that instant and not over: start <= instant < end."""
        instants, days = self._hours[hour]
        over = len(instants) if stay.end is None else bisect_left(instants, stay.end)
        for place in range(bisect_left(instants, stay.start), over):
            self._count(days[place], stay.unit_at(instants[place]), name)

    def _exit(self, stay: Stay, end: datetime) -> None:
        self._event(stay, end, "bed_exits")
        day, unit = day_of(end), stay.unit_at(end)
        if stay.died is None:
            self._unknown_exits.add((day, unit))
        elif not stay.died:
            self._event(stay, end, "exits_eligible")
            if end.astimezone(PARIS).hour < _NOON:
                self._event(stay, end, "exits_before_noon")

    def lines(self) -> Iterator[Line]:
        """One line per day, unit and figure, zeros included for the units that were seen: all the
        stays were read, so nobody means zero. Deaths unknown, their exits are absent.
        """
        days = self.window.days()
        inpatient = self._seen(*_INPATIENT, "patients_0800")
        yield from self._filled(days, inpatient, _INPATIENT)
        mornings = self._hours[_MORNING][1]
        yield from self._filled(mornings, inpatient, ("patients_0800",))
        yield from self._filled(days, self._seen(*_EMERGENCY), _EMERGENCY)
        yield from self._filled(days, self._seen(*_AMBULATORY), _AMBULATORY)

    def _seen(self, *names: str) -> list[str]:
        return sorted(set().union(*(self._units.get(name, set()) for name in names)))

    def _filled(
        self, days: Sequence[date], units: Sequence[str], names: Sequence[str]
    ) -> Iterator[Line]:
        for day in days:
            for unit in units:
                for name in names:
                    if name.startswith("exits_") and (day, unit) in self._unknown_exits:
                        continue
                    kind = DETAIL if name in _DETAILS else MEASURE
                    number = self._counts[(day, unit, name)]
                    yield Line(day.isoformat(), unit, name, str(number), kind)
