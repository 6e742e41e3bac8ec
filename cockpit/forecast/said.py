"""What was predicted of each past day, beside what happened: the one table that trust is read from.

Published forecasts, exactly as they were shown, and what the same models said at the past origins
that are kept to judge them (`forecast_past`): replayed ones, which nobody saw at the time.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import sqlalchemy as sa

from cockpit import clock
from cockpit.errors import UnknownUnit
from cockpit.forecast.choose import Series
from cockpit.kpi.compute import series
from cockpit.kpi.model import Grain
from cockpit.warehouse import schema

if TYPE_CHECKING:
    from cockpit.access.scope import Scope
    from cockpit.kpi.model import Kpi, UnitId
    from cockpit.warehouse.attach import Generation

MEAN, NAIVE = "mean", "naive7"
"""Names of the combination and of the yardstick in `forecast_past`."""
_YEAR_DAYS = 366
_HORIZON_DAYS = 28
COLUMNS = ("origin", "day", "step", "predicted", "observed", "naive", "scale", "replayed")
BOUNDS = ("low80", "high80", "low95", "high95")


def said(
    generation: Generation,
    scope: Scope,
    kpi: Kpi,
    unit: UnitId,
    *,
    facet: str = "",
    days: int = _YEAR_DAYS + 28,
) -> pd.DataFrame:
    """One row per forecast (published or replayed) and observed day of the last `days`, by day.

    facet: of a part that is forecast by itself.
    Columns: origin, day (dates), step (days ahead), predicted, observed, naive (the same weekday
    of the week before the origin), scale (see `scores`), replayed (not published), low80, high80,
    low95, high95 (NaN when replayed). Kept for the generation and the scope. Raises UnknownUnit,
    OutOfScope.
    """
    scope.require(kpi.domain)
    if not generation.units.is_within(unit, scope.roots):
        raise UnknownUnit(unit=unit)
    key = ("said", *scope.key(), kpi.id, unit, facet, days, clock.yesterday())
    one = Series(kpi, unit, facet)
    return generation.cached(key, lambda: _said(generation, scope, one, days))


def observed(
    generation: Generation, scope: Scope, kpi: Kpi, unit: UnitId, *, days: int, facet: str = ""
) -> pd.Series[float]:
    """The whole days of the last `days` up to yesterday, by date, oldest first."""
    last = clock.yesterday()
    start = last - timedelta(days=days)
    rows = series(generation, scope, kpi, unit, start=start, end=last, grain=Grain.DAY, facet=facet)
    whole = rows[(rows["status"] != "partial") & rows["value"].notna()]
    index = pd.to_datetime(whole["period"]).dt.date.to_numpy()
    return pd.Series(whole["value"].to_numpy(float), index=index).sort_index()


def _said(generation: Generation, scope: Scope, one: Series, days: int) -> pd.DataFrame:
    longer = days + 2 * _HORIZON_DAYS
    known = observed(generation, scope, one.kpi, one.unit, days=longer, facet=one.facet)
    first = clock.yesterday() - timedelta(days=days)
    published = _published(generation, one, first)
    replayed = _replayed(generation, one, first)
    every = [one for one in (published, replayed) if len(one)]
    rows = pd.concat(every or [published], ignore_index=True)
    rows["observed"] = rows["day"].map(known.get).astype(float)
    pairs = zip(rows["origin"], rows["day"], strict=True)
    rows["naive"] = [_naive(known, origin, day) for origin, day in pairs]
    rows["scale"] = rows["scale"].fillna(_scale(known))
    kept = rows.dropna(subset=["observed"]).sort_values(["day", "origin", "replayed"])
    return kept[[*COLUMNS, *BOUNDS]].reset_index(drop=True)


def _published(generation: Generation, one: Series, first: date) -> pd.DataFrame:
    """Daily forecasts as they were stored, of the combination that was shown."""
    point, run = schema.forecast_point.c, schema.forecast_run.c
    same = [point[name] == run[name] for name in ("kpi", "unit", "facet", "model", "origin")]
    statement = (
        sa.select(
            point.origin, point.day, point.mid, point.low, point.high, point.low95, point.high95
        )
        .join_from(schema.forecast_point, schema.forecast_run, sa.and_(*same))
        .where(point.kpi == one.kpi.id, point.unit == one.unit, point.facet == one.facet)
        .where(point.day >= first)
        .where(run.status.not_in(("weekly", "refused")))
    )
    rows = generation.read(statement)
    named = {"mid": "predicted", "low": "low80", "high": "high80"}
    return _dated(rows.rename(columns=named)).assign(replayed=False, scale=np.nan)


def _replayed(generation: Generation, one: Series, first: date) -> pd.DataFrame:
    past = schema.forecast_past.c
    statement = sa.select(past.origin, past.day, past.predicted, past.scale).where(
        past.kpi == one.kpi.id,
        past.unit == one.unit,
        past.facet == one.facet,
        past.model == MEAN,
        past.day >= first,
    )
    rows = _dated(generation.read(statement)).assign(replayed=True)
    return rows.assign(**dict.fromkeys(BOUNDS, np.nan))


def _dated(rows: pd.DataFrame) -> pd.DataFrame:
    origin, day = (pd.to_datetime(rows[name]) for name in ("origin", "day"))
    step = (day - origin).dt.days
    kept = rows.assign(origin=origin.dt.date, day=day.dt.date, step=step)
    return kept[kept["step"].between(1, _HORIZON_DAYS)]


def _naive(known: pd.Series[float], origin: date, day: date) -> float:
    """The last value known at the origin for this weekday."""
    weeks = -(-(day - origin).days // 7)
    return float(known.get(day - timedelta(weeks=weeks), np.nan))


def _scale(known: pd.Series[float]) -> float:
    """Mean difference with the week before: the scale of a forecast that was published."""
    week_before = known.reindex([day - timedelta(weeks=1) for day in known.index])
    gaps = np.abs(known.to_numpy() - week_before.to_numpy())
    return float(np.nanmean(gaps)) if np.isfinite(gaps).any() else float("nan")
