"""The published generations that are still there: what each holds, and the way back to one.

Going back publishes a copy of the earlier one under a new number. The batches that it does not
have are held (cockpit/warehouse/held.py), or the next refresh would put them back at once; those
that it has and that were held since are let in again, so that a rebuild gives the same figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

import duckdb

from cockpit.errors import BadRequest, DamagedWarehouse
from cockpit.settings import Home
from cockpit.warehouse import engine, held, landing, publish, schema
from cockpit.warehouse.attach import Generation
from cockpit.warehouse.landing import Landed

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Kept:
    """One published file. batches: the deliveries that it holds, as (source, source_hash)."""

    number: int
    published_at: datetime
    size_bytes: int
    schema_version: int
    batches: frozenset[Key]


def kept(home: Home) -> tuple[Kept, ...]:
    """Every published generation that is still there and whole, oldest first."""
    found = []
    for path in publish.kept(home.generations):
        try:
            about = path.stat()
            found.append(_read(path, home.root, about.st_mtime_ns, about.st_size))
        except (DamagedWarehouse, duckdb.Error, FileNotFoundError):
            continue  # damaged, or pruned since it was listed
    return tuple(found)


@lru_cache(maxsize=256)
def _read(path: Path, root: Path, _written_at: int, size: int) -> Kept:
    """Never written again, so read once; a restored backup may bring another file of its name."""
    with engine.open_reader(path.parent, "256MB") as connection:
        one = Generation(connection, path, Home(root))
        delivered = frozenset(key for key in one.batch_keys if key[1])
        return Kept(one.id, one.published_at, size, one.schema_version, delivered)


def roll_back(home: Home, number: int) -> tuple[int, tuple[Landed, ...]]:
    """Publish a copy of an earlier generation; returns its number and the batches held for it.

    The caller holds `publishing` and the lock of landing. Raises BadRequest for a number that is
    not kept, or was made by a program too old, DiskFull.
    """
    one = _chosen(home, number)
    away = [batch for batch in landing.landed(home.landing) if _key(batch) not in one.batches]
    back = [batch for batch in landing.kept_back(home.landing) if _key(batch) in one.batches]
    why = f"Retenu par le retour à la génération {number}."
    sorted_out = _Sorted(away, back, why)
    base = next(
        path for path in publish.kept(home.generations) if publish.number_of(path) == number
    )
    try:
        made = publish.publish(home, lambda _connection: sorted_out.apply(), base=base)
    except BaseException:
        sorted_out.undo()
        raise
    return made, tuple(away)


def _chosen(home: Home, number: int) -> Kept:
    current = publish.current_path(home.generations)
    for one in kept(home):
        is_current = current is not None and publish.number_of(current) == number
        if one.number == number and one.schema_version == schema.VERSION and not is_current:
            return one
    raise BadRequest(
        field="GENERATION",
        expected="une génération antérieure de « cockpit generation list » (même version)",
    )


def _key(batch: Landed) -> Key:
    return batch.source, batch.source_hash


class _Sorted:
    """What leaves landing and what comes back to it, done and undone together."""

    def __init__(self, away: Sequence[Landed], back: Sequence[Landed], why: str) -> None:
        self._away, self._back, self._why = away, back, why
        self._done: list[tuple[Landed, str]] = []

    def apply(self) -> None:
        for batch in self._away:
            held.hold(batch, self._why)
            self._done.append((batch, "held"))
        for batch in self._back:
            held.release(batch)
            self._done.append((batch, "released"))

    def undo(self) -> None:
        for batch, what in reversed(self._done):
            if what == "held":
                held.release(batch)
            else:
                held.hold(batch)
