"""A real sshd (Debian's openssh-server) on loopback, for the account that runs the tests."""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

_PATH = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
_START_S = 10.0


@dataclass(frozen=True)
class Sshd:
    """A running server. folder: what it serves; home: its own keys."""

    port: int
    home: Path
    folder: Path

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def host_key(self) -> str:
        return (self.home / "host.pub").read_text("utf-8").strip()

    def settings(self) -> dict[str, object]:
        """Those of an SFTP source of CSV files, by private key."""
        return {
            "host": "127.0.0.1",
            "port": self.port,
            "user": getpass.getuser(),
            "key": f"file:{self.home / 'user'}",
            "host_key": self.host_key,
            "folder": str(self.folder),
            "format": "csv",
        }


@contextmanager
def running(*, host_key: str = "ed25519") -> Iterator[Sshd]:
    """A server on a free port; the test is skipped where openssh-server is not installed."""
    if _PATH is None:
        pytest.skip("sshd is absent: apt-get install openssh-server (deploy/servers.sh)")
    with tempfile.TemporaryDirectory(prefix="cockpit-sshd-") as name:
        home = Path(name)
        _key(home / "host", host_key)
        _key(home / "user", "ed25519")
        folder = home / "depot"
        folder.mkdir()
        port = _free_port()
        (home / "sshd_config").write_text(_configuration(home, port), "utf-8")
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
        with (home / "log").open("wb") as log:
            server = subprocess.Popen(
                [_PATH, "-D", "-e", "-f", str(home / "sshd_config")], stderr=log, stdout=log
            )
            try:
                _wait(server, port, home / "log")
                yield Sshd(port, home, folder)
            finally:
                server.terminate()
                server.wait(10)


def _key(path: Path, kind: str) -> None:
    command = ["ssh-keygen", "-q", "-t", kind, "-N", "", "-f", str(path)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)


def _configuration(home: Path, port: int) -> str:
    return (
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {home}/host\nPidFile none\n"
        f"AuthorizedKeysFile {home}/user.pub\nStrictModes no\nUsePAM no\nPermitRootLogin yes\n"
        "PasswordAuthentication yes\nKbdInteractiveAuthentication no\nLogLevel VERBOSE\n"
        "MaxAuthTries 20\nSubsystem sftp internal-sftp -l VERBOSE\n"
    )


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _wait(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + _START_S
    while time.monotonic() < until and server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"sshd did not start: {log.read_text('utf-8')}")
