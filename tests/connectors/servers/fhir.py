"""A small FHIR R4 server over given resources: search, `_summary=count`, pages by `next` links.

It answers what the standard says of the parameters that the connector uses, and nothing else: an
unknown one is an error, so that a test cannot pass because a filter was ignored.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tests.connectors.servers.http import Asking, Reply, as_json

FAR = datetime(9999, 1, 1, tzinfo=UTC)
Resource = dict[str, Any]


def of_bundles(folder: Path) -> list[Resource]:
    """Every resource of the transaction Bundles of a folder."""
    found: list[Resource] = []
    for path in sorted(folder.glob("*.json")):
        found += [entry["resource"] for entry in json.loads(path.read_text("utf-8"))["entry"]]
    return found


@dataclass
class FhirServer:
    """The `answer` of a server. root: its base URL; elements: whether `_elements` is obeyed;
    change: what is done to every answer before it is sent.
    """

    resources: Iterable[Resource]
    root: str = ""
    elements: bool = True
    change: Callable[[Resource], Resource] = lambda bundle: bundle
    counts: int = 0
    pages: int = 0
    _by_kind: dict[str, list[Resource]] = field(default_factory=dict)
    _searched: dict[str, list[Resource]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for resource in self.resources:
            self._by_kind.setdefault(resource["resourceType"], []).append(resource)

    def __call__(self, asking: Asking) -> Reply:
        query, kind = dict(asking.query), asking.path.rpartition("/")[2]
        skip, size = int(query.pop("_skip", 0)), int(query.pop("_count", 20))
        elements = query.pop("_elements", "")
        counted = query.pop("_summary", "") == "count"
        query.pop("_total", None)
        found = self._found(kind, query)
        bundle: Resource = {"resourceType": "Bundle", "type": "searchset", "total": len(found)}
        if counted:
            self.counts += 1
            return as_json(self.change(bundle))
        self.pages += 1
        bundle["entry"] = [
            {"resource": self._light(one, elements), "search": {"mode": "match"}}
            for one in found[skip : skip + size]
        ]
        if skip + size < len(found):
            rest = {**asking.query, "_skip": str(skip + size)}
            bundle["link"] = [
                {"relation": "next", "url": f"{self.root}{asking.path}?{urlencode(rest)}"}
            ]
        return as_json(self.change(bundle))

    def _found(self, kind: str, query: dict[str, str]) -> list[Resource]:
        key = json.dumps([kind, query])
        if key not in self._searched:
            every = self._by_kind.get(kind, [])
            self._searched[key] = [one for one in every if _matches(one, query)]
        return self._searched[key]

    def _light(self, resource: Resource, elements: str) -> Resource:
        if not (self.elements and elements):
            return resource
        kept = {"resourceType", "id", *elements.split(",")}
        return {name: value for name, value in resource.items() if name in kept}


def _matches(resource: Resource, query: dict[str, str]) -> bool:
    rest = dict(query)
    classes, statuses = rest.pop("class", ""), rest.pop("status", "")
    dates = rest.pop("date", "") or rest.pop("period", "")
    assert not rest, rest
    if classes and resource["class"]["code"] not in classes.split(","):
        return False
    if statuses and resource["status"] not in statuses.split(","):
        return False
    return not dates or _dated(resource.get("period", {}), dates[:2], dates[2:])


def _dated(period: Resource, prefix: str, text: str) -> bool:
    """ge: the period overlaps what follows the date; sa: it begins after it."""
    start = _instant(period.get("start"), datetime(1, 1, 1, tzinfo=UTC))
    if prefix == "sa":
        return start > _instant(text, FAR)
    assert prefix == "ge", prefix
    return _end(period.get("end")) >= _instant(text, FAR)


def _instant(text: str | None, otherwise: datetime) -> datetime:
    if not text:
        return otherwise
    text = f"{text}-01-01" if len(text) == 4 else text  # a year is a date for FHIR
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _end(text: str | None) -> datetime:
    whole_day = timedelta(days=1) if text and len(text) == 10 else timedelta()
    return _instant(text, FAR) + (whole_day if text else timedelta())
