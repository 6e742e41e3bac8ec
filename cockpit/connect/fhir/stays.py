"""One Encounter as a stay: when it began and ended, and in which unit at any instant.

Nothing of the patient is kept: neither the identifiers nor the subject of an Encounter are read.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cockpit.connect import json_text
from cockpit.connect.fhir.search import Resource, dicts

ELEMENTS = "status,class,period,location,serviceProvider,hospitalization,partOf"
STATUSES = ("arrived", "triaged", "in-progress", "onleave", "finished")
INPATIENT = frozenset({"IMP", "ACUTE", "NONAC"})
EMERGENCY = frozenset({"EMER"})
AMBULATORY = frozenset({"AMB"})

PLACE = "location.location"
NO_TIME = "date, heure et fuseau attendus"
NO_END = "séjour terminé sans date de fin"
BACKWARDS = "fin avant le début"

FAR = datetime(9999, 1, 1, tzinfo=UTC)
"""An end that is never reached: the last days of the calendar, often written for "no end", have no
hour in Paris."""

_OLDEST = 1800
_REFERENCE = re.compile(
    r"(?:.*/)?Encounter/([A-Za-z0-9.-]{1,64})(?:/_history/[A-Za-z0-9.-]{1,64})?"
)
_UNPLACED = ("planned", "reserved")
UnitOf = Callable[[Any], str | None]


class LeftOut(ValueError):
    """A resource that cannot be counted. args: field, reason."""


@dataclass(frozen=True, slots=True)
class Stay:
    """Instants in UTC; end None when it goes on. places: (from, unit), in order of time.

    kind: class of the Encounter. died: None when the way out is not coded. unplaced: the field that
    should have said the unit, when there is no place.
    """

    kind: str
    start: datetime
    end: datetime | None
    places: tuple[tuple[datetime, str], ...]
    died: bool | None
    unplaced: str = ""

    def unit_at(self, instant: datetime) -> str:
        """Where the patient is: the last place reached, the first one before any."""
        found = self.places[0][1]
        for since, unit in self.places[1:]:
            if since <= instant:
                found = unit
        return found


def part_of(encounter: Resource) -> str | None:
    """The id of the Encounter that this one is a movement of; "" when it does not say which; None
    for a whole stay."""
    given = encounter.get("partOf")
    if not given:
        return None
    found = _REFERENCE.fullmatch(str(json_text.at(given, "reference") or ""))
    return found[1] if found else ""


def stay_of(encounter: Resource, unit_of: UnitOf, by: str) -> Stay | None:
    """An Encounter, stay or movement; None for one that counts nothing: planned, cancelled, of
    another class. It may have no place, when its movements say where (see movements.py). Raises
    LeftOut.

    by: `serviceProvider`; otherwise the places of `location`.
    """
    status, kind = encounter.get("status"), json_text.at(encounter, "class.code")
    counted = INPATIENT | EMERGENCY | AMBULATORY
    if not isinstance(kind, str) or kind not in counted or status not in STATUSES:
        return None
    start, end = _instant(encounter, "period.start"), None
    if json_text.at(encounter, "period.end") is not None:
        end = _instant(encounter, "period.end")
    if status == "finished" and end is None:
        raise LeftOut("period.end", NO_END)
    if end and end < start:
        raise LeftOut("period.end", BACKWARDS)
    find = _provider if by == "serviceProvider" else _places
    places, unplaced = find(encounter, unit_of, start), ""
    if not places:
        unplaced = PLACE if find is _places and encounter.get("location") else by
    return Stay(kind, start, end, places, _died(encounter), unplaced)


def _instant(resource: dict[str, Any], path: str) -> datetime:
    text = json_text.at(resource, path)
    try:
        found = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        found = None
    if found is None or found.tzinfo is None or found.year < _OLDEST:
        raise LeftOut(path, NO_TIME)
    return min(found, FAR).astimezone(UTC)


def _provider(
    encounter: Resource, unit_of: UnitOf, start: datetime
) -> tuple[tuple[datetime, str], ...]:
    unit = unit_of(encounter.get("serviceProvider"))
    return ((start, unit),) if unit else ()


def _places(
    encounter: Resource, unit_of: UnitOf, start: datetime
) -> tuple[tuple[datetime, str], ...]:
    found = []
    given = [one for one in dicts(encounter.get("location")) if one.get("status") not in _UNPLACED]
    for one in given:
        dated = json_text.at(one, "period.start") is not None
        if len(given) > 1 and not dated:
            raise LeftOut("location.period.start", NO_TIME)
        unit = unit_of(one.get("location"))
        if unit is None:
            return ()  # one place that nobody knows: where the patient was cannot be told
        found.append((_instant(one, "period.start") if dated else start, unit))
    return tuple(sorted(found, key=lambda place: place[0]))


def _died(encounter: Resource) -> bool | None:
    codings = dicts(json_text.at(encounter, "hospitalization.dischargeDisposition.coding"))
    codes = [coding.get("code") for coding in codings]
    return "exp" in codes if codes else None
