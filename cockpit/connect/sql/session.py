"""A connection to a database that may only read, for one reading, and never longer than it may.

Opened: rights verified (sql_rights), then a transaction that the server itself holds to reading,
under a limit of time of the server. Closed: always rolled back. A watch cuts the line when the
deadline passes, whatever the driver is waiting for.
"""

from __future__ import annotations

import os
import socket
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, Self

import psycopg
import pymysql
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.dialects import registry
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from cockpit.connect import network
from cockpit.connect.contract import Asked
from cockpit.connect.sql import rights as sql_rights
from cockpit.connect.sql.config import SqlConfig
from cockpit.connect.sql.drivers import (
    Access,
    connected,
    driver_of,
    hold_to_reading,
    timed_out,
)
from cockpit.connect.sql.faults import fault_of
from cockpit.errors import CockpitError

registry.register("odbc.pyodbc", "cockpit.connect.sql.drivers", "Odbc")

_ERRORS = (SQLAlchemyError, psycopg.Error, pymysql.Error, sqlite3.Error, OSError)
_LOCK_S = 10
_STEPS_BETWEEN_LOOKS = 10_000  # of SQLite's machine: well under a millisecond


@dataclass(frozen=True)
class Session:
    """connection: in its read-only transaction. driver: the driver's own connection."""

    asked: Asked
    config: SqlConfig
    connection: Connection
    driver: Any


@contextmanager
def opened(asked: Asked, config: SqlConfig) -> Iterator[Session]:
    """A session of one reading.

    Raises BadSource (settings, driver, query), SourceRefused (password, an account that can
    write), SourceUnavailable (no answer in time), BadDelivery (a cell that cannot be converted).
    """
    with ExitStack() as held:
        access = Access(asked, config, network.left(asked), held)
        watch = held.enter_context(_Watch(access.seconds))
        try:
            yield _session(access, watch)
        except CockpitError as error:
            if watch.cut:
                raise timed_out(asked.source) from error
            raise
        except _ERRORS as error:
            fault = timed_out(asked.source) if watch.cut else fault_of(error, asked, config)
            raise fault from None  # a driver's sentence may quote a cell: no traceback shows it


def _session(access: Access, watch: _Watch) -> Session:
    driver = driver_of(access)
    engine = create_engine(
        f"{driver.address}://",
        creator=lambda: _connected(access, watch),
        poolclass=NullPool,
        hide_parameters=True,
    )
    connection = access.held.enter_context(_closed(engine))
    sql_rights.verify(connection, access.asked, access.config)
    raw = connection.connection.driver_connection
    for statement in _limits(connection, access):
        connection.execute(text(statement))
    if isinstance(raw, sqlite3.Connection):
        raw.set_authorizer(_only_reads)
    if access.config.dialect == "odbc":
        hold_to_reading(raw)
    return Session(access.asked, access.config, connection, raw)


def _connected(access: Access, watch: _Watch) -> Any:
    raw = connected(access)
    watch.over(raw)
    return raw


@contextmanager
def _closed(engine: Engine) -> Iterator[Connection]:
    """A connection whose transaction is rolled back, even when the line is cut."""
    connection = engine.connect()
    try:
        yield connection
    except BaseException:
        connection.invalidate()  # what is left of an answer is not waited for
        raise
    finally:
        try:
            connection.close()
        except _ERRORS:
            if not connection.closed:
                connection.invalidate()
        engine.dispose()


def _limits(connection: Connection, access: Access) -> list[str]:
    """What makes the transaction read-only and ends its statements in time, on the server."""
    seconds = max(1, int(min(access.config.statement_timeout_s, network.left(access.asked))))
    kind = connection.dialect.name
    if kind == "postgresql":
        return [
            "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",
            f"SET LOCAL statement_timeout = '{seconds}s'",
            f"SET LOCAL lock_timeout = '{_LOCK_S}s'",
            "SET LOCAL DateStyle = 'ISO, YMD'",
            "SET LOCAL TimeZone = 'Europe/Paris'",
            "SET LOCAL standard_conforming_strings = on",
        ]
    if kind in {"mysql", "mariadb"}:
        limit = f"max_execution_time = {seconds * 1000}"
        if getattr(connection.dialect, "is_mariadb", False):
            limit = f"max_statement_time = {seconds}"
        return [
            f"SET SESSION {limit}",
            f"SET SESSION lock_wait_timeout = {_LOCK_S}",
            "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
            "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
        ]
    return {
        "mssql": [f"SET LOCK_TIMEOUT {_LOCK_S * 1000}"],
        "oracle": ["SET TRANSACTION READ ONLY"],
        "sqlite": ["BEGIN"],
    }.get(kind, [])


_READING = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_RECURSIVE}


def _only_reads(action: int, *_what: str | None) -> int:
    """SQLite asks before each thing that a statement would do."""
    undone = action == sqlite3.SQLITE_TRANSACTION and _what[0] == "ROLLBACK"
    called = action == sqlite3.SQLITE_FUNCTION and _what[1] not in {"load_extension", "edit"}
    return sqlite3.SQLITE_OK if called or undone or action in _READING else sqlite3.SQLITE_DENY


class _Watch:
    """Cuts the line at the deadline: a driver that waits for a silent server hears of no clock."""

    def __init__(self, seconds: float) -> None:
        self.cut = False
        self._line: socket.socket | None = None
        self._end = time.monotonic() + seconds
        self._timer = threading.Timer(seconds, self._now)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        if self._line:
            self._line.close()

    def over(self, raw: Any) -> None:
        """Watch this connection from now on."""
        if isinstance(raw, sqlite3.Connection):
            raw.set_progress_handler(self._is_over, _STEPS_BETWEEN_LOOKS)
        elif (number := _descriptor(raw)) is not None:
            self._line = socket.socket(fileno=os.dup(number))
            if self.cut:
                self._now()

    def _is_over(self) -> bool:
        self.cut = self.cut or time.monotonic() > self._end
        return self.cut

    def _now(self) -> None:
        self.cut = True
        if self._line:
            try:
                self._line.shutdown(socket.SHUT_RDWR)
            except OSError:  # already closed: nothing is waiting
                return


def _descriptor(raw: Any) -> int | None:
    """The line of a connection, for the drivers that show it."""
    if isinstance(raw, psycopg.Connection):
        return raw.fileno()
    if isinstance(raw, pymysql.Connection):
        line: socket.socket | None = getattr(raw, "_sock", None)
        return line.fileno() if line else None
    return None
