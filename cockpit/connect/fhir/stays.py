"""One Encounter as a stay: when it began and ended, and in which unit at any instant.

Nothing of the patient is kept: neither the identifiers nor the subject of an Encounter are read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cockpit.connect import json_text, reasons
from cockpit.connect.fhir.search import Resource, dicts

ELEMENTS = "status,class,period,location,serviceProvider,hospitalization,partOf"
STATUSES = ("arrived", "triaged", "in-progress", "onleave", "finished")
INPATIENT = frozenset({"IMP", "ACUTE", "NONAC"})
EMERGENCY = frozenset({"EMER"})
AMBULATORY = frozenset({"AMB"})

NO_TIME = "date, heure et fuseau attendus"
NO_END = "séjour terminé sans date de fin"
BACKWARDS = "fin avant le début"

_UNPLACED = ("planned", "reserved")
UnitOf = Callable[[Any], str | None]


class LeftOut(ValueError):
    """A resource that cannot be counted. args: field, reason."""


@dataclass(frozen=True)
class Stay:
    """Instants in UTC; end None when it goes on. places: (from, unit), in order of time.

    kind: class of the Encounter. died: None when the way out is not coded.
    """

    kind: str
    start: datetime
    end: datetime | None
    places: tuple[tuple[datetime, str], ...]
    died: bool | None

    def unit_at(self, instant: datetime) -> str:
        """Where the patient is: the last place reached, the first one before any."""
        found = self.places[0][1]
        for since, unit in self.places[1:]:
            if since <= instant:
                found = unit
        return found


def stay_of(encounter: Resource, unit_of: UnitOf, by: str) -> Stay | None:
    """The stay of an Encounter; None for one that counts nothing: planned, cancelled, of another
    class, or a movement (partOf) of a stay that is counted itself. Raises LeftOut.

    by: `serviceProvider`; otherwise the places of `location`.
    """
    status, kind = encounter.get("status"), json_text.at(encounter, "class.code")
    counted = INPATIENT | EMERGENCY | AMBULATORY
    if not isinstance(kind, str) or kind not in counted:
        return None
    if status not in STATUSES or encounter.get("partOf"):
        return None
    start, end = _instant(encounter, "period.start"), None
    if json_text.at(encounter, "period.end") is not None:
        end = _instant(encounter, "period.end")
    if status == "finished" and end is None:
        raise LeftOut("period.end", NO_END)
    if end and end < start:
        raise LeftOut("period.end", BACKWARDS)
    find = _provider if by == "serviceProvider" else _places
    places = find(encounter, unit_of, start)
    if not places:
        raise LeftOut(by, reasons.NO_UNIT)
    return Stay(kind, start, end, places, _died(encounter))


def _instant(resource: dict[str, Any], path: str) -> datetime:
    text = json_text.at(resource, path)
    try:
        found = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise LeftOut(path, NO_TIME)
    return found.astimezone(UTC)


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
            raise LeftOut("location.location", reasons.NO_UNIT)
        found.append((_instant(one, "period.start") if dated else start, unit))
    return tuple(sorted(found, key=lambda place: place[0]))


def _died(encounter: Resource) -> bool | None:
    codings = dicts(json_text.at(encounter, "hospitalization.dischargeDisposition.coding"))
    codes = [coding.get("code") for coding in codings]
    return "exp" in codes if codes else None
