"""Who may act for an installation: one holder at a time, told apart by a token that only grows.

Nobody's clock is compared with another's: the holder moves `beat`, and who waits takes over once it
has seen no movement for `PATIENCE_S` of its own monotonic clock. A holder that was frozen meanwhile
wakes with an old token, and whatever it then tries is refused.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import CursorResult, insert, select, update
from sqlalchemy.exc import IntegrityError

from cockpit.errors import Refused
from cockpit.state.models import Lease as Row

if TYPE_CHECKING:
    from sqlalchemy import Engine

PATIENCE_S = 60.0
NAME = "worker"


class LeaseLost(Refused):
    """Facts: none; another worker has taken over."""

    def sentence(self) -> str:
        """What happened, what was kept, what to do."""
        return (
            "Un autre worker a pris le relais pendant que celui-ci était arrêté. Celui-ci n'a rien "
            "publié ; les chiffres publiés restent affichés."
        )


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to act, as long as no higher token exists. before: who held it ("" for nobody)."""

    token: int
    before: str = ""


@dataclass(slots=True)
class Watch:
    """What a waiting process has seen of the holder, and since when on its own clock."""

    token: int = -1
    beat: int = -1
    since: float = 0.0

    def is_silent(self, token: int, beat: int, patience_s: float) -> bool:
        """Whether nothing has moved for so long."""
        if (token, beat) != (self.token, self.beat):
            self.token, self.beat, self.since = token, beat, time.monotonic()
        return time.monotonic() - self.since >= patience_s


def take(engine: Engine, watch: Watch, patience_s: float = PATIENCE_S) -> Lease | None:
    """The lease when nobody holds it or its holder is silent or dead; None: look again later."""
    with engine.connect() as connection:
        row = connection.execute(
            select(Row.token, Row.beat, Row.holder).where(Row.name == NAME)
        ).first()
    if row is None:
        return _first(engine)
    gone = not row.holder or _is_dead(row.holder)
    if not gone and not watch.is_silent(row.token, row.beat, patience_s):
        return None
    statement = (
        update(Row)
        .where(Row.name == NAME, Row.token == row.token, Row.beat == row.beat)
        .values(token=row.token + 1, beat=0, holder=this_process())
    )
    return Lease(row.token + 1, row.holder) if _changed(engine, statement) else None


def renew(engine: Engine, lease: Lease) -> None:
    """Show that the holder lives. Raises LeaseLost."""
    statement = (
        update(Row).where(Row.name == NAME, Row.token == lease.token).values(beat=Row.beat + 1)
    )
    if not _changed(engine, statement):
        raise LeaseLost


def check(engine: Engine, token: int) -> None:
    """Raises LeaseLost when the token is no longer the newest."""
    with engine.connect() as connection:
        newest = connection.execute(select(Row.token).where(Row.name == NAME)).scalar()
    if newest != token:
        raise LeaseLost


def give_up(engine: Engine, lease: Lease) -> None:
    """Leave it to whoever waits, at once."""
    _changed(
        engine, update(Row).where(Row.name == NAME, Row.token == lease.token).values(holder="")
    )


def this_process() -> str:
    """`<system>/<pid>/<start>`: a number that the system gives again is not the same."""
    return _named(os.getpid()) or f"?/{os.getpid()}/?"


def is_running(holder: str) -> bool:
    """Whether this very process runs (or is frozen) here; False when it cannot be told."""
    pid = holder.split("/")[1] if holder.count("/") == 2 else ""  # noqa: PLR2004 - three parts
    return pid.isdigit() and _named(int(pid)) == holder


def _is_dead(holder: str) -> bool:
    """Whether it ran in this very system and has ended; a holder elsewhere is only silent."""
    here = this_process().partition("/")[0]
    return holder.partition("/")[0] == here and not is_running(holder)


def _named(pid: int) -> str:
    try:
        space = Path("/proc/self/ns/pid").readlink().name.strip("pid:[]")
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii")[:8]
        stat = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if stat[0] in "ZX" else f"{boot}-{space}/{pid}/{stat[19]}"


def _first(engine: Engine) -> Lease | None:
    first = insert(Row).values(name=NAME, token=1, beat=0, holder=this_process())
    try:
        return Lease(1) if _changed(engine, first) else None
    except IntegrityError:  # another process was faster
        return None


def _changed(engine: Engine, statement: Any) -> bool:
    with engine.begin() as connection:
        return cast("CursorResult[Any]", connection.execute(statement)).rowcount == 1
