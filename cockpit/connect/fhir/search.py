"""FHIR R4 searches: every page of a Bundle, each resource once, or only how many there are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cockpit.connect import json_text, paging, urls
from cockpit.connect.contract import Asked
from cockpit.connect.fhir.ids import Seen
from cockpit.connect.http import Client
from cockpit.connect.paging import Page, Params, Request
from cockpit.errors import BadDelivery

ACCEPT = "application/fhir+json"
_ASIDE = ("include", "outcome")
Resource = dict[str, Any]


@dataclass(frozen=True)
class Fhir:
    """A FHIR server, for one reading. base: its root; size: resources per page."""

    asked: Asked
    client: Client
    base: str
    size: int
    most_pages: int

    def search(self, kind: str, elements: str, params: Params = ()) -> Iterator[Resource]:
        """Every resource of a type that matches, in the order of the server.

        elements: the only ones asked for; a server may send more. A resource that comes back on a
        later page counts once. Raises BadDelivery for anything but a whole searchset.
        """
        wanted = (*params, ("_elements", elements), ("_count", str(self.size)))
        first = Request(self._url(kind), (*wanted, ("_total", "accurate")))
        seen = Seen()
        count, total = 0, None
        for page in paging.pages(
            self.asked,
            self.client,
            first,
            records=self._entries,
            after=self._next,
            most=self.most_pages,
            accept=ACCEPT,
        ):
            total = _whole(json_text.at(page.document, "total"))
            for resource in _matches(page.records, kind):
                own = str(resource.get("id", ""))
                if not own or seen.is_new(own):
                    count += 1
                    yield resource
        if total is not None and count < total:
            raise self._refused("autant de ressources que le serveur en annonce (Bundle.total)")

    def count(self, kind: str, params: Params = ()) -> int:
        """How many resources match; none is read. Raises BadDelivery when it is not said."""
        answer = self.client.get(self._url(kind), (*params, ("_summary", "count")), ACCEPT)
        document = json_text.document(answer.body, self.asked.source)
        self._entries(document)
        total = _whole(json_text.at(document, "total"))
        if total is None:
            raise self._refused("un nombre de ressources (_summary=count)")
        return total

    def _url(self, kind: str) -> urls.Address:
        return urls.address(f"{self.base.rstrip('/')}/{kind}")

    def _entries(self, document: Any) -> list[Any]:
        found = document if isinstance(document, dict) else {}
        entries = found.get("entry", [])
        if (found.get("resourceType"), found.get("type")) != ("Bundle", "searchset"):
            raise self._refused("un Bundle FHIR de type searchset")
        if not isinstance(entries, list):
            raise self._refused("une liste d'entrées")
        return entries

    def _next(self, page: Page) -> Request | None:
        for link in dicts(page.document.get("link")):
            if link.get("relation") == "next":
                return paging.linked(self.asked, page, str(link.get("url") or ""))
        return None

    def _refused(self, expected: str) -> BadDelivery:
        return BadDelivery(file=self.asked.source, expected=expected)


def dicts(found: Any) -> list[dict[str, Any]]:
    """The objects of a list; none when it is no list."""
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _matches(entries: list[Any], kind: str) -> Iterator[Resource]:
    for entry in dicts(entries):
        resource = entry.get("resource")
        if json_text.at(entry, "search.mode") in _ASIDE or not isinstance(resource, dict):
            continue
        if resource.get("resourceType") == kind:
            yield resource


def _whole(text: Any) -> int | None:
    return int(text) if isinstance(text, str) and text.isascii() and text.isdigit() else None
