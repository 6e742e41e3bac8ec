"""A generation that the desk noted is known by its number and when it was published."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

_KEPT = "alert_record_kept"


def upgrade() -> None:
    """Keep the rows in the order of their numbers, which was that of their recording.

    `at` was when the judging began, seconds before the publication: the newest generation is
    judged once more, which tells nobody anything new.
    """
    _set_aside("SELECT generation, at FROM alert_record")
    op.create_table(
        "alert_record",
        sa.Column("id", sa.Integer(), nullable=False),
        *_identity(),
        sa.PrimaryKeyConstraint("id", name="pk_alert_record"),
        sa.UniqueConstraint("generation", "at", name="uq_alert_record_generation"),
    )
    _bring_back()


def downgrade() -> None:
    """Keep the last row of each number."""
    _set_aside("SELECT generation, max(at) FROM alert_record GROUP BY generation")
    op.create_table(
        "alert_record",
        *_identity(),
        sa.PrimaryKeyConstraint("generation", name="pk_alert_record"),
    )
    _bring_back()


def _identity() -> tuple[sa.Column[int], sa.Column[datetime]]:
    return (
        sa.Column("generation", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
    )


def _set_aside(rows: str) -> None:
    """The rows in a table without any key: the name of a key serves once."""
    op.create_table(_KEPT, *_identity())
    op.execute(f"INSERT INTO {_KEPT} (generation, at) {rows}")
    op.drop_table("alert_record")


def _bring_back() -> None:
    op.execute(
        f"INSERT INTO alert_record (generation, at) "  # noqa: S608 - constants
        f"SELECT generation, at FROM {_KEPT} ORDER BY generation"
    )
    op.drop_table(_KEPT)
