"""Neither the refresh nor the server ever speaks to another machine.

Each runs in its own process under an audit hook that notes every name looked up and every address
connected to that is not this machine's. A first run looks a name up on purpose: the hook does note.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from tests.web.conftest import ROOT, make_home

WATCHED = """
import sys
LOCAL = ("127.", "::1", "localhost", "0.0.0.0", "None")
def note(event, args):
    if event == "socket.connect":
        where = args[1]
    elif event == "socket.getaddrinfo":
        where = args[0]
    else:
        return
    if isinstance(where, (str, bytes)) and event == "socket.connect":
        return  # a Unix socket
    name = str(where[0] if isinstance(where, tuple) else where)
    if not name.startswith(LOCAL):
        with open(sys.argv[1], "a") as log:
            log.write(f"{event} {name}\\n")
sys.addaudithook(note)
words = sys.argv[2:]
if words == ["look-up"]:
    import socket
    try:
        socket.getaddrinfo("cockpit.invalid", 80)
    except OSError:
        pass
else:
    from cockpit.cli import app
    app(words)
"""


def command(log: Path, *words: str) -> list[str]:
    return [sys.executable, "-c", WATCHED, str(log), *words]


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    home = make_home(tmp_path_factory.mktemp("watched"))
    return {**os.environ, "COCKPIT_HOME": str(home.root), "PYTHONPATH": str(ROOT)}


def test_the_hook_notes_an_outside_name(tmp_path: Path, environment: dict[str, str]) -> None:
    log = tmp_path / "log"
    subprocess.run(command(log, "look-up"), cwd=ROOT, env=environment, check=True)
    assert "cockpit.invalid" in log.read_text()


def test_a_refresh_and_the_server_call_no_outside_host(
    tmp_path: Path, environment: dict[str, str]
) -> None:
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
