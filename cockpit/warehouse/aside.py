"""Batches that the warehouse refused whole: kept apart, said, and tried again by themselves.

    landing/<source>/000012-<hash>.refused     as the manifest, with what refused it
    landing/<source>/000012-<hash>.obsolete    refused, then replaced by what its source says now

Each notes what it was judged on: the batches published then and the structure. It is tried again
once these have changed, and only then. What then goes in is placed after everything that was
published meanwhile, for a replay to find the same way free; the newer deliveries of its own source
follow it there, so that it never wins over them. The caller holds the lock of landing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from cockpit.errors import BadDelivery
from cockpit.i18n import mark
from cockpit.warehouse.durable import fsync
from cockpit.warehouse.landing import (
    KEPT,
    OBSOLETE,
    REFUSED,
    Landed,
    in_state,
    landed,
    write_manifest,
)

_JUDGED = "judged"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A landed batch that broke an invariant of the warehouse: nothing of it was kept."""

    landed: Landed
    error: BadDelivery


def judged_on(batches: Iterable[Landed], structure_hash: str) -> str:
    """What a refusal depends on: the batches beside it, where they stand, and the structure."""
    said = hashlib.sha256(structure_hash.encode())
    for one in batches:
        said.update(f"\n{one.source} {one.source_hash} {one.place}".encode())
    return said.hexdigest()


def set_aside(refusal: Refusal, judged: str) -> None:
    """Take a refused batch out of the replay, with what refused it; its rows stay."""
    one = refusal.landed
    facts = {**refusal.error.facts, _JUDGED: judged}
    write_manifest(replace(one, refusal=facts), REFUSED)
    (one.folder / f"{one.stem}{KEPT}").unlink(missing_ok=True)
    fsync(one.folder)


def refused(landing: Path, source: str = "*") -> tuple[Refusal, ...]:
    """Every batch that stays refused, of one source or of all, in order of arrival."""
    return tuple(Refusal(one, _error(one)) for one in in_state(landing, REFUSED, source))


def _error(one: Landed) -> BadDelivery:
    """What refused it; one of an earlier version did not note it, and will when tried again."""
    facts = {name: fact for name, fact in one.refusal.items() if name != _JUDGED}
    expected = mark("des chiffres que l'entrepôt puisse admettre")
    return BadDelivery(**{"file": one.file, "expected": expected, **facts})


def to_try(landing: Path, judged: str) -> tuple[Landed, ...]:
    """Those that were refused beside other batches than these."""
    return tuple(
        one for one in in_state(landing, REFUSED) if one.refusal.get(_JUDGED, "") != judged
    )


def bring_back(landing: Path, batches: Sequence[Landed]) -> None:
    """Let refused batches in: they, and what their sources delivered since, go after all others.

    The refused ones last: a stop on the way leaves only an order in which they are still refused.
    """
    kept = landed(landing)
    newest = max((one.seq for one in (*kept, *batches)), default=0)
    first = {one.source: one.place for one in reversed(batches)}
    followers = [one for one in kept if one.source in first and one.place > first[one.source]]
    for one in _renewed(followers, newest):
        write_manifest(one)
    for one in _renewed(batches, newest):
        write_manifest(replace(one, refusal={}), REFUSED)
        (one.folder / f"{one.stem}{REFUSED}").replace(one.folder / f"{one.stem}{KEPT}")
        fsync(one.folder)


def _renewed(batches: Sequence[Landed], newest: int) -> list[Landed]:
    return [replace(one, after=newest) for one in batches]


def replaced(landing: Path, source: str, *, by: Landed | None = None, read_as: str = "") -> None:
    """Put away the refused batches that their source no longer says.

    by: a delivery of the same name has come since. read_as: how the source is read now; what was
    read otherwise has been, or will be, read again.
    """
    for one in in_state(landing, REFUSED, source):
        again = by is not None and by.file == one.file and by.key != one.key
        otherwise = bool(read_as and one.read_as) and one.read_as != read_as
        if again or otherwise:
            path = one.folder / f"{one.stem}{REFUSED}"
            path.replace(path.with_suffix(OBSOLETE))
            fsync(one.folder)
