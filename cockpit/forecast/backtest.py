"""The engine refitted in the past, against what came after.

Rolling origins with an expanding window: at each origin the models see nothing of what follows, and
the intervals are calibrated on the origins before it, on days that had come.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from cockpit.forecast import combination, scores
from cockpit.forecast.conformal import LEVELS, calibrate
from cockpit.forecast.models import naive7

if TYPE_CHECKING:
    from cockpit.forecast.calendar_fr import FrenchCalendar
    from cockpit.forecast.history import History
    from cockpit.forecast.prediction import Prediction

ORIGINS = 18
STEP_DAYS = 20  # not a multiple of 7, so that the origins do not share their weekday
HORIZON_DAYS = 28
FEWEST_DAYS = 56
COLUMNS = ("model", "origin", "day", "step", "predicted", "observed", "scale")


def origins_of(
    history: History, *, count: int, step: int, horizon: int, fewest: int = FEWEST_DAYS
) -> list[date]:
    """Last days known, oldest first; `horizon` steps have come, `fewest` days lie before."""
    last = history.last - timedelta(days=horizon)
    wanted = [last - timedelta(days=step * back) for back in range(count)]
    return [day for day in reversed(wanted) if (day - history.first).days + 1 >= fewest]


def backtest(
    history: History,
    *,
    calendar: FrenchCalendar,
    members: Sequence[str] = combination.MEMBERS,
    beside: Sequence[str] = (naive7.NAME,),
    origins: int = ORIGINS,
    step: int = STEP_DAYS,
    horizon: int = HORIZON_DAYS,
) -> pd.DataFrame:
    """Rows as `scores` reads them, for each member, for their mean and for the models beside.

    The rows of every model also hold `low50`..`high95`, NaN while fewer than six origins were
    past. Edge: no rows when the history has no room for one origin, or no observed day after one.
    """
    days = origins_of(history, count=origins, step=step, horizon=horizon)
    made = []
    for day in days:
        known = history.until(day)
        if known is not None:
            said = combination.predict(
                known, horizon, calendar=calendar, members=members, beside=beside
            )
            made.append(joined(list(predicted_rows(known, said)), history))
    if not made:
        return pd.DataFrame(columns=[*COLUMNS, *_bounds()])
    rows = pd.concat(made, ignore_index=True)
    if rows.empty:  # no day after an origin was observed
        return rows.reindex(columns=[*COLUMNS, *_bounds()])
    return pd.concat([with_intervals(same) for _, same in rows.groupby("model")], ignore_index=True)


def predicted_rows(known: History, made: dict[str, Prediction]) -> Iterator[pd.DataFrame]:
    """What each model expects at this origin: `model`, `origin`, `day`, `step`, `predicted`."""
    for name, prediction in made.items():
        steps = np.arange(1, len(prediction.mean) + 1)
        yield pd.DataFrame(
            {
                "model": name,
                "origin": known.last,
                "day": known.coming(len(steps)).astype(object),
                "step": steps,
                "predicted": prediction.mean,
                "scale": scores.scale(known),
            }
        )


def joined(made: list[pd.DataFrame], history: History) -> pd.DataFrame:
    """Rows of `predicted_rows` beside what was observed; days that have not come are left out."""
    rows = pd.concat(made, ignore_index=True)
    places = (rows["day"].to_numpy().astype("datetime64[D]") - history.days[0]).astype(int)
    inside = (places >= 0) & (places < len(history))
    rows, places = rows[inside], places[inside]
    known: pd.DataFrame = rows.assign(observed=history.values[places]).dropna(subset=["observed"])
    return known[list(COLUMNS)].reset_index(drop=True)


def with_intervals(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of one model with the intervals that could be announced at each origin."""
    found = []
    for origin, now in rows.groupby("origin"):
        calibration = calibrate(rows[(rows["origin"] < origin) & (rows["day"] <= origin)])
        bounds: dict[str, Any] = dict.fromkeys(_bounds(), np.nan)
        if calibration is not None:
            for level in LEVELS:
                low, high = calibration.interval(
                    now["predicted"].to_numpy(float), now["step"].to_numpy(float), level
                )
                bounds |= {f"low{level}": low, f"high{level}": high}
        found.append(now.assign(**bounds))
    return pd.concat(found, ignore_index=True)


def _bounds() -> list[str]:
    return [f"{side}{level}" for level in LEVELS for side in ("low", "high")]
