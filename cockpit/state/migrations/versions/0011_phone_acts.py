"""Acts that phones sent after a time without network, each written once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "phone_act",
        sa.Column("key", sa.String(36), nullable=False),
        sa.Column("episode_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["episode_id"],
            ["alert_episode.id"],
            name="fk_phone_act_episode_id_alert_episode",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("key", "episode_id", name="pk_phone_act"),
    )
    op.create_index("ix_phone_act_episode_id", "phone_act", ["episode_id"])


def downgrade() -> None:
    """Remove it."""
    op.drop_table("phone_act")
