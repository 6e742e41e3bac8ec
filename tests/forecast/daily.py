"""Daily histories of tests, made by hand or with noise of a fixed seed."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd

from cockpit.forecast.calendar_fr import FrenchCalendar
from cockpit.forecast.fit import Job
from cockpit.forecast.history import History
from cockpit.kpi.model import UnitId
from tests.support.hospital import kpi

TODAY = date(2026, 11, 22)
YESTERDAY = TODAY - timedelta(days=1)


def ending(last: date, values: list[float] | np.ndarray) -> History:
    """These daily values, the last of them on `last`."""
    return History(last - timedelta(days=len(values) - 1), np.asarray(values, float))


def weekly(days: int, *, last: date = YESTERDAY, noise: float = 3.0) -> History:
    """100 a day, 130 on Mondays, with noise (standard deviation `noise`)."""
    first = last - timedelta(days=days - 1)
    mondays = (first.weekday() + np.arange(days)) % 7 == 0
    drawn = np.random.default_rng(4).normal(0, noise, days)
    return History(first, np.where(mondays, 130.0, 100.0) + drawn)


def job(history: History, of: str = "ed_visits", **changes: object) -> Job:
    """The job of a site, never fitted before, unless `changes` say otherwise."""
    given: dict[str, object] = {
        "kpi": kpi(of),
        "unit": UnitId("A"),
        "facet": "",
        "history": history,
        "calendar": FrenchCalendar(),
        "past": pd.DataFrame(),
        "today": TODAY,
        "made_at": datetime(2026, 11, 22, 6, 30),
    }
    return Job(**(given | changes))  # type: ignore[arg-type]
