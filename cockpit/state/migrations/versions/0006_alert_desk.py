"""What people do with alerts: episodes, their log, the generations recorded."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the three tables."""
    op.create_table(
        "alert_episode",
        sa.Column("id", sa.Integer(), nullable=False),
        *_texts(rule=80, facet=120, unit=120),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        *_texts(severity=10, worst=10),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("back", sa.Boolean(), nullable=False),
        *_texts(acknowledged_by=200, assignee=200),
        sa.Column("snoozed_until", sa.DateTime(), nullable=True),
        sa.Column("resolved_at", sa.DateTime(), nullable=True),
        sa.Column("kpi", sa.String(120), nullable=True),
        *_texts(domain=20, role=120),
        sa.Column("unit_label", sa.Text(), nullable=False),
        sa.Column("title_fr", sa.Text(), nullable=False),
        sa.Column("title_en", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_alert_episode"),
    )
    op.create_index("ix_alert_episode_rule_unit", "alert_episode", ["rule", "unit"])
    op.create_index("ix_alert_episode_resolved_at", "alert_episode", ["resolved_at"])
    op.create_table(
        "alert_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("episode_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        *_texts(who=200, what=20),
        sa.Column("severity", sa.String(10), nullable=True),
        sa.Column("generation", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        *_texts(to_whom=200),
        sa.Column("until", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_alert_event"),
        sa.ForeignKeyConstraint(
            ["episode_id"],
            ["alert_episode.id"],
            name="fk_alert_event_episode_id_alert_episode",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_alert_event_episode_id", "alert_event", ["episode_id"])
    op.create_index("ix_alert_event_at", "alert_event", ["at"])
    op.create_table(
        "alert_record",
        sa.Column("generation", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("generation", name="pk_alert_record"),
    )


def _texts(**lengths: int) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(length), nullable=False) for name, length in lengths.items()]


def downgrade() -> None:
    """Drop them."""
    for table in ("alert_event", "alert_episode", "alert_record"):
        op.drop_table(table)
