"""A real S3 endpoint (the server of moto) on loopback, in a process of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import obstore
from obstore.store import S3Store

ACCESS, SECRET = "CLEDESSAI", "secret-canari-s3-91c4"
BUCKET = "hopital"
_START_S = 60.0
_PROGRAM = (
    "import sys\n"
    "from moto.server import ThreadedMotoServer\n"
    "server = ThreadedMotoServer('127.0.0.1', int(sys.argv[1]), verbose=False)\n"
    "server.start()\n"
    "sys.stdin.read()\n"
    "server.stop()\n"
)


@dataclass(frozen=True)
class Server:
    """A running endpoint with one bucket."""

    port: int

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def endpoint(self) -> str:
        return f"http://{self.place}"

    def settings(self) -> dict[str, object]:
        """Those of an S3 source of CSV files, its keys left out."""
        return {"endpoint": self.endpoint, "bucket": BUCKET, "prefix": "depot", "format": "csv"}

    def put(self, path: str, data: bytes) -> None:
        obstore.put(self._store(), path, data)

    def remove(self, path: str) -> None:
        obstore.delete(self._store(), path)

    def _store(self) -> S3Store:
        return S3Store(
            BUCKET,
            endpoint=self.endpoint,
            region="us-east-1",
            access_key_id=ACCESS,
            secret_access_key=SECRET,
            client_options={"allow_http": True},
        )


@contextmanager
def running() -> Iterator[Server]:
    """A server on a free port, stopped at the end; its bucket is empty."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = int(found.getsockname()[1])
    process = subprocess.Popen(
        [sys.executable, "-c", _PROGRAM, str(port)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"},
    )
    try:
        _wait(process, port)
        _make_bucket(port)
        yield Server(port)
    finally:
        process.kill()
        process.communicate()


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    until = time.monotonic() + _START_S
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the S3 server did not start")


def _make_bucket(port: int) -> None:
    """`PUT /bucket`, which obstore has no word for; moto checks no signature."""
    with socket.create_connection(("127.0.0.1", port), 10) as asking:
        request = f"PUT /{BUCKET} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
        asking.sendall(f"{request}Content-Length: 0\r\nConnection: close\r\n\r\n".encode())
        answer = asking.recv(100)
    if b" 200 " not in answer:
        raise RuntimeError("the bucket was not made")
