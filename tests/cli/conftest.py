"""A small home with one source of three lines, one of them refused."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cockpit import state
from cockpit.cli import app
from cockpit.refresh import refresh
from cockpit.settings import Home

ROOT = Path(__file__).resolve().parents[2]
STRUCTURE = """unit;parent;level;label
GHT;;group;GHT d'essai
10;GHT;service;Urgences
"""
SOURCE = """connector = "csv"
label = "Urgences"
schedule = "*/15 * * * *"
path = "drop/urgences-*.csv"
stale_after = "36h"
[mapping]
date = { column = "jour", format = "%d/%m/%Y" }
unit = { column = "uf" }
[mapping.measures]
passages = "ed_visits"
"""
VISITS = "jour;uf;passages\n01/03/2026;10;100\n02/03/2026;10;110\n02/03/2026;77;1\n"

Cockpit = Callable[..., Any]


def declare(root: Path) -> Home:
    """Declared, nothing loaded."""
    home = Home(root).prepare()
    home.structure.write_text(STRUCTURE, "utf-8")
    (home.sources / "urgences.toml").write_text(SOURCE, "utf-8")
    (home.drop / "urgences-2026.csv").write_text(VISITS, "utf-8")
    return home


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A loaded home, made once and copied."""
    home = declare(tmp_path_factory.mktemp("model") / "home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COCKPIT_TODAY", "2026-03-03")
        refresh(home, forecasts=False)
    state.engine(home).dispose()
    return home.root


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """Declared, nothing loaded; the day is 3 March 2026."""
    monkeypatch.setenv("COCKPIT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COCKPIT_TODAY", "2026-03-03")
    return declare(tmp_path / "home")


@pytest.fixture
def cockpit(home: Home) -> Cockpit:
    """Run a command in this process."""

    def run(*arguments: str) -> Any:
        result = CliRunner().invoke(app, list(arguments))
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run


@pytest.fixture
def loaded(cockpit: Cockpit, home: Home, model: Path) -> Cockpit:
    """The same, after a first refresh."""
    shutil.copytree(model, home.root, dirs_exist_ok=True)
    return cockpit


def started(*arguments: str, cwd: Path | None = None, **more: str) -> subprocess.Popen[str]:
    """Run a command in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "cockpit.cli", *arguments],
        env=os.environ | {"PYTHONPATH": str(ROOT), **more},
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def answer(result: Any) -> object:
    """Standard output as JSON: fails when anything else was written there."""
    return json.loads(result.stdout)


@pytest.fixture(name="answer")
def _answer() -> Callable[[Any], object]:
    return answer


@pytest.fixture(name="started")
def _started() -> Callable[..., subprocess.Popen[str]]:
    return started
