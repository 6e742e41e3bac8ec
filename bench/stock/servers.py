"""Cockpit and stock Streamlit pages as processes of their own, with the same configuration file.

Both start in the root of the repository, where `.streamlit/config.toml` says headless, 127.0.0.1,
no telemetry; both stop at the end of the `with`, whatever happens inside.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[2]
GIVEN_HOME = "COCKPIT_BENCH_HOME"
_READY_S = 90.0


@dataclass(frozen=True, slots=True)
class Server:
    """A process that answers at `url`."""

    url: str
    pid: int

    def cpu_s(self) -> float:
        """Seconds of processor used since the start, by the process and its children."""
        parent = psutil.Process(self.pid)
        times = [one.cpu_times() for one in (parent, *parent.children(recursive=True))]
        return sum(one.user + one.system for one in times)


@contextmanager
def home() -> Iterator[Path]:
    """A published sample hospital: a copy of COCKPIT_BENCH_HOME, or one made by `cockpit demo`."""
    with tempfile.TemporaryDirectory(prefix="cockpit-bench-") as folder:
        found = Path(folder) / "home"
        given = os.environ.get(GIVEN_HOME)
        if given:
            shutil.copytree(given, found)
        else:
            command = [sys.executable, "-m", "cockpit.cli", "demo"]
            subprocess.run(command, cwd=ROOT, env=_environment(found), check=True)
        yield found


@contextmanager
def cockpit(home: Path) -> Iterator[Server]:
    """The real `cockpit serve`."""
    port = _free_port()
    command = [sys.executable, "-m", "cockpit.cli", "serve", "--port", str(port)]
    with _started(command, port, "/readyz", _environment(home)) as server:
        yield server


@contextmanager
def stock(page: str) -> Iterator[Server]:
    """`streamlit run` of a page of bench/stock."""
    port = _free_port()
    script = str(ROOT / "bench" / "stock" / f"{page}.py")
    command = [sys.executable, "-m", "streamlit", "run", script, "--server.port", str(port)]
    with _started(command, port, "/_stcore/health", _environment()) as server:
        yield server


def _environment(home: Path | None = None) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("STREAMLIT_")}
    return kept | {"PYTHONPATH": str(ROOT)} | ({"COCKPIT_HOME": str(home)} if home else {})


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _started(
    command: Sequence[str], port: int, probe: str, environment: dict[str, str]
) -> Iterator[Server]:
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        _wait(process, url + probe)
        yield Server(url, process.pid)
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(process: subprocess.Popen[bytes], url: str) -> None:
    until = time.monotonic() + _READY_S
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"the server stopped at once: {process.args!r}")
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(f"not ready after {_READY_S:.0f} s: {url}")
