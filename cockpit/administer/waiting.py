"""Batches that wait for a person: let in, or sent away; so may be those that were refused."""

from __future__ import annotations

from cockpit.administer import acts
from cockpit.errors import BadRequest
from cockpit.fetch import landing_still
from cockpit.settings import Home
from cockpit.warehouse import aside, held
from cockpit.warehouse.held import Held
from cockpit.warehouse.landing import Landed


def waiting(home: Home, source: str = "") -> tuple[Held, ...]:
    """The batches that wait, of one source or of all, in order of arrival."""
    found = held.held(home.landing)
    return tuple(one for one in found if not source or one.batch.source == source)


def refused(home: Home, source: str) -> tuple[Landed, ...]:
    """The batches of a source that the warehouse refuses, in order of arrival."""
    return tuple(one.landed for one in aside.refused(home.landing, source))


def approve(home: Home, source: str, who: str, seq: int | None = None) -> int:
    """Let held batches in (all of the source, or the one numbered `seq`); returns how many.

    The next refresh publishes them where their number places them: never over a newer delivery.
    Raises BadRequest when none waits.
    """
    with landing_still(home):
        chosen = _chosen(home, source, seq)
        for one in chosen:
            held.release(one.batch)
    for one in chosen:
        acts.note(home, who, "delivery", source, f"Lot n° {one.batch.seq} accepté.")
    return len(chosen)


def discard(home: Home, source: str, seq: int, who: str) -> None:
    """Send one held or refused batch away: never published nor read again; its rows stay on disk.

    Raises BadRequest when it does not wait.
    """
    with landing_still(home):
        chosen = [one for one in refused(home, source) if one.seq == seq]
        for batch in chosen or [one.batch for one in _chosen(home, source, seq)]:
            held.discard(batch)
    acts.note(home, who, "delivery", source, f"Lot n° {seq} écarté.")


def _chosen(home: Home, source: str, seq: int | None) -> tuple[Held, ...]:
    found = waiting(home, source)
    chosen = tuple(one for one in found if seq in {None, one.batch.seq})
    if not chosen:
        raise BadRequest(field="SOURCE", expected="un lot retenu de « cockpit source held »")
    return chosen
