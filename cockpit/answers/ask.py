"""Typed questions out of text: the parameters of a URL or the options of a command.

Each parameter is read against an allow-list; anything else raises BadRequest naming the parameter
and what was expected, never repeating what was given.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal, TypeVar, get_args

from cockpit import clock
from cockpit.errors import BadRequest
from cockpit.kpi.model import Grain, Kpi, Scenario, UnitId

if TYPE_CHECKING:
    from collections.abc import Mapping

By = Literal["unit", "facet"]
Choice = TypeVar("Choice", bound=str)

_BY: tuple[By, ...] = get_args(By)
_SCENARIOS: tuple[Scenario, ...] = get_args(Scenario)

MAX_POINTS = 5000
_DEFAULT_DAYS = {"day": 30, "month": 365}
_DAYS_PER_POINT = {
    Grain.DAY: 1,
    Grain.WEEK: 7,
    Grain.MONTH: 28,
    Grain.QUARTER: 90,
    Grain.YEAR: 365,
}
_DAY_SHAPE = "une date AAAA-MM-JJ"
_EARLIEST = date(1990, 1, 1)
_LATEST = date(2100, 1, 1)


@dataclass(frozen=True)
class SeriesQuestion:
    """A KPI over time; unit None is everything that the scope sees."""

    kpi: Kpi
    unit: UnitId | None
    start: date
    end: date
    grain: Grain
    by: By | None
    scenario: Scenario
    facet: str


def series_question(kpi: Kpi, params: Mapping[str, str]) -> SeriesQuestion:
    """From `unit from to grain by scenario facet`; all but the KPI have a default.

    Without dates: the 30 days (a year for a monthly KPI) that end yesterday. Without grain: the
    KPI's own step. Raises BadRequest.
    """
    end = _day(params, "to", clock.yesterday())
    start = _day(params, "from", end - timedelta(days=_DEFAULT_DAYS[kpi.step] - 1))
    if start > end:
        raise BadRequest(field="from", expected="une date qui ne suit pas « to »")
    grain = _grain(params, kpi)
    if (end - start).days > MAX_POINTS * _DAYS_PER_POINT[grain]:
        raise BadRequest(field="from", expected=f"au plus {MAX_POINTS} points")
    return SeriesQuestion(
        kpi=kpi,
        unit=unit_asked(params),
        start=start,
        end=end,
        grain=grain,
        by=_one_of(params, "by", _BY),
        scenario=_one_of(params, "scenario", _SCENARIOS) or "actual",
        facet=params.get("facet", ""),
    )


def unit_asked(params: Mapping[str, str]) -> UnitId | None:
    """`unit`, or None when it is not given. Whether it exists is for the reader to say."""
    text = params.get("unit")
    return UnitId(text) if text else None


def _grain(params: Mapping[str, str], kpi: Kpi) -> Grain:
    grain = _one_of(params, "grain", tuple(Grain)) or Grain(kpi.step)
    if kpi.step == "month" and grain in {Grain.DAY, Grain.WEEK}:
        raise BadRequest(field="grain", expected="month, quarter ou year pour cet indicateur")
    return grain


def _one_of(params: Mapping[str, str], name: str, allowed: tuple[Choice, ...]) -> Choice | None:
    text = params.get(name)
    if not text:
        return None
    for value in allowed:
        if value == text:
            return value
    raise BadRequest(field=name, expected=" ou ".join(allowed))


def _day(params: Mapping[str, str], name: str, default: date) -> date:
    text = params.get(name)
    if not text:
        return default
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise BadRequest(field=name, expected=_DAY_SHAPE) from error
    if day.isoformat() != text:  # fromisoformat also reads 20260101 and 2026-W01-4
        raise BadRequest(field=name, expected=_DAY_SHAPE)
    if not _EARLIEST <= day < _LATEST:
        raise BadRequest(field=name, expected="une date entre 1990 et 2099")
    return day
