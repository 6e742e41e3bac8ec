"""SOURCE -> LANDING: one source read once, by the worker in a process of its own, or by a command.

`python -m cockpit.fetch NAME` reads one source under limits, lands what is new, writes the run and
ends: a source that stalls, leaks or crashes takes only this process with it. Publishing is not done
here (see cockpit/refresh.py).
"""

from __future__ import annotations

import errno
import resource
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from cockpit import clock, log, settings, state
from cockpit.children import end_with_parent
from cockpit.connect.batch import Batch
from cockpit.connect.config import SourceConfig, load_source
from cockpit.connect.deliver import batches, stamp
from cockpit.connect.expect import unusual
from cockpit.connect.structure import load_structure
from cockpit.errors import (
    BadDelivery,
    CockpitError,
    Refused,
    Retryable,
    SourceUnavailable,
    together,
)
from cockpit.kpi.units import UnitTree
from cockpit.locks import locked
from cockpit.schedule import tries_that_wait
from cockpit.settings import Home
from cockpit.warehouse import aside, held, landing, structure
from cockpit.warehouse.landing import Landed

MEMORY_BYTES = 6 << 30
"""Addresses that one reading may use; the memory that it really takes is far below."""

BUSY = 75
"""Exit status of a reading that found another one of the same source under way."""

_MANIFESTS = frozenset(landing.MANIFESTS)

Say = Callable[[str], None]


class SourceBusy(Retryable):
    """Facts: source; another process is reading it."""

    def sentence(self) -> str:
        """What happened, what was kept, what to do."""
        return (
            f"La source « {self.facts['source']} » est déjà en cours de lecture. Ce qu'elle donne "
            "sera publié à la fin de cette lecture."
        )


@dataclass
class _Reading:
    """What one source gave so far, for its run record."""

    source: str
    who: str
    started_at: datetime = field(default_factory=lambda: clock.utc_naive(clock.now()))
    landed: list[Landed] = field(default_factory=list)
    refused_rows: list[state.RefusedRow] = field(default_factory=list)
    errors: list[CockpitError] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    held: int = 0


def fetch(
    home: Home,
    config: SourceConfig,
    units: UnitTree,
    *,
    who: str,
    on_step: Say = lambda _: None,
    patience_s: float = 0.0,
) -> state.RunRecord:
    """Land every new delivery of one source and record the run; stops at the source's own failure.

    who: for the audit. patience_s: how long to wait for another process that is reading it. Raises
    SourceBusy; a source that fails is said in the run, never raised.
    """
    with source_still(home, config.name, patience_s):
        reading = _Reading(config.name, who)
        with _caught(reading):
            _read(home, config, units, reading, on_step)
        return _record(home, reading)


def record_failure(home: Home, source: str, error: CockpitError, *, who: str) -> state.RunRecord:
    """The run of a source that could not even be read."""
    return _record(home, _Reading(source, who, errors=[error]))


@contextmanager
def source_still(home: Home, source: str, patience_s: float) -> Iterator[None]:
    """Nobody else reads this source meanwhile. Raises SourceBusy when the patience is over."""
    with locked(home.landing / f"{source}.lock", patience_s) as mine:
        if not mine:
            raise SourceBusy(source=source)
        yield


@contextmanager
def landing_still(home: Home) -> Iterator[None]:
    """Nothing is landed meanwhile: numbers are given one at a time, and lists stay true."""
    with locked(home.landing / ".numbers.lock"):
        yield


def refused_row(error: BadDelivery) -> state.RefusedRow:
    """A delivery refused whole, as a row of the run log."""
    line = error.facts.get("line")
    return state.RefusedRow(
        str(error.facts["file"]),
        line if isinstance(line, int) else None,
        str(error.facts.get("field", "")),
        f"attendu : {error.facts['expected']}",
    )


def _read(
    home: Home, config: SourceConfig, units: UnitTree, reading: _Reading, on_step: Say
) -> None:
    checked_on = structure.structure_hash(units)
    with landing_still(home):
        aside.replaced(home.landing, config.name, read_as=stamp(config))
        already = _everything(home.landing)
        past = landing.before(home.landing, config.name, checked_on)
    for found in batches(home, config, past.hashes, units, past.cursor, header=past.header):
        if isinstance(found, BadDelivery):
            reading.errors.append(found)
            reading.refused_rows.append(refused_row(found))
            continue
        if found.source_hash in past.hashes:
            continue  # refused, and asked again from where the source stood: `aside` tries it again
        on_step(f"{config.label} : {found.file}")
        one, why = _land(home, config, found, already, checked_on)
        reading.notes += found.warnings
        reading.refused_rows += state.RefusedRow.many(found.quarantine)
        if why:
            reading.held += 1
            reading.notes.append(
                f"« {one.file} » est retenu : {why} Rien n'en est publié ; "
                f"« cockpit source approve {one.source} » le publie."
            )
        else:
            reading.landed.append(one)


def _land(
    home: Home, config: SourceConfig, batch: Batch, already: list[Landed], checked_on: str
) -> tuple[Landed, str]:
    """Keep one batch, numbered after those that other processes landed meanwhile.

    Returns it and why a person must look at it first ("" when nobody needs to): it is then held
    before anybody can publish it.
    """
    provisional = config.provisional_for.days if config.provisional_for else 0
    with landing_still(home):
        if _newest_number(home.landing) > max((one.seq for one in already), default=0):
            already[:] = _everything(home.landing)
        one = landing.land(
            home.landing,
            batch,
            already,
            structure_hash=checked_on,
            provisional_days=provisional,
            read_as=stamp(config),
        )
        aside.replaced(home.landing, config.name, by=one)
        why = _unusual(config, one, already)
        if why:
            held.hold(one, why)
    already.append(one)
    return one, why


def _unusual(config: SourceConfig, one: Landed, already: Sequence[Landed]) -> str:
    """Judged against what the source delivered before; a delivery let in once stays in."""
    before = [past for past in already if past.source == config.name]
    if any(past.source_hash == one.source_hash for past in before):
        return ""
    return unusual(one.shapes, [past.shapes for past in before], config.contract, one.replace)


def _everything(folder: Path) -> list[Landed]:
    return [one for suffix in landing.MANIFESTS for one in landing.in_state(folder, suffix)]


def _newest_number(folder: Path) -> int:
    manifests = (path for path in folder.glob("*/*-*") if path.suffix in _MANIFESTS)
    return max((int(path.name.partition("-")[0]) for path in manifests), default=0)


@contextmanager
def _caught(reading: _Reading) -> Iterator[None]:
    """Whatever breaks in one source becomes its sentence."""
    source = reading.source
    try:
        yield
    except CockpitError as error:
        reading.errors.append(error)
    except MemoryError:
        reading.errors.append(SourceUnavailable(source=source, reason="mémoire insuffisante"))
    except OSError as error:
        full = error.errno in {errno.ENOSPC, errno.EDQUOT}
        reason = "le disque est plein" if full else f"erreur du disque ({error.strerror})"
        reading.errors.append(SourceUnavailable(source=source, reason=reason))
    except Exception as error:  # noqa: BLE001 - a connector that breaks must not stop the others
        reason = f"erreur inattendue du connecteur ({type(error).__name__})"
        reading.errors.append(SourceUnavailable(source=source, reason=reason))


def _record(home: Home, reading: _Reading) -> state.RunRecord:
    engine = state.engine(home)
    status: state.RunStatus = "ok" if reading.landed else "unchanged"
    status = "held" if reading.held else status
    record = state.RunRecord(
        source=reading.source,
        started_at=reading.started_at,
        ended_at=clock.utc_naive(clock.now()),
        status="failed" if reading.errors else status,
        files=len(reading.landed),
        lines=sum(one.lines for one in reading.landed),
        accepted=sum(one.accepted for one in reading.landed),
        refused=sum(one.refused for one in reading.landed),
        sentence=" ".join([*together(reading.errors), *reading.notes]),
        hashes=tuple(one.source_hash for one in reading.landed),
        tries=_tries(home, reading),
    )
    for error in reading.errors:
        if isinstance(error, Refused):
            state.record_audit(engine, audit_line(reading.source, error, who=reading.who))
    return replace(record, id=state.record_run(engine, record, reading.refused_rows))


def _tries(home: Home, reading: _Reading) -> int:
    """Failures in a row that may be tried again, this one included; as many more as it takes to
    wait for what the source asked (Retry-After)."""
    again = [error for error in reading.errors if isinstance(error, Retryable)]
    if not again:
        return 0
    last = state.runs_of(state.engine(home), reading.source, 1)
    asked = [error.facts.get("retry_after_s") for error in again]
    seconds = max((one for one in asked if isinstance(one, float)), default=0.0)
    return max(1 + (last[0].tries if last else 0), tries_that_wait(seconds))


def audit_line(source: str, error: Refused, *, who: str) -> state.AuditLine:
    """One refusal, for the audit."""
    what: state.What = "delivery" if isinstance(error, BadDelivery) else "source"
    return state.AuditLine(
        at=clock.utc_naive(clock.now()),
        who=who,
        what=what,
        subject=source,
        sentence=error.sentence(),
    )


def main(name: str) -> int:
    """One reading, alone in this process; returns the exit status."""
    end_with_parent()
    _limit()
    log.configure()
    home = settings.home()
    try:
        config = load_source(home.sources / f"{name}.toml")
        fetch(home, config, load_structure(home.structure), who="worker")
    except SourceBusy:
        return BUSY
    except CockpitError as error:
        record_failure(home, name, error, who="worker")
    return 0


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
