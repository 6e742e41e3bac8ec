"""Which UF a reference of FHIR leads to: an identifier of the hospital's own system.

A bed lies in a room, which lies in a ward: the code is looked for on the way up.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Literal

from cockpit.connect.fhir.search import Fhir, Resource, dicts

UnitFrom = Literal["location", "managingOrganization", "serviceProvider"]

_HIGHEST = 20
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)
_REFERENCE = re.compile(
    r"(?:.*/)?(Location|Organization)/([A-Za-z0-9.-]{1,64})(?:/_history/[A-Za-z0-9.-]{1,64})?"
)
_CONDITIONAL = re.compile(r"(?:Location|Organization)\?identifier=([^|&]+)\|([^|&]+)")
_ELEMENTS = {
    "Location": "identifier,partOf,managingOrganization",
    "Organization": "identifier,partOf",
}
_Key = tuple[str, str]


@dataclass
class Directory:
    """Places and organisations of a server, read when the first reference needs them.

    system: of the identifiers that are unit codes. unit_from: who carries them.
    """

    fhir: Fhir
    system: str
    unit_from: UnitFrom
    _known: dict[str, dict[str, Resource]] = field(default_factory=dict)

    def unit(self, reference: Any) -> str | None:
        """The code of the unit that a Reference leads to; None when it leads to none."""
        for _ in range(_HIGHEST):  # partOf may turn in circles
            if not isinstance(reference, dict):
                return None
            own = self._said(reference)
            resource = None if own else self._resource(_key(reference))
            if own or resource is None:
                return own
            own = self.own_code(resource)
            if own:
                return own
            reference = self.above(resource)
        return None

    def own_code(self, resource: Resource) -> str | None:
        """The unit code that a place or an organisation carries itself."""
        is_place = resource.get("resourceType") == "Location"
        if is_place and self.unit_from != "location":
            return None
        for identifier in dicts(resource.get("identifier")):
            if identifier.get("system") == self.system and _is_code(identifier.get("value")):
                return str(identifier["value"])
        return None

    def above(self, resource: Resource) -> Any:
        """The reference one step up: the organisation in charge, else what it is part of."""
        in_charge = resource.get("managingOrganization")
        if in_charge and self.unit_from != "location":
            return in_charge
        return resource.get("partOf")

    def _said(self, reference: dict[str, Any]) -> str | None:
        """A reference may carry the identifier itself."""
        target = str(reference.get("reference") or "")
        if self.unit_from != "location" and "Location" in (target[:8], reference.get("type")):
            return None
        identifier = reference.get("identifier")
        if isinstance(identifier, dict) and identifier.get("system") == self.system:
            return str(identifier["value"]) if _is_code(identifier.get("value")) else None
        found = _CONDITIONAL.fullmatch(target)
        return found[2] if found and found[1] == self.system and _is_code(found[2]) else None

    def _resource(self, key: _Key | None) -> Resource | None:
        if key is None:
            return None
        kind, own = key
        if kind not in self._known:
            found = self.fhir.search(kind, _ELEMENTS[kind])
            self._known[kind] = {str(one.get("id")): _light(one) for one in found}
        return self._known[kind].get(own)


def _light(resource: Resource) -> Resource:
    """Only what the way up needs: a server may send more than asked."""
    kept = ("resourceType", "identifier", "partOf", "managingOrganization")
    return {name: resource[name] for name in kept if name in resource}


def _key(reference: dict[str, Any]) -> _Key | None:
    found = _REFERENCE.fullmatch(str(reference.get("reference") or ""))
    return (found[1], found[2]) if found else None


def _is_code(text: Any) -> bool:
    return isinstance(text, str) and _CODE.fullmatch(text) is not None
