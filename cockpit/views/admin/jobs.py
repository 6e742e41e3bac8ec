"""Long work in a process of its own: a gesture, a lost connection or a reload never cuts it short.

One job per key runs at a time, whoever asked for it; its answer is kept until it is asked again.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock, Thread
from typing import Any

import streamlit as st

from cockpit.i18n import gettext as _
from cockpit.settings import Home

_TICK_S = 0.3
_KEPT = 64

Key = tuple[str, ...]


@dataclass(frozen=True)
class Job:
    """A process, followed by a thread. ended: what it said, once it has. started: monotonic."""

    thread: Thread
    ended: list[subprocess.CompletedProcess[bytes]]
    started: float = field(default_factory=time.monotonic)

    @property
    def is_running(self) -> bool:
        """Whether it has not ended yet."""
        return self.thread.is_alive()

    @property
    def answer(self) -> dict[str, Any]:
        """What it printed, as JSON; {"error": sentence} when it could not."""
        cut_short = {"error": _("Le travail s'est arrêté avant la fin.")}
        if not self.ended:
            return cut_short
        try:
            found = json.loads(self.ended[0].stdout)
        except (json.JSONDecodeError, UnicodeDecodeError):
            *_before, last = ["", *self.ended[0].stderr.decode("utf-8", "replace").splitlines()]
            # A command of ours ends with its sentence; a crash does not.
            return {"error": last.strip()} if last.strip().endswith(".") else cut_short
        return found if isinstance(found, dict) else cut_short


_jobs: dict[Key, Job] = {}
_lock = Lock()


def start(home: Home, key: Key, command: Sequence[str], asked: Mapping[str, Any]) -> Job:
    """Start a module of ours unless this job is running; `asked` goes to its standard input."""
    with _lock:
        running = _jobs.get((str(home.root), *key))
        if running and running.is_running:
            return running
        for old in [one for one, job in _jobs.items() if not job.is_running][:-_KEPT]:
            del _jobs[old]
        job = _started(home, command, json.dumps(asked).encode())
        _jobs[str(home.root), *key] = job
        return job


def _started(home: Home, command: Sequence[str], asked: bytes) -> Job:
    ended: list[subprocess.CompletedProcess[bytes]] = []

    def run() -> None:
        ended.append(
            subprocess.run(  # noqa: S603 - our own interpreter and modules
                [sys.executable, "-m", *command],
                env=os.environ | {"COCKPIT_HOME": str(home.root)},
                input=asked,
                capture_output=True,
                check=False,
                start_new_session=True,
            )
        )

    thread = Thread(target=run, daemon=True)
    thread.start()
    return Job(thread, ended)


def last(home: Home, key: Key) -> Job | None:
    """The job of this key, running or ended; None when it was never asked."""
    return _jobs.get((str(home.root), *key))


def forget(home: Home, key: Key) -> None:
    """Keep its answer no longer; one that runs goes on."""
    job = last(home, key)
    if job and not job.is_running:
        _jobs.pop((str(home.root), *key), None)


def answered(job: Job, doing: str) -> dict[str, Any]:
    """Its answer; while it runs, how long it has lasted is shown in place of what follows."""
    if job.is_running:
        with st.status(doing, state="running") as shown:
            while job.is_running:
                seconds = int(time.monotonic() - job.started)
                shown.update(label=f"{doing} · {seconds} s")
                time.sleep(_TICK_S)
        st.rerun()
    return job.answer
