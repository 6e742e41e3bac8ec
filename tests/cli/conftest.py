"""A small home with one source of three lines, one of them refused."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from cockpit.cli import app
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

Cockpit = Callable[..., Result]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """Declared, nothing loaded; the day is 3 March 2026."""
    monkeypatch.setenv("COCKPIT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COCKPIT_TODAY", "2026-03-03")
    home = Home(tmp_path / "home").prepare()
    home.structure.write_text(STRUCTURE, "utf-8")
    (home.sources / "urgences.toml").write_text(SOURCE, "utf-8")
    (home.drop / "urgences-2026.csv").write_text(VISITS, "utf-8")
    return home


@pytest.fixture
def cockpit(home: Home) -> Cockpit:
    """Run a command in this process."""

    def run(*arguments: str) -> Result:
        result = CliRunner().invoke(app, list(arguments))
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run


@pytest.fixture
def loaded(cockpit: Cockpit) -> Cockpit:
    """The same, after a first refresh."""
    assert cockpit("refresh", "--no-forecasts").exit_code == 0
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


def answer(result: Result) -> object:
    """Standard output as JSON: fails when anything else was written there."""
    return json.loads(result.stdout)


@pytest.fixture(name="answer")
def _answer() -> Callable[[Result], object]:
    return answer


@pytest.fixture(name="started")
def _started() -> Callable[..., subprocess.Popen[str]]:
    return started
