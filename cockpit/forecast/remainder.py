"""What the rest of a year will weigh: two ideas averaged, and how wrong they were before.

*Profile*: the level of the year so far x the usual weight of each month to come. *Smoothing*: the
`ets12` model. The first holds lumpy accounts, the second a level that moves; the mean of both was
better than the worse of the two everywhere it was measured, and close to the better one.
"""

from __future__ import annotations

from datetime import date
from statistics import NormalDist

import numpy as np

from cockpit.forecast.conformal import rank_quantile
from cockpit.forecast.history import Values
from cockpit.forecast.models import ets12
from cockpit.forecast.months import YEAR, Months

FEWEST_ERRORS = 4
Z80 = NormalDist().inv_cdf(0.9)

_YEARS_OF_PROFILE = 3
_ORIGINS = 12
_LEAST_SPREAD = 0.05
_ANY_DAY = date(2000, 1, 1)  # smoothing knows the place of a month in the year, not its date


def remainder(values: Values, closed: int, plan: Values | None = None) -> Values:
    """Expected amount of each of the 12 - closed months still to come.

    values: monthly amounts without a hole, the last `closed` ones of the year under way. plan: the
    voted amount of the twelve months, the profile of a first year.
    """
    weights = profile(values[: len(values) - closed], plan)
    so_far = float(values[len(values) - closed :].sum())
    known = float(weights[:closed].sum())
    expected = (so_far / known if known else so_far / closed) * weights[closed:]
    if len(values) < ets12.FEWEST_MONTHS or not len(expected) or is_lumpy(values):
        return expected
    smoothed = ets12.fit_predict(Months(_ANY_DAY, values), len(expected)).mean
    mean: Values = (expected + smoothed) / 2
    return mean


def profile(past: Values, plan: Values | None = None) -> Values:
    """Weight of each month, mean 1: the last whole years, else the plan, else flat."""
    years = min(len(past) // YEAR, _YEARS_OF_PROFILE)
    tables = [one for one in past[len(past) - years * YEAR :].reshape(years, YEAR) if one.sum()]
    if not tables and plan is not None and plan.sum():
        tables = [plan]
    if not tables:
        return np.ones(YEAR)
    weights: Values = np.mean([one / one.mean() for one in tables], axis=0)
    return weights


def is_lumpy(values: Values) -> bool:
    """Booked in blocks: a quarter of the months are empty. Smoothing has nothing to say of it."""
    return float((values == 0).mean()) >= 1 / 4


def past_errors(values: Values, closed: int) -> Values:
    """Error of the remainder at past origins, as a share of what was expected, newest first.

    At each origin the `closed` months before it stand for the year so far, so that every origin
    looks as far back and as far ahead as today. NaN where nothing was expected. Origins keep a
    whole year before these months; two when that leaves eight.
    """
    ahead = YEAR - closed
    last = len(values) - ahead
    fewest = YEAR + closed
    if last - (fewest + YEAR) >= 2 * FEWEST_ERRORS:
        fewest += YEAR
    errors = [
        _error(values[:origin], values[origin : origin + ahead], closed)
        for origin in range(last, max(fewest, last - _ORIGINS + 1) - 1, -1)
    ]
    return np.array(errors, dtype=float)


def _error(known: Values, coming: Values, closed: int) -> float:
    expected = remainder(known, closed).sum()
    return float(coming.sum() / expected - 1) if expected else float("nan")


def half_width(deviations: Values) -> float:
    """Half of the interval that holds eight past deviations in ten (split conformal)."""
    return rank_quantile(np.abs(deviations[~np.isnan(deviations)]), 0.8)


def spread_so_far(values: Values, closed: int, plan: Values | None = None) -> float:
    """Half width, as a share, while no past origin can tell: how far this year's own months fell
    from the profile, for the months to come and for the level itself; at least 5 % a month."""
    weights = profile(values[: len(values) - closed], plan)
    own, weighed = values[len(values) - closed :], weights[:closed]
    level = own.sum() / weighed.sum() if weighed.sum() else 0.0
    misses = own / (level * weighed) - 1 if level and (weighed > 0).all() else np.zeros(closed)
    month = max(float(misses.std()), _LEAST_SPREAD)
    return float(Z80 * month * np.sqrt(1 / closed + 1 / max(YEAR - closed, 1)))


def probability_below(level: float, p10: float, p50: float, p90: float) -> float:
    """Chance that the outcome is under a level, on the normal law that its interval describes."""
    half = (p90 - p50) if level >= p50 else (p50 - p10)
    if half <= 0:
        return float(level > p50) if level != p50 else 0.5
    return NormalDist().cdf((level - p50) / (half / Z80))
