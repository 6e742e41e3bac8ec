"""The run log: what each attempt to read a source gave, and which rows it refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, cast

from sqlalchemy import CursorResult, delete, func, insert, select
from sqlalchemy.orm import Session

from cockpit.state.models import Quarantine, Run

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    import pyarrow as pa
    from sqlalchemy import Engine, Select

RunStatus = Literal["ok", "unchanged", "held", "failed"]

KEPT_REFUSED_ROWS = 1000
"""Refused rows kept per run; `RunRecord.refused` always counts them all."""


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """Where a refused row stands and why; `line` is None when the whole file is refused."""

    file: str
    line: int | None
    column: str
    reason: str

    @classmethod
    def many(cls, table: pa.Table) -> tuple[RefusedRow, ...]:
        """The rows of a table of schema `cockpit.connect.batch.QUARANTINE`."""
        rows = table.slice(0, KEPT_REFUSED_ROWS).to_pylist()
        return tuple(
            cls(row["file"] or "", row["line"], row["column"] or "", row["reason"] or "")
            for row in rows
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """One attempt to read one source; instants are naive UTC.

    lines = accepted + refused, in lines of the deliveries. sentence: what to tell a person, empty
    when all went well. hashes: `source_hash` of the batches accepted. tries: failures in a row that
    may be tried again, this one included; 0 for any other run. id: given by the database.
    """

    source: str
    started_at: datetime
    ended_at: datetime
    status: RunStatus
    files: int = 0
    lines: int = 0
    accepted: int = 0
    refused: int = 0
    sentence: str = ""
    hashes: tuple[str, ...] = ()
    tries: int = 0
    id: int | None = None


def record_run(engine: Engine, run: RunRecord, refused: Iterable[RefusedRow] = ()) -> int:
    """Write one run and the first refused rows of it, both or none; returns the run's id."""
    with Session(engine) as session, session.begin():
        row = Run(**_columns(run))
        session.add(row)
        session.flush()
        _keep_refused(session, row.id, refused)
        return row.id


def fail_last_run(
    engine: Engine, source: str, sentence: str, refused: Iterable[RefusedRow] = ()
) -> None:
    """Say in the newest run of a source what the warehouse refuses of it; once in each run."""
    with Session(engine) as session, session.begin():
        row = session.scalars(_newest().where(Run.source == source).limit(1)).first()
        if row is None or (row.status == "failed" and sentence in row.sentence):
            return
        row.status = "failed"
        row.sentence = " ".join(filter(None, (row.sentence, sentence)))
        _keep_refused(session, row.id, refused)


def _keep_refused(session: Session, run_id: int, refused: Iterable[RefusedRow]) -> None:
    kept = [
        {"run_id": run_id, "file": r.file, "line": r.line, "column": r.column, "reason": r.reason}
        for r, _ in zip(refused, range(KEPT_REFUSED_ROWS), strict=False)
    ]
    if kept:
        session.execute(insert(Quarantine), kept)


def last_runs(engine: Engine, limit: int = 50) -> tuple[RunRecord, ...]:
    """The newest runs of all sources, newest first."""
    return _read(engine, _newest().limit(limit))


def runs_of(engine: Engine, source: str, limit: int = 50) -> tuple[RunRecord, ...]:
    """The newest runs of one source, newest first; empty when it never ran."""
    return _read(engine, _newest().where(Run.source == source).limit(limit))


def last_reading_by_source(engine: Engine) -> dict[str, RunRecord]:
    """The newest run of each source in which something was read."""
    newest = select(func.max(Run.id)).where(Run.files > 0).group_by(Run.source)
    return {run.source: run for run in _read(engine, _newest().where(Run.id.in_(newest)))}


def last_run_by_source(engine: Engine) -> dict[str, RunRecord]:
    """The newest run of each source that ever ran."""
    newest = select(func.max(Run.id)).group_by(Run.source)
    return {run.source: run for run in _read(engine, _newest().where(Run.id.in_(newest)))}


def refused_rows(engine: Engine, run_id: int, limit: int = 200) -> tuple[RefusedRow, ...]:
    """Refused rows of one run, in the order of the files."""
    statement = (
        select(Quarantine).where(Quarantine.run_id == run_id).order_by(Quarantine.id).limit(limit)
    )
    with Session(engine) as session:
        found = session.scalars(statement).all()
        return tuple(RefusedRow(row.file, row.line, row.column, row.reason) for row in found)


def forget_runs(engine: Engine, before: datetime) -> int:
    """Delete runs started before an instant, with their refused rows; the newest of each stays."""
    newest = select(func.max(Run.id)).group_by(Run.source)
    statement = delete(Run).where(Run.started_at < before, Run.id.not_in(newest))
    with engine.begin() as connection:
        return cast("CursorResult[Any]", connection.execute(statement)).rowcount


def _newest() -> Select[Run]:
    return select(Run).order_by(Run.started_at.desc(), Run.id.desc())


def _read(engine: Engine, statement: Select[Run]) -> tuple[RunRecord, ...]:
    with Session(engine) as session:
        return tuple(_record(row) for row in session.scalars(statement))


def _columns(run: RunRecord) -> dict[str, object]:
    names = ("source", "started_at", "ended_at", "status", "files", "lines", "accepted", "refused")
    known = {name: getattr(run, name) for name in names}
    more = {"sentence": run.sentence, "hashes": " ".join(run.hashes), "tries": run.tries}
    return known | more


def _record(row: Run) -> RunRecord:
    return RunRecord(
        id=row.id,
        source=row.source,
        started_at=row.started_at,
        ended_at=row.ended_at,
        status=cast("RunStatus", row.status),
        files=row.files,
        lines=row.lines,
        accepted=row.accepted,
        refused=row.refused,
        sentence=row.sentence,
        hashes=tuple(row.hashes.split()),
        tries=row.tries,
    )
