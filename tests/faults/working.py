"""A real worker on an installation whose sources are `faults`, and what it did."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from cockpit import state
from cockpit.settings import Home
from cockpit.state import RunRecord
from tests.warehouse.installation import Installation

ROOT = Path(__file__).parents[2]
MEASURES = {"urgences": "ed_visits", "naissances": "births"}


def declare(
    home: Home, name: str, *, schedule: str = "0 3 1 1 *", limit: str = "10m", **settings: object
) -> None:
    """A `faults` source; by default its next time, once read, is far away."""
    own = "\n".join(
        f"{key} = {str(value).lower() if isinstance(value, bool) else repr(value)}"
        for key, value in settings.items()
    )
    text = f"""connector = "faults"
schedule = "{schedule}"
stale_after = "36h"
time_limit = "{limit}"
{own}
[mapping]
date = {{ column = "jour", format = "%d/%m/%Y" }}
unit = {{ column = "uf" }}
[mapping.measures]
passages = "{MEASURES[name]}"
"""
    partial = home.sources / f".{name}"
    partial.write_text(text.replace("'", '"'), "utf-8")
    partial.replace(home.sources / f"{name}.toml")


def started(installation: Installation) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "cockpit.cli", "worker"],
        env=installation.environment(),
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        text=True,
    )


@contextmanager
def working(installation: Installation) -> Iterator[subprocess.Popen[str]]:
    """A worker that is asked to stop at the end."""
    process = started(installation)
    try:
        yield process
        process.terminate()
        assert process.wait(30) == 0
    finally:
        process.kill()
        process.wait()


def until(condition: Callable[[], object], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "never happened"
        time.sleep(0.1)


def runs(installation: Installation, source: str) -> tuple[RunRecord, ...]:
    """Newest first."""
    return state.runs_of(state.engine(installation.home), source)


def readers(installation: Installation, module: bytes = b"cockpit.fetch") -> list[int]:
    """Processes that read (or listen to) a source of this installation now."""
    mark = f"COCKPIT_HOME={installation.home.root}".encode()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
            if module in words and mark in (folder / "environ").read_bytes().split(b"\0"):
                found.append(int(folder.name))
        except OSError:
            continue
    return found
