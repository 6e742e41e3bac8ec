"""Batches kept on disk and out of what is published, because a person must look at them first.

    landing/<source>/000012-<hash>.held         as the manifest: waits for `cockpit source approve`
    landing/<source>/000012-<hash>.why          one French sentence: why it waits
    landing/<source>/000012-<hash>.discarded    never published; its delivery is not read again

What the warehouse refused (`aside`) may be sent away too. The numbers of all stay taken, and their
source goes on after them (`landing.kept_back`). The caller holds the lock of landing
(`cockpit.fetch.landing_still`).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cockpit.warehouse.durable import fsync
from cockpit.warehouse.landing import DISCARDED, HELD, KEPT, REFUSED, Landed, in_state

_WHY = ".why"


@dataclass(frozen=True, slots=True)
class Held:
    """A batch that waits. why: one French sentence, "" when nobody wrote one."""

    batch: Landed
    why: str


def held(landing: Path, source: str = "*") -> tuple[Held, ...]:
    """Every batch that waits, of one source or of all, in order of arrival."""
    return tuple(Held(one, _why(one)) for one in in_state(landing, HELD, source))


def hold(batch: Landed, why: str = "") -> None:
    """Take a landed batch out of what the next refresh publishes, and of any replay."""
    note = _path(batch, _WHY)
    note.write_text(why, "utf-8")
    fsync(note)
    _rename(batch, KEPT, HELD)


def release(batch: Landed) -> None:
    """Put a batch that was held or sent away back where it stood: it is published again."""
    before = HELD if _path(batch, HELD).exists() else DISCARDED
    _rename(batch, before, KEPT)
    _path(batch, _WHY).unlink(missing_ok=True)


def discard(batch: Landed) -> None:
    """Send a held or refused batch away for good; its rows stay on disk."""
    before = HELD if _path(batch, HELD).exists() else REFUSED
    _rename(batch, before, DISCARDED)


def _why(batch: Landed) -> str:
    note = _path(batch, _WHY)
    return note.read_text("utf-8") if note.exists() else ""


def _rename(batch: Landed, before: str, after: str) -> None:
    _path(batch, before).replace(_path(batch, after))
    fsync(batch.folder)


def _path(batch: Landed, suffix: str) -> Path:
    return batch.folder / f"{batch.stem}{suffix}"
