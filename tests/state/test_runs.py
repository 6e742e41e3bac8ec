"""The run log on a real SQLite file."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from cockpit import state
from cockpit.connect.batch import QUARANTINE
from cockpit.settings import Home
from cockpit.state import RefusedRow, RunRecord
from cockpit.state.database import MIGRATIONS, SCHEMA
from cockpit.state.models import Base

SIX = datetime(2026, 11, 21, 5, 0)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


@pytest.fixture
def engine(home: Home) -> Engine:
    return state.engine(home)


def run(source: str, minutes: int, status: state.RunStatus = "ok", **facts: object) -> RunRecord:
    at = SIX + timedelta(minutes=minutes)
    return RunRecord(
        source=source,
        started_at=at,
        ended_at=at + timedelta(seconds=3),
        status=status,
        **facts,  # type: ignore[arg-type]
    )


class TestRuns:
    """Three runs, in minutes after 06:00 Paris.

    minute  source    status
    0       urgences  ok
    15      urgences  unchanged
    10      paie      failed
    """

    @pytest.fixture(autouse=True)
    def three_runs(self, engine: Engine) -> None:
        state.record_run(engine, run("urgences", 0, files=1, lines=8, accepted=7, refused=1))
        state.record_run(engine, run("urgences", 15, "unchanged"))
        state.record_run(engine, run("paie", 10, "failed", sentence="La source est muette."))

    def test_newest_runs_come_first(self, engine: Engine) -> None:
        assert [(r.source, r.status) for r in state.last_runs(engine)] == [
            ("urgences", "unchanged"),
            ("paie", "failed"),
            ("urgences", "ok"),
        ]

    def test_limit_keeps_the_newest(self, engine: Engine) -> None:
        assert [r.status for r in state.last_runs(engine, 1)] == ["unchanged"]

    def test_runs_of_one_source_hold_only_that_source(self, engine: Engine) -> None:
        assert [r.status for r in state.runs_of(engine, "paie")] == ["failed"]
        assert state.runs_of(engine, "inconnue") == ()

    def test_last_run_by_source_is_the_newest_of_each(self, engine: Engine) -> None:
        last = state.last_run_by_source(engine)
        assert {name: r.status for name, r in last.items()} == {
            "urgences": "unchanged",
            "paie": "failed",
        }
        assert last["paie"].sentence == "La source est muette."

    def test_forgetting_keeps_the_newest_run_of_each_source(self, engine: Engine) -> None:
        assert state.forget_runs(engine, SIX + timedelta(days=1)) == 1
        assert {r.status for r in state.last_runs(engine)} == {"unchanged", "failed"}


class TestRoundTrip:
    def test_a_run_reads_back_as_it_was_written(self, engine: Engine) -> None:
        written = run("urgences", 0, files=2, lines=9, accepted=7, refused=2, hashes=("ab", "cd"))
        number = state.record_run(engine, written)
        (found,) = state.last_runs(engine)
        assert found.id == number
        assert found.hashes == ("ab", "cd")
        assert (found.lines, found.accepted, found.refused) == (9, 7, 2)
        assert found.started_at == SIX

    def test_refused_rows_keep_their_order_and_their_run(self, engine: Engine) -> None:
        table = pa.table(
            {
                "file": ["a.csv", "a.csv"],
                "line": [3, 9],
                "column": ["jour", "uf"],
                "reason": ["date illisible", "unité inconnue"],
            },
            schema=QUARANTINE,
        )
        first = state.record_run(engine, run("urgences", 0), RefusedRow.many(table))
        other = state.record_run(engine, run("urgences", 15))
        assert [(r.line, r.column) for r in state.refused_rows(engine, first)] == [
            (3, "jour"),
            (9, "uf"),
        ]
        assert state.refused_rows(engine, other) == ()

    def test_a_flood_of_refused_rows_is_cut(self, engine: Engine) -> None:
        flood = (RefusedRow("a.csv", line, "jour", "date illisible") for line in range(5000))
        number = state.record_run(engine, run("urgences", 0, refused=5000), flood)
        assert len(state.refused_rows(engine, number, limit=9999)) == 1000

    def test_deleting_a_run_deletes_its_refused_rows(self, engine: Engine, home: Home) -> None:
        state.record_run(engine, run("a", 0), [RefusedRow("a.csv", 2, "jour", "date illisible")])
        state.record_run(engine, run("a", 5))
        state.forget_runs(engine, SIX + timedelta(minutes=1))
        with sqlite3.connect(home.root / "state.db") as reader:
            assert reader.execute("SELECT count(*) FROM quarantine").fetchone() == (0,)


class TestDatabase:
    def test_sqlite_waits_for_a_writer_and_keeps_its_foreign_keys(self, engine: Engine) -> None:
        with engine.connect() as connection:
            read = connection.exec_driver_sql
            assert read("PRAGMA journal_mode").scalar() == "wal"
            assert read("PRAGMA busy_timeout").scalar() == 10000
            assert read("PRAGMA synchronous").scalar() == 1
            assert read("PRAGMA foreign_keys").scalar() == 1

    def test_migrations_make_exactly_the_models(self, engine: Engine) -> None:
        with engine.connect() as connection:
            context = MigrationContext.configure(connection)
            assert compare_metadata(context, Base.metadata) == []

    def test_the_expected_schema_is_the_newest_migration(self) -> None:
        assert ScriptDirectory(str(MIGRATIONS)).get_current_head() == SCHEMA

    def test_two_processes_starting_together_both_open_it(self, home: Home) -> None:
        code = (
            "import sys; from pathlib import Path; from cockpit import state;"
            "from cockpit.settings import Home;"
            "print(len(state.last_runs(state.engine(Home(Path(sys.argv[1]))))))"
        )
        started = [
            subprocess.Popen(
                [sys.executable, "-c", code, str(home.root)], stdout=subprocess.PIPE, text=True
            )
            for _ in range(2)
        ]
        assert [process.communicate(timeout=60)[0].strip() for process in started] == ["0", "0"]
