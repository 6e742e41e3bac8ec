"""`cockpit up`: the sample hospital on the first start, then the worker and the web server."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from http.client import HTTPConnection, HTTPException
from threading import Event
from typing import TYPE_CHECKING

from cockpit.cli import web
from cockpit.cli.out import FAILED, say

if TYPE_CHECKING:
    from cockpit.settings import Home

_READY_S = 120.0
_STOP_S = 15.0
_TICK_S = 0.25


def run(home: Home, port: int | None) -> int:
    """Start both, wait, stop both; returns the exit status."""
    chosen = port or home.installation.port
    if not web.is_free(chosen):
        say(f"Le port {chosen} est déjà pris. Rien n'a démarré. Essayez « --port {chosen + 1} ».")
        return FAILED
    _first_start(home)
    stop = _stop_on_signals()
    environment = os.environ | {"COCKPIT_HOME": str(home.root)}
    started = [
        _start(["serve", "--port", str(chosen)], environment),
        _start(["worker"], environment),
    ]
    try:
        return _watch(started, chosen, stop)
    finally:
        _end(started)


def _first_start(home: Home) -> None:
    """An empty home gets the sample hospital; forecasts follow in the worker."""
    from cockpit.cli import sample  # noqa: PLC0415 - pandas: 0.5 s, once

    if sample.is_empty(home):
        say("Premier démarrage : construction de l'hôpital d'exemple.")
        sample.build(home, forecasts=False)


def _stop_on_signals() -> Event:
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    return stop


def _start(command: list[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
    """In its own group, so that Ctrl-C reaches it through us only, once."""
    return subprocess.Popen(  # noqa: S603 - our own interpreter and command
        [sys.executable, "-m", "cockpit.cli", *command],
        env=environment,
        start_new_session=True,
        preexec_fn=_end_with_parent,  # noqa: PLW1509 - this process has one thread
    )


def _end_with_parent() -> None:
    """Linux: ask for SIGTERM should `cockpit up` itself be killed, so that no port stays held."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)


def _watch(started: list[subprocess.Popen[bytes]], port: int, stop: Event) -> int:
    address = f"http://localhost:{port}"
    deadline = time.monotonic() + _READY_S
    announced = False
    while not stop.wait(_TICK_S):
        if any(process.poll() is not None for process in started):
            say("Un des deux processus s'est arrêté ; arrêt de l'autre. Voir les lignes ci-dessus.")
            return FAILED
        if not announced and _is_ready(port):
            announced = True
            say(f"\nCockpit est prêt : {address}   (Ctrl-C pour tout arrêter)\n")
        if not announced and time.monotonic() > deadline:
            say(f"Le serveur ne répond pas après {_READY_S:.0f} s ; arrêt.")
            return FAILED
    return 0


def _is_ready(port: int) -> bool:
    try:
        with closing(HTTPConnection(web.ADDRESS, port, timeout=2)) as connection:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200  # noqa: PLR2004
    except (OSError, HTTPException):
        return False


def _end(started: list[subprocess.Popen[bytes]]) -> None:
    for process in started:
        if process.poll() is None:
            process.terminate()
    deadline = time.monotonic() + _STOP_S
    for process in started:
        try:
            process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
