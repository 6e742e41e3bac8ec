"""The tables of what is sent to people: messages, their lines, what was used and remembered."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from cockpit.state.models import Base


class NotifyMessage(Base):
    """One message to one person by one channel; instants are naive UTC.

    kind: alert, digest or test. state: waiting -> handing -> sent | failed | expired; `handing` is
    written just before what cannot be taken back. next_at: None, or not before (after a failure).
    doubts: how many times its sender died while handing it over.
    """

    __tablename__ = "notify_message"
    __table_args__ = (Index("ix_notify_message_state_due_at", "state", "due_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    kind: Mapped[str] = mapped_column(String(10))
    person: Mapped[str] = mapped_column(String(64))
    channel: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(10))
    made_at: Mapped[datetime]
    due_at: Mapped[datetime]
    next_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    tries: Mapped[int]
    doubts: Mapped[int]
    reason: Mapped[str] = mapped_column(Text)


class NotifyLine(Base):
    """One event told in one message. key: episode, event, person, channel and step, once ever.

    episode: 0 when the line is of no alert. words: what is read, JSON of `cockpit.notify.route`.
    """

    __tablename__ = "notify_line"

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(
        ForeignKey("notify_message.id", ondelete="CASCADE"), index=True
    )
    key: Mapped[str] = mapped_column(String(250), unique=True)
    episode: Mapped[int] = mapped_column(index=True)
    what: Mapped[str] = mapped_column(String(20))
    severity: Mapped[str] = mapped_column(String(10))
    step: Mapped[int]
    at: Mapped[datetime]
    words: Mapped[str] = mapped_column(Text)


class NotifyMemory(Base):
    """What must outlive a process: the last good people, the last digest of each."""

    __tablename__ = "notify_memory"

    name: Mapped[str] = mapped_column(String(120), primary_key=True)
    value: Mapped[str] = mapped_column(Text)


class NotifyUsed(Base):
    """A link that has served: it never serves again."""

    __tablename__ = "notify_used"

    token: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
