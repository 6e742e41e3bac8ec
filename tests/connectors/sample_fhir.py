"""A FHIR server with the beds of two wards: three of ward 10, one of ward 20."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cockpit.settings import Home
from tests.connectors.sampling import Sample
from tests.connectors.servers.fhir import FhirServer
from tests.connectors.servers.http import serving

UF = "urn:oid:1.2.250.1.999.4"


def ward(own: str, code: str) -> dict[str, Any]:
    """A ward whose UF is `code`."""
    identifier = [{"system": "urn:autre", "value": "x"}, {"system": UF, "value": code}]
    return {"resourceType": "Location", "id": own, "status": "active", "identifier": identifier,
            "physicalType": {"coding": [{"code": "wa"}]}}  # fmt: skip


def bed(own: str, inside: str, state: str, status: str = "active") -> dict[str, Any]:
    """A bed in a state, inside another place."""
    return {"resourceType": "Location", "id": own, "status": status,
            "operationalStatus": {"code": state}, "physicalType": {"coding": [{"code": "bd"}]},
            "partOf": {"reference": f"Location/{inside}"}}  # fmt: skip


BEDS = [
    ward("w10", "10"), ward("w20", "20"),
    {"resourceType": "Location", "id": "r1", "partOf": {"reference": "Location/w10"},
     "physicalType": {"coding": [{"code": "ro"}]}},
    bed("b1", "r1", "O"), bed("b2", "r1", "U"), bed("b3", "w10", "C"), bed("b4", "w20", "O"),
]  # fmt: skip


@contextmanager
def sample(root: Path) -> Iterator[Sample]:
    """Beds of two wards, now."""
    answer = FhirServer(BEDS)
    with serving(answer) as server:
        answer.root = server.url("").removesuffix("/")
        home = Home(root).prepare()
        (root / "cockpit.toml").write_text(f'[network]\nallow = ["{server.place}"]\n', "utf-8")
        settings: dict[str, object] = {
            "base_url": server.url("/fhir"),
            "mode": "locations",
            "unit_system": UF,
            "page_size": 3,
        }
        yield Sample(home, settings, ("jour", "uf", "mesure", "valeur"))
