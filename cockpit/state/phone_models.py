"""What phones sent once their network was back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from cockpit.state.models import Base


class PhoneAct(Base):
    """An act that a phone sent, and the episode that it took: sent again, it writes nothing.

    key: random, drawn by the phone at the tap. at: when it was written, naive UTC.
    """

    __tablename__ = "phone_act"

    key: Mapped[str] = mapped_column(String(36), primary_key=True)
    episode_id: Mapped[int] = mapped_column(
        ForeignKey("alert_episode.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    at: Mapped[datetime]
