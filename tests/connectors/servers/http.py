"""A real small HTTP server on loopback, whose faults are written in its replies."""

from __future__ import annotations

import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Asking:
    """One request received. query: the last value of each parameter."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Reply:
    """One answer. length: the announced one (None: the true one). cut: bytes after which the
    connection is closed. drip_s: pause before every byte. stall_s: pause after the headers.
    raw: bytes sent instead of any HTTP.
    """

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    length: int | None = None
    cut: int | None = None
    drip_s: float = 0
    stall_s: float = 0
    raw: bytes | None = None


def as_json(document: Any, status: int = 200, **headers: str) -> Reply:
    """A document as JSON; `Retry_After` is written `Retry-After`."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Reply(
        json.dumps(document).encode(), status, {"Content-Type": "application/json", **named}
    )


@dataclass
class Server:
    """A running server. asked: every request, in order; connections: sockets accepted."""

    port: int
    scheme: str = "http"
    host: str = "127.0.0.1"
    asked: list[Asking] = field(default_factory=list)
    connections: int = 0
    answer: Callable[[Asking], Reply] = lambda _asking: Reply(status=404)

    @property
    def place(self) -> str:
        return f"{self.host}:{self.port}"

    def url(self, path: str = "/") -> str:
        return f"{self.scheme}://{self.place}{path}"

    def paths(self) -> list[str]:
        return [asking.path for asking in self.asked]


@contextmanager
def serving(
    answer: Callable[[Asking], Reply],
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    tls: ssl.SSLContext | None = None,
    name: str = "",
    web_of: type[_Web] | None = None,
) -> Iterator[Server]:
    """A server on a free port of loopback. name: how its URL is written, the host otherwise."""
    web = (web_of or _Web)((host, port), _Handler)
    web.known = Server(
        web.server_address[1], "https" if tls else "http", name or host, answer=answer
    )
    if tls:
        web.socket = tls.wrap_socket(web.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=web.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield web.known
    finally:
        web.shutdown()
        web.server_close()
        thread.join()


class _Web(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    known: Server

    def process_request(self, request: Any, client_address: Any) -> None:
        self.known.connections += 1
        super().process_request(request, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that leaves is what the tests want."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Web
    timeout = 30

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        size = int(self.headers.get("Content-Length", 0))
        headers = {name.lower(): text for name, text in self.headers.items()}
        query = dict(parse_qsl(url.query, keep_blank_values=True))
        asking = Asking(self.command, url.path, query, headers, self.rfile.read(size))
        self.server.known.asked.append(asking)
        self._send(self.server.known.answer(asking))

    do_POST = do_GET  # noqa: N815 - its inherited name

    def _send(self, reply: Reply) -> None:
        if reply.raw is not None:
            self.wfile.write(reply.raw)
            self._hang_up()
            return
        self.send_response(reply.status)
        length = len(reply.body) if reply.length is None else reply.length
        for header, text in {"Content-Length": str(length), **reply.headers}.items():
            self.send_header(header, text)
        self.end_headers()
        time.sleep(reply.stall_s)
        self._send_body(reply.body if reply.cut is None else reply.body[: reply.cut], reply.drip_s)
        if reply.cut is not None or length != len(reply.body):
            self._hang_up()

    def _send_body(self, body: bytes, drip_s: float) -> None:
        if not drip_s:
            self.wfile.write(body)
            return
        for byte in body:
            time.sleep(drip_s)
            self.wfile.write(bytes([byte]))

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its inherited name
        """Tests read `Server.asked`."""
