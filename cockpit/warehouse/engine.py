"""How a SQLAlchemy Core statement runs on DuckDB: compiled by the PostgreSQL dialect, run natively.

No DuckDB dialect works with SQLAlchemy 2.1; the PostgreSQL text with `$n` parameters is read by
DuckDB as it is, and the same statements run on PostgreSQL and ClickHouse
(docs/decisions/005-sqlalchemy-core.md). Statements stay in the portable subset: SUM, COUNT, MIN,
MAX, CASE, JOIN, GROUP BY, window LAG/AVG, literals made in Python.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable
from sqlalchemy.sql.expression import ClauseElement

from cockpit.warehouse import schema

_POSTGRES = postgresql.dialect(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]
_POSTGRES.div_is_floordiv = False

_CLOSED = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}


def compiled(statement: ClauseElement) -> tuple[str, list[Any]]:
    """SQL text and its positional values."""
    text = statement.compile(dialect=_POSTGRES, compile_kwargs={"render_postcompile": True})
    names = getattr(text, "positiontup", None) or []
    return str(text), [text.params[name] for name in names]


def run(connection: duckdb.DuckDBPyConnection, statement: ClauseElement) -> Any:
    """Execute one statement and return the DuckDB connection that holds its result."""
    return connection.execute(*compiled(statement))


def open_builder(path: Path, memory_limit: str) -> duckdb.DuckDBPyConnection:
    """A read-write connection on a file that nobody else knows yet."""
    config: dict[str, Any] = {**_CLOSED, "threads": 2, "memory_limit": memory_limit}
    return duckdb.connect(str(path), config=config)


def create_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Every table of the schema, empty."""
    for table in schema.metadata.sorted_tables:
        connection.execute(str(CreateTable(table).compile(dialect=_POSTGRES)))


def open_reader(folder: Path, memory_limit: str) -> duckdb.DuckDBPyConnection:
    """A connection that can attach generations of `folder` and nothing else.

    One thread per statement: they last milliseconds, and sharing one out costs more than it gains
    (measured: half the time when the machine is busy). Sessions still run side by side.
    """
    config: dict[str, Any] = {**_CLOSED, "threads": 1, "memory_limit": memory_limit}
    connection = duckdb.connect(config=config)
    allowed = str(folder).replace("'", "''")
    connection.execute(f"SET allowed_directories = ['{allowed}/']")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection


def first_row(
    connection: duckdb.DuckDBPyConnection, sql: str, values: list[Any] | None = None
) -> tuple[Any, ...] | None:
    """The first row or None, the result read to its end: DuckDB 2.0 refuses a second statement on
    a connection that still holds an open result."""
    rows = connection.execute(sql, values or []).fetchall()
    return rows[0] if rows else None
