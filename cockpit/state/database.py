"""Opening the state database: its settings, and its schema brought up to date.

One engine per address and process. SQLite runs in WAL mode so that the worker writes while the web
process reads; a reader that meets a writer waits ten seconds before it gives up.
"""

from __future__ import annotations

import fcntl
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine, create_engine, event, inspect, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cockpit.settings import Home

SCHEMA = "0011"
"""Revision that this code expects: the head of `migrations/versions` (a test compares them)."""

MIGRATIONS = Path(__file__).parent / "migrations"

_SQLITE = "sqlite:///"
_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA busy_timeout = 10000",
    "PRAGMA synchronous = NORMAL",
    "PRAGMA foreign_keys = ON",
)


def engine(home: Home) -> Engine:
    """The state database of an installation, its schema up to date.

    Makes the file when there is none. Raises sqlalchemy.exc.OperationalError when the address of
    `COCKPIT_STATE_URL` does not answer.
    """
    home.root.mkdir(parents=True, exist_ok=True)
    return _open(home.state_url, home.root / "state.lock")


def exists(home: Home) -> bool:
    """Whether there is a state to read: a reader must not make that of an installation that nobody
    has worked in."""
    url = home.state_url
    return not url.startswith(_SQLITE) or Path(url.removeprefix(_SQLITE)).exists()


@cache
def _open(url: str, lock: Path) -> Engine:
    opened = create_engine(url)
    if opened.dialect.name == "sqlite":
        event.listen(opened, "connect", _set_pragmas)
    with _alone(lock):
        if _revision(opened) != SCHEMA:
            _migrate(opened)
    return opened


def _set_pragmas(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """One process at a time brings the schema up to date."""
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def _revision(opened: Engine) -> str | None:
    if not inspect(opened).has_table("alembic_version"):
        return None
    with opened.connect() as connection:
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return str(found) if found else None


def _migrate(opened: Engine) -> None:
    # Alembic takes 0.2 s to import: only a process that finds an older schema pays for it.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with opened.begin() as connection:
        if opened.dialect.name == "sqlite":  # its driver would commit each statement on its own
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
