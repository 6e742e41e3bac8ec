"""Published states: which are kept, and the way back to one of them."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from cockpit import refresh
from cockpit.administer import acts
from cockpit.administer.waiting import approve, discard, waiting
from cockpit.errors import WarehouseBusy
from cockpit.fetch import landing_still
from cockpit.settings import Home
from cockpit.warehouse import kept, publish

__all__ = ["Published", "approve", "discard", "published", "rollback", "waiting"]

_PATIENCE_S = 60.0


@dataclass(frozen=True, slots=True)
class Published:
    """One generation that is kept.

    published_at: naive UTC. added, withdrawn: batches that it has and the one before it has not,
    and the other way round; None for the oldest kept. current: what everybody reads now.
    """

    number: int
    published_at: datetime
    size_bytes: int
    added: int | None
    withdrawn: int | None
    current: bool


def published(home: Home) -> tuple[Published, ...]:
    """Every generation that is kept, newest first; a damaged one is left out."""
    path = publish.current_path(home.generations)
    now = publish.number_of(path) if path else None
    found: list[Published] = []
    before: kept.Kept | None = None
    for one in kept.kept(home):
        found.append(
            Published(
                number=one.number,
                published_at=one.published_at,
                size_bytes=one.size_bytes,
                added=len(one.batches - before.batches) if before else None,
                withdrawn=len(before.batches - one.batches) if before else None,
                current=one.number == now,
            )
        )
        before = one
    return tuple(reversed(found))


def rollback(home: Home, number: int, who: str) -> int:
    """Publish an earlier generation again; returns the number of its copy.

    Nothing is deleted: the batches that it does not have are held (`approve` lets them in again),
    and alerts are judged again on its figures. Raises BadRequest for a number that cannot be gone
    back to, WarehouseBusy, DiskFull.
    """
    with publish.publishing(home.generations, patience_s=_PATIENCE_S), landing_still(home):
        made, away = kept.roll_back(home, number)
    by_source = Counter(batch.source for batch in away)
    said = ", ".join(f"{source} ({count})" for source, count in sorted(by_source.items()))
    acts.note(
        home,
        who,
        "generation",
        str(number),
        f"Retour à la génération {number}, publiée sous le n° {made}. "
        + (f"Lots retenus : {said}." if said else "Aucun lot retenu."),
    )
    with suppress(WarehouseBusy):  # who publishes then judges these figures too
        refresh.alert_now(home)
    return made
