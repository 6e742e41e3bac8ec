"""Locks between the processes of one installation; a process that dies lets go of its own."""

from __future__ import annotations

import fcntl
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_TICK_S = 0.05


@contextmanager
def locked(path: Path, patience_s: float | None = None) -> Iterator[bool]:
    """Hold the lock of this file; gives False when another process kept it for `patience_s`.

    patience_s: None waits for as long as it takes.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as lock:
        yield _taken(lock.fileno(), patience_s)


def _taken(descriptor: int, patience_s: float | None) -> bool:
    if patience_s is None:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        return True
    deadline = time.monotonic() + patience_s
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            if time.monotonic() >= deadline:
                return False
            time.sleep(_TICK_S)
        else:
            return True
