"""A KPI's forecast tried on its own past: how wrong it would have been, beside the yardsticks."""

from __future__ import annotations

import math
import resource
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from cockpit.errors import BadRequest, ShortHistory
from cockpit.forecast import backtest, combination, decide, events, monthly_backtest, scores
from cockpit.forecast.choose import Series
from cockpit.forecast.conformal import LEVELS
from cockpit.forecast.models import naive7, prophet_plain
from cockpit.forecast.monthly import FULL_MONTHS, MEMBERS, NAIVE
from cockpit.forecast.monthly_run import past_months
from cockpit.forecast.run import calendar_of, read_history
from cockpit.i18n import mark

if TYPE_CHECKING:
    from cockpit.answers.visit import Visit
    from cockpit.forecast.calendar_fr import FrenchCalendar
    from cockpit.forecast.history import History
    from cockpit.kpi.model import Kpi, UnitId

Json = dict[str, object]
Against = Literal["prophet"]

_WHOLE_YEARS = 36
_DAILY_HORIZONS, _MONTHLY_HORIZONS = (1, 7, 14, 28), (1, 3, 6, 12)
_MOST_ORIGINS, _MOST_STEP = 400, 400
_MOST = {"day": 28, "month": 24}


@dataclass(frozen=True, slots=True)
class Trial:
    """What to try. step, horizon: in days, or in months for a monthly KPI; None is the protocol.

    against: also fit default Prophet. points: also give every day predicted.
    """

    origins: int = backtest.ORIGINS
    step: int | None = None
    horizon: int | None = None
    against: Against | None = None
    points: bool = False


@dataclass(frozen=True, eq=False)
class _Tried:
    """rows: as `scores` reads them. cpu_s: of one fit, by model; empty when not measured."""

    rows: pd.DataFrame
    members: tuple[str, ...]
    yardstick: str
    step: int
    horizon: int
    cpu_s: Mapping[str, float]


def backtested(who: Visit, name: str, unit: UnitId | None, facet: str, asked: Trial) -> Json:
    """Errors and coverage of the engine, of its members and of the yardsticks on past origins.

    The engine is the one that is published: the members that `decide.py` recorded for the series.
    The whole history is read, up to its last complete day, even when it ended years ago.
    Raises UnknownKpi, OutOfScope, UnknownUnit, BadRequest, ShortHistory.
    """
    kpi, place = who.kpi(name), who.unit(unit)
    _check(asked, kpi)
    spent = _cpu_s()
    tried = (_months if kpi.step == "month" else _days)(who, kpi, place, facet, asked)
    found = {
        "kpi": kpi.id,
        "unit": place,
        "facet": facet,
        "step_of": kpi.step,
        "origins": [day.isoformat() for day in sorted(tried.rows["origin"].unique())],
        "step": tried.step,
        "horizon": tried.horizon,
        "members": list(tried.members),
        "models": _judged(tried, asked.against),
        "cpu_s": _cpu_s() - spent,
    }
    return found | ({"points": _points(tried.rows)} if asked.points else {})


def _check(asked: Trial, kpi: Kpi) -> None:
    limits = {
        "origins": (asked.origins, _MOST_ORIGINS),
        "step": (1 if asked.step is None else asked.step, _MOST_STEP),
        "horizon": (1 if asked.horizon is None else asked.horizon, _MOST[kpi.step]),
    }
    for field, (value, most) in limits.items():
        if not 1 <= value <= most:
            raise BadRequest(field=field, expected=f"un entier de 1 à {most}")
    if asked.against and kpi.step == "month":
        raise BadRequest(field="against", expected=mark("un indicateur quotidien"))


def _days(who: Visit, kpi: Kpi, unit: UnitId, facet: str, asked: Trial) -> _Tried:
    step, horizon = asked.step or backtest.STEP_DAYS, asked.horizon or backtest.HORIZON_DAYS
    one = Series(kpi, unit, facet)
    history = read_history(who.generation, who.scope, one, years=_WHOLE_YEARS)
    needed = backtest.FEWEST_DAYS + horizon
    if history is None or len(history) < needed:
        raise ShortHistory(known=len(history) if history else 0, needed=needed, step="day")
    home = who.generation.home
    calendar = calendar_of(
        home.installation, kpi, events.load(home.root).of(one, who.generation.units)
    )
    members = decide.recorded(home, (kpi.id, unit, facet))
    beside = (naive7.NAME, *([prophet_plain.NAME] if asked.against else []))
    rows = backtest.backtest(
        history,
        calendar=calendar,
        members=members,
        beside=beside,
        origins=asked.origins,
        step=step,
        horizon=horizon,
    )
    if rows.empty:  # no day after an origin was observed
        raise ShortHistory(known=int(history.observed.sum()), needed=needed, step="day")
    spent = _spent(history, calendar, (*members, *beside), horizon)
    spent[combination.NAME] = sum(spent[name] for name in members)
    return _Tried(rows, members, naive7.NAME, step, horizon, spent)


def _months(who: Visit, kpi: Kpi, unit: UnitId, facet: str, asked: Trial) -> _Tried:
    step, horizon = asked.step or 1, asked.horizon or _MONTHLY_HORIZONS[-1]
    found = past_months(who.generation, who.scope, kpi, unit, facet, years=_WHOLE_YEARS)
    needed = FULL_MONTHS + horizon
    if found is None or len(found[0]) < needed:
        raise ShortHistory(known=len(found[0]) if found else 0, needed=needed, step="month")
    rows = monthly_backtest.backtest(*found, origins=asked.origins, step=step, horizon=horizon)
    return _Tried(rows, tuple(MEMBERS), NAIVE, step, horizon, {})


def _spent(
    history: History, calendar: FrenchCalendar, names: Sequence[str], horizon: int
) -> dict[str, float]:
    """Processor seconds of one fit of each model on the whole history."""
    spent = {}
    for name in names:
        before = _cpu_s()
        combination.MODELS[name](history, horizon, calendar=calendar)
        spent[name] = _cpu_s() - before
    return spent


def _judged(tried: _Tried, against: Against | None) -> Json:
    """Every model's scores, the engine first."""
    tables = dict(iter(tried.rows.groupby("model")))
    usual = _DAILY_HORIZONS if tried.yardstick == naive7.NAME else _MONTHLY_HORIZONS
    uptos = sorted({*(one for one in usual if one < tried.horizon), tried.horizon})
    order = [combination.NAME, *tried.members, tried.yardstick, *([against] if against else [])]
    yardsticks = [tried.yardstick, *([against] if against else [])]
    found: Json = {}
    for name in (name for name in order if name in tables):
        gains = {
            f"gain_{other}_pct": {
                str(upto): _gain(tables[name], tables[other], upto) for upto in uptos
            }
            for other in yardsticks
            if other != name
        }
        found[name] = (
            _scores(tables[name], uptos) | gains | {"cpu_s_per_fit": tried.cpu_s.get(name)}
        )
    return found


def _scores(rows: pd.DataFrame, uptos: Sequence[int]) -> Json:
    return {
        "scored_origins": int(rows["origin"].nunique()),
        "mase": {str(upto): _number(scores.mase(rows, upto)) for upto in uptos},
        "wape": {str(upto): _number(scores.wape(rows, upto)) for upto in uptos},
        "coverage": {
            str(upto): {str(level): _number(scores.coverage(rows, level, upto)) for level in LEVELS}
            for upto in uptos
        },
        "width80": {str(upto): _number(scores.width(rows, 80, upto)) for upto in uptos},
        "pinball": {str(upto): _number(scores.pinball(rows, upto)) for upto in uptos},
    }


def _gain(rows: pd.DataFrame, others: pd.DataFrame, upto: int) -> float | None:
    """By how much the error is smaller than another model's, in percent; None without it."""
    theirs = scores.mase(others, upto)
    return _number(100 * (1 - scores.mase(rows, upto) / theirs)) if theirs else None


def _points(rows: pd.DataFrame) -> list[Json]:
    kept = rows.assign(origin=rows["origin"].map(str), day=rows["day"].map(str))
    told = kept.astype(object).replace({np.nan: None}).to_dict("records")
    return [{str(name): value for name, value in row.items()} for row in told]


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _cpu_s() -> float:
    """Processor time of this process and of the fits that it waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)
