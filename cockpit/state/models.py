"""The tables of the state database; a change here goes with a file in `migrations/versions`."""

from __future__ import annotations

from datetime import datetime

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

    hashes: digests of the batches it accepted, separated by spaces.
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


class Quarantine(Base):
    """One refused row of one run: where it stands and why, never what it holds."""

    __tablename__ = "quarantine"

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("run.id", ondelete="CASCADE"), index=True)
    file: Mapped[str] = mapped_column(Text)
    line: Mapped[int | None]
    column: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
