"""A state made by an earlier version is brought up to date with what it holds."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

from cockpit import state
from cockpit.alerts.desk import keep
from cockpit.settings import Home
from cockpit.state.database import MIGRATIONS


def made(folder: Path, revision: str, *statements: str) -> None:
    """A state as an earlier version left it."""
    base = create_engine(f"sqlite:///{folder / 'state.db'}")
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with base.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        for statement in statements:
            connection.exec_driver_sql(statement)
    base.dispose()


def test_a_state_of_the_first_version_keeps_its_runs(tmp_path: Path) -> None:
    made(
        tmp_path,
        "0001",
        "INSERT INTO run VALUES (7, 'dpi', '2026-03-02 05:00:00', '2026-03-02 05:01:00', 'ok',"
        " 1, 2, 2, 0, '', 'ab')",
        "INSERT INTO quarantine VALUES (1, 7, 'a.csv', 3, 'jour', 'x')",
    )
    (run,) = state.last_runs(state.engine(Home(tmp_path)))
    assert (run.id, run.source, run.tries, run.hashes) == (7, "dpi", 0, ("ab",))
    assert len(state.refused_rows(state.engine(Home(tmp_path)), 7)) == 1
    with closing(sqlite3.connect(tmp_path / "state.db")) as opened:
        assert opened.execute("SELECT count(*) FROM audit").fetchone() == (0,)


def test_generations_noted_by_their_number_alone_keep_their_order(tmp_path: Path) -> None:
    """60 was the last of them; an installation that began again at 1 since is noted at once."""
    made(
        tmp_path,
        "0009",
        "INSERT INTO alert_record VALUES (60, '2026-11-20 05:00:00')",
        "INSERT INTO alert_record VALUES (9, '2026-11-19 05:00:00')",
    )
    engine = state.engine(Home(tmp_path))
    assert keep.last_recorded(engine) == (60, datetime(2026, 11, 20, 5))
    assert keep.record(engine, 59, datetime(2026, 11, 20, 4), []) == ()
    assert keep.last_recorded(engine) == (60, datetime(2026, 11, 20, 5))
    keep.record(engine, 5, datetime(2026, 11, 21, 5), [])
    assert keep.last_recorded(engine) == (5, datetime(2026, 11, 21, 5))
