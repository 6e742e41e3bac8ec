"""What a night's fit costs its child process: nothing else is imported there."""

from __future__ import annotations

import resource
from dataclasses import replace

import pandas as pd

from cockpit.forecast.fit import Fitted, Job, fit


def measured(job: Job) -> Fitted:
    """The forecast, with `cpu` (seconds) and `rss` (megabytes) instead of what to keep of it."""
    before = _cpu_s()
    made = fit(job)
    rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return replace(made, past=pd.DataFrame({"cpu": [_cpu_s() - before], "rss": [rss]}))


def _cpu_s() -> float:
    """Of this process and of those that it waited for (Prophet's optimiser)."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)
