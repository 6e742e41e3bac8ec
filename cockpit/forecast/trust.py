"""How far one forecast can be trusted: its errors, its misses, what it is made of, its limits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cockpit.forecast.conformal import calibrate
from cockpit.forecast.said import said
from cockpit.forecast.scores import wape

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cockpit.access.scope import Scope
    from cockpit.forecast.calendar_fr import Event
    from cockpit.kpi.model import Kpi, UnitId
    from cockpit.warehouse.attach import Generation

HORIZONS = (1, 7, 14, 28)
LEADS = (1, 3, 7)
RECENT_DAYS = 28
OVERLAY_DAYS = 60
_MISSES = 8
_CALIBRATED_DAYS = 56


@dataclass(frozen=True, slots=True)
class StepError:
    """Error of the forecasts made up to `days` ahead, and that of repeating last week's day.

    mae, mae_naive: mean absolute error in the KPI's unit. share, share_naive: in percent of what
    was observed, None where a percent means nothing. origins: how many forecasts were judged.
    """

    days: int
    mae: float
    mae_naive: float
    share: float | None
    share_naive: float | None
    origins: int


@dataclass(frozen=True, slots=True)
class Miss:
    """A day outside the interval announced the day before, or as late as was stored.

    level: the widest interval that it left, 80 or 95. cause: what the hospital marked that day.
    """

    day: date
    observed: float
    predicted: float
    low: float
    high: float
    level: int
    cause: str


@dataclass(frozen=True, slots=True)
class Trust:
    """errors: by horizon. coverage80: of the last 28 days, None while too few were announced;
    covered_days: how many. misses: newest first. published, replayed: forecasts judged."""

    errors: tuple[StepError, ...]
    coverage80: float | None
    covered_days: int
    misses: tuple[Miss, ...]
    published: int
    replayed: int


@dataclass(frozen=True, slots=True)
class Overlaid:
    """One day: what had been said of it `lead` days before. replayed: nobody saw it then."""

    day: date
    predicted: float
    observed: float
    low: float | None
    high: float | None
    replayed: bool


def trust(
    generation: Generation, scope: Scope, kpi: Kpi, unit: UnitId, events: Sequence[Event] = ()
) -> Trust:
    """The trust panel of one series, from what was published and what was replayed.

    events: the days that the hospital marked. Raises UnknownUnit, OutOfScope.
    """
    rows = said(generation, scope, kpi, unit)
    shown = announced(rows)
    near = shown[shown["day"] > _from(shown)]
    inside = near["observed"].between(near["low80"], near["high80"])
    is_replayed = rows["replayed"].astype(bool)
    published, every = set(rows.loc[~is_replayed, "origin"]), set(rows["origin"])
    return Trust(
        errors=tuple(_errors(rows[is_replayed] if is_replayed.any() else rows)),
        coverage80=float(inside.mean()) if len(near) >= RECENT_DAYS // 2 else None,
        covered_days=len(near),
        misses=tuple(_misses(shown, events))[:_MISSES],
        published=len(published),
        replayed=len(every - published),
    )


def overlay(
    generation: Generation, scope: Scope, kpi: Kpi, unit: UnitId, lead: int
) -> tuple[Overlaid, ...]:
    """The last sixty days, oldest first: what had been said `lead` days before each.

    A published forecast is the one that was stored with that origin and never changed. Where there
    is none, the replayed one, whose origins lie further apart: the latest at least `lead` and at
    most `lead` + 6 days before. Raises UnknownUnit, OutOfScope.
    """
    rows = said(generation, scope, kpi, unit)
    is_replayed = rows["replayed"].astype(bool)
    exact = rows[~is_replayed & (rows["step"] == lead)]
    near = rows[is_replayed & rows["step"].between(lead, lead + 6)]
    near = near[~near["day"].isin(set(exact["day"]))].sort_values("step").drop_duplicates("day")
    both = [one for one in (exact, near) if len(one)]
    if not both:
        return ()
    every = pd.concat(both).sort_values("day")
    kept = every[every["day"] > every["day"].max() - timedelta(days=OVERLAY_DAYS)]
    return tuple(
        Overlaid(
            row["day"],
            float(row["predicted"]),
            float(row["observed"]),
            _number(row["low80"]),
            _number(row["high80"]),
            bool(row["replayed"]),
        )
        for row in kept.to_dict("records")
    )


def announced(rows: pd.DataFrame) -> pd.DataFrame:
    """One row per day of the last weeks, by the last forecast made before it, with its interval.

    Published intervals as they were; elsewhere, those that the replayed forecasts allowed then.
    """
    is_replayed = rows["replayed"].astype(bool)
    shown = rows[~is_replayed & rows["low80"].notna()]
    silent = rows[is_replayed & ~rows["day"].isin(set(shown["day"]))]
    known = [one for one in (shown, _calibrated(silent, rows[is_replayed])) if len(one)]
    if not known:
        return rows.iloc[:0]
    last = pd.concat(known, ignore_index=True).sort_values(["day", "step"])
    return last.drop_duplicates("day").reset_index(drop=True)


def _calibrated(wanted: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Replayed forecasts of the last weeks with the intervals that could be announced then."""
    if wanted.empty:
        return wanted
    after = rows["day"].max() - timedelta(days=_CALIBRATED_DAYS)
    found = []
    for origin, now in wanted[wanted["day"] > after].groupby("origin"):
        calibration = calibrate(rows[(rows["origin"] < origin) & (rows["day"] <= origin)])
        if calibration is None:
            continue
        middle, steps = now["predicted"].to_numpy(float), now["step"].to_numpy(float)
        bounds = {level: calibration.interval(middle, steps, level) for level in (80, 95)}
        named = {f"low{level}": low for level, (low, _) in bounds.items()}
        named |= {f"high{level}": high for level, (_, high) in bounds.items()}
        found.append(now.assign(**named))
    return pd.concat(found) if found else wanted.iloc[:0]


def _from(rows: pd.DataFrame) -> date:
    return rows["day"].max() - timedelta(days=RECENT_DAYS) if len(rows) else date.min


def _errors(rows: pd.DataFrame) -> Iterator[StepError]:
    """On the same origins and days for both."""
    both = rows.dropna(subset=["naive"])
    for days in HORIZONS:
        near = both[both["step"] <= days]
        if near.empty:
            continue
        yield StepError(
            days=days,
            mae=float(np.abs(near["observed"] - near["predicted"]).mean()),
            mae_naive=float(np.abs(near["observed"] - near["naive"]).mean()),
            share=_number(wape(near, days)),
            share_naive=_number(wape(near.assign(predicted=near["naive"]), days)),
            origins=int(near["origin"].nunique()),
        )


def _misses(shown: pd.DataFrame, events: Sequence[Event]) -> Iterator[Miss]:
    outside = shown[~shown["observed"].between(shown["low80"], shown["high80"])]
    for row in outside.sort_values("day", ascending=False).to_dict("records"):
        far = not (row["low95"] <= row["observed"] <= row["high95"])
        low, high = ("low95", "high95") if far else ("low80", "high80")
        yield Miss(
            day=row["day"],
            observed=float(row["observed"]),
            predicted=float(row["predicted"]),
            low=float(row[low]),
            high=float(row[high]),
            level=95 if far else 80,
            cause=", ".join(e.label for e in events if e.first <= row["day"] <= e.last),
        )


def _number(value: float) -> float | None:
    return None if pd.isna(value) else float(value)
