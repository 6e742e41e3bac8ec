"""What is sent to people: messages, their lines, links used, what is remembered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Make the four tables."""
    _make_messages()
    op.create_table(
        "notify_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        _text("key", 250),
        sa.Column("episode", sa.Integer(), nullable=False),
        _text("what", 20),
        _text("severity", 10),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_notify_line"),
        sa.UniqueConstraint("key", name="uq_notify_line_key"),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["notify_message.id"],
            name="fk_notify_line_message_id_notify_message",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_notify_line_message_id", "notify_line", ["message_id"])
    op.create_index("ix_notify_line_episode", "notify_line", ["episode"])
    op.create_table(
        "notify_memory",
        _text("name", 120),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_notify_memory"),
    )
    op.create_table(
        "notify_used",
        _text("token", 64),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("token", name="pk_notify_used"),
    )
    op.create_index("ix_notify_used_at", "notify_used", ["at"])


def _make_messages() -> None:
    op.create_table(
        "notify_message",
        sa.Column("id", sa.Integer(), nullable=False),
        _text("key", 64),
        _text("kind", 10),
        _text("person", 64),
        _text("channel", 64),
        _text("state", 10),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("due_at", sa.DateTime(), nullable=False),
        sa.Column("next_at", sa.DateTime(), nullable=True),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("doubts", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_notify_message"),
        sa.UniqueConstraint("key", name="uq_notify_message_key"),
    )
    op.create_index("ix_notify_message_state_due_at", "notify_message", ["state", "due_at"])


def _text(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=False)


def downgrade() -> None:
    """Drop them."""
    for table in ("notify_line", "notify_message", "notify_memory", "notify_used"):
        op.drop_table(table)
