"""The only door from a source to the network: the hosts that the operator listed, and no other.

Hospital servers have private addresses, so refusing private ones would refuse everything. Instead
`cockpit.toml` lists `host:port` under `[network] allow`, out of reach of the pages where sources
are edited. A name is resolved once and its address is the one connected to: an answer that changes
in between (DNS rebinding) changes nothing.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from dataclasses import dataclass

from cockpit.connect.contract import Asked, Deadline
from cockpit.errors import BadSource, SourceUnavailable

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_NAME = re.compile(rf"(?:{_LABEL}\.)*[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])?")
_MOST_PORT = 65535
_CONNECT_S = 10.0


@dataclass(frozen=True)
class Place:
    """An allowed server. host: as the operator wrote it; address: what it resolved to, once."""

    host: str
    port: int
    address: str


def allowed(asked: Asked, host: str, port: int, field: str = "host") -> Place:
    """The server to connect to.

    field: the setting that named it. Raises BadSource when the operator did not list it,
    SourceUnavailable when its name is unknown.
    """
    name = canonical_host(host)
    if name is None or f"{name}:{port}" not in asked.home.installation.network.allow:
        raise BadSource(
            file=f"{asked.source}.toml",
            field=field,
            expected="un serveur que [network] allow de cockpit.toml nomme avec son port",
        )
    try:
        found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise SourceUnavailable(source=asked.source, reason="nom de serveur inconnu") from error
    return Place(name, port, str(found[0][4][0]))


def canonical_host(text: str) -> str | None:
    """A host name in lower case or an address in its usual form; None for any other writing.

    `127.1`, `2130706433`, `0x7f.1` and full-width digits are ways to write one address as another.
    """
    if _NAME.fullmatch(text.lower()) and text.isascii():
        return text.lower()
    try:
        address = ipaddress.ip_address(text.removeprefix("[").removesuffix("]"))
    except ValueError:
        return None
    mapped = isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped
    return None if mapped or str(address) != text.strip("[]") else str(address)


def canonical_place(text: str) -> str:
    """An entry of `[network] allow`, checked. Raises ValueError (French)."""
    host, _, port = text.rpartition(":")
    name = canonical_host(host)
    number = int(port) if port.isascii() and port.isdigit() else 0
    if name is None or not 0 < number <= _MOST_PORT:
        message = "des textes « serveur:port », comme « fhir.hopital.local:443 »"
        raise ValueError(message)
    return f"{name}:{number}"


def connect(asked: Asked, place: Place) -> socket.socket:
    """A connection to the address that was allowed. Raises SourceUnavailable."""
    wait = min(_CONNECT_S, _left(asked.deadline, asked.source))
    try:
        return socket.create_connection((place.address, place.port), timeout=wait)
    except OSError as error:
        raise SourceUnavailable(source=asked.source, reason="connexion impossible") from error


def _left(deadline: Deadline, source: str) -> float:
    try:
        return deadline.left()
    except SourceUnavailable as error:
        raise SourceUnavailable(source=source, reason=error.facts["reason"]) from error
