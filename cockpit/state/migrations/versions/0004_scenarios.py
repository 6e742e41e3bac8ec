"""What-if scenarios, kept by name."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make `scenario`."""
    op.create_table(
        "scenario",
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("saved_at", sa.DateTime(), nullable=False),
        sa.Column("who", sa.String(200), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_scenario"),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("scenario")
