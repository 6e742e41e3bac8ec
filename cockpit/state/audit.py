"""What was refused and what people did to the installation; a line is never changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from cockpit.state.models import Audit

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Engine

What = Literal[
    "source",
    "delivery",
    "secret",
    "generation",
    "structure",
    "forecast",
    "alert",
    "notify",
    "phones",
]

SAID_AGAIN_AFTER = timedelta(days=1)
"""The same refusal at every reading of a source is one line a day, not one every minute."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditLine:
    """At that instant (naive UTC), `who` met or did this to `subject`; sentence: French."""

    at: datetime
    who: str
    what: What
    subject: str
    sentence: str


def record_act(engine: Engine, line: AuditLine) -> None:
    """Write what a person did, each time that they did it."""
    with Session(engine) as session, session.begin():
        session.add(_row(line))


def record_audit(engine: Engine, line: AuditLine) -> None:
    """Write one line, unless it said the same less than a day ago."""
    same = (
        select(Audit.id)
        .where(Audit.subject == line.subject, Audit.what == line.what)
        .where(Audit.sentence == line.sentence, Audit.at > line.at - SAID_AGAIN_AFTER)
    )
    with Session(engine) as session, session.begin():
        if session.execute(same).first() is None:
            session.add(_row(line))


def audit_lines(engine: Engine, limit: int = 200) -> tuple[AuditLine, ...]:
    """The newest lines, newest first."""
    statement = select(Audit).order_by(Audit.at.desc(), Audit.id.desc()).limit(limit)
    with Session(engine) as session:
        return tuple(_line(row) for row in session.scalars(statement))


def _row(line: AuditLine) -> Audit:
    return Audit(**{name: getattr(line, name) for name in AuditLine.__slots__})


def _line(row: Audit) -> AuditLine:
    what = cast("What", row.what)
    return AuditLine(at=row.at, who=row.who, what=what, subject=row.subject, sentence=row.sentence)
