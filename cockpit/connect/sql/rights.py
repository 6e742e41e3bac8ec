"""Whether an account can only read: its rights are inspected, then a write is tried and must fail.

The try runs in a transaction that is rolled back, and only on accounts that look harmless: an empty
table where the server takes back such a change, and `DELETE … WHERE 1 = 0`, which checks the right
and touches no row. SQLite has no accounts: the file is opened for reading only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from cockpit.connect.contract import Asked
from cockpit.connect.sql.config import SqlConfig
from cockpit.connect.sql.faults import code_of
from cockpit.errors import SourceRefused

_LOCK_S = 5
_TRIES = 200
"""Tables on which a server of unknown kind is tried; one is enough where rights were inspected."""

_POSTGRESQL = (
    """
    SELECT 'superutilisateur ou droit de gérer le serveur' FROM pg_roles r
    WHERE pg_has_role(session_user, r.oid, 'MEMBER')
    AND (r.rolsuper OR r.rolcreaterole OR r.rolcreatedb OR r.rolreplication OR r.rolname IN (
        'pg_write_all_data', 'pg_execute_server_program', 'pg_write_server_files',
        'pg_read_server_files', 'pg_signal_backend', 'pg_maintain', 'pg_create_subscription'))
    LIMIT 1
    """,
    """
    WITH mine AS (SELECT oid FROM pg_roles WHERE pg_has_role(session_user, oid, 'MEMBER')),
    place AS (
        SELECT oid, nspname FROM pg_namespace
        WHERE nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema'),
    thing AS (
        SELECT c.oid, c.relkind, p.nspname || '.' || c.relname AS name
        FROM pg_class c JOIN place p ON p.oid = c.relnamespace)
    SELECT w || ' sur ' || t.name FROM thing t, mine,
        unnest(ARRAY['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER']) w
    WHERE t.relkind IN ('r', 'p', 'v', 'm', 'f') AND has_table_privilege(mine.oid, t.oid, w)
    UNION ALL
    SELECT w || ' sur une colonne de ' || t.name FROM thing t, mine,
        unnest(ARRAY['INSERT', 'UPDATE']) w
    WHERE t.relkind IN ('r', 'p', 'v', 'm', 'f') AND has_any_column_privilege(mine.oid, t.oid, w)
    UNION ALL
    SELECT w || ' sur ' || t.name FROM thing t, mine, unnest(ARRAY['UPDATE', 'USAGE']) w
    WHERE t.relkind = 'S' AND has_sequence_privilege(mine.oid, t.oid, w)
    UNION ALL
    SELECT 'CREATE sur le schéma ' || p.nspname FROM place p, mine
    WHERE has_schema_privilege(mine.oid, p.oid, 'CREATE')
    UNION ALL
    SELECT 'CREATE sur la base' FROM mine
    WHERE has_database_privilege(mine.oid, current_database(), 'CREATE')
    LIMIT 1
    """,
)
_SQLSERVER = (
    """
    SELECT TOP 1 p.permission_name + ' sur ' + p.entity_name FROM (
        SELECT permission_name, entity_name FROM fn_my_permissions(NULL, 'SERVER')
        UNION ALL SELECT permission_name, entity_name FROM fn_my_permissions(NULL, 'DATABASE')) p
    WHERE p.permission_name NOT LIKE 'CONNECT%' AND p.permission_name NOT LIKE 'VIEW %'
    AND p.permission_name NOT IN ('SELECT', 'SHOWPLAN', 'UNMASK')
    """,
    """
    SELECT TOP 1 v.p + ' sur ' + o.name
    FROM sys.objects o CROSS JOIN (VALUES ('INSERT'), ('UPDATE'), ('DELETE'), ('ALTER')) v(p)
    WHERE o.type IN ('U', 'V') AND HAS_PERMS_BY_NAME(
        QUOTENAME(SCHEMA_NAME(o.schema_id)) + '.' + QUOTENAME(o.name), 'OBJECT', v.p) = 1
    """,
)
_ORACLE = (
    """
    SELECT privilege FROM session_privs WHERE ROWNUM = 1 AND privilege NOT IN (
        'CREATE SESSION', 'SELECT ANY TABLE', 'READ ANY TABLE', 'SELECT ANY DICTIONARY')
    """,
    """
    SELECT privilege || ' sur ' || table_name FROM user_tab_privs
    WHERE ROWNUM = 1 AND grantee = USER AND privilege NOT IN ('SELECT', 'READ')
    """,
    """
    SELECT privilege || ' sur ' || table_name FROM role_tab_privs
    WHERE ROWNUM = 1 AND privilege NOT IN ('SELECT', 'READ', 'EXECUTE')
    """,
    "SELECT 'propriétaire de ' || table_name FROM user_tables WHERE ROWNUM = 1",
)
_INSPECTED = {"postgresql": _POSTGRESQL, "mssql": _SQLSERVER, "oracle": _ORACLE}

_ANSI_TABLES = """
    SELECT table_schema, table_name FROM information_schema.tables
    WHERE table_type = 'BASE TABLE' AND LOWER(table_schema) NOT IN
    ('information_schema', 'pg_catalog', 'mysql', 'performance_schema', 'sys')
"""
_TABLES = {
    "postgresql": _ANSI_TABLES + " AND has_table_privilege(quote_ident(table_schema) || '.' ||"
    " quote_ident(table_name), 'SELECT')",
    "oracle": "SELECT owner, table_name FROM all_tables WHERE owner NOT IN ('SYS', 'SYSTEM')",
}
_HARMLESS = frozenset({"USAGE", "SELECT", "SHOW VIEW", "SHOW DATABASES"})
_GRANT = re.compile(r"GRANT (?P<rights>.+?) ON (?P<what>.+?) TO (?P<rest>.+)", re.DOTALL)
_ROLE = re.compile(r"GRANT (?P<role>[`'\"][^`'\"]+[`'\"](?:@[`'\"][^`'\"]*[`'\"])?) TO ")


def verify(connection: Connection, asked: Asked, config: SqlConfig) -> None:
    """Nothing for an account that can only read. Raises SourceRefused for any other."""
    if config.dialect == "sqlite":
        return
    try:
        held = next(_rights(connection), None) or next(_written(connection), None)
    finally:
        connection.rollback()
    if held:
        raise SourceRefused(
            source=asked.source,
            reason=f"le compte peut écrire ({held}) ; il faut un compte qui ne peut que lire",
        )


def _rights(connection: Connection) -> Iterator[str]:
    """What the account may do besides reading, as the server says."""
    kind = connection.dialect.name
    if kind in {"mysql", "mariadb"}:
        yield from _grants(connection, "SHOW GRANTS")
    for statement in _INSPECTED.get(kind, ()):
        yield from (str(found) for found in connection.scalars(text(statement)))


def _grants(connection: Connection, statement: str) -> Iterator[str]:
    for line in connection.exec_driver_sql(statement).scalars().all():
        if role := _ROLE.match(str(line)):
            yield from _grants_of(connection, role["role"])
        elif found := _GRANT.fullmatch(str(line)):
            if "WITH GRANT OPTION" in found["rest"]:
                yield f"droit de donner ses droits sur {found['what']}"
            rights = re.sub(r"\([^)]*\)", "", found["rights"]).split(",")
            for right in rights:
                if right.strip() not in _HARMLESS:
                    yield f"{right.strip()} sur {found['what']}"
        elif not re.match(r"(SET DEFAULT ROLE|GRANT PROXY) ", str(line)):
            yield "un droit qui n'est pas reconnu"


def _grants_of(connection: Connection, role: str) -> Iterator[str]:
    """Those of a role, shown only while it is the account's default."""
    try:
        yield from _grants(connection, f"SHOW GRANTS FOR {role.replace('%', '%%')}")
    except DBAPIError as error:
        if error.connection_invalidated:
            raise
        yield f"ce que permet le rôle {role}, qui ne peut être vérifié"


def _written(connection: Connection) -> Iterator[str]:
    """The writes that succeeded; each is undone."""
    kind = connection.dialect.name
    if kind == "postgresql" and connection.scalar(text("SELECT pg_is_in_recovery()")):
        return
    if kind in {"postgresql", "mssql"} and _succeeds(
        connection, "CREATE TABLE cockpit_essai_ecriture (n INTEGER)"
    ):
        yield "création d'une table"
    quote = connection.dialect.identifier_preparer.quote_identifier
    for schema, name in _some_tables(connection, _TRIES if kind == "odbc" else 1):
        table = f"{quote(schema)}.{quote(name)}" if schema else quote(name)
        if _succeeds(connection, f"DELETE FROM {table} WHERE 1 = 0"):  # noqa: S608 - quoted names
            yield f"DELETE sur {table}"


def _some_tables(connection: Connection, count: int) -> list[tuple[str, str]]:
    if connection.dialect.name == "odbc":
        cursor: Any = connection.connection.cursor()
        rows = cursor.tables(tableType="TABLE").fetchmany(count)
        return [(row[1] or "", row[2]) for row in rows]
    statement = _TABLES.get(connection.dialect.name, _ANSI_TABLES)
    streamed = {"stream_results": True}
    with connection.execute(text(statement), execution_options=streamed) as found:
        return [(row[0], row[1]) for row in found.fetchmany(count)]


def _succeeds(connection: Connection, statement: str) -> bool:
    """Whether the server accepts a write, in a transaction of its own that is undone.

    A lost line and a locked table are raised.
    """
    connection.rollback()
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET TRANSACTION READ WRITE"))
        connection.execute(text(f"SET LOCAL lock_timeout = '{_LOCK_S}s'"))
    try:
        connection.exec_driver_sql(statement)
    except DBAPIError as error:
        if error.connection_invalidated or code_of(error) == "55P03":
            raise
        return False
    finally:
        connection.rollback()
    return True
