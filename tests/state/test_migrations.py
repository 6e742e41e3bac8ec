"""A state made by an earlier version is brought up to date with what it holds."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

from cockpit import state
from cockpit.settings import Home
from cockpit.state.database import MIGRATIONS


def test_a_state_of_the_first_version_keeps_its_runs(tmp_path: Path) -> None:
    base = create_engine(f"sqlite:///{tmp_path / 'state.db'}")
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with base.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.exec_driver_sql(
            "INSERT INTO run VALUES (7, 'dpi', '2026-03-02 05:00:00', '2026-03-02 05:01:00', 'ok',"
            " 1, 2, 2, 0, '', 'ab')"
        )
        connection.exec_driver_sql("INSERT INTO quarantine VALUES (1, 7, 'a.csv', 3, 'jour', 'x')")
    base.dispose()
    (run,) = state.last_runs(state.engine(Home(tmp_path)))
    assert (run.id, run.source, run.tries, run.hashes) == (7, "dpi", 0, ("ab",))
    assert len(state.refused_rows(state.engine(Home(tmp_path)), 7)) == 1
    with closing(sqlite3.connect(tmp_path / "state.db")) as opened:
        assert opened.execute("SELECT count(*) FROM audit").fetchone() == (0,)
