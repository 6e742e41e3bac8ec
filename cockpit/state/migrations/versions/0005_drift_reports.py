"""The weekly reports on the forecasts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make `drift_report`."""
    op.create_table(
        "drift_report",
        sa.Column("week", sa.String(8), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("week", name="pk_drift_report"),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("drift_report")
