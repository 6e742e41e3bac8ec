"""What people and the worker did: runs and refused rows, in SQLite or PostgreSQL.

The warehouse holds figures and can be rebuilt; the state cannot, so it lives apart and is migrated.
"""

from __future__ import annotations

from cockpit.state.database import engine
from cockpit.state.runs import (
    RefusedRow,
    RunRecord,
    RunStatus,
    forget_runs,
    last_run_by_source,
    last_runs,
    record_run,
    refused_rows,
    runs_of,
)

__all__ = [
    "RefusedRow",
    "RunRecord",
    "RunStatus",
    "engine",
    "forget_runs",
    "last_run_by_source",
    "last_runs",
    "record_run",
    "refused_rows",
    "runs_of",
]
