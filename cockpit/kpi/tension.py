"""HET, "hôpital en tension": the six FEDORU indicators of a site against their thresholds.

Occitanie: each indicator of a day is compared with the same weekday of the site's two past years;
its level is the largest n in 0-4 with value >= mean + n x SD (beds: <= mean - n x SD). The index
counts the indicators at level 3 or more; three of six is a tension globale (FEDORU 2016; ORU
Occitanie). Grand Est: the level runs in a straight line through an orange threshold (1) and a red
one (2), from 0 (normal) to 3; the index is the sum, which colours the radar.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cockpit.kpi import bjml
from cockpit.kpi.model import MeasureId, Term
from cockpit.kpi.panel import Days, Panel, Values
from cockpit.kpi.tension_setting import Het, Limits

LEVEL_OF_TENSION = 3
FEWEST_KNOWN = 4
"""Most of six."""
_HIGHEST_OF_RADAR = 3
_ORANGE_DEVIATIONS = 2
_HISTORY_DAYS = 728
_FEWEST = 26
_DUST = 1e-9
"""A past that never moved has a deviation of rounding errors, not of nothing."""

_VISITS = Term(MeasureId("ed_visits"))
_ELDERLY = Term(MeasureId("ed_visits"), facets=("75+",))
_ADMISSIONS = Term(MeasureId("ed_admissions"))
_KNOWN = Term(MeasureId("ed_visits_known_outcome"))
_PRESENT = Term(MeasureId("ed_present_15h"))
_MINUTES = Term(MeasureId("ed_admitted_minutes"))
_ADMITTED = Term(MeasureId("ed_admitted_valid"))
_AVAILABLE = Term(MeasureId("beds_available_0800"), facets=("MED", "CHIR", "UHCD"))

TERMS = (_VISITS, _ELDERLY, _ADMISSIONS, _KNOWN, _PRESENT, _MINUTES, _ADMITTED, _AVAILABLE)

_MADE_OF: tuple[tuple[Term, ...], ...] = (
    (_AVAILABLE,),
    (_VISITS,),
    (_MINUTES, _ADMITTED),
    (_ADMISSIONS, _KNOWN),
    (_PRESENT,),
    (_ELDERLY,),
)
"""What each of HET1..HET6 cannot be known without."""

_Series = dict[np.datetime64, float]
_Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Levelled:
    """One indicator over days: its values in its own unit and its levels, NaN where unknown."""

    values: Values
    levels: Values


def counts(panel: Panel, wanted: Days) -> Values:
    """For each day, how many indicators are at level 3 or more; NaN when under four are known."""
    if not _may_be_known(panel):
        return np.full(len(wanted), np.nan)
    levels = np.array([one.levels for one in occitanie(panel, wanted).values()])
    tense = (np.nan_to_num(levels, nan=-1.0) >= LEVEL_OF_TENSION).sum(axis=0)
    return np.where(_is_known(levels), tense.astype(float), np.nan)


def sums(panel: Panel, wanted: Days, limits: Mapping[Het, Limits]) -> Values:
    """For each day, the sum of the levels of the radar; NaN when under four are known."""
    if not _may_be_known(panel):
        return np.full(len(wanted), np.nan)
    levels = np.array([one.levels for one in grand_est(panel, wanted, limits).values()])
    return np.where(_is_known(levels), np.nan_to_num(levels).sum(axis=0), np.nan)


def occitanie(panel: Panel, wanted: Days) -> dict[Het, Levelled]:
    """The six indicators and their levels 0-4, in whole standard deviations."""
    return {
        name: Levelled(_on(series, wanted), np.clip(np.floor(_steps(name, series, wanted)), 0, 4))
        for name, series in _indicators(panel).items()
    }


def grand_est(panel: Panel, wanted: Days, limits: Mapping[Het, Limits]) -> dict[Het, Levelled]:
    """The six indicators and their levels 0-3; without limits, two and three deviations."""
    six = _indicators(panel)
    if "HET1" in limits:
        six["HET1"] = _spare_beds(panel)  # thresholds of a gap say nothing of beds without a need
    found: dict[Het, Levelled] = {}
    for name, series in six.items():
        values = _on(series, wanted)
        if name in limits:
            orange, red = limits[name].orange, limits[name].red
            level = 1 + (values - orange) / (red - orange)
        else:
            level = 1 + _steps(name, series, wanted) - _ORANGE_DEVIATIONS
        found[name] = Levelled(values, np.clip(level, 0, _HIGHEST_OF_RADAR))
    return found


def _may_be_known(panel: Panel) -> bool:
    """Whether enough indicators are fed at all: a ward without an emergency department is not."""
    fed = [all(len(panel.daily(term, "actual", "").days) for term in terms) for terms in _MADE_OF]
    return sum(fed) >= FEWEST_KNOWN


def _is_known(levels: Values) -> npt.NDArray[np.bool_]:
    known: npt.NDArray[np.bool_] = (~np.isnan(levels)).sum(axis=0) >= FEWEST_KNOWN
    return known


def _indicators(panel: Panel) -> dict[Het, _Series]:
    """HET1..HET6 by day, in beds, patients, minutes and percent."""

    def of(term: Term) -> _Series:
        daily = panel.daily(term, "actual", "")
        return dict(zip(daily.days, daily.values, strict=True))

    return {
        "HET1": _spare_beds(panel) or of(_AVAILABLE),
        "HET2": of(_VISITS),
        "HET3": _ratio(of(_MINUTES), of(_ADMITTED), 1),
        "HET4": _ratio(of(_ADMISSIONS), of(_KNOWN), 100),
        "HET5": of(_PRESENT),
        "HET6": of(_ELDERLY),
    }


def _spare_beds(panel: Panel) -> _Series:
    """Available beds less the BJML of the week, on days whose need is known."""
    admissions = panel.daily(_ADMISSIONS, "actual", "")
    available = panel.daily(_AVAILABLE, "actual", "")
    needs = bjml.needs(admissions.days, admissions.values, available.days)
    return {
        day: beds - need
        for day, beds, need in zip(available.days, available.values, needs, strict=True)
        if not np.isnan(need)
    }


def _ratio(top: _Series, bottom: _Series, scale: float) -> _Series:
    return {day: scale * top[day] / bottom[day] for day in top if bottom.get(day)}


def _on(series: _Series, wanted: Days) -> Values:
    days = wanted.astype("datetime64[D]")
    return np.array([series.get(day, np.nan) for day in days], dtype=float)


def _steps(name: Het, series: _Series, wanted: Days) -> Values:
    """Standard deviations towards tension from the same weekday of the past; NaN where unknown."""
    if not series:
        return np.full(len(wanted), np.nan)
    known = sorted(series)
    days = np.array(known, dtype="datetime64[D]").astype(np.int64)
    values = np.array([series[day] for day in known]) * (-1 if name == "HET1" else 1)
    asked = wanted.astype("datetime64[D]").astype(np.int64)
    return _from_habit(days, values, asked)


def _from_habit(days: _Numbers, values: Values, asked: _Numbers) -> Values:
    """Each asked day against the same weekday of the past: all that lack no day at once."""
    first = int(min(days[0], asked.min() - _HISTORY_DAYS))
    grid = np.full(int(max(days[-1], asked.max())) - first + 1, np.nan)
    grid[days - first] = values
    back = np.arange(-_HISTORY_DAYS, 0, 7)
    today, past = grid[asked - first], grid[(asked - first)[:, None] + back]
    whole = ~np.isnan(past).any(axis=1)
    found = np.full(len(asked), np.nan)
    found[whole] = _distance(today[whole], past[whole])
    for row in np.flatnonzero(~whole & ~np.isnan(today)):
        known = past[row][~np.isnan(past[row])]
        if len(known) >= _FEWEST:
            found[row] = _distance(today[row : row + 1], known[None])[0]
    return found


def _distance(today: Values, past: Values) -> Values:
    """Standard deviations from the mean of each row of the past; 0 where it never moved."""
    mean, deviation = past.mean(axis=1), past.std(axis=1, ddof=1)
    moved = ~(deviation <= _DUST * np.abs(mean))
    steps: Values = np.where(moved, (today - mean) / np.where(moved, deviation, 1.0), 0.0)
    return np.where(np.isnan(today), np.nan, steps)
