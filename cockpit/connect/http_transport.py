"""How bytes travel: to the address that was allowed and no other, within the time that is left.

The pool of httpcore2 opens its connections here, so no URL, redirect or proxy of the environment
can lead elsewhere. Every read waits at most until the deadline: a server that drips one byte per
second is given up on time.
"""

from __future__ import annotations

import select
import socket
import ssl
from collections.abc import Iterable, Iterator, Mapping

import httpcore2
import httpx2

from cockpit.connect import network
from cockpit.connect.contract import Asked
from cockpit.connect.network import Place
from cockpit.errors import SourceRefused, SourceUnavailable

_SILENCE_S = 60.0
"""A server that says nothing for so long is given up, whatever time is left."""

Places = Mapping[tuple[str, int], Place]


class _Stream(httpcore2.NetworkStream):
    def __init__(self, connection: socket.socket, asked: Asked) -> None:
        self._socket, self._asked = connection, asked

    def _wait(self) -> None:
        self._socket.settimeout(min(_SILENCE_S, network.left(self._asked)))

    def _lost(self, reason: str) -> SourceUnavailable:
        network.left(self._asked)  # "délai dépassé" says more when that is why
        return SourceUnavailable(source=self._asked.source, reason=reason)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        del timeout
        self._wait()
        try:
            return self._socket.recv(max_bytes)
        except TimeoutError as error:
            raise self._lost("le serveur ne dit plus rien") from error
        except OSError as error:
            raise self._lost("connexion coupée") from error

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        del timeout
        self._wait()
        try:
            self._socket.sendall(buffer)
        except OSError as error:  # the server may have answered before it had read everything
            raise httpcore2.WriteError from error

    def close(self) -> None:
        self._socket.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.NetworkStream:
        del timeout
        self._wait()
        try:
            secured = ssl_context.wrap_socket(self._socket, server_hostname=server_hostname)
        except ssl.SSLCertVerificationError as error:
            self.close()
            raise SourceRefused(
                source=self._asked.source,
                reason="certificat du serveur non reconnu (nom, date ou autorité)",
            ) from error
        except OSError as error:
            self.close()
            raise self._lost("connexion chiffrée impossible") from error
        return _Stream(secured, self._asked)

    def get_extra_info(self, info: str) -> object:
        return _readable(self._socket) if info == "is_readable" else None


def _readable(connection: socket.socket) -> bool:
    """Whether an idle connection has something to say: that it was closed."""
    if connection.fileno() < 0:
        return True
    watch = select.poll()
    watch.register(connection, select.POLLIN)
    return bool(watch.poll(0))


class _Pinned(httpcore2.NetworkBackend):
    def __init__(self, asked: Asked, places: Places) -> None:
        self._asked, self._places = asked, places

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        del timeout, local_address, socket_options
        place = self._places.get((host, port))
        if place is None:
            raise SourceRefused(source=self._asked.source, reason="serveur hors de la liste")
        connection = network.connect(self._asked, place)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return _Stream(connection, self._asked)


class _Body(httpx2.SyncByteStream):
    def __init__(self, given: httpcore2.Response) -> None:
        self._given = given

    def __iter__(self) -> Iterator[bytes]:
        return self._given.iter_stream()

    def close(self) -> None:
        self._given.close()


class PinnedTransport(httpx2.BaseTransport):
    """One connection, kept open between requests, to one of `places`.

    Raises errors of the source, and those of httpcore2 for what is no sound HTTP.
    """

    def __init__(self, asked: Asked, places: Places, trust: ssl.SSLContext | None) -> None:
        self._pool = httpcore2.ConnectionPool(
            ssl_context=trust,
            max_connections=len(places),
            network_backend=_Pinned(asked, places),
        )

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send one request; its body is read as a stream."""
        given = self._pool.handle_request(
            httpcore2.Request(
                method=request.method,
                url=httpcore2.URL(
                    scheme=request.url.raw_scheme,
                    host=request.url.raw_host,
                    port=request.url.port,
                    target=request.url.raw_path,
                ),
                headers=request.headers.raw,
                content=request.stream,
            )
        )
        return httpx2.Response(status_code=given.status, headers=given.headers, stream=_Body(given))

    def close(self) -> None:
        """Close the connections."""
        self._pool.close()
