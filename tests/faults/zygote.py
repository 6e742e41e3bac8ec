"""Starts refreshing processes that are ready at once: imports are done, then each is a fork.

One line in (the number of the next file), one line out (the pid of the new process). That process
delivers file after file and refreshes; it appends the number of each file to `acknowledged` once
the refresh that published it has returned. It ends only by being killed. With a second number on
the line it delivers one file, refreshes once and ends, and the system refuses it any write past so
many bytes of a file.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
from datetime import date, timedelta
from itertools import count
from pathlib import Path

from cockpit import settings
from cockpit.refresh import refresh

UNITS = ("10", "11", "20")
DAYS = 200


def content(number: int) -> str:
    """File number n: 200 days of three units, every figure is n."""
    days = (date(2026, 1, 1) + timedelta(days=back) for back in range(DAYS))
    lines = [f"{day:%d/%m/%Y};{unit};{number}" for day in days for unit in UNITS]
    return "\n".join(("jour;uf;passages", *lines, ""))


def deliver(home: settings.Home, number: int) -> None:
    """Drop one file whole; sorted names are the order of delivery."""
    partial = home.drop / ".next"
    partial.write_text(content(number), "utf-8")
    partial.replace(home.drop / f"urgences-{number:06d}.csv")


def work(first: int) -> None:
    """Deliver and refresh until killed."""
    home = settings.home()
    with Path(home.root / "acknowledged").open("a", encoding="utf-8") as acknowledged:
        for number in count(first):
            deliver(home, number)
            refresh(home, forecasts=False)
            acknowledged.write(f"{number}\n")
            acknowledged.flush()


def limited(number: int, size: int) -> None:
    """One refresh under a limit of size."""
    home = settings.home()
    deliver(home, number)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    try:
        refresh(home, forecasts=False)
    finally:
        os._exit(0)


def main() -> None:
    """Fork once per line."""
    for line in sys.stdin:
        numbers = [int(text) for text in line.split()]
        pid = os.fork()
        if pid == 0:
            limited(*numbers) if len(numbers) == 2 else work(numbers[0])
        print(pid, flush=True)
        os.waitpid(pid, 0)
        print("dead", flush=True)


if __name__ == "__main__":
    main()
