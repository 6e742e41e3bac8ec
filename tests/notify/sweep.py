"""`python sweep.py HOME KILLS`: publish and send in a child that is killed, again and again.

Everything is imported once, before the first child: what is killed is the work, not its imports.
One child in ten is left alone, and says how long the work takes. Answers one line of JSON.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from datetime import timedelta
from pathlib import Path
from statistics import median

from cockpit import log
from cockpit.notify import outbox
from cockpit.notify.send import send_due
from cockpit.settings import Home
from tests.support.mailroom import alert, publish


def work(home: Home, number: int) -> None:
    """One generation: a new alert, the end of the one before, and what is due is sent."""
    at = outbox.now() - timedelta(hours=23) + timedelta(minutes=4 * number)
    publish(home, number, alert(rule=f"rule_{number}", title_fr=f"Alerte n° {number}."), at=at)
    send_due(home, plan=False)


def child(home: Home, number: int) -> int:
    pid = os.fork()
    if pid == 0:
        try:
            work(home, number)
        finally:
            os._exit(0)
    return pid


def main() -> None:
    log.configure()
    home, kills = Home(Path(sys.argv[1])), int(sys.argv[2])
    rng = random.Random(5)
    number, done = 0, 0
    whole_s: list[float] = []
    while done < kills:
        number += 1
        undisturbed = number < 4 or number % 10 == 0
        started = time.monotonic()
        pid = child(home, number)
        if not undisturbed:
            time.sleep(rng.uniform(0, 1) * median(whole_s[-5:]))
            os.kill(pid, signal.SIGKILL)
        _pid, status = os.waitpid(pid, 0)
        done += os.WIFSIGNALED(status)
        if undisturbed:
            whole_s.append(time.monotonic() - started)
    print(json.dumps({"kills": done, "runs": number, "whole_s": round(median(whole_s), 4)}))


if __name__ == "__main__":
    main()
