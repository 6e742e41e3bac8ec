"""What people make of alerts: votes on their usefulness, decisions and what they change."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Make the two tables."""
    op.create_table(
        "alert_vote",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("episode_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("who", sa.String(200), nullable=False),
        sa.Column("useful", sa.Boolean(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_alert_vote"),
        sa.UniqueConstraint("episode_id", "who", name="uq_alert_vote_episode_id"),
        sa.ForeignKeyConstraint(
            ["episode_id"],
            ["alert_episode.id"],
            name="fk_alert_vote_episode_id_alert_episode",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_alert_vote_episode_id", "alert_vote", ["episode_id"])
    _make_decisions()


def _make_decisions() -> None:
    op.create_table(
        "decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("who", sa.String(200), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("owner", sa.String(200), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("kpi", sa.String(120), nullable=False),
        sa.Column("facet", sa.String(120), nullable=False),
        sa.Column("unit", sa.String(120), nullable=False),
        sa.Column("expected", sa.Double(), nullable=True),
        sa.Column("episode", sa.Integer(), nullable=True),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_decision"),
        sa.ForeignKeyConstraint(
            ["episode"],
            ["alert_episode.id"],
            name="fk_decision_episode_alert_episode",
            ondelete="SET NULL",
        ),
    )
    op.create_index("ix_decision_due", "decision", ["due"])


def downgrade() -> None:
    """Drop them."""
    for table in ("decision", "alert_vote"):
        op.drop_table(table)
