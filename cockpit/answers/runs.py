"""The run log as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cockpit.refresh import RefreshReport
    from cockpit.state import RunRecord


def run_json(run: RunRecord) -> dict[str, object]:
    """One attempt to read one source; instants in UTC."""
    return {
        "source": run.source,
        "started_at": f"{run.started_at.isoformat(timespec='seconds')}Z",
        "ended_at": f"{run.ended_at.isoformat(timespec='seconds')}Z",
        "status": run.status,
        "files": run.files,
        "lines": run.lines,
        "accepted": run.accepted,
        "refused": run.refused,
        "sentence": run.sentence,
    }


def refresh_json(report: RefreshReport) -> dict[str, object]:
    """What one refresh did."""
    return {
        "generation": report.generation,
        "published": report.published,
        "runs": [run_json(run) for run in report.runs],
    }
