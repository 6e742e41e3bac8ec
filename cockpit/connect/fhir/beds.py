"""Beds counted by unit and by what they are used for: Location.operationalStatus (HL7 v2-0116)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime

from cockpit.clock import PARIS
from cockpit.connect import json_text, reasons
from cockpit.connect.fhir.lines import DETAIL, Found, Line
from cockpit.connect.fhir.search import Resource, dicts
from cockpit.connect.fhir.units import Directory

ELEMENTS = "status,operationalStatus,physicalType,partOf,managingOrganization"
STATES = ("C", "H", "I", "K", "O", "U")
NO_STATE = "état du lit manquant ou inconnu (C, H, I, K, O ou U)"

_BED, _SUSPENDED, _GONE = "bd", "suspended", "inactive"
_MORNING = 8


def counted(locations: Iterable[Resource], directory: Directory, now: datetime) -> Found:
    """Beds of each unit at this instant.

    Closed beds are those of state C or out of service for a time (status suspended); all the others
    are open. A bed of no known unit or state is left out and said so.
    """
    found = Found()
    beds: Counter[tuple[str, str]] = Counter()
    for rank, place in enumerate(locations, 1):
        kinds = [one.get("code") for one in dicts(json_text.at(place, "physicalType.coding"))]
        if _BED not in kinds or place.get("status") == _GONE:
            continue
        state = json_text.at(place, "operationalStatus.code")
        state = "C" if place.get("status") == _SUSPENDED else state
        unit = directory.unit(directory.above(place))
        if unit is None:
            found.refused.append((rank, "partOf", reasons.NO_UNIT))
        elif state not in STATES:
            found.refused.append((rank, "operationalStatus", NO_STATE))
        else:
            beds[(unit, state)] += 1
    local = now.astimezone(PARIS)
    for unit in sorted({unit for unit, _ in beds}):
        states = {state: beds[(unit, state)] for state in STATES}
        found.lines += _lines(unit, states, local)
    return found


def _lines(unit: str, beds: dict[str, int], local: datetime) -> Iterator[Line]:
    day, installed = local.date().isoformat(), sum(beds.values())
    figures = {
        "beds_installed": installed,
        "beds_open": installed - beds["C"],
        "beds_closed": beds["C"],
    }
    if local.hour == _MORNING:  # a reading between 08:00 and 08:59 is that of 08:00
        figures["beds_open_0800"] = installed - beds["C"]
        figures["beds_available_0800"] = beds["U"]
    for name, number in figures.items():
        yield Line(day, unit, name, str(number))
    for state, number in beds.items():
        yield Line(day, unit, f"lits_{state}", str(number), DETAIL)
