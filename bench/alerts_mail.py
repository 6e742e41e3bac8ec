"""From a file in the drop folder to the mail of who owns the alert: the real worker, a real server.

A home of two sites and one source; a rule of the hospital's own that every file breaks at another
site. The worker runs as a process of its own; the SMTP server listens on loopback. Timed twice, for
as many files as asked, at different moments of the worker's looks: from the last byte of the file,
and from the start of the reading that finds it. The schedule is hourly: what a file waits for is
that it is seen to fall. The worst case is timed apart: a file that falls the moment the one before
it begins to be read, with the mail of that one, its publication and its alerts in the way.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING

from aiosmtpd.controller import Controller

from bench.report import Figure, Section, middle
from cockpit import clock, state
from cockpit.settings import Home

if TYPE_CHECKING:
    from collections.abc import Callable

TARGET_S = 60.0
_PATIENCE_S = 120.0
_PHASES_S = (15.0, 13.3, 11.9, 14.6, 12.2)
_SITES = 7
_STRUCTURE = "unit;parent;level;label\nG;;group;GHT\n" + "".join(
    f"S{n};G;establishment;Site {n}\nU{n};S{n};uf;UF {n}\n" for n in range(_SITES)
)
_SOURCE = """connector = "csv"
label = "Urgences"
schedule = "0 * * * *"
path = "drop/urgences-*.csv"
stale_after = "36h"
[mapping]
date = { column = "jour", format = "%Y-%m-%d" }
unit = { column = "uf" }
[mapping.measures]
passages = "ed_visits"
"""
_RULE = """[[rule]]
id = "too_many_visits"
label_fr = "Trop de passages"
label_en = "Too many visits"
kpi = "ed_visits"
at = ["establishment"]
when = { kind = "level" }
levels = { amber = 500, red = 1000 }
role = "director_ght"
"""
_PEOPLE = """[[person]]
id = "dg"
name = "Direction"
email = "dg@hopital.test"
role = "director_ght"
"""


class _Mailbox:
    def __init__(self) -> None:
        self.at: list[float] = []

    async def handle_DATA(self, _server: object, _session: object, _envelope: object) -> str:  # noqa: N802
        self.at.append(monotonic())
        return "250 OK"


def run(files: int = 5) -> Section:
    """Drop `files` files, one after the other, and wait for the mail of each."""
    with tempfile.TemporaryDirectory() as folder:
        port = _free_port()
        home = _home(Path(folder), port)
        box = _Mailbox()
        server = Controller(box, hostname="127.0.0.1", port=port)
        server.start()
        worker = subprocess.Popen(
            [sys.executable, "-m", "cockpit.cli", "worker"],
            env=os.environ | {"COCKPIT_HOME": str(home.root)},
            start_new_session=True,
            stderr=subprocess.DEVNULL,
        )
        try:
            _first_look(home)
            times = [_one(home, box, number) for number in range(min(files, len(_PHASES_S)))]
            chased = _chased(home, box)
        finally:
            worker.terminate()
            worker.wait(20)
            server.stop()
    whole, read = [one for one, _ in times], [other for _, other in times]
    worst = max(whole)
    return Section(
        "De la donnée au courriel",
        (
            Figure("fichiers déposés", str(len(times)), "", "worker et serveur SMTP réels"),
            Figure("du dépôt au courriel, médiane", f"{middle(whole):.1f} s"),
            Figure("la plus longue", f"{worst:.1f} s", "≤ 60 s", "", worst <= TARGET_S),
            Figure("de la lecture au courriel, médiane", f"{middle(read):.1f} s"),
            Figure("la plus longue", f"{max(read):.1f} s"),
            Figure(
                "au pire : déposé quand la lecture d'un autre vient de finir",
                f"{chased:.1f} s",
                "≤ 60 s",
                "",
                chased <= TARGET_S,
            ),
        ),
    )


def _first_look(home: Home) -> None:
    """Wait until the worker has read the source once, so that its start is not timed."""
    engine = state.engine(home)
    end = monotonic() + _PATIENCE_S
    while not state.runs_of(engine, "urgences", 1) and monotonic() < end:
        sleep(0.1)


def _one(home: Home, box: _Mailbox, number: int) -> tuple[float, float]:
    """Seconds from the file and from its reading to the mail."""
    sleep(_PHASES_S[number])
    before = len(box.at)
    dropped = _drop(home, number)
    if not _waited(lambda: len(box.at) > before):
        return float("inf"), float("inf")
    since = clock.utc_naive(clock.now()) - timedelta(seconds=monotonic() - box.at[before])
    (run,) = [one for one in state.runs_of(state.engine(home), "urgences", 1) if one.accepted]
    return box.at[before] - dropped, (since - run.started_at).total_seconds()


def _chased(home: Home, box: _Mailbox) -> float:
    """Seconds to the mail of a file that falls when the one before it has just been read."""
    sleep(_PHASES_S[0])
    before, engine = len(box.at), state.engine(home)
    known = len(state.runs_of(engine, "urgences", 50))
    _drop(home, _SITES - 2)
    _waited(lambda: len(state.runs_of(engine, "urgences", 50)) > known)
    dropped = _drop(home, _SITES - 1)
    return box.at[-1] - dropped if _waited(lambda: len(box.at) > before + 1) else float("inf")


def _drop(home: Home, number: int) -> float:
    """One file, whole before its name is visible; the moment on the monotonic clock."""
    day = date.today() - timedelta(days=1)  # noqa: DTZ011 - a bench runs on the day it runs
    partial = home.drop / f"urgences-{number}.csv.part"
    partial.write_text(f"jour;uf;passages\n{day};U{number};{1500 + number}\n", "utf-8")
    partial.rename(partial.with_suffix(""))
    return monotonic()


def _waited(seen: Callable[[], bool]) -> bool:
    """Wait until it is seen; False when the patience is over."""
    end = monotonic() + _PATIENCE_S
    while not seen():
        if monotonic() > end:
            return False
        sleep(0.02)
    return True


def _home(root: Path, port: int) -> Home:
    home = Home(root).prepare()
    home.structure.write_text(_STRUCTURE, "utf-8")
    (home.sources / "urgences.toml").write_text(_SOURCE, "utf-8")
    files = {
        "alerts.toml": _RULE,
        "people.toml": _PEOPLE,
        "channels.toml": '[mail]\nhost = "127.0.0.1"\nsecurity = "none"\n'
        f'sender = "cockpit@hopital.test"\nport = {port}\n',
        "cockpit.toml": f'[network]\nallow = ["127.0.0.1:{port}"]\n',
    }
    for name, text in files.items():
        (root / name).write_text(text, "utf-8")
    return home


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


if __name__ == "__main__":
    for figure in run().figures:
        print(figure.name, figure.value, figure.target, figure.note)
