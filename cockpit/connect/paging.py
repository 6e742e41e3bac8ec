"""The next page of an answer, five ways; never twice the same one, never a part for the whole.

offset    `?offset=200`: how many records were received so far
page      `?page=3`
cursor    `?cursor=…`: a text that each answer gives
next      a URL that each answer gives
link      a URL in the header `Link: <…>; rel="next"` (RFC 8288)

With offset and page, the end is an empty page: a server that gives fewer records than asked for
would otherwise be taken for one that has no more.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from cockpit.connect import json_text, network, urls
from cockpit.connect.contract import Asked
from cockpit.connect.http import Answer, Client
from cockpit.errors import BadDelivery

Kind = Literal["none", "offset", "page", "cursor", "next", "link"]
Params = tuple[tuple[str, str], ...]

_LONGEST_CURSOR = 2000
_LINK = re.compile(r"<([^<>]*)>((?:\s*;\s*[!#$%&'*+.^`|~\w-]+\s*=\s*(?:\"[^\"]*\"|[^\s\",;]+))*)")
_NEXT = re.compile(
    r";\s*rel\s*=\s*(?:\"(?:[^\"]* )?next(?: [^\"]*)?\"|next(?![\w-]))", re.IGNORECASE
)


@dataclass(frozen=True)
class Request:
    """One page to ask for."""

    url: urls.Address
    params: Params = ()


@dataclass(frozen=True)
class Page:
    """One answer. number: from 1; before: records of the pages before it."""

    number: int
    before: int
    request: Request
    answer: Answer
    document: Any
    records: list[Any]


@dataclass(frozen=True)
class Paging:
    """How a server gives its pages. param: the parameter that moves; path: where an answer says
    what comes next; total: where it says how many records there are in all ("" when it does not).
    """

    kind: Kind
    param: str = ""
    size_param: str = ""
    size: int = 0
    path: str = ""
    first: int = 1
    total: str = ""

    def start(self, request: Request) -> Request:
        """The request of the first page."""
        params = request.params
        if self.size_param and self.kind != "none":
            params = _with(params, self.size_param, str(self.size))
        if self.kind in ("offset", "page"):
            params = _with(params, self.param, str(0 if self.kind == "offset" else self.first))
        return Request(request.url, params)


def _with(params: Params, name: str, text: str) -> Params:
    return (*(pair for pair in params if pair[0] != name), (name, text))


def following(asked: Asked, paging: Paging, page: Page) -> Request | None:
    """The request of the page after this one; None after the last. Raises BadDelivery."""
    if paging.kind == "none" or (paging.kind in ("offset", "page") and not page.records):
        return None
    if paging.kind == "link":
        return linked(asked, page, _link_of(page.answer))
    if paging.kind in ("offset", "page"):
        place = page.before + len(page.records)
        if paging.kind == "page":
            place = paging.first + page.number
        params = _with(page.request.params, paging.param, str(place))
        return Request(page.request.url, params)
    said = json_text.at(page.document, paging.path)
    if said is None or said is False or said == "":
        return None
    if not isinstance(said, str) or len(said) > _LONGEST_CURSOR:
        raise BadDelivery(file=asked.source, field=paging.path, expected="la page suivante")
    if paging.kind == "next":
        return linked(asked, page, said)
    return Request(page.request.url, _with(page.request.params, paging.param, said))


def linked(asked: Asked, page: Page, link: str) -> Request | None:
    """Where a link leads, None for no link. Raises BadDelivery when it leaves the server."""
    if not link:
        return None
    url = urls.followed(page.request.url, link)
    if url is None:
        raise BadDelivery(
            file=asked.source, expected="un lien de page suivante vers le même serveur"
        )
    return Request(url)


def _link_of(answer: Answer) -> str:
    for target, rest in _LINK.findall(answer.headers.get("link", "")):
        if _NEXT.search(rest):
            return str(target)
    return ""


def pages(
    asked: Asked,
    client: Client,
    first: Request,
    *,
    records: Callable[[Any], list[Any]],
    after: Callable[[Page], Request | None],
    most: int,
    accept: str = "application/json",
) -> Iterator[Page]:
    """Every page, in order.

    records: those of a document, raising BadDelivery for another shape. after: the next request.
    Raises BadDelivery when a page comes back, or after `most` pages: half an answer is no answer.
    """
    request: Request | None = first
    number, before = 0, 0
    seen: set[object] = set()
    while request is not None:
        if number >= most:
            raise BadDelivery(file=asked.source, expected=f"au plus {most} pages")
        network.left(asked)
        answer = client.get(request.url, request.params, accept)
        document = json_text.document(answer.body, asked.source)
        number += 1
        page = Page(number, before, request, answer, document, records(document))
        marks = {request, hashlib.sha256(answer.body).digest()} if page.records else {request}
        if marks & seen:
            raise BadDelivery(file=asked.source, expected="des pages différentes à chaque fois")
        seen |= marks
        yield page
        before += len(page.records)
        request = after(page)


def check_total(asked: Asked, paging: Paging, page: Page) -> None:
    """Raises BadDelivery when the last page ends before, or after, what the server announced."""
    announced = json_text.at(page.document, paging.total) if paging.total else None
    if announced is not None and str(announced) != str(page.before + len(page.records)):
        raise BadDelivery(
            file=asked.source,
            field=paging.total,
            expected="autant de lignes que le serveur en annonce",
        )
