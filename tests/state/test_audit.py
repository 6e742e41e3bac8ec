"""The audit: one line per refusal, never the same twice in a day."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from cockpit import state
from cockpit.settings import Home
from cockpit.state import AuditLine

SIX = datetime(2026, 11, 21, 5, 0)


def line(hours: float = 0, sentence: str = "Refusé.") -> AuditLine:
    at = SIX + timedelta(hours=hours)
    return AuditLine(at=at, who="worker", what="source", subject="dpi", sentence=sentence)


def test_lines_come_newest_first_and_the_same_refusal_once_a_day(tmp_path: Path) -> None:
    engine = state.engine(Home(tmp_path))
    for one in (line(), line(1), line(2, "Autre."), line(25)):
        state.record_audit(engine, one)
    assert state.audit_lines(engine) == (line(25), line(2, "Autre."), line())
