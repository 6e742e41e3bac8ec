"""The tables of the state database; a change here goes with a file in `migrations/versions`."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, MetaData, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Root of the tables; constraints are named so that both engines can migrate them."""

    metadata = MetaData(naming_convention=_NAMES)


class Run(Base):
    """One attempt to read one source; instants are naive UTC.

    hashes: digests of the batches it accepted, separated by spaces. tries: failures in a row that
    may be tried again, this one included.
    """

    __tablename__ = "run"
    __table_args__ = (Index("ix_run_source_started_at", "source", "started_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(String(200))
    started_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime]
    status: Mapped[str] = mapped_column(String(20))
    files: Mapped[int]
    lines: Mapped[int]
    accepted: Mapped[int]
    refused: Mapped[int]
    sentence: Mapped[str] = mapped_column(Text)
    hashes: Mapped[str] = mapped_column(Text)
    tries: Mapped[int] = mapped_column(server_default="0")


class Quarantine(Base):
    """One refused row of one run: where it stands and why, never what it holds."""

    __tablename__ = "quarantine"

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("run.id", ondelete="CASCADE"), index=True)
    file: Mapped[str] = mapped_column(Text)
    line: Mapped[int | None]
    column: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)


class Audit(Base):
    """One thing that was refused, or that somebody did: who, what, to what; naive UTC."""

    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_subject_what_at", "subject", "what", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    who: Mapped[str] = mapped_column(String(200))
    what: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(200))
    sentence: Mapped[str] = mapped_column(Text)


class Secret(Base):
    """A secret of the sources, encrypted; its key is never in this database."""

    __tablename__ = "secret"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    sealed: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime]


class Lease(Base):
    """Who may act: token grows at each change of hands, beat while the holder lives."""

    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    token: Mapped[int]
    beat: Mapped[int]
    holder: Mapped[str] = mapped_column(String(200))


class Scenario(Base):
    """A what-if kept by name: its actions as JSON, never its result, which follows the figures."""

    __tablename__ = "scenario"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    saved_at: Mapped[datetime]
    who: Mapped[str] = mapped_column(String(200))
    facts: Mapped[str] = mapped_column(Text)


class DriftReport(Base):
    """The weekly report on the forecasts; one per week, never changed.

    week: ISO week, as 2026-W47. as_of: last whole day judged. facts: JSON of the lines.
    """

    __tablename__ = "drift_report"

    week: Mapped[str] = mapped_column(String(8), primary_key=True)
    as_of: Mapped[date]
    made_at: Mapped[datetime]
    facts: Mapped[str] = mapped_column(Text)


class ForecastAct(Base):
    """One thing that a person or the worker decided of a forecast; a row is never changed.

    act: see `cockpit.state.forecasts`. predicted: what the model said of `day` at `origin`.
    subject: the members and versions that were judged. scores: JSON.
    """

    __tablename__ = "forecast_act"
    __table_args__ = (Index("ix_forecast_act_kpi_unit", "kpi", "unit"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    who: Mapped[str] = mapped_column(String(200))
    act: Mapped[str] = mapped_column(String(20))
    kpi: Mapped[str] = mapped_column(String(120))
    unit: Mapped[str] = mapped_column(String(120))
    facet: Mapped[str] = mapped_column(String(120))
    reason: Mapped[str] = mapped_column(Text)
    day: Mapped[date | None]
    value: Mapped[float | None]
    predicted: Mapped[float | None]
    origin: Mapped[date | None]
    subject: Mapped[str] = mapped_column(Text)
    scores: Mapped[str] = mapped_column(Text)
    data_hash: Mapped[str] = mapped_column(String(64))
