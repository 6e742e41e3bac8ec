"""A night's fits alone: what each costs its child process, as JSON.

`python -m bench.forecast_one SERIES PROCESSES`. A process of its own: a child begins with no less
than the memory of the one that starts it.
"""

from __future__ import annotations

import json
import resource
import sys
from dataclasses import replace
from datetime import date, datetime, timedelta
from importlib import import_module
from time import perf_counter

import numpy as np
import pandas as pd

from cockpit.forecast import backtest, combination, pool
from cockpit.forecast.calendar_fr import FrenchCalendar
from cockpit.forecast.fit import HORIZON_DAYS, Fitted, Job, fit
from cockpit.forecast.history import History
from cockpit.forecast.models import naive7
from cockpit.kpi.catalogue import KPIS
from cockpit.kpi.model import KpiId, UnitId

DAYS = 1095


def main(count: int, processes: int) -> dict[str, float]:
    """Seconds in all, processor seconds per series, megabytes of the largest child."""
    jobs = [job(number) for number in range(count)]
    start = perf_counter()
    made = [one.past for one in pool.fit_all(jobs, processes=processes, work=measured)]
    took = perf_counter() - start
    spent = pd.concat(made)
    cpu, rss = float(spent["cpu"].mean()), float(spent["rss"].max())
    return {"took_s": took, "cpu_s": cpu, "rss_mb": rss}


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


def job(number: int) -> Job:
    """Three years of visits with a week, a year and a drift, and a year of past origins."""
    chance = np.random.default_rng(number)
    days = np.arange(DAYS)
    level = 150 * (1 + 0.1 * np.sin(2 * np.pi * days / 365.25) + 0.15 * (days % 7 == 0))
    history = History(date(2023, 11, 24), chance.poisson(level).astype(float))
    today = history.last + timedelta(days=1)
    kpi = KPIS[KpiId("ed_visits")]
    blank = Job(
        kpi=kpi,
        unit=UnitId(f"U{number}"),
        facet="",
        history=history,
        calendar=FrenchCalendar(),
        past=pd.DataFrame(),
        today=today,
        made_at=datetime.combine(today, datetime.min.time()),
    )
    return replace(blank, past=_past(blank))


def _past(job: Job) -> pd.DataFrame:
    found = []
    for origin in backtest.origins_of(job.history, count=18, step=7, horizon=7):
        known = job.history.until(origin)
        assert known is not None
        said = naive7.fit_predict(known, HORIZON_DAYS, calendar=job.calendar)
        names = (combination.NAME, *combination.MEMBERS, naive7.NAME)
        found += list(backtest.predicted_rows(known, dict.fromkeys(names, said)))
    return pd.concat(found, ignore_index=True)


if __name__ == "__main__":
    # By its name: the children are sent `measured`, and know nothing of a main program.
    here = import_module("bench.forecast_one")
    print(json.dumps(here.main(int(sys.argv[1]), int(sys.argv[2]))))
