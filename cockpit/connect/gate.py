"""A proxy on loopback that leads to one server only, for a client that cannot be pinned itself.

Some libraries resolve names on their own, follow redirects, or listen to the environment. Given
this proxy, whatever they ask goes to the address that was allowed, or nowhere. TLS passes through:
the library still verifies the certificate against the name.
"""

from __future__ import annotations

import select
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from threading import Thread
from urllib.parse import urlsplit

from cockpit.connect import network
from cockpit.connect.contract import Asked
from cockpit.connect.network import Place
from cockpit.errors import SourceUnavailable

_HEAD_BYTES = 64 << 10
_CHUNK_BYTES = 64 << 10
_IDLE_S = 60.0


@contextmanager
def gate(asked: Asked, place: Place) -> Iterator[str]:
    """The address of a proxy to `place`, until the block ends."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        own = _Gate(asked, place, listening)
        Thread(target=own.serve, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            own.close()


@dataclass
class _Gate:
    asked: Asked
    place: Place
    listening: socket.socket
    opened: list[socket.socket] = field(default_factory=list)

    def serve(self) -> None:
        while True:
            try:
                client, _ = self.listening.accept()
            except OSError:  # closed: the reading is over
                return
            self.opened.append(client)
            Thread(target=self._lead, args=(client,), daemon=True).start()

    def close(self) -> None:
        for one in (self.listening, *self.opened):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _lead(self, client: socket.socket) -> None:
        with closing(client), suppress(OSError, ValueError, SourceUnavailable):
            client.settimeout(_IDLE_S)
            head, rest = _head(client)
            method, target = head.split(b" ", 2)[:2]
            is_tunnel = method == b"CONNECT"
            if not self._leads_to(target.decode("ascii"), is_tunnel=is_tunnel):
                client.sendall(b"HTTP/1.1 421 Misdirected Request\r\nContent-Length: 0\r\n\r\n")
                return
            with closing(network.connect(self.asked, self.place)) as server:
                self.opened.append(server)
                if is_tunnel:
                    client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                server.sendall(rest if is_tunnel else head + rest)
                _relay(client, server)

    def _leads_to(self, target: str, *, is_tunnel: bool) -> bool:
        url = urlsplit(f"//{target}" if is_tunnel else target)
        asked_for = (url.hostname, url.port or 80)
        return asked_for == (self.place.host.strip("[]"), self.place.port)


def _head(client: socket.socket) -> tuple[bytes, bytes]:
    """The head of a request, its blank line included, and what came after it."""
    data = b""
    while (end := data.find(b"\r\n\r\n")) < 0:
        more = client.recv(_CHUNK_BYTES)
        if not more or len(data) > _HEAD_BYTES:
            raise OSError
        data += more
    return data[: end + 4], data[end + 4 :]


def _relay(client: socket.socket, server: socket.socket) -> None:
    """Bytes both ways, until one side ends or nothing moves for a minute."""
    other = {client: server, server: client}
    server.settimeout(_IDLE_S)
    while True:
        ready, _, _ = select.select(list(other), [], [], _IDLE_S)
        if not ready:
            return
        for one in ready:
            data = one.recv(_CHUNK_BYTES)
            if not data:
                return
            other[one].sendall(data)
