"""A real MariaDB on loopback, from Debian's package `mariadb-server` (deploy/servers.sh)."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pymysql

from tests.connectors.servers.postgres import free_port

OWNER, PASSWORD = "cockpit_owner", "motdepasse-du-proprietaire"
WHY_ABSENT = "mariadbd est absent : bash deploy/servers.sh l'installe (paquet mariadb-server)"
_START_S = 40.0


def is_installed() -> bool:
    """Whether this machine has the server's program."""
    return bool(_program("mariadbd"))


@dataclass(frozen=True)
class MariaDb:
    """A running server; OWNER with PASSWORD has every right."""

    port: int
    pid: int
    host: str = "127.0.0.1"

    @contextmanager
    def owner(self, database: str | None = None) -> Iterator[pymysql.Connection[Any]]:
        """A connection with every right, each statement kept at once."""
        connection = pymysql.connect(
            host=self.host,
            port=self.port,
            user=OWNER,
            password=PASSWORD,
            database=database,
            autocommit=True,
        )
        try:
            yield connection
        finally:
            connection.close()


@contextmanager
def running() -> Iterator[MariaDb]:
    """A server on a free port, its data in a folder that is removed."""
    folder = Path(tempfile.mkdtemp(prefix="cockpit-maria-"))
    account = "mysql" if os.geteuid() == 0 else None
    if account:
        shutil.chown(folder, account)
    data, port = folder / "data", free_port()
    start = folder / "start.sql"
    start.write_text(
        f"CREATE USER '{OWNER}'@'127.0.0.1' IDENTIFIED BY '{PASSWORD}';\n"
        f"GRANT ALL ON *.* TO '{OWNER}'@'127.0.0.1' WITH GRANT OPTION;\n"
    )
    start.chmod(0o644)
    try:
        subprocess.run(
            [
                _program("mariadb-install-db"), "--no-defaults", f"--datadir={data}",
                "--skip-test-db", "--auth-root-authentication-method=socket",
                *([f"--user={account}"] if account else []),
            ],
            check=True, capture_output=True,
        )  # fmt: skip
        command = [
            _program("mariadbd"), "--no-defaults", f"--datadir={data}", f"--port={port}",
            "--bind-address=127.0.0.1", f"--socket={folder / 'sock'}", f"--init-file={start}",
            f"--pid-file={folder / 'pid'}", "--innodb-flush-log-at-trx-commit=0",
            "--skip-name-resolve", f"--secure-file-priv={folder}",
        ]  # fmt: skip
        with (
            (folder / "log").open("wb") as log,
            subprocess.Popen(
                command, stdout=subprocess.DEVNULL, stderr=log, user=account
            ) as process,
        ):
            try:
                server = MariaDb(port, process.pid)
                _wait(server, process, folder / "log")
                yield server
            finally:
                process.kill()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _program(name: str) -> str:
    return shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin") or ""


def _wait(server: MariaDb, process: subprocess.Popen[bytes], log: Path) -> None:
    limit = time.monotonic() + _START_S
    while time.monotonic() < limit and process.poll() is None:
        try:
            with server.owner():
                return
        except pymysql.err.OperationalError:
            time.sleep(0.2)
    raise RuntimeError(log.read_text("utf-8", "replace")[-2000:])
