"""The commands as real processes: what a shell, systemd and `make run` see."""

from __future__ import annotations

import fcntl
import http.client
import json
import signal
import socket
import time
from contextlib import closing
from pathlib import Path

import pytest

from cockpit import state
from cockpit.settings import Home

pytestmark = pytest.mark.real


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def get(port: int, path: str) -> tuple[int, str]:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


def until_ready(port: int, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if get(port, "/readyz")[0] == 200:
                return
        except OSError:
            pass
        time.sleep(0.2)
    pytest.fail("never ready")


def test_help_is_fast_and_imports_nothing_heavy(started, home: Home) -> None:
    process = started("--help", PYTHONPROFILEIMPORTTIME="1")
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "refresh" in out
    for heavy in ("streamlit", "pandas", "duckdb", "sqlalchemy", "pyarrow"):
        assert f"| {heavy}\n" not in err.replace("|   ", "| "), heavy


def test_an_error_is_one_sentence_without_a_trace(started, home: Home) -> None:
    process = started("kpi", "list", "--json")
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (1, "")
    assert "Traceback" not in err
    assert err.strip().endswith(".")


def test_an_unexpected_error_is_one_sentence_without_a_trace(started, tmp_path: Path) -> None:
    taken = tmp_path / "file"
    taken.write_text("not a folder", "utf-8")
    process = started("refresh", COCKPIT_HOME=str(taken))
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (1, "")
    assert "Traceback" not in err
    assert "COCKPIT_DEBUG=1" in err


def test_a_warning_never_mixes_with_json(started, loaded, home: Home) -> None:
    (home.kpis / "bad.toml").write_text('id = "bad', "utf-8")
    out, err = started("kpi", "list", "--json").communicate(timeout=60)
    assert isinstance(json.loads(out), list)
    assert "bad.toml" in err


def test_a_closed_pipe_is_not_an_error(started, loaded) -> None:
    with started("kpi", "list", "--json") as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.wait(60) == 0


def test_serve_works_from_any_folder_and_stops_on_sigterm(started, loaded, tmp_path: Path) -> None:
    port = free_port()
    process = started("serve", "--port", str(port), cwd=tmp_path)
    try:
        until_ready(port)
        assert json.loads(get(port, "/healthz")[1])["generation"] >= 1
        assert get(port, "/api/v1/kpis/ed_visits/series")[0] == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) in {0, -signal.SIGTERM}
    finally:
        process.kill()
        process.communicate()


def test_serve_on_a_taken_port_says_so(started, loaded) -> None:
    with closing(socket.socket()) as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        process = started("serve", "--port", str(holder.getsockname()[1]))
        _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "déjà pris" in err


def test_the_worker_reads_what_is_due_and_stops_on_sigterm(started, home: Home) -> None:
    process = started("worker")
    try:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and not state.last_runs(state.engine(home)):
            time.sleep(0.2)
        assert [run.status for run in state.last_runs(state.engine(home))] == ["ok"]
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    finally:
        process.kill()
        process.communicate()


def is_free(port: int) -> bool:
    with closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        return probe.connect_ex(("127.0.0.1", port)) != 0


@pytest.mark.parametrize(
    "number", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.slow)]
)
def test_up_starts_both_says_where_and_stops_both(
    started, loaded, home: Home, number: signal.Signals
) -> None:
    port = free_port()
    with started("up", "--port", str(port)) as process:
        began = time.monotonic()
        until_ready(port)
        assert time.monotonic() - began < 30  # ten seconds on a machine at rest
        time.sleep(1)
        process.send_signal(number)
        _, err = process.communicate(timeout=40)
        assert process.returncode == 0
        assert f"http://localhost:{port}" in err
        assert is_free(port)
        with (home.root / "worker.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)


@pytest.mark.slow
def test_up_killed_leaves_nothing_running(started, loaded, home: Home) -> None:
    port = free_port()
    with started("up", "--port", str(port)) as process:
        until_ready(port)
        process.kill()
        process.communicate(timeout=20)
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and not is_free(port):
        time.sleep(0.2)
    assert is_free(port)
