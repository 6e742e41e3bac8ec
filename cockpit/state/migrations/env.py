"""Alembic's entry: always online, on the connection that `cockpit.state.database` hands over."""

from __future__ import annotations

from alembic import context

from cockpit.state import (  # noqa: F401 - their tables belong to Base
    alert_models,
    decision_models,
    notify_models,
    phone_models,
    push_models,
)
from cockpit.state.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
