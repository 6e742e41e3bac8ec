"""What people and the worker did: runs, refused rows, audit, secrets; in SQLite or PostgreSQL.

The warehouse holds figures and can be rebuilt; the state cannot, so it lives apart and is migrated.
"""

from __future__ import annotations

from cockpit.state.audit import AuditLine, What, audit_lines, record_act, record_audit
from cockpit.state.database import engine
from cockpit.state.runs import (
    RefusedRow,
    RunRecord,
    RunStatus,
    fail_last_run,
    forget_runs,
    last_reading_by_source,
    last_run_by_source,
    last_runs,
    record_run,
    refused_rows,
    runs_of,
)

__all__ = [
    "AuditLine",
    "RefusedRow",
    "RunRecord",
    "RunStatus",
    "What",
    "audit_lines",
    "engine",
    "fail_last_run",
    "forget_runs",
    "last_reading_by_source",
    "last_run_by_source",
    "last_runs",
    "record_act",
    "record_audit",
    "record_run",
    "refused_rows",
    "runs_of",
]
