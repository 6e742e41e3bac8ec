"""What `cockpit serve` does so that nobody waits: told by the real server process of a small home.

The process starts as the server does, visits every page, has a newer generation published and
waits for it; what it saw comes back as one line of JSON.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.web.conftest import ROOT, make_home

pytestmark = pytest.mark.slow
_TOLD = """
import asyncio, gc, json, sys
from streamlit.testing.v1 import AppTest
from cockpit.refresh import refresh
from cockpit.views import nav
from cockpit.web import server
from cockpit.web.opened import warehouse

refresh(warehouse().home, forecasts=False)
server._FOLLOW_S = 0.05
full = []


def note(phase, of):
    if phase == "stop" and of["generation"] == 2:
        full.append(1)


def visits():
    app = AppTest.from_file(str(server.MAIN), default_timeout=60)
    app.query_params["as"] = "admin"
    app.run()
    gone = len(full)
    for page in nav.PAGES:
        app.switch_page(f"../../pages/{page.id}.py").run()
        assert not app.exception, page
    return len(full) - gone


def kept(name):
    return any(key[0] == name for key in list(warehouse().generation()._cache))


async def until(holds):
    for _ in range(400):
        if holds():
            return True
        await asyncio.sleep(0.05)
    return False


async def told():
    gc.callbacks.append(note)
    async with server.lifespan(None):
        first, shown = gc.get_freeze_count(), warehouse().generation().id
        collected = len(full)
        await until(lambda: len(full) > collected)  # of what was seen first
        known = set(sys.modules)
        during = await asyncio.to_thread(visits)
        late = sorted(set(sys.modules) - known)
        before, at_rest = gc.get_freeze_count(), len(full)
        drop = warehouse().home.drop / "urgences-2026-03.csv"
        drop.write_text(drop.read_text("utf-8") + "03/03/2026;10;90\\n", "utf-8")
        await asyncio.to_thread(refresh, warehouse().home, forecasts=False)
        warm = await until(lambda: warehouse().generation().id > shown and kept("brief"))
        again = await until(lambda: gc.get_freeze_count() > before and len(full) > at_rest)
        print(json.dumps({"frozen": first, "during": during, "late": late, "warm": warm,
                          "frozen again": again}))


asyncio.run(told())
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    home = make_home(tmp_path_factory.mktemp("warm"))
    process = _run(_TOLD, ROOT, home.root)
    assert process.returncode == 0, process.stderr[-2000:]
    found: dict[str, Any] = json.loads(process.stdout.splitlines()[-1])
    return found


def _run(code: str, folder: Path, home: Path) -> subprocess.CompletedProcess[str]:
    known = {"COCKPIT_HOME": str(home), "COCKPIT_TODAY": "2026-03-04", "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env={**os.environ, **known},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_first_visit_of_any_page_imports_nothing_of_ours(told: dict[str, Any]) -> None:
    ours = ("cockpit.", "altair", "pandas.", "pyarrow.", "babel.", "httpx", "sqlalchemy.")
    assert [name for name in told["late"] if name.startswith(ours)] == []


def test_what_is_there_at_the_start_is_never_collected(told: dict[str, Any]) -> None:
    assert told["frozen"] > 100_000


def test_no_run_is_followed_by_a_full_collection(told: dict[str, Any]) -> None:
    assert told["during"] == 0


def test_a_newer_generation_is_read_and_frozen_before_anybody_asks(told: dict[str, Any]) -> None:
    assert told["warm"]
    assert told["frozen again"]


def test_the_server_does_not_start_without_its_settings(tmp_path: Path) -> None:
    """In a folder without ours, Streamlit collects after each run and watches the files."""
    code = "from cockpit.web import server; server.require_settings()"
    assert _run(code, ROOT, tmp_path).returncode == 0
    found = _run(code, tmp_path, tmp_path)
    assert found.returncode != 0
    assert "Le serveur ne démarre pas" in found.stderr
