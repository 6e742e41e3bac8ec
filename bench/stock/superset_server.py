"""Apache Superset, installed from the package registry and served by gunicorn on this machine.

A home keeps what takes minutes: its environment and an empty migrated database. Each run takes a
copy of that database, with a key and a password of its own, and leaves nothing of it.
"""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from bench.stock import servers
from bench.stock.servers import Server

GIVEN_HOME = "COCKPIT_BENCH_SUPERSET_HOME"
USER = "bench"
_HERE = Path(__file__).parent
_REQUIREMENTS = _HERE / "superset.txt"
_STEP_S = 1800
_FOREIGN = ("SUPERSET", "FLASK_", "PYTHON", "GUNICORN_")


@dataclass(frozen=True, slots=True)
class Superset:
    """An empty Superset that answers. folder: its own, until the end of the `with`."""

    server: Server
    password: str
    folder: Path


@contextmanager
def empty() -> Iterator[Superset]:
    """A Superset with one administrator and nothing else; RuntimeError when it cannot be had."""
    with _home() as home, tempfile.TemporaryDirectory(prefix="cockpit-superset-") as name:
        _install(home)
        folder, password = Path(name), secrets.token_urlsafe(24)
        environment = _environment(folder)
        shutil.copyfile(_migrated(home), folder / "superset.db")
        person = ["--username", USER, "--firstname", USER, "--lastname", USER]
        _said(
            [*_superset(home), "fab", "create-admin", *person, "--email", "bench@localhost"],
            environment | {"FLASK_FAB_CREATE_ADMIN_PASSWORD": password},
        )
        with _gunicorn(home, environment) as server:
            yield Superset(server, password, folder)


@contextmanager
def _home() -> Iterator[Path]:
    """The folder of COCKPIT_BENCH_SUPERSET_HOME, kept; without it one for this run."""
    given = os.environ.get(GIVEN_HOME)
    with nullcontext(given) if given else tempfile.TemporaryDirectory() as name:
        home = Path(name).resolve()
        home.mkdir(parents=True, exist_ok=True)
        yield home


def _install(home: Path) -> None:
    """The environment of the requirements; nothing when the home has it."""
    done = home / "installed.txt"
    if done.exists() and done.read_bytes() == _REQUIREMENTS.read_bytes():
        return
    (home / "migrated.db").unlink(missing_ok=True)
    _said([sys.executable, "-m", "venv", "--clear", str(home / "venv")], dict(os.environ))
    pip = [str(home / "venv/bin/python"), "-m", "pip", "install", "--no-input", "--quiet"]
    _said([*pip, "--requirement", str(_REQUIREMENTS)], dict(os.environ))
    shutil.copyfile(_REQUIREMENTS, done)


def _migrated(home: Path) -> Path:
    """Its database with tables and roles, no person, no secret."""
    done = home / "migrated.db"
    if not done.exists():
        with tempfile.TemporaryDirectory(prefix="cockpit-superset-") as folder:
            environment = _environment(Path(folder))
            _said([*_superset(home), "db", "upgrade"], environment)
            _said([*_superset(home), "init"], environment)
            shutil.copyfile(Path(folder) / "superset.db", home / "part.db")
        (home / "part.db").rename(done)
    return done


@contextmanager
def _gunicorn(home: Path, environment: dict[str, str]) -> Iterator[Server]:
    """As its documentation and its container serve it: one worker per core here, of 20 threads."""
    port = servers._free_port()
    command = [str(home / "venv/bin/gunicorn"), "--bind", f"127.0.0.1:{port}", "--workers", "2"]
    command += ["--worker-class", "gthread", "--threads", "20", "--timeout", "120"]
    command += ["--graceful-timeout", "5", "--no-control-socket"]
    command += ["superset.app:create_app()"]
    with servers._started(command, port, "/health", environment) as server:
        yield server


def _superset(home: Path) -> list[str]:
    return [str(home / "venv/bin/superset")]


def _environment(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)}
    return kept | {
        "FLASK_APP": "superset.app:create_app()",
        "SUPERSET_HOME": str(folder),
        "SUPERSET_CONFIG_PATH": str(_HERE / "superset_config.py"),
        "SUPERSET_SECRET_KEY": secrets.token_urlsafe(42),
    }


def _said(command: Sequence[str], environment: dict[str, str]) -> None:
    """Run a step; RuntimeError with its last line when it fails."""
    step = subprocess.run(
        command,
        cwd=_HERE,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_STEP_S,
        check=False,
    )
    if step.returncode:
        last = (step.stderr.strip() or step.stdout.strip()).splitlines()[-1:]
        raise RuntimeError(f"{Path(command[0]).name} {' '.join(command[1:4])} : {' '.join(last)}")
