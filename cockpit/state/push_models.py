"""The tables of web push: the phones of each person, and which of them took which message."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from cockpit.state.models import Base


class PushPhone(Base):
    """One browser that asked to be told; instants are naive UTC.

    endpoint: the address that its push service gave it. p256dh, auth: its keys, base64url.
    label: what kind of device it is. last_ok: when its service last took a message.
    """

    __tablename__ = "push_phone"

    id: Mapped[int] = mapped_column(primary_key=True)
    person: Mapped[str] = mapped_column(String(64), index=True)
    endpoint: Mapped[str] = mapped_column(String(1024), unique=True)
    p256dh: Mapped[str] = mapped_column(String(100))
    auth: Mapped[str] = mapped_column(String(40))
    label: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[datetime]
    last_ok: Mapped[datetime | None]


class PushTaken(Base):
    """A phone that has a message: a second try is for the others."""

    __tablename__ = "push_taken"

    message: Mapped[str] = mapped_column(
        String(64), ForeignKey("notify_message.key", ondelete="CASCADE"), primary_key=True
    )
    phone: Mapped[int] = mapped_column(
        ForeignKey("push_phone.id", ondelete="CASCADE"), primary_key=True, index=True
    )
