"""The movements of one source, pseudonymous, kept while the census needs them.

A SQLite file in WAL with `synchronous=FULL`: once `add` returns, its records survive a power cut,
and what a kill left half written is cut off at the next opening. One transaction takes all the
messages that wait. Measured here, 2 busy cores, against segment files of our own (length, CRC,
fdatasync): 3,500 commits/s of one record (segments 3,100), 1,400 of 16 (1,500), 170 of 200 (1,000),
that is 34,000 records/s where 500 are asked; and only SQLite gives an index by visit, a reader
beside the writer, and records that are once what they were twice.

The same movement written twice is one record: its identity is unique.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import timedelta
from itertools import groupby, islice
from operator import attrgetter, itemgetter
from pathlib import Path
from typing import Any

from cockpit.connect.hl7 import key as hl7_key
from cockpit.connect.hl7.movements import Heard, Movement
from cockpit.errors import SourceRefused, SourceUnavailable
from cockpit.settings import Home

RETENTION = timedelta(days=30)
"""How long a record is kept after its last news; a patient still in a bed is kept longer."""
LONGEST_STAY = timedelta(days=400)
"""After so long without news a patient in a bed is taken for one whose exit was lost."""

PATIENCE_S = 10.0

_COLUMNS = tuple(field.name for field in fields(Movement))
_values = attrgetter(*_COLUMNS)
_SCHEMA = f"""
CREATE TABLE IF NOT EXISTS movement (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, identity BLOB NOT NULL UNIQUE,
    received INTEGER NOT NULL, {", ".join(_COLUMNS)}
);
CREATE INDEX IF NOT EXISTS movement_visit ON movement (visit);
CREATE TABLE IF NOT EXISTS refused (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, received INTEGER NOT NULL,
    origin TEXT NOT NULL, number INTEGER NOT NULL, field TEXT NOT NULL, reason TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS loaded (digest TEXT PRIMARY KEY, received INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS fact (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
"""
_TABLES = ("movement", "refused", "loaded", "fact")
_INSERT = (
    f"INSERT OR IGNORE INTO movement (identity, received, {', '.join(_COLUMNS)}) "  # noqa: S608
    f"VALUES ({', '.join('?' * (len(_COLUMNS) + 2))})"
)
_VISITS = f"SELECT visit, seq, received, {', '.join(_COLUMNS)} FROM movement"  # noqa: S608
_CHUNK = 500


@dataclass(frozen=True)
class Kept:
    """One record of the spool."""

    seq: int
    received: int
    movement: Movement


@dataclass(frozen=True)
class Facts:
    """What the spool says of itself. spool: its own name. last, last_refused: newest numbers.

    began, heard: times of the oldest and newest message, None before any. complete_from: first
    day (ordinal) that no forgetting has touched.
    """

    spool: str
    last: int
    last_refused: int
    began: int | None
    heard: int | None
    complete_from: int


@dataclass(frozen=True)
class Refused:
    """A message that was not taken: the origin (file, or the listener), its number there, why."""

    origin: str
    number: int
    field: str
    reason: str


def path_of(home: Home, source: str) -> Path:
    """The spool of one source."""
    return hl7_key.folder(home) / f"{source or 'source'}.db"


@contextmanager
def opened(home: Home, source: str) -> Iterator[Spool]:
    """The spool of a source, made at its first use.

    Raises SourceRefused when it is damaged or was written under another key, SourceUnavailable
    when it cannot be opened or written now.
    """
    with _told(source):
        connection = _connection(path_of(home, source))
        try:
            spool = Spool(connection)
            spool.sign(hashlib.sha256(hl7_key.key(home)).digest()[:8], source)
            yield spool
        finally:
            connection.close()


@contextmanager
def _told(source: str) -> Iterator[None]:
    """SQLite's errors as ours."""
    try:
        yield
    except sqlite3.OperationalError as error:
        raise SourceUnavailable(
            source=source, reason="le carnet des mouvements est occupé ou le disque est plein"
        ) from error
    except sqlite3.DatabaseError as error:
        raise SourceRefused(
            source=source,
            reason="le carnet des mouvements (dossier hl7) est abîmé : remettez sa sauvegarde",
        ) from error


def _connection(path: Path) -> sqlite3.Connection:
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    # The listener writes from one thread of its own; nothing shares a connection.
    connection = sqlite3.connect(
        path, timeout=PATIENCE_S, isolation_level=None, check_same_thread=False
    )
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")
    connection.executescript(_SCHEMA)
    return connection


class Spool:
    """One open spool. Every method that writes is one transaction: wholly in or wholly out."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def sign(self, key: bytes, source: str) -> None:
        """Note which key wrote it. Raises SourceRefused when it was another one."""
        if self._fact("key") is None:
            with self._writing():
                self._set("key", key)
                self._set("spool", secrets.token_hex(4))
        elif self._fact("key") != key:
            raise SourceRefused(
                source=source,
                reason="la clé « hl7/key » n'est plus celle du carnet des mouvements : "
                "remettez celle de la sauvegarde",
            )

    def add(self, heard: Sequence[Heard], now: int, *, origin: str = "MLLP") -> None:
        """Keep what some messages said; on return it is on the disk."""
        with self._writing():
            self._add(enumerate(heard, start=1), now, origin)

    def load(self, digest: str, heard: Iterable[Heard], now: int, origin: str) -> None:
        """Keep a file whole, or nothing of it when reading it raises."""
        numbered = enumerate(heard, start=1)
        with self._writing():
            while self._add(_some(numbered), now, origin):
                pass
            self._connection.execute("INSERT INTO loaded VALUES (?, ?)", (digest, now))

    def is_loaded(self, digest: str) -> bool:
        """Whether a file of these bytes was kept."""
        found = self._connection.execute("SELECT 1 FROM loaded WHERE digest = ?", (digest,))
        return found.fetchone() is not None

    @contextmanager
    def reading(self) -> Iterator[None]:
        """What is read inside is of one instant, whatever is added meanwhile."""
        self._connection.execute("BEGIN")
        try:
            yield
        finally:
            self._connection.execute("COMMIT")

    def facts(self) -> Facts:
        """Its own state."""
        return Facts(
            spool=str(self._fact("spool")),
            last=self._number("SELECT max(seq) FROM movement"),
            last_refused=self._number("SELECT max(seq) FROM refused"),
            began=self._fact("began"),
            heard=self._fact("heard"),
            complete_from=self._fact("complete_from") or 0,
        )

    def visits(self) -> Iterator[list[Kept]]:
        """The records of every visit, one visit after the other."""
        return _by_visit(self._connection.execute(f"{_VISITS} ORDER BY visit, seq"))

    def visits_since(self, seq: int) -> Iterator[list[Kept]]:
        """All the records of the visits that have one newer than `seq`."""
        touched = "SELECT visit FROM movement WHERE seq > ?"
        query = f"{_VISITS} WHERE visit IN ({touched}) ORDER BY visit, seq"
        return _by_visit(self._connection.execute(query, (seq,)))

    def refused_since(self, seq: int) -> list[Refused]:
        """Messages refused after this number, in order."""
        rows = self._connection.execute(
            "SELECT origin, number, field, reason FROM refused WHERE seq > ? ORDER BY seq", (seq,)
        )
        return [Refused(*row) for row in rows]

    def forgotten_on(self) -> int:
        """The day (ordinal) of the last forgetting, 0 before any."""
        return int(self._fact("forgotten_on") or 0)

    def forget(self, visits: Sequence[bytes], complete_from: int, before: int, today: int) -> None:
        """Erase these visits, and the refusals noted before an instant.

        complete_from: first day that these visits do not touch. today: noted (ordinal).
        """
        with self._writing():
            self._connection.executemany(
                "DELETE FROM movement WHERE visit = ?", [(visit,) for visit in visits]
            )
            self._connection.execute("DELETE FROM refused WHERE received < ?", (before,))
            self._set("complete_from", max(complete_from, self._fact("complete_from") or 0))
            self._set("forgotten_on", today)
        self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # the WAL held them too

    def drop(self) -> None:
        """Erase everything; whoever still has this spool open can keep nothing more in it."""
        with self._writing():
            for table in _TABLES:
                self._connection.execute(f"DROP TABLE {table}")

    def _add(self, numbered: Iterable[tuple[int, Heard]], now: int, origin: str) -> int:
        given = list(numbered)
        kept = [_row(one.movement, now) for _, one in given if one.movement]
        problems = [(number, one.problem) for number, one in given if one.problem]
        times = [one.recorded for _, one in given if one.recorded is not None]
        self._connection.executemany(_INSERT, kept)
        self._connection.executemany(
            "INSERT INTO refused (received, origin, number, field, reason) VALUES (?, ?, ?, ?, ?)",
            [(now, origin, number, found.field, found.reason) for number, found in problems],
        )
        if times:
            self._set("began", min([*times, self._fact("began") or times[0]]))
            self._set("heard", max([min(max(times), now), self._fact("heard") or 0]))
        return len(given)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def _fact(self, name: str) -> Any:
        row = self._connection.execute("SELECT value FROM fact WHERE name = ?", (name,)).fetchone()
        return row[0] if row else None

    def _set(self, name: str, value: object) -> None:
        self._connection.execute("INSERT OR REPLACE INTO fact VALUES (?, ?)", (name, value))

    def _number(self, query: str) -> int:
        return self._connection.execute(query).fetchone()[0] or 0


def _some(numbered: Iterator[tuple[int, Heard]]) -> list[tuple[int, Heard]]:
    return list(islice(numbered, _CHUNK))


def _row(movement: Movement, now: int) -> tuple[object, ...]:
    values = _values(movement)
    return hashlib.sha256(repr(values).encode()).digest()[:16], now, *values


def _by_visit(rows: Iterable[tuple[object, ...]]) -> Iterator[list[Kept]]:
    for _, found in groupby(rows, key=itemgetter(0)):
        yield [_kept(row) for row in found]


def _kept(row: tuple[object, ...]) -> Kept:
    _, seq, received, *values = row
    return Kept(seq, received, Movement(*values))  # type: ignore[arg-type]  # written by _row
