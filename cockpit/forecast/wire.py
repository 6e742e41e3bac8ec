"""A job and its result as text: what travels to another machine, where nothing is unpickled."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd
from pydantic import TypeAdapter

from cockpit.forecast.calendar_fr import FrenchCalendar
from cockpit.forecast.fit import Fitted, Job
from cockpit.forecast.history import History
from cockpit.forecast.model import Forecast
from cockpit.kpi.model import Kpi, KpiId, UnitId
from cockpit.series.model import ForecastPoint

_KPI = TypeAdapter(Kpi)
_CALENDAR = TypeAdapter(FrenchCalendar)
_DAYS = ("origin", "day")


def job_text(job: Job) -> str:
    """The job as JSON; figures keep every digit, a hole is null."""
    return json.dumps(
        {
            "kpi": _KPI.dump_python(job.kpi, mode="json"),
            "unit": job.unit,
            "facet": job.facet,
            "history": _told(job.history),
            "open_beds": None if job.open_beds is None else _told(job.open_beds),
            "calendar": _CALENDAR.dump_python(job.calendar, mode="json"),
            "past": _rows(job.past),
            "today": job.today.isoformat(),
            "made_at": job.made_at.isoformat(),
            "members": job.members,
        }
    )


def job_of(text: str) -> Job:
    """The job again."""
    told = json.loads(text)
    return Job(
        kpi=_KPI.validate_python(told["kpi"]),
        unit=UnitId(told["unit"]),
        facet=told["facet"],
        history=_history(told["history"]),
        open_beds=None if told["open_beds"] is None else _history(told["open_beds"]),
        calendar=_CALENDAR.validate_json(json.dumps(told["calendar"])),
        past=_frame(told["past"]),
        today=date.fromisoformat(told["today"]),
        made_at=datetime.fromisoformat(told["made_at"]),
        members=tuple(told["members"]),
    )


def _told(history: History) -> dict[str, Any]:
    return {"first": history.first.isoformat(), "values": _numbers(history.values)}


def _history(told: dict[str, Any]) -> History:
    return History(date.fromisoformat(told["first"]), np.array(told["values"], dtype=float))


def fitted_text(made: Fitted) -> str:
    """The result as JSON."""
    told = {"forecast": asdict(made.forecast), "past": _rows(made.past)}
    return json.dumps(told, default=lambda day: day.isoformat())


def fitted_of(text: str) -> Fitted:
    """The result again."""
    told = json.loads(text)
    one: dict[str, Any] = told["forecast"]
    points = tuple(map(_point, one["points"]))
    days = {name: date.fromisoformat(one[name]) for name in ("origin", "history_from")}
    forecast = Forecast(
        **one
        | days
        | {
            "kpi": KpiId(one["kpi"]),
            "points": points,
            "made_at": datetime.fromisoformat(one["made_at"]),
            "members": tuple(one["members"]),
        }
    )
    return Fitted(forecast, _frame(told["past"]))


def _point(told: dict[str, Any]) -> ForecastPoint:
    parts = tuple((name, value) for name, value in told["parts"])
    return ForecastPoint(**told | {"day": date.fromisoformat(told["day"]), "parts": parts})


def _numbers(values: np.ndarray[Any, Any]) -> list[float | None]:
    return [None if np.isnan(value) else float(value) for value in values]


def _rows(past: pd.DataFrame) -> dict[str, list[Any]]:
    """Columns of a frame of past origins, days as text."""
    return {
        str(name): [one.isoformat() for one in column]
        if name in _DAYS
        else (_numbers(column.to_numpy(float)) if column.dtype.kind == "f" else column.to_list())
        for name, column in past.items()
    }


def _frame(told: dict[str, list[Any]]) -> pd.DataFrame:
    if not any(told.values()):
        return pd.DataFrame(columns=list(told)) if told else pd.DataFrame()
    frame = pd.DataFrame(told)
    for name in set(_DAYS) & set(told):
        frame[name] = [date.fromisoformat(one) for one in told[name]]
    return frame
