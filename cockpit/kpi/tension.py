"""HET, "hôpital en tension": how many of the six FEDORU indicators are far beyond their own past.

Each indicator of a day is compared with the same weekday of the site's two past years: its level is
the largest n in 0-4 with value >= mean + n x SD (beds: <= mean - n x SD). The index counts the
indicators at level 3 or more; three of six is a tension globale (FEDORU 2016; ORU Occitanie).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cockpit.kpi import bjml
from cockpit.kpi.model import MeasureId, Term
from cockpit.kpi.panel import Days, Panel, Values

LEVEL_OF_TENSION = 3
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


def counts(panel: Panel, wanted: Days) -> Values:
    """For each day, how many indicators are at level 3 or more; NaN when under four are known."""
    levels = np.array([_levels(series, wanted) for series in _indicators(panel).values()])
    known = (~np.isnan(levels)).sum(axis=0)
    tense = (np.nan_to_num(levels, nan=-1.0) >= LEVEL_OF_TENSION).sum(axis=0)
    return np.where(known >= 4, tense.astype(float), np.nan)  # noqa: PLR2004 - most of six


def _indicators(panel: Panel) -> dict[str, dict[np.datetime64, float]]:
    """HET1..HET6 by day, each oriented so that high is bad."""

    def of(term: Term) -> dict[np.datetime64, float]:
        daily = panel.daily(term, "actual", "")
        return dict(zip(daily.days, daily.values, strict=True))

    admissions = panel.daily(_ADMISSIONS, "actual", "")
    available = panel.daily(_AVAILABLE, "actual", "")
    needs = bjml.needs(admissions.days, admissions.values, available.days)
    spare = {
        day: -(beds - need)
        for day, beds, need in zip(available.days, available.values, needs, strict=True)
        if not np.isnan(need)
    }
    return {
        "HET1": spare or {day: -v for day, v in of(_AVAILABLE).items()},
        "HET2": of(_VISITS),
        "HET3": _ratio(of(_MINUTES), of(_ADMITTED)),
        "HET4": _ratio(of(_ADMISSIONS), of(_KNOWN)),
        "HET5": of(_PRESENT),
        "HET6": of(_ELDERLY),
    }


def _ratio(
    top: dict[np.datetime64, float], bottom: dict[np.datetime64, float]
) -> dict[np.datetime64, float]:
    return {day: top[day] / bottom[day] for day in top if bottom.get(day)}


def _levels(series: dict[np.datetime64, float], wanted: Days) -> Values:
    if not series:
        return np.full(len(wanted), np.nan)
    days = np.array(sorted(series), dtype="datetime64[D]")
    values = np.array([series[day] for day in days])
    numbers = days.astype(np.int64)
    return np.array([_level(numbers, values, int(day)) for day in wanted.astype(np.int64)])


def _level(numbers: npt.NDArray[np.int64], values: Values, day: int) -> float:
    today = values[numbers == day]
    past = (numbers < day) & (numbers >= day - _HISTORY_DAYS) & ((day - numbers) % 7 == 0)
    if not len(today) or past.sum() < _FEWEST:
        return float("nan")
    deviation = values[past].std(ddof=1)
    if deviation <= _DUST * abs(values[past].mean()):
        return 0.0
    steps = (today[0] - values[past].mean()) / deviation
    return float(np.clip(np.floor(steps), 0, 4))
