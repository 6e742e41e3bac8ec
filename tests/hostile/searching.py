"""Where a text could hide in an installation: bytes of files, tables of Parquet, DuckDB, SQLite."""

from __future__ import annotations

import base64
import hashlib
import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote, quote_plus

import duckdb
import pyarrow.parquet as pq

GIVEN = ("drop", "sources", "cockpit.toml", "structure.csv")
"""What people put there themselves."""
_ZEROS = bytes(64)
_DIGITS = re.compile(r"[0-9]{4,6}")


def places(root: Path, needles: Iterable[str]) -> dict[str, set[str]]:
    """{where: the needles found there}, in everything under COCKPIT_HOME that Cockpit wrote."""
    found: dict[str, set[str]] = {}
    known = _known(needles)
    for where, data in _everything(root):
        if there := _hits(data, known):
            found.setdefault(where, set()).update(there)
    return found


def hits(said: str, needles: Iterable[str]) -> set[str]:
    """The needles that a text holds."""
    return _hits(said.encode(), _known(needles))


Known = dict[str, frozenset[bytes]]


def _known(needles: Iterable[str]) -> Known:
    return {text: frozenset(one.lower() for one in _writings(text)) for text in set(needles)}


def _hits(data: bytes, known: Known) -> set[str]:
    low = data.lower().replace(_ZEROS, b"\0")  # DuckDB's files are mostly empty
    return {
        text for text, writings in known.items() if any(_holds(low, text, one) for one in writings)
    }


def _holds(data: bytes, text: str, written: bytes) -> bool:
    """A few digits count only as a whole number: digests and instants hold every short run."""
    if written not in data or not _DIGITS.fullmatch(text):
        return written in data
    whole = rb"(?<![0-9a-f])" + re.escape(written) + rb"(?![0-9a-f])"
    return re.search(whole, data) is not None


def _writings(text: str) -> set[bytes]:
    plain = text.encode()
    digests = [hashlib.new(name, plain) for name in ("md5", "sha1", "sha256")]
    found = {plain, text.encode("cp1252", "replace"), text.encode("utf-16-le")}
    found |= {quote(text, safe="").encode(), quote_plus(text).encode(), plain.hex().encode()}
    found |= {one.hexdigest().encode() for one in digests} | {one.digest() for one in digests}
    return found | {base64.b64encode(plain).rstrip(b"=")}


def _everything(root: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(path for path in root.rglob("*") if path.is_file()):
        inside = path.relative_to(root)
        if inside.parts[0] in GIVEN:
            continue
        yield f"name:{inside.parts[0]}", inside.as_posix().encode()
        yield f"bytes:{inside.parts[0]}", path.read_bytes()
        yield from ((f"{kind}:{inside.parts[0]}", text) for kind, text in _tables(path))


def _tables(path: Path) -> Iterator[tuple[str, bytes]]:
    if path.suffix == ".parquet":
        yield "parquet", repr(pq.read_table(path).to_pylist()).encode()
    elif path.suffix == ".duckdb":
        yield from (("duckdb", text) for text in _of_duckdb(path))
    elif path.suffix == ".db":
        yield from (("sqlite", text) for text in _of_sqlite(path))


def _of_duckdb(path: Path) -> Iterator[bytes]:
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{path}' AS g (READ_ONLY)")
        names = connection.execute(
            "SELECT table_schema, table_name FROM information_schema.tables "
            "WHERE table_catalog = 'g'"
        ).fetchall()
        for schema, name in names:
            rows = connection.execute(f'SELECT * FROM g."{schema}"."{name}"').fetchall()
            yield repr(rows).encode()


def _of_sqlite(path: Path) -> Iterator[bytes]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as base:
        names = base.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (name,) in names:
            rows = base.execute(f'SELECT * FROM "{name}"').fetchall()
            yield repr(rows).encode()
