"""The tables of what people make of alerts, in the state database: votes, decisions."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cockpit.state.models import Base


class AlertVote(Base):
    """Whether an episode was worth hearing of, one row per person; `at` is naive UTC."""

    __tablename__ = "alert_vote"
    __table_args__ = (UniqueConstraint("episode_id", "who"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    episode_id: Mapped[int] = mapped_column(
        ForeignKey("alert_episode.id", ondelete="CASCADE"), index=True
    )
    at: Mapped[datetime]
    who: Mapped[str] = mapped_column(String(200))
    useful: Mapped[bool]
    why: Mapped[str] = mapped_column(Text)


class Decision(Base):
    """What was decided, by whom, for when, and what it should change; `at` is naive UTC.

    The columns are those of `cockpit.alerts.desk.decisions.Decision`, then the day it was done.
    """

    __tablename__ = "decision"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    who: Mapped[str] = mapped_column(String(200))
    what: Mapped[str] = mapped_column(Text)
    owner: Mapped[str] = mapped_column(String(200))
    due: Mapped[date] = mapped_column(index=True)
    kpi: Mapped[str] = mapped_column(String(120))
    facet: Mapped[str] = mapped_column(String(120))
    unit: Mapped[str] = mapped_column(String(120))
    expected: Mapped[float | None]
    episode: Mapped[int | None] = mapped_column(ForeignKey("alert_episode.id", ondelete="SET NULL"))
    done_on: Mapped[date | None]
