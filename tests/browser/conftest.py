"""The sample hospital served by the real `cockpit serve`, opened in Debian's chromium.

Building it takes a minute, so the workers of one test run share it: the first one builds it under a
lock, the others wait and then serve the same folder.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.support import watched

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = shutil.which("chromium")
END = "2026-11-21"
TODAY = "2026-11-22"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

PEOPLE = """# gardé
[[person]]
id = "cdupont"
name = "Claire Dupont"
email = "claire@hopital.test"
phone = "+33612345678"
role = "director_ght"

[[person]]
id = "jmartin"
name = "<b>Jean</b> Martin"
email = "jean@hopital.test"
phone = "+33687654321"
role = "director_ght"
"""
ROSTER = "# gardé\nfrom;to;person;deputy\n2026-11-16;2026-11-22;cdupont;jmartin\n"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser" in str(item.path):
            item.add_marker(pytest.mark.browser)


@dataclass(frozen=True)
class Site:
    url: str
    home: Path


def environment(home: Path) -> dict[str, str]:
    return {
        **os.environ,
        "COCKPIT_HOME": str(home),
        "COCKPIT_TODAY": TODAY,
        "PYTHONPATH": str(ROOT),
    }


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole sample hospital, published with its alerts and forecasts."""
    shared = Path(
        os.environ.get("COCKPIT_TEST_HOME") or tmp_path_factory.getbasetemp().parent / "demo"
    )
    shared.mkdir(parents=True, exist_ok=True)
    home = shared / "home"
    with (shared / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (shared / "done").exists():
            cockpit = [sys.executable, "-m", "cockpit.cli"]
            # Every series of the sample takes minutes: those of the capacity and finance screens.
            some = ["bed_occupancy_now", "year_end_landing"]
            for command in (["demo", "--force", "--no-forecasts"], ["forecast", "run", *some]):
                subprocess.run([*cockpit, *command], cwd=ROOT, env=environment(home), check=True)
            (shared / "done").touch()
    return home


@pytest.fixture(scope="session")
def site(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The real server on a free port of this machine; what is done there stays in its own copy."""
    with served(copied(demo_home, tmp_path_factory.mktemp("site"))) as site:
        yield site


@pytest.fixture(scope="module")
def own_site(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A hospital of one file's own, in which acts are done."""
    with served(copied(demo_home, tmp_path_factory.mktemp("own"))) as site:
        yield site


@pytest.fixture(scope="session")
def staffed(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The same hospital with two people on call; nobody changes it."""
    with served(on_call(demo_home, tmp_path_factory.mktemp("staffed"))) as site:
        yield site


def copied(demo_home: Path, folder: Path) -> Path:
    """A copy of the hospital in a folder."""
    return Path(shutil.copytree(demo_home, folder / "home"))


def on_call(demo_home: Path, folder: Path) -> Path:
    """A copy with two people, who are on call in turns."""
    home = copied(demo_home, folder)
    (home / "people.toml").write_text(PEOPLE, "utf-8")
    (home / "astreinte.csv").write_text(ROSTER, "utf-8")
    return home


@contextmanager
def served(home: Path) -> Iterator[Site]:
    """An installation behind the real server, until the block ends; it calls no outside host."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    outside = home.parent / f"outside-{port}"
    command = watched.command(outside, "serve", "--port", str(port))
    server = subprocess.Popen(command, cwd=ROOT, env=environment(home))
    try:
        _wait(url)
        yield Site(url, home)
    finally:
        server.terminate()
        server.wait(timeout=20)
    assert not outside.exists(), outside.read_text()


def _wait(url: str, limit_s: float = 60) -> None:
    until = time.monotonic() + limit_s
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.2)
    pytest.fail("the server did not become ready")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("chromium is not installed: apt-get install chromium")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


def get_json(url: str) -> object:
    with urllib.request.urlopen(url, timeout=30) as answer:
        return json.loads(answer.read())
