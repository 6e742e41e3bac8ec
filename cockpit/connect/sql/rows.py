"""The answer of a query, streamed as text columns within its limits of rows and bytes.

PostgreSQL copies its answer out as CSV (`COPY … TO STDOUT`), which Arrow cuts: no row becomes a
Python object. The other servers are read by blocks of rows through a cursor that stays on the
server. Both write a day as `2024-01-31`, a moment as `2024-01-31 08:15:00` in Paris' time, a number
with a point, what is empty as "".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import text

from cockpit.connect.contract import LINE, Part
from cockpit.connect.sql.cursor import Reached, typed
from cockpit.connect.sql.session import Session
from cockpit.connect.sql.text import Query
from cockpit.errors import BadDelivery

_BLOCK_ROWS = 20_000
_STREAMED = {"stream_results": True, "max_row_buffer": _BLOCK_ROWS}
_PARIS = ZoneInfo("Europe/Paris")
_MB = 1_000_000


@dataclass(frozen=True)
class Wanted:
    """What one reading asks of a query. start: the cursor that it is bound to, "" without one.
    noted: takes the names of all the columns of the answer, wanted or not."""

    query: Query
    columns: tuple[str, ...]
    start: str = ""
    reached: Reached | None = None
    noted: list[str] = field(default_factory=list)


@dataclass
class Counted:
    """How much came so far. Raises BadDelivery beyond a limit: an answer is whole or refused."""

    session: Session
    rows: int = 0
    size_bytes: int = 0

    def add(self, rows: int, size_bytes: int) -> None:
        """Count some rows more."""
        config = self.session.config
        self.rows += rows
        self.size_bytes += size_bytes
        self.session.asked.deadline.left()
        if self.rows > config.max_rows:
            raise BadDelivery(
                file=config.query_file,
                field="max_rows",
                expected=f"au plus {config.max_rows} lignes",
            )
        if self.size_bytes > config.max_mb * _MB:
            raise BadDelivery(
                file=config.query_file, field="max_mb", expected=f"au plus {config.max_mb} Mo"
            )


def numbered(columns: dict[str, pa.Array], wanted: Wanted, first: int, rows: int) -> Part:
    """The wanted columns with the number of each row of the answer, from `first`."""
    kept = {name: columns[name] for name in wanted.columns}
    lines = pa.array(np.arange(first, first + rows, dtype=np.int64))
    return Part(pa.table({**kept, LINE: lines}))


def check_names(file: str, names: Sequence[str], columns: tuple[str, ...]) -> None:
    """Raises BadDelivery when the answer has a column twice, or lacks a wanted one."""
    for name in names:
        if list(names).count(name) > 1:
            raise BadDelivery(file=file, field=name, expected="une seule colonne de ce nom")
    for name in columns:
        if name not in names:
            raise BadDelivery(file=file, field=name, expected="cette colonne")


def fetched(session: Session, wanted: Wanted) -> Iterator[Part]:
    """The rows of any server, by blocks."""
    statement, values = bound(wanted)
    counted = Counted(session)
    with session.connection.execute(text(statement), values, execution_options=_STREAMED) as result:
        names = [str(name) for name in result.keys()]  # noqa: SIM118 - not a dict
        check_names(wanted.query.file, names, needed(wanted))
        wanted.noted[:] = names
        for rows in result.partitions(_BLOCK_ROWS):
            cells = dict(zip(names, zip(*rows, strict=True), strict=True))
            if wanted.reached:
                wanted.reached.see(cells[wanted.reached.column])
            columns = {name: _written(wanted, name, cells[name]) for name in needed(wanted)}
            first = counted.rows + 1
            counted.add(len(rows), sum(column.nbytes for column in columns.values()))
            yield numbered(columns, wanted, first, len(rows))


def needed(wanted: Wanted) -> tuple[str, ...]:
    """The wanted columns and that of the cursor."""
    own = (wanted.reached.column,) if wanted.reached else ()
    return tuple(dict.fromkeys((*wanted.columns, *own)))


def bound(wanted: Wanted) -> tuple[str, dict[str, object]]:
    """The query for SQLAlchemy's `text()`, and the value of its cursor."""
    pieces = [piece.replace(":", "\\:") for piece in wanted.query.pieces]
    if not wanted.start:
        return pieces[0], {}
    return ":cursor".join(pieces), {"cursor": typed(wanted.start)}


def described(session: Session, query: Query, start: str) -> tuple[str, ...]:
    """Names of the columns that a query gives; no row is asked for."""
    wanted = Wanted(query, (), start)
    statement, values = bound(wanted)
    if session.connection.dialect.name in {"postgresql", "mysql", "mariadb", "sqlite", "oracle"}:
        statement = f"SELECT * FROM (\n{statement}\n) cockpit WHERE 1 = 0"  # noqa: S608 - checked
    with session.connection.execute(text(statement), values, execution_options=_STREAMED) as result:
        return tuple(str(name) for name in result.keys())  # noqa: SIM118 - not a dict


def _written(wanted: Wanted, name: str, cells: Sequence[Any]) -> pa.Array:
    kinds = set(map(type, cells)) - {type(None)}
    try:
        return _fast(kinds, cells) if len(kinds) <= 1 else _slow(cells)
    except KeyError as error:
        raise BadDelivery(
            file=wanted.query.file,
            field=name,
            expected="une colonne de texte, de nombres ou de dates (CAST dans la requête)",
        ) from error


def _fast(kinds: set[type], cells: Sequence[Any]) -> pa.Array:
    """A column of one type, written by Arrow where it writes as `_TEXTS` does."""
    if kinds <= {str}:
        found = pa.array(cells, pa.string())
    elif kinds == {int}:
        try:
            found = pa.array(cells, pa.int64()).cast(pa.string())
        except OverflowError:
            return _slow(cells)
    elif kinds == {date}:
        found = pa.array(cells, pa.date32()).cast(pa.string())
    else:
        return _slow(cells)
    return pc.fill_null(found, "")


def _slow(cells: Sequence[Any]) -> pa.Array:
    texts = ["" if cell is None else _TEXTS[type(cell)](cell) for cell in cells]
    return pa.array(texts, pa.string())


def _moment(given: datetime) -> str:
    local = given.astimezone(_PARIS).replace(tzinfo=None) if given.tzinfo else given
    return local.isoformat(sep=" ", timespec="seconds")


def _length(given: timedelta) -> str:
    hours, rest = divmod(int(given.total_seconds()), 3600)
    return f"{hours:02}:{rest // 60:02}:{rest % 60:02}"


_TEXTS: dict[type, Callable[[Any], str]] = {
    str: str,
    bool: lambda given: "true" if given else "false",
    int: str,
    float: repr,
    Decimal: lambda given: format(given, "f"),
    date: date.isoformat,
    datetime: _moment,
    time: lambda given: given.isoformat(timespec="seconds"),
    timedelta: _length,
    UUID: str,
}
