"""One series, from its history to the forecast that is stored: what a child process does."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cockpit.forecast import backtest, combination, reasons, scores, weekly
from cockpit.forecast.conformal import LEVELS, Calibration, calibrate
from cockpit.forecast.gate import Verdict, capacity_change, level_shift, usual_weekdays, verdict
from cockpit.forecast.model import Forecast
from cockpit.forecast.models import naive7
from cockpit.forecast.prediction import floor_of
from cockpit.series.model import ForecastPoint

if TYPE_CHECKING:
    from cockpit.forecast.calendar_fr import FrenchCalendar
    from cockpit.forecast.history import History, Values
    from cockpit.forecast.prediction import Prediction
    from cockpit.kpi.model import Kpi, UnitId

ENGINE = "2"
"""Changes when the same history would give another forecast."""
HORIZON_DAYS = 28
FIRST_ORIGINS, FIRST_STEP_DAYS = 8, 17
_SHORT_ORIGINS, _SHORT_STEP_DAYS, _SHORT_FEWEST_DAYS = 14, 1, 14
_KNOWN_STEPS = 7
_AGAIN_DAYS = 7
_JUDGED_ORIGINS = 12
_SHIFT_STRETCH = 1.5
_WIDEST_SHARE = 0.6
_PAST = ("model", "origin", "day", "step", "predicted", "scale")


@dataclass(frozen=True, eq=False)
class Job:
    """One series to forecast.

    history: observed daily values. past: what the models said at earlier origins (`model`,
    `origin`, `day`, `step`, `predicted`, `scale`), empty the first time. members: the models that
    are averaged. open_beds: for what fills beds, those that are open, whose change is announced.
    today: the civil day.
    """

    kpi: Kpi
    unit: UnitId
    facet: str
    history: History
    calendar: FrenchCalendar
    past: pd.DataFrame
    today: date
    made_at: datetime
    members: tuple[str, ...] = combination.MEMBERS
    open_beds: History | None = None

    def data_hash(self) -> str:
        """What the forecast depends on: the same hash means the same forecast.

        What the history allows is part of it: a source that sends nothing more changes no value,
        and its forecast is refused after a few days.
        """
        allowed = verdict(self.history, self.kpi, self.today)
        told = (ENGINE, self.history.first, self.calendar, self.members, versions(), allowed)
        digest = hashlib.sha256(repr(told).encode())
        digest.update(self.history.values.tobytes())
        if self.open_beds is not None:
            digest.update(self.open_beds.values.tobytes())
        return digest.hexdigest()[:16]


@dataclass(frozen=True, eq=False)
class Fitted:
    """The forecast, and what to keep of this origin to judge the next ones (`Job.past`)."""

    forecast: Forecast
    past: pd.DataFrame


def fit(job: Job) -> Fitted:
    """The forecast of one series, or its refusal; never raises for what the history holds."""
    found = verdict(job.history, job.kpi, job.today)
    if found.status == "refused":
        return Fitted(_blank(job, found), pd.DataFrame(columns=list(_PAST)))
    if found.status == "weekly":
        made = weekly.forecast(job.history)
        return Fitted(
            replace(_blank(job, found), model=weekly.NAME, points=made.points, mape=made.wape),
            pd.DataFrame(columns=list(_PAST)),
        )
    members = job.members if found.status == "ok" else found.members
    made_now = _said(job, job.history, members)
    past, new = _past(job, members, short=found.status == "indicative")
    return Fitted(_forecast(job, found, made_now, past), _kept(job, made_now, new))


def _past(job: Job, members: Sequence[str], *, short: bool) -> tuple[pd.DataFrame, pd.DataFrame]:
    """(every past origin beside what was observed, those made just now).

    The first time the engine is refitted at past origins; later each week keeps its own.
    """
    new = pd.DataFrame(columns=list(_PAST))
    if job.past.empty:
        new = _refitted(job, members, short=short)
    every = pd.concat([one for one in (job.past, new) if len(one)] or [new], ignore_index=True)
    if every.empty:
        return every.assign(observed=[]), new
    return backtest.joined([every], job.history), new


def _refitted(job: Job, members: Sequence[str], *, short: bool) -> pd.DataFrame:
    count, step = (_SHORT_ORIGINS, _SHORT_STEP_DAYS) if short else (FIRST_ORIGINS, FIRST_STEP_DAYS)
    fewest = _SHORT_FEWEST_DAYS if short else backtest.FEWEST_DAYS
    rows = []
    for origin in backtest.origins_of(
        job.history, count=count, step=step, horizon=_KNOWN_STEPS, fewest=fewest
    ):
        known = job.history.until(origin)
        if known is None:
            continue
        rows += list(backtest.predicted_rows(known, _said(job, known, members)))
    return pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=list(_PAST))


def _said(job: Job, known: History, members: Sequence[str]) -> dict[str, Prediction]:
    """What the models say of the four weeks after this history, last week's repetition beside."""
    return combination.predict(
        known, HORIZON_DAYS, calendar=job.calendar, members=members, beside=(naive7.NAME,)
    )


def _kept(job: Job, made: dict[str, Prediction], new: pd.DataFrame) -> pd.DataFrame:
    """New past rows, and this origin's own when a week has gone since the last one kept."""
    last = job.past["origin"].max() if len(job.past) else None
    if last is not None and (job.history.last - last).days < _AGAIN_DAYS:
        return new
    rows = [new, *backtest.predicted_rows(job.history, made)]
    return pd.concat([one for one in rows if len(one)], ignore_index=True)[list(_PAST)]


def _forecast(
    job: Job, found: Verdict, made: dict[str, Prediction], past: pd.DataFrame
) -> Forecast:
    shown = combination.NAME
    if _loses(past):
        shown = naive7.NAME
        found = Verdict("naive", reasons.REPEATED)
    moved = capacity_change(job.open_beds) if job.open_beds is not None else ""
    banner = moved or level_shift(job.history)
    stretch = _SHIFT_STRETCH if banner else 1.0
    points = _points(job, made[shown], calibrate(_of(past, shown), stretch=stretch))
    if found.status == "ok" and _is_too_wide(points):
        found = Verdict("range", reasons.TOO_WIDE)
    rows, naive = backtest.with_intervals(_of(past, shown)), _of(past, naive7.NAME)
    return replace(
        _blank(job, found),
        model=shown,
        points=points,
        banner=banner,
        mape=_number(scores.wape(rows, 7)),
        mape_naive=_number(scores.wape(naive, 7)),
        mase=_number(scores.mase(rows, 7)),
        mase_naive=_number(scores.mase(naive, 7)),
        coverage80=_number(scores.coverage(rows, 80, 28)),
    )


def _points(
    job: Job, made: Prediction, calibration: Calibration | None
) -> tuple[ForecastPoint, ...]:
    """Points of the weekdays that the series reports, capped by zero and by what is full.

    Without calibration the interval is the figure itself: the status says that it is indicative.
    """
    mean = made.mean
    steps = np.arange(1.0, len(mean) + 1)
    bounds = {
        level: (mean, mean) if calibration is None else calibration.interval(mean, steps, level)
        for level in LEVELS
    }
    floor, cap = floor_of(job.history), _cap(job)
    usual = usual_weekdays(job.history)

    def within(values: Values, index: int) -> float:
        return float(np.clip(values[index], floor, cap))

    return tuple(
        ForecastPoint(
            day=day,
            low=within(bounds[80][0], i),
            mid=within(mean, i),
            high=within(bounds[80][1], i),
            low50=within(bounds[50][0], i),
            high50=within(bounds[50][1], i),
            low95=within(bounds[95][0], i),
            high95=within(bounds[95][1], i),
            parts=tuple((name, float(part[i])) for name, part in made.parts.items()),
        )
        for i, day in enumerate(job.history.coming(len(mean)).astype(object))
        if day.weekday() in usual
    )


def _cap(job: Job) -> float:
    """A share is full at 100 %, or at the most that was ever seen (beds in corridors)."""
    return max(100.0, float(np.nanmax(job.history.values))) if job.kpi.unit == "%" else np.inf


def _loses(past: pd.DataFrame) -> bool:
    """Whether a year of origins says that repeating last week is better."""
    mean, naive = _of(past, combination.NAME), _of(past, naive7.NAME)
    if mean["origin"].nunique() < _JUDGED_ORIGINS:
        return False
    ours = scores.mase(mean, 28)
    return ours > 1.0 and ours > scores.mase(naive, 28)


def _is_too_wide(points: tuple[ForecastPoint, ...]) -> bool:
    near = points[:_KNOWN_STEPS]
    level = float(np.mean([abs(p.mid) for p in near])) if near else 0.0
    return bool(near) and float(np.mean([p.high - p.low for p in near])) > _WIDEST_SHARE * level


def _of(past: pd.DataFrame, model: str) -> pd.DataFrame:
    return past[past["model"] == model]


def _blank(job: Job, found: Verdict) -> Forecast:
    refused = found.sentence if found.status == "refused" else ""
    return Forecast(
        kpi=job.kpi.id,
        unit=job.unit,
        facet=job.facet,
        model=combination.NAME,
        origin=job.history.last,
        made_at=job.made_at,
        history_from=job.history.first,
        points=(),
        status=found.status,
        sentence="" if refused else found.sentence,
        refused=refused,
        members=job.members if found.status == "ok" else found.members,
        versions=versions(),
        data_hash=job.data_hash(),
    )


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


@cache
def versions() -> str:
    """The versions of what fits, as one text: `engine 2, prophet 1.5.0, statsforecast 2.1.1`."""
    libraries = ("prophet", "statsforecast")
    return ", ".join([f"engine {ENGINE}", *(f"{name} {version(name)}" for name in libraries)])
