"""Databases: one SELECT kept in a file, run by an account that can only read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from itertools import chain

import pyarrow as pa

from cockpit.connect import reasons
from cockpit.connect.contract import Asked, Check, Delivery, Part, Stream
from cockpit.connect.sql import copy as sql_copy
from cockpit.connect.sql import rows as sql_rows
from cockpit.connect.sql import session as sql_session
from cockpit.connect.sql import text as sql_text
from cockpit.connect.sql.config import SqlConfig
from cockpit.connect.sql.cursor import POINT, Reached, earlier, iso
from cockpit.connect.sql.rows import Wanted
from cockpit.connect.sql.text import Query
from cockpit.errors import BadDelivery, CockpitError

_LABELS = {
    "postgresql": "PostgreSQL",
    "mariadb": "MariaDB",
    "mysql": "MySQL",
    "sqlserver": "SQL Server",
    "oracle": "Oracle",
    "odbc": "ODBC",
    "sqlite": "SQLite",
}


class _Sql:
    kind = "sql"
    Config = SqlConfig

    def check(self, asked: Asked, config: SqlConfig) -> Check:
        try:
            (found,) = self.discover(asked, config)
        except CockpitError as error:
            return Check(ok=False, sentence=error.sentence())
        sentence = (
            f"{_LABELS[config.dialect]}, base « {config.database} », lecture seule vérifiée ; "
            f"la requête donne {reasons.counted(len(found.columns), 'colonne')} : "
            f"{', '.join(found.columns)}."
        )
        return Check(ok=True, sentence=sentence)

    def discover(self, asked: Asked, config: SqlConfig) -> list[Stream]:
        query = _query(asked, config)
        with sql_session.opened(asked, config) as session:
            names = sql_rows.described(session, query, config.cursor_start)
            return [Stream(config.query_file, names)]

    def read(self, asked: Asked, config: SqlConfig) -> Iterator[Delivery | BadDelivery]:
        query = _query(asked, config)
        reached = Reached(config.cursor_column, config.query_file) if config.cursor_column else None
        last = _last(asked, query)
        start = earlier(last, config.overlap_time) or config.cursor_start
        wanted = Wanted(query, asked.columns, start, reached)
        parts = _parts(asked, config, wanted)
        try:
            first = next(parts, None)
        except BadDelivery as refusal:
            yield refusal
            return
        if first is None and reached:
            return  # nothing since the last time
        if first is None:
            yield BadDelivery(file=config.query_file, expected="au moins une ligne")
            return
        said = hashlib.sha256() if config.overlap else None
        yield Delivery(
            name=config.query_file,
            digest="",
            parts=_heard(chain((first,), parts), said),
            decimal=".",
            native_dates=True,
            header=lambda: tuple(wanted.noted),
            cursor=lambda: _kept(reached, query, last, said),
        )


def _query(asked: Asked, config: SqlConfig) -> Query:
    return sql_text.load(
        asked.home, config.query_file, config.dialect, has_cursor=bool(config.cursor_column)
    )


def _parts(asked: Asked, config: SqlConfig, wanted: Wanted) -> Iterator[Part]:
    with sql_session.opened(asked, config) as session:
        rows = sql_copy.copied if config.dialect == "postgresql" else sql_rows.fetched
        yield from rows(session, wanted)


def _heard(parts: Iterable[Part], said: hashlib._Hash | None) -> Iterator[Part]:
    """The same parts; what they say is noted, where rows may change behind an unmoved cursor."""
    for part in parts:
        if said:
            written = pa.BufferOutputStream()
            with pa.ipc.new_stream(written, part.table.schema) as stream:
                stream.write_table(part.table)
            said.update(written.getvalue())
        yield part


def _last(asked: Asked, query: Query) -> str:
    """Where the last reading of this very query stopped; "" for the first one."""
    point, digest, *_ = [*asked.cursor.split("@"), ""]
    return point if digest == query.digest and POINT.fullmatch(point) else ""


def _kept(reached: Reached | None, query: Query, last: str, said: hashlib._Hash | None) -> str:
    """`point@query@content`: another query, or other rows within the overlap, is something new."""
    if reached is None:
        return ""
    point = last if reached.largest is None else iso(reached.largest)
    content = f"@{said.hexdigest()[:16]}" if said else ""
    return f"{point}@{query.digest}{content}" if point else ""


CONNECTOR = _Sql()
