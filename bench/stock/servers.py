"""Cockpit and stock Streamlit pages as processes of their own, with the same configuration file.

Both start in the root of the repository, where `.streamlit/config.toml` says headless, 127.0.0.1,
no telemetry; both stop at the end of the `with`, whatever happens inside.
"""

from __future__ import annotations

import os
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

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
def fronted(server: Server, probe: str = "/readyz") -> Iterator[Server]:
    """The server behind the shipped Caddyfile; itself on a machine without caddy."""
    if shutil.which("caddy") is None:
        yield server
        return
    with tempfile.TemporaryDirectory(prefix="cockpit-caddy-") as folder:
        port = _free_port()
        environment = _environment() | {
            "COCKPIT_CERTIFICATE": f"{folder}/certificate.pem",
            "COCKPIT_KEY": f"{folder}/key.pem",
            "COCKPIT_SERVER": server.url.removeprefix("http://"),
            "COCKPIT_TLS_PORT": str(port),
            "XDG_CONFIG_HOME": folder,
            "XDG_DATA_HOME": folder,
        }
        _certify(Path(folder))
        command = ["caddy", "run", "--config", str(ROOT / "deploy/Caddyfile")]
        command += ["--adapter", "caddyfile"]
        with _running(command, environment) as process:
            _wait(process, f"https://localhost:{port}{probe}")
            yield Server(f"https://localhost:{port}", server.pid)


def _certify(folder: Path) -> None:
    """A certificate of two days for localhost, signed by nobody."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "certificate.pem").write_bytes(made.public_bytes(Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )


@contextmanager
def stock(page: str, **environment: str) -> Iterator[Server]:
    """`streamlit run` of a page of bench/stock."""
    port = _free_port()
    script = str(ROOT / "bench" / "stock" / f"{page}.py")
    command = [sys.executable, "-m", "streamlit", "run", script, "--server.port", str(port)]
    with _started(command, port, "/_stcore/health", _environment() | environment) as server:
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
    url = f"http://127.0.0.1:{port}"
    with _running(command, environment) as process:
        _wait(process, url + probe)
        yield Server(url, process.pid)


@contextmanager
def _running(
    command: Sequence[str], environment: dict[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=quiet, stderr=quiet)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(process: subprocess.Popen[bytes], url: str) -> None:
    anybody = ssl.create_default_context()
    anybody.check_hostname, anybody.verify_mode = False, ssl.CERT_NONE
    until = time.monotonic() + _READY_S
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"the server stopped at once: {process.args!r}")
        try:
            with urllib.request.urlopen(url, timeout=2, context=anybody):
                return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(f"not ready after {_READY_S:.0f} s: {url}")
