"""Neither the refresh nor the server ever speaks to another machine.

Each runs in its own watched process. The server of the browser tests is watched too, through every
page they open (`tests/browser/conftest.py`).
"""

from __future__ import annotations

import os
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

import pytest

from tests.support.watched import command
from tests.web.conftest import ROOT, make_home


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    home = make_home(tmp_path_factory.mktemp("watched"))
    return {**os.environ, "COCKPIT_HOME": str(home.root), "PYTHONPATH": str(ROOT)}


def test_the_hook_notes_an_outside_name(tmp_path: Path, environment: dict[str, str]) -> None:
    log = tmp_path / "log"
    subprocess.run(command(log, "look-up"), cwd=ROOT, env=environment, check=True)
    assert "cockpit.invalid" in log.read_text()


@pytest.mark.slow
def test_a_refresh_calls_no_outside_host(tmp_path: Path, environment: dict[str, str]) -> None:
    log = tmp_path / "log"
    subprocess.run(command(log, "refresh"), cwd=ROOT, env=environment, check=True)
    assert not log.exists(), log.read_text()


@pytest.mark.slow
def test_a_new_server_calls_no_outside_host(tmp_path: Path, environment: dict[str, str]) -> None:
    log = tmp_path / "log"
    subprocess.run(command(log, "refresh"), cwd=ROOT, env=environment, check=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(command(log, "serve", "--port", str(port)), cwd=ROOT, env=environment)
    try:
        for path in ("readyz", "", "brief", "api/v1/kpis", "metrics"):
            assert _ask(f"http://127.0.0.1:{port}/{path}") == 200
    finally:
        server.terminate()
        server.wait(timeout=20)
    assert not log.exists(), log.read_text()


def _ask(url: str, limit_s: float = 60) -> int:
    until = time.monotonic() + limit_s
    while True:
        try:
            request = urllib.request.Request(url, headers={"accept": "text/html,*/*"})
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.3)
