"""The only door from a source to the network: the hosts that the operator listed, and no other.

Hospital servers have private addresses, so refusing private ones would refuse everything. Instead
`cockpit.toml` lists `host:port` under `[network] allow`, out of reach of the pages where sources
are edited. A name is resolved once and its address is the one connected to: an answer that changes
in between (DNS rebinding) changes nothing.
"""

from __future__ import annotations

import socket
from dataclasses import dataclass

from cockpit.connect.contract import Asked
from cockpit.errors import BadSource, SourceUnavailable
from cockpit.places import canonical_host

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


def connect(asked: Asked, place: Place) -> socket.socket:
    """A connection to the address that was allowed. Raises SourceUnavailable."""
    wait = min(_CONNECT_S, left(asked))
    try:
        return socket.create_connection((place.address, place.port), timeout=wait)
    except OSError as error:
        raise SourceUnavailable(source=asked.source, reason="connexion impossible") from error


def left(asked: Asked) -> float:
    """Seconds left to read this source. Raises SourceUnavailable when there are none."""
    try:
        return asked.deadline.left()
    except SourceUnavailable as error:
        raise SourceUnavailable(source=asked.source, reason=error.facts["reason"]) from error
