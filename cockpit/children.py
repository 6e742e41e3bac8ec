"""Processes that the worker starts, limits and ends: readings, listeners, forecasts.

`python -m cockpit.children MODULE ARGUMENT...` runs a module that ends with the one who started it.
"""

from __future__ import annotations

import ctypes
import os
import runpy
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cockpit.settings import Home

_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of prctl(2)
_STOP_S = 5.0


@dataclass(frozen=True)
class Child:
    """A process in a group of its own. ends_at: on the monotonic clock, when it must have ended.

    before: what its starter wants to remember of the time before it.
    """

    process: subprocess.Popen[bytes]
    started_at: float
    ends_at: float
    before: int = 0

    @property
    def has_ended(self) -> bool:
        """Whether it ended, by itself or not."""
        return self.process.poll() is not None

    @property
    def is_overdue(self) -> bool:
        """Whether it runs for too long."""
        return not self.has_ended and time.monotonic() > self.ends_at

    @property
    def age_s(self) -> float:
        """How long ago it started."""
        return time.monotonic() - self.started_at

    def kill(self) -> None:
        """End it and whatever it started, now."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def start(
    home: Home, module: str, *arguments: str, limit_s: float = float("inf"), before: int = 0
) -> Child:
    """Run a module of ours on this installation."""
    process = subprocess.Popen(  # noqa: S603 - our own interpreter and modules
        [sys.executable, "-m", "cockpit.children", module, *arguments],
        env=os.environ | {"COCKPIT_HOME": str(home.root)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    now = time.monotonic()
    return Child(process, now, now + limit_s, before)


def end_all(children: Iterable[Child]) -> None:
    """Ask each to end, wait a little, then make them."""
    running = [child for child in children if not child.has_ended]
    for child in running:
        with suppress(ProcessLookupError):
            os.killpg(child.process.pid, signal.SIGTERM)
    deadline = time.monotonic() + _STOP_S
    for child in running:
        with suppress(subprocess.TimeoutExpired):
            child.process.wait(max(0.05, deadline - time.monotonic()))
        child.kill()


def end_with_parent() -> None:
    """Linux: be asked to end should the starter be killed, so that nothing is left running."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_DEATH_SIGNAL, signal.SIGTERM)


def main(arguments: Sequence[str]) -> None:
    """Run the module as a program."""
    end_with_parent()
    sys.argv = list(arguments)
    runpy.run_module(arguments[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(sys.argv[1:])
