r"""Web addresses as settings and servers write them: one strict reading, no second opinion.

Two readers of the same URL that disagree on its host are what an attacker needs
(`http://good@inside/`, `http://good\@inside/`): what is not plain is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urljoin

from pydantic import AfterValidator

from cockpit.places import canonical_place

_SHAPE = re.compile(
    r"(?P<scheme>https?)://"
    r"(?P<host>\[[0-9a-f:.]{2,45}\]|[a-z0-9.-]{1,253})(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<target>(?:/[!-~]*)?)",
    re.ASCII | re.IGNORECASE,
)
_PORTS = {"http": 80, "https": 443}
_LONGEST = 4000


@dataclass(frozen=True)
class Address:
    """A URL taken apart; two of the same origin reach the same server in the same way."""

    scheme: str
    host: str
    port: int
    url: str

    def same_origin(self, other: Address) -> bool:
        """Same scheme, server and port."""
        return (self.scheme, self.host, self.port) == (other.scheme, other.host, other.port)


def address(text: str) -> Address:
    """A URL taken apart. Raises ValueError (French) when it is not plain http or https."""
    found = _SHAPE.fullmatch(text) if len(text) <= _LONGEST else None
    if not found or any(mark in found["target"] for mark in "\\#"):
        message = "une adresse « https://serveur:port/chemin » (ou http), sans identifiant ni « # »"
        raise ValueError(message)
    scheme = found["scheme"].lower()
    port = int(found["port"] or _PORTS[scheme])
    host = canonical_place(f"{found['host']}:{port}").rpartition(":")[0]
    written = f"[{host}]" if ":" in host else host
    target = found["target"] or "/"
    return Address(scheme, host, port, f"{scheme}://{written}:{port}{target}")


def _checked(text: str) -> str:
    if text:
        address(text)
    return text


Url = Annotated[str, AfterValidator(_checked)]
"""A setting that names a web address."""


def followed(base: Address, link: str) -> Address | None:
    """Where a link of an answer leads; None when it is not plain or leaves the server."""
    if link.startswith("//"):  # `///server/` is a path for some readers, a server for others
        return None
    try:
        found = address(urljoin(base.url, link))
    except ValueError:
        return None
    return found if found.same_origin(base) else None
