"""The weekly reports on the forecasts, half a year of them: one per week whoever makes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from cockpit.state.database import engine, exists
from cockpit.state.models import DriftReport

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy import Engine

    from cockpit.settings import Home

WEEKS_KEPT = 26


@dataclass(frozen=True, slots=True)
class KeptReport:
    """week: ISO week, as 2026-W47. made_at: naive UTC. facts: JSON (`forecast/drift_week.py`)."""

    week: str
    as_of: date
    made_at: datetime
    facts: str


def keep(state: Engine, one: KeptReport) -> bool:
    """Keep the report of a week and forget the oldest; False when that week already has one."""
    row = DriftReport(week=one.week, as_of=one.as_of, made_at=one.made_at, facts=one.facts)
    try:
        with Session(state) as session, session.begin():
            session.add(row)
    except IntegrityError:  # another worker was quicker: the first one stays
        return False
    newest = select(DriftReport.week).order_by(DriftReport.week.desc()).limit(WEEKS_KEPT)
    with Session(state) as session, session.begin():
        weeks = list(session.scalars(newest))
        session.execute(delete(DriftReport).where(DriftReport.week.not_in(weeks)))
    return True


def is_kept(state: Engine, week: str) -> bool:
    """Whether that week has its report."""
    with Session(state) as session:
        return session.get(DriftReport, week) is not None


def kept(home: Home, limit: int = WEEKS_KEPT) -> tuple[KeptReport, ...]:
    """The reports, the newest first; none on an installation that has no state yet."""
    if not exists(home):
        return ()
    newest = select(DriftReport).order_by(DriftReport.week.desc()).limit(limit)
    with Session(engine(home)) as session:
        return tuple(
            KeptReport(row.week, row.as_of, row.made_at, row.facts)
            for row in session.scalars(newest)
        )
