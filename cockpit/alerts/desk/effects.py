"""Whether a figure moved after a decision.

Four weeks after the day of the decision are compared with the four weeks before; until they are
over, the whole weeks known so far with as many before: weekdays change nothing. A stock, a figure
of one day, is the mean of its days; anything else is what the KPI engine gives over the window. A
monthly KPI compares the whole months around the day. It is a reading, not a proof: what else
changed is said with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from cockpit.forecast.calendar_fr import FrenchCalendar
from cockpit.i18n import gettext as _
from cockpit.kpi.many import values_at
from cockpit.kpi.model import Grain, UnitId
from cockpit.kpi.windows import add_months, month_end, period_start, windows
from cockpit.series.model import Window
from cockpit.series.workdays import working_days

if TYPE_CHECKING:
    from cockpit.access.scope import Scope
    from cockpit.alerts.desk.decisions import Kept
    from cockpit.kpi.model import Kpi
    from cockpit.warehouse.attach import Generation

DAYS = 28
MONTHS = 6
"""How far the curve of a monthly KPI goes on each side."""
_WEEK = 7
_DAY = timedelta(days=1)
_OF_A_DAY = frozenset({"bjml", "bjml_gap", "het", "het_radar"})
"""Kinds of KPI that mean something on one day only, as a stock does."""
_FEW_WORKING_DAYS = 2
_MOST_OF_A_BREAK = 7
"""Days of school holidays more on one side than on the other that are worth a word."""


@dataclass(frozen=True, slots=True)
class Effect:
    """The KPI before and after, in its unit; None where it cannot be computed.

    cautions: what a reader must know before believing it, in their language.
    """

    before: Window
    after: Window
    was: float | None
    now: float | None
    cautions: tuple[str, ...]

    @property
    def change(self) -> float | None:
        """After less before."""
        return None if self.was is None or self.now is None else self.now - self.was


def effect(
    generation: Generation, scope: Scope, kpi: Kpi, kept: Kept, today: date
) -> Effect | None:
    """What the KPI did; None before a week (or a month) after the decision is over.

    Only closed days (or months) count. Raises as `values_at` for a unit or KPI hidden from the
    scope.
    """
    around = _months(kept.from_day, today) if kpi.step == "month" else _days(kept.from_day, today)
    if around is None:
        return None
    before, after = around
    asked = _Asked(generation, scope, kpi, UnitId(kept.decision.unit), kept.decision.facet)
    (was, lacks), (now, lacks_now) = (_measured(asked, one) for one in around)
    cautions = _cautions(before, after, generation, is_month=kpi.step == "month")
    if lacks or lacks_now:
        cautions = (_("Des jours manquent dans les données."), *cautions)
    return Effect(before, after, was, now, cautions)


def first_read(kpi: Kpi, kept: Kept) -> date:
    """The first day on which `effect` has something to say."""
    if kpi.step == "month":
        return month_end(_first_month(kept.from_day)) + _DAY
    return kept.from_day + timedelta(days=_WEEK)


def course(
    generation: Generation, scope: Scope, kpi: Kpi, kept: Kept, today: date
) -> tuple[tuple[date, float], ...]:
    """First day and value of each closed day (or month) of the KPI around the decision, known ones
    only: four weeks (or six months) on each side.

    Raises as `values_at` for a unit or KPI hidden from the scope.
    """
    spans = _around(kpi, kept.from_day, today)
    if not spans:
        return ()
    unit, facet = UnitId(kept.decision.unit), kept.decision.facet
    values, _partial = values_at(generation, scope, kpi, (unit,), windows(spans), facet=facet)
    pairs = zip(spans, values[0].tolist(), strict=True)
    return tuple((start, value) for (start, _end), value in pairs if np.isfinite(value))


def _around(kpi: Kpi, day: date, today: date) -> list[tuple[date, date]]:
    if kpi.step == "month":
        first = _first_month(day)
        starts = [add_months(first, n) for n in range(-MONTHS, MONTHS)]
        return [(start, month_end(start)) for start in starts if month_end(start) < today]
    days = [day + timedelta(days=n) for n in range(-DAYS, DAYS)]
    return [(one, one) for one in days if one < today]


@dataclass(frozen=True, slots=True)
class _Asked:
    generation: Generation
    scope: Scope
    kpi: Kpi
    unit: UnitId
    facet: str


def _measured(asked: _Asked, window: Window) -> tuple[float | None, bool]:
    """The KPI over a window, None when unknown, and whether days are missing."""
    kpi, is_daily = asked.kpi, asked.kpi.additive == "units" or asked.kpi.kind in _OF_A_DAY
    spans = [(window.start, window.end)]
    if is_daily and kpi.step == "day":
        days = [window.start + timedelta(days=n) for n in range(window.days)]
        spans = [(day, day) for day in days]
    values, partial = values_at(
        asked.generation, asked.scope, kpi, (asked.unit,), windows(spans), facet=asked.facet
    )
    known = values[0][~np.isnan(values[0])]
    lacks = bool(partial.any()) or len(known) < len(spans)
    return (float(known.mean()) if len(known) else None), lacks


def _days(day: date, today: date) -> tuple[Window, Window] | None:
    """As many whole weeks on each side, four when they are over."""
    length = min(DAYS, (today - day).days // _WEEK * _WEEK)
    if length < _WEEK:
        return None
    span = timedelta(days=length)
    return Window(day - span, day - _DAY), Window(day, day + span - _DAY)


def _months(day: date, today: date) -> tuple[Window, Window] | None:
    """The last whole month before the day, the first whole one from it on."""
    first = _first_month(day)
    if month_end(first) >= today:
        return None
    previous = add_months(period_start(day, Grain.MONTH), -1)
    return Window(previous, month_end(previous)), Window(first, month_end(first))


def _first_month(day: date) -> date:
    """The first whole month from a day on."""
    own = period_start(day, Grain.MONTH)
    return own if day == own else add_months(own, 1)


def _cautions(
    before: Window, after: Window, generation: Generation, *, is_month: bool
) -> tuple[str, ...]:
    """Why the two windows may not be alike."""
    said = []
    if not is_month and after.days < DAYS:
        said.append(_("{days} jours sur {whole} : à relire").format(days=after.days, whole=DAYS))
    own = generation.home.installation
    worked = [working_days(one, region=own.holidays) for one in (before, after)]
    if abs(worked[1] - worked[0]) >= _FEW_WORKING_DAYS:
        counted = _("{then} jours ouvrés avant, {now} après").format(then=worked[0], now=worked[1])
        said.append(counted)
    calendar = FrenchCalendar(own.holidays, own.school_zone)
    away = [int(calendar.is_school_break(_each(one)).sum()) for one in (before, after)]
    if abs(away[1] - away[0]) >= _MOST_OF_A_BREAK:
        said.append(
            _("{then} jours de vacances scolaires avant, {now} après").format(
                then=away[0], now=away[1]
            )
        )
    return tuple(said)


def _each(window: Window) -> np.typing.NDArray[np.datetime64]:
    return np.datetime64(window.start, "D") + np.arange(window.days)
