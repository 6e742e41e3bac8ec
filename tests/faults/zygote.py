"""Starts refreshing processes that are ready at once: imports are done, then each is a fork.

One line in (how many files exist already), one line out (the pid of the new process). That process
delivers file after file and refreshes; it appends the number of each file to `acknowledged` once
the refresh that published it has returned. It ends only by being killed.
"""

from __future__ import annotations

import os
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


def main() -> None:
    """Fork once per line."""
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            work(int(line))
        print(pid, flush=True)
        os.waitpid(pid, 0)
        print("dead", flush=True)


if __name__ == "__main__":
    main()
