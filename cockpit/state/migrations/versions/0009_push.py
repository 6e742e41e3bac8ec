"""Web push: the phones of each person, and which of them took which message."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Make the two tables."""
    op.create_table(
        "push_phone",
        sa.Column("id", sa.Integer(), nullable=False),
        _text("person", 64),
        _text("endpoint", 1024),
        _text("p256dh", 100),
        _text("auth", 40),
        _text("label", 80),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("last_ok", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_push_phone"),
        sa.UniqueConstraint("endpoint", name="uq_push_phone_endpoint"),
    )
    op.create_index("ix_push_phone_person", "push_phone", ["person"])
    op.create_table(
        "push_taken",
        _text("message", 64),
        sa.Column("phone", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("message", "phone", name="pk_push_taken"),
        sa.ForeignKeyConstraint(
            ["message"],
            ["notify_message.key"],
            name="fk_push_taken_message_notify_message",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["phone"],
            ["push_phone.id"],
            name="fk_push_taken_phone_push_phone",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_push_taken_phone", "push_taken", ["phone"])


def _text(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=False)


def downgrade() -> None:
    """Drop them."""
    for table in ("push_taken", "push_phone"):
        op.drop_table(table)
