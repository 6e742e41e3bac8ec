"""A push service on loopback, that opens what it is given with the keys of the browser it plays."""

from __future__ import annotations

import base64
import json
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import http_ece
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from py_vapid import Vapid02

from cockpit import state
from cockpit.notify import phones
from cockpit.settings import Home

AUTH = b"0123456789abcdef"


@dataclass
class Browser:
    """One browser: its keys, and where its service is."""

    service: Service
    name: str
    private: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    @property
    def endpoint(self) -> str:
        return f"{self.service.origin}/{self.name}"

    @property
    def subscription(self) -> dict[str, Any]:
        """As `PushSubscription.toJSON()` gives it."""
        point = self.private.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
        keys = {"p256dh": text(point), "auth": text(AUTH)}
        return {"endpoint": self.endpoint, "expirationTime": None, "keys": keys}

    @property
    def raw(self) -> list[tuple[dict[str, str], bytes]]:
        """What came for it, sealed."""
        return [one[1:] for one in self.service.taken if one[0] == f"/{self.name}"]

    @property
    def shown(self) -> list[dict[str, Any]]:
        """What came for it, opened."""
        return [
            json.loads(http_ece.decrypt(body, private_key=self.private, auth_secret=AUTH))
            for _headers, body in self.raw
        ]


class Service(ThreadingHTTPServer):
    """answers: by path, a status; 201 otherwise. place: where a redirect leads. kills: by path, a
    process that dies the moment its request is there."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.taken: list[tuple[str, dict[str, str], bytes]] = []
        self.answers: dict[str, int] = {}
        self.place = ""
        self.kills: dict[str, subprocess.Popen[bytes]] = {}

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Service

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", "0")))
        status = self.server.answers.get(self.path, 201)
        self.server.taken.append((self.path, dict(self.headers), body))
        if self.path in self.server.kills:
            self.server.kills.pop(self.path).kill()
            return
        self.send_response(status)
        if self.server.place:
            self.send_header("Location", self.server.place)
        self.send_header("content-length", "0")
        self.end_headers()

    do_GET = do_POST  # noqa: N815

    def log_message(self, *_words: Any) -> None:
        pass


@contextmanager
def pushing() -> Iterator[Service]:
    service = Service()
    threading.Thread(target=service.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield service
    finally:
        service.shutdown()
        service.server_close()


def text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def signed(header: str) -> tuple[dict[str, Any], str]:
    """The claims of an Authorization header and its key, once the signature is found right."""
    assert header.startswith("vapid t=")
    token, _comma, key = header.removeprefix("vapid t=").partition(",k=")
    assert Vapid02.verify(header) is True
    assert "=" not in token + key  # base64url without padding (RFC 8292)
    claims = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4))), key


def allow(home: Home, *services: Service) -> Home:
    """The operator lists these services, as servers and as push services."""
    allowed = ", ".join(f'"127.0.0.1:{one.server_port}"' for one in services)
    (home.root / "cockpit.toml").write_text(
        f'public_url = "https://cockpit.hopital.test"\n[network]\nallow = [{allowed}]\n', "utf-8"
    )
    with (home.root / "channels.toml").open("a", encoding="utf-8") as channels:
        channels.write('[push]\nservices = ["127.0.0.1"]\n')
    return Home(home.root)


def subscribe(home: Home, person: str, *browsers: Browser) -> None:
    for one in browsers:
        phones.add(home, person, phones.subscription(one.subscription), label="essai")
    assert phones.of(state.engine(home), person)
