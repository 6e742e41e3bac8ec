"""What people and the worker decide of forecasts: validation, override, switch, members."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make `forecast_act`."""
    op.create_table(
        "forecast_act",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("who", sa.String(200), nullable=False),
        sa.Column("act", sa.String(20), nullable=False),
        sa.Column("kpi", sa.String(120), nullable=False),
        sa.Column("unit", sa.String(120), nullable=False),
        sa.Column("facet", sa.String(120), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("predicted", sa.Double(), nullable=True),
        sa.Column("origin", sa.Date(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("scores", sa.Text(), nullable=False),
        sa.Column("data_hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_forecast_act"),
    )
    op.create_index("ix_forecast_act_at", "forecast_act", ["at"])
    op.create_index("ix_forecast_act_kpi_unit", "forecast_act", ["kpi", "unit"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("forecast_act")
