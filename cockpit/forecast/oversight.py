"""People stay in charge of a forecast: who validated it, corrected it, switched it off, and why.

A forecast that is switched off is not drawn anywhere and says why; it is still computed and scored,
so that it can be switched on again on evidence. A corrected figure stands beside the one of the
model, and both are scored. A part that has a forecast of its own (ED admissions to surgery, a title
of the landing) is decided apart from the whole: no act on one is an act on the other.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import structlog
from sqlalchemy.exc import SQLAlchemyError

from cockpit import clock
from cockpit.errors import BadRequest
from cockpit.forecast.reasons import ACCEPTED, NO_SKILL
from cockpit.forecast.said import NAIVE, said
from cockpit.forecast.store import Key, latest, newest, newest_parts
from cockpit.i18n import mark
from cockpit.state.database import engine
from cockpit.state.forecasts import Act, ForecastAct, forecast_acts, newest_act, record_forecast_act

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from cockpit.access.scope import Scope
    from cockpit.forecast.model import Forecast
    from cockpit.kpi.model import Kpi, KpiId, UnitId
    from cockpit.series.model import ForecastPoint
    from cockpit.settings import Home
    from cockpit.warehouse.attach import Generation

_log = structlog.get_logger(__name__)

WORKER = "worker"
SKILL_DAYS, SKILL_STEPS = 14, 7
_FEWEST_DAYS = 10
LONGEST_REASON, LONGEST_NAME = 300, 120
_SEEN_FOR_S = 1.0


@dataclass(frozen=True, slots=True)
class Overseen:
    """What stands of one forecast: its validation, why it is off, the corrected days."""

    validated: ForecastAct | None
    off: ForecastAct | None
    overrides: Mapping[date, ForecastAct]

    def is_validated(self, made: Forecast) -> bool:
        """Whether the validation speaks of the models of now."""
        return self.validated is not None and self.validated.subject == subject_of(made)


def overseen(home: Home, kpi: str, unit: str, facet: str = "") -> Overseen:
    """What people decided of the forecast of a KPI (or of a part of it) at a unit, the newest act
    of each kind."""
    acts = forecast_acts(home, kpi=kpi, unit=unit, facet=facet)
    switch = next((one for one in acts if one.act in {"off", "on"}), None)
    days: dict[date, ForecastAct] = {}
    for one in acts:
        if one.act in {"override", "withdraw"} and one.day is not None:
            days.setdefault(one.day, one)
    return Overseen(
        validated=next((one for one in acts if one.act == "validate"), None),
        off=switch if switch is not None and switch.act == "off" else None,
        overrides={day: one for day, one in days.items() if one.act == "override"},
    )


def drawable(
    generation: Generation,
    scope: Scope,
    kpi: Kpi,
    unit: UnitId,
    after: date | None = None,
    *,
    facet: str = "",
) -> tuple[ForecastPoint, ...]:
    """The points that may be drawn after a daily curve whose last day is `after`.

    None when there is no forecast, when it is refused or weekly, or when it is switched off.
    Raises UnknownUnit, OutOfScope.
    """
    made = latest(generation, scope, kpi, unit, facet)
    if made is None or not made.is_daily or (kpi.id, unit, facet) in switched_off(generation.home):
        return ()
    return tuple(point for point in made.points if after is None or point.day > after)


@dataclass(slots=True)
class _Seen:
    """What one process last read of an installation's acts."""

    at: float
    newest: int
    off: Mapping[Key, ForecastAct]


_seen: dict[str, _Seen] = {}


def acts_mark(home: Home) -> int:
    """A number that changes with any act: what a kept answer that holds a forecast depends on.

    Read again after a second at most. A state that cannot be read keeps what was last known: the
    figures of a page do not fail for it.
    """
    return _read(home).newest


def switched_off(home: Home) -> Mapping[Key, ForecastAct]:
    """The forecasts that are off, with who, when and why."""
    return _read(home).off


def _read(home: Home) -> _Seen:
    key, now = home.state_url, time.monotonic()
    known = _seen.get(key)
    if known is not None and now - known.at < _SEEN_FOR_S:
        return known
    try:
        number = newest_act(home)
        off = known.off if known and known.newest == number else _off(home)
    except (SQLAlchemyError, OSError):
        _log.log(logging.WARNING, "forecast acts unreadable", exc_info=True)
        number, off = (known.newest, known.off) if known else (0, {})
    _seen[key] = _Seen(now, number, off)
    return _seen[key]


def _off(home: Home) -> Mapping[Key, ForecastAct]:
    last: dict[Key, ForecastAct] = {}
    for one in forecast_acts(home, only=("off", "on"), limit=100_000):
        last.setdefault((one.kpi, one.unit, one.facet), one)
    return {key: one for key, one in last.items() if one.act == "off"}


def subject_of(made: Forecast) -> str:
    """What a validation speaks of: the models averaged and their versions."""
    return f"{', '.join(made.members)} ({made.versions})"


def validate(home: Home, made: Forecast, *, who: str, reason: str = "") -> ForecastAct:
    """A referent accepts this forecast for use, with the models of now. Raises BadRequest."""
    _usable(made)
    act = _act("validate", _key(made), who, reason or ACCEPTED)
    return _recorded(home, replace(_of(act, made), subject=subject_of(made), scores=_scores(made)))


def override(
    home: Home, made: Forecast, *, day: date, value: float, who: str, reason: str
) -> ForecastAct:
    """A referent expects another figure that day; both are kept. Raises BadRequest."""
    _usable(made)
    point = next((one for one in made.points if one.day == day), None)
    if point is None or day < clock.today():
        expected = mark("un jour à venir de la prévision")
        raise BadRequest(field="jour", expected=expected)
    if not math.isfinite(value) or (value < 0 <= min(one.low for one in made.points)):
        expected = mark("un nombre que cet indicateur peut prendre")
        raise BadRequest(field="valeur", expected=expected)
    act = _of(_act("override", _key(made), who, reason), made)
    return _recorded(home, replace(act, day=day, value=value, predicted=point.mid))


def withdraw(home: Home, key: Key, *, day: date, who: str, reason: str) -> ForecastAct:
    """Take a corrected figure back. Raises BadRequest when that day has none."""
    if day not in overseen(home, *key).overrides:
        expected = mark("un jour dont la prévision est corrigée")
        raise BadRequest(field="jour", expected=expected)
    return _recorded(home, replace(_act("withdraw", key, who, reason), day=day))


def switch(home: Home, key: Key, *, on: bool, who: str, reason: str) -> ForecastAct:
    """Stop showing a forecast, or show it again. Raises BadRequest when it already is so."""
    if on is (key not in _off(home)):
        off, running = mark("une prévision arrêtée"), mark("une prévision en service")
        raise BadRequest(field="état", expected=off if on else running)
    return _recorded(home, _act("on" if on else "off", key, who, reason))


def review(generation: Generation, scope: Scope, kpis: Mapping[KpiId, Kpi]) -> list[ForecastAct]:
    """Switch off what has been worse than repeating last week for fourteen days; the worker's duty.

    Returns the acts, which are in the log. A forecast that a person switched on again is judged
    only on the days that followed.
    """
    home, off = generation.home, _off(generation.home)
    since = _last_on(home)
    done = []
    every = (*newest(generation, scope, kpis), *newest_parts(generation, scope, kpis))
    for kpi, made in every:
        key = _key(made)
        if key in off or not made.is_daily or made.model == NAIVE:
            continue
        lately = SKILL_DAYS + SKILL_STEPS
        rows = said(generation, scope, kpi, made.unit, facet=made.facet, days=lately)
        errors = without_skill(rows, after=since.get(key))
        if errors is not None:
            done.append(_recorded(home, _act("off", key, WORKER, _no_skill(*errors))))
    return done


def without_skill(rows: pd.DataFrame, after: date | None = None) -> tuple[float, float] | None:
    """(our error, that of last week's values) when ours was larger over the last 14 days.

    rows: of `said`. Only what was published one to seven days ahead counts, and at least ten
    days of the fourteen must have been; None otherwise, or when it did better.
    """
    shown = rows[~rows["replayed"].astype(bool) & rows["step"].le(SKILL_STEPS)]
    shown = shown.dropna(subset=["naive"])
    if shown.empty:
        return None
    first = max(shown["day"].max() - timedelta(days=SKILL_DAYS - 1), after or date.min)
    near = shown[shown["day"] >= first]
    if near["day"].nunique() < _FEWEST_DAYS:
        return None
    ours = float(np.abs(near["observed"] - near["predicted"]).mean())
    naive = float(np.abs(near["observed"] - near["naive"]).mean())
    return (ours, naive) if ours > naive else None


def _last_on(home: Home) -> dict[Key, date]:
    found: dict[Key, date] = {}
    for one in forecast_acts(home, only=("on",), limit=100_000):
        found.setdefault((one.kpi, one.unit, one.facet), clock.in_paris(one.at).date())
    return found


def _no_skill(ours: float, naive: float) -> str:
    first, second = (f"{error:.1f}".replace(".", ",") for error in (ours, naive))
    return NO_SKILL.format(days=SKILL_DAYS, ours=first, naive=second)


def _key(made: Forecast) -> Key:
    return made.kpi, made.unit, made.facet


def _usable(made: Forecast) -> None:
    if not made.is_daily or not made.points:
        expected = mark("une prévision publiée, au jour")
        raise BadRequest(field="prévision", expected=expected)


def _scores(made: Forecast) -> dict[str, float]:
    names = ("mape", "mape_naive", "mase", "mase_naive", "coverage80")
    found = {name: getattr(made, name) for name in names}
    return {name: value for name, value in found.items() if value is not None}


def signed(who: str) -> str:
    """The name of the person who decides, on one line. Raises BadRequest."""
    name = " ".join(who.split())
    if not name or len(name) > LONGEST_NAME:
        expected = mark("le nom de la personne, en 120 caractères au plus")
        raise BadRequest(field="nom", expected=expected)
    return name


def _act(act: Act, key: Key, who: str, reason: str) -> ForecastAct:
    name, why = signed(who), " ".join(reason.split())
    if not why or len(why) > LONGEST_REASON:
        expected = mark("un motif, en 300 caractères au plus")
        raise BadRequest(field="motif", expected=expected)
    at = clock.utc_naive(clock.now())
    kpi, unit, facet = key
    return ForecastAct(at=at, who=name, act=act, kpi=kpi, unit=unit, facet=facet, reason=why)


def _of(act: ForecastAct, made: Forecast) -> ForecastAct:
    """The act, naming the forecast that the person had before the eyes."""
    return replace(act, origin=made.origin, data_hash=made.data_hash)


def _recorded(home: Home, act: ForecastAct) -> ForecastAct:
    record_forecast_act(engine(home), act)
    _seen.pop(home.state_url, None)
    return act


def override_errors(
    acts: Mapping[date, ForecastAct], known: pd.Series[float]
) -> Iterator[tuple[ForecastAct, float]]:
    """Corrected days that have come, each with what was observed: both curves are scored."""
    for day, one in sorted(acts.items()):
        if day in known.index:
            yield one, float(known[day])
