"""Ids of resources, millions of them, as numbers on a disk that nobody else reads.

An id may name a patient or a stay: only 64 keyed bits of it are kept, and the key is drawn by each
process. Two ids of ten million are taken for the same in one reading out of three hundred thousand.
"""

from __future__ import annotations

import hashlib
import secrets
import sqlite3
import weakref

_KEY = secrets.token_bytes(32)
_CACHE_KIB = 16 << 10


def mark(own: str) -> int:
    """64 bits of an id, signed: equal ids have equal marks, two others practically never."""
    text = own.encode("utf-8", "surrogatepass")  # JSON may hold half a character
    digest = hashlib.blake2b(text, digest_size=8, key=_KEY).digest()
    return int.from_bytes(digest, "big", signed=True)


def private_base(schema: str) -> sqlite3.Connection:
    """A database of tables `schema`: 16 MiB of it in memory, the rest in a file without a name,
    which dies with the process."""
    base = sqlite3.connect("", isolation_level=None, check_same_thread=False)
    for setting in ("journal_mode = OFF", "temp_store = FILE", f"cache_size = -{_CACHE_KIB}"):
        base.execute(f"PRAGMA {setting}")
    base.executescript(schema)
    base.execute("BEGIN")
    return base


class Seen:
    """The ids met so far."""

    def __init__(self) -> None:
        self._base = private_base("CREATE TABLE seen (mark INTEGER PRIMARY KEY)")
        weakref.finalize(self, self._base.close)

    def is_new(self, own: str) -> bool:
        """Whether an id had not been met; it has, from now on."""
        noted = self._base.execute("INSERT OR IGNORE INTO seen VALUES (?)", (mark(own),))
        return noted.rowcount == 1
