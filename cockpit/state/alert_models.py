"""The tables of what people do with alerts, in the state database."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cockpit.state.models import Base


class AlertEpisode(Base):
    """One run of one rule at one unit, and where people have led it; instants are naive UTC.

    The columns are those of `cockpit.alerts.desk.life.Episode`, then the last words of the alert.
    """

    __tablename__ = "alert_episode"
    __table_args__ = (Index("ix_alert_episode_rule_unit", "rule", "unit"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    rule: Mapped[str] = mapped_column(String(80))
    facet: Mapped[str] = mapped_column(String(120), default="")
    unit: Mapped[str] = mapped_column(String(120))
    opened_at: Mapped[datetime]
    severity: Mapped[str] = mapped_column(String(10))
    worst: Mapped[str] = mapped_column(String(10))
    since: Mapped[date]
    as_of: Mapped[date]
    back: Mapped[bool]
    acknowledged_by: Mapped[str] = mapped_column(String(200))
    assignee: Mapped[str] = mapped_column(String(200))
    snoozed_until: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None] = mapped_column(index=True)
    kpi: Mapped[str | None] = mapped_column(String(120))
    domain: Mapped[str] = mapped_column(String(20))
    role: Mapped[str] = mapped_column(String(120))
    unit_label: Mapped[str] = mapped_column(Text)
    title_fr: Mapped[str] = mapped_column(Text)
    title_en: Mapped[str] = mapped_column(Text)


class AlertEvent(Base):
    """One line of the log of an episode; a row is never changed."""

    __tablename__ = "alert_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    episode_id: Mapped[int] = mapped_column(
        ForeignKey("alert_episode.id", ondelete="CASCADE"), index=True
    )
    at: Mapped[datetime] = mapped_column(index=True)
    who: Mapped[str] = mapped_column(String(200))
    what: Mapped[str] = mapped_column(String(20))
    severity: Mapped[str | None] = mapped_column(String(10))
    generation: Mapped[int | None]
    reason: Mapped[str] = mapped_column(Text)
    to: Mapped[str] = mapped_column("to_whom", String(200))
    until: Mapped[datetime | None]


class AlertRecord(Base):
    """A generation whose alerts have been recorded, in the order of recording: never again.

    Its number and when it was published (naive UTC): a number alone is used twice by an
    installation whose `generations/` was emptied or restored.
    """

    __tablename__ = "alert_record"
    __table_args__ = (UniqueConstraint("generation", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    generation: Mapped[int]
    at: Mapped[datetime]
