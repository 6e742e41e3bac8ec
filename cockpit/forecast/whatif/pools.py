"""Wards of one discipline as one pool of beds: patients refused by one go to its neighbours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cockpit.forecast.beds import flow
from cockpit.forecast.beds.backtest import LATE_DAYS, escalation
from cockpit.forecast.beds.model import TENSE_SHARE
from cockpit.forecast.beds.read import CENSUS, EXITS, OPEN

if TYPE_CHECKING:
    from cockpit.forecast.beds.read import Hospital, Ward
    from cockpit.forecast.history import Values
    from cockpit.kpi.model import UnitId
    from cockpit.kpi.panel import Ints

_WEEKS = 8
_YEAR = 364
_AROUND_DAYS = 10
_FEWEST_FULL = 30
_MOST_HURRY = 1.5


@dataclass(frozen=True, eq=False)
class Pool:
    """One discipline tonight. present: patients. beds: open and usable; extra: escalation beds.

    leaving, planned: by weekday. ed: admissions expected on each coming day. hurry: what multiplies
    `leaving` on a day that starts above 95 % of the open beds, as seen over two years.
    """

    discipline: str
    wards: tuple[UnitId, ...]
    present: float
    beds: float
    extra: float
    leaving: Values
    planned: Values
    ed: Values
    hurry: float


def pools(
    hospital: Hospital, taught: Hospital, wards: list[Ward], weekdays: Ints, horizon: int
) -> list[Pool]:
    """The pools of these wards. weekdays: of the grid and of `horizon` days after its origin.

    taught: the hospital without the days that teach no habit (`Calendars.taught`).
    """
    origin = hospital.origin
    shares = flow.ed_shares(list(taught.wards.values()), origin, dict(hospital.admissions))
    found: dict[str, list[tuple[Ward, flow.Habits]]] = {}
    for ward in wards:
        if origin - ward.last(CENSUS, origin) > LATE_DAYS or not np.isfinite(
            ward.latest(OPEN, origin)
        ):
            continue
        ed = hospital.admissions.get(ward.discipline)
        habits = flow.learn(
            taught.wards[ward.unit], origin, weekdays, ed, shares.get(ward.unit, 0.0)
        )
        if habits is not None:
            found.setdefault(ward.discipline, []).append((ward, habits))
    ahead = {name: coming(taught.admissions.get(name), origin, weekdays, horizon) for name in found}
    return [_pool(hospital, name, pairs, weekdays, ahead[name]) for name, pairs in found.items()]


def _pool(
    hospital: Hospital,
    discipline: str,
    pairs: list[tuple[Ward, flow.Habits]],
    weekdays: Ints,
    ahead: Values,
) -> Pool:
    origin, wards = hospital.origin, [ward for ward, _ in pairs]
    frozen = sum(float(np.nan_to_num(w.latest("frozen_beds", origin))) for w in wards)
    planned = np.sum([habits.planned for _, habits in pairs], axis=0)
    share = min(sum(habits.ed_share for _, habits in pairs), 1.0)
    sent = hospital.admissions.get(discipline)
    census, exits, opened = (
        np.sum([ward[name][: origin + 1] for ward in wards], axis=0)
        for name in (CENSUS, EXITS, OPEN)
    )
    leaving = _leaving(pairs, origin)
    hurry = _hurry(census, exits, opened, leaving[weekdays[: origin + 1]])
    brought = _brought(planned, share, sent, weekdays, origin)
    return Pool(
        discipline,
        tuple(ward.unit for ward in wards),
        float(sum(ward.latest(CENSUS, origin) for ward in wards)),
        sum(ward.latest(OPEN, origin) for ward in wards) - frozen,
        sum(escalation(ward, origin) for ward in wards),
        leaving
        * _balance(
            census=census,
            opened=opened,
            leaving=leaving,
            hurry=hurry,
            brought=brought,
            weekdays=weekdays,
        ),
        planned,
        share * ahead,
        hurry,
    )


def _leaving(pairs: list[tuple[Ward, flow.Habits]], origin: int) -> Values:
    """Chance to leave by weekday, of all the patients of the pool."""
    half_year = slice(max(0, origin - 181), origin + 1)
    usual = np.array([_mean(ward[CENSUS][half_year]) for ward, _ in pairs])
    each = np.array([habits.leaving for _, habits in pairs])
    found: Values = usual @ each / max(usual.sum(), 1e-9)
    return found


def _hurry(census: Values, exits: Values, opened: Values, usual: Values) -> float:
    """Exits per exit expected of the weekday, on the days after a full night over the others."""
    since = slice(-2 * _YEAR, None)
    before, seen = census[:-1][since], exits[1:][since]
    expected = (census[:-1] * usual[1:])[since]
    full = before > TENSE_SHARE * opened[:-1][since]
    known = ~np.isnan(before) & ~np.isnan(seen) & (expected > 0)
    if (full & known).sum() < _FEWEST_FULL or (~full & known).sum() < _FEWEST_FULL:
        return 1.0
    rates = [seen[known & one].sum() / expected[known & one].sum() for one in (full, ~full)]
    if not rates[1]:
        return 1.0
    return float(np.clip(rates[0] / rates[1], 1.0, _MOST_HURRY))


def _brought(
    planned: Values, share: float, sent: Values | None, weekdays: Ints, origin: int
) -> Values:
    """Entries of the last eight weeks as the habits tell them."""
    recent = slice(max(0, origin + 1 - 7 * _WEEKS), origin + 1)
    from_ed = 0.0 if sent is None else share * np.nan_to_num(sent[recent])
    return planned[weekdays[recent]] + from_ed


def _balance(
    *,
    census: Values,
    opened: Values,
    leaving: Values,
    hurry: float,
    brought: Values,
    weekdays: Ints,
) -> float:
    """What makes as many leave as enter at the census of the last eight weeks."""
    days = len(brought)
    before, beds = census[-days - 1 : -1], opened[-days - 1 : -1]
    kinds = weekdays[len(census) - days : len(census)][-len(before) :]
    pace = np.where(before > TENSE_SHARE * beds, hurry, 1.0)
    out = np.nansum(before * leaving[kinds] * pace)
    return float(np.nansum(brought) / out) if out else 1.0


def coming(daily: Values | None, origin: int, weekdays: Ints, horizon: int) -> Values:
    """What a daily count is expected to be: its usual weekdays x the season of last year.

    The season is the ratio of the same three weeks of last year to the eight weeks that ended a
    year ago; 1 without that year.
    """
    ahead = weekdays[origin + 1 : origin + 1 + horizon]
    if daily is None:
        return np.zeros(horizon)
    seen = slice(max(0, origin + 1 - 7 * _WEEKS), origin + 1)
    recent, kinds = daily[seen], weekdays[seen]
    week = np.array([_mean(recent[kinds == kind], _mean(recent)) for kind in range(7)])
    return week[ahead] * _season(daily, origin, horizon)


def _season(daily: Values, origin: int, horizon: int) -> Values:
    year_ago = origin - _YEAR
    usual = _mean(daily[max(0, year_ago + 1 - 7 * _WEEKS) : max(0, year_ago + 1)])
    if year_ago < 7 * _WEEKS or not usual:
        return np.ones(horizon)
    found = np.ones(horizon)
    for step in range(horizon):
        place = year_ago + 1 + step
        around = daily[place - _AROUND_DAYS : min(place + _AROUND_DAYS + 1, origin + 1)]
        found[step] = _mean(around, usual) / usual
    return found


def _mean(values: Values, otherwise: float = 0.0) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else otherwise


def wobble(daily: Values, origin: int) -> float:
    """How far a week strays from the eight before it, as a standard deviation of the logarithm."""
    year = daily[max(0, origin + 1 - 2 * _YEAR) : origin + 1]
    weeks = year[len(year) % 7 :].reshape(-1, 7)
    means = np.array([_mean(week, np.nan) for week in weeks])
    if len(means) <= _WEEKS:
        return 0.0
    before = np.array([_mean(means[i - _WEEKS : i], np.nan) for i in range(_WEEKS, len(means))])
    with np.errstate(divide="ignore", invalid="ignore"):
        moved = np.log(means[_WEEKS:] / before)
    moved = moved[np.isfinite(moved)]
    return float(moved.std()) if len(moved) else 0.0
