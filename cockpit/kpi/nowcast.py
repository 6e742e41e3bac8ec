"""What the activity of the last weeks will be worth once it is coded.

A month of T2A is about 55 % coded seven days after exit and 97 % after thirty: raw year-to-date
revenue always looks bad. Two estimates are used, the first wherever it can be:

- stays: what is not coded yet is counted, not guessed (closed stays less coded stays, both by exit
  day and unit) and valued at the unit's own mean value of coded stays. A service that codes two
  months late is estimated right;
- other items (consultations, sessions, drugs billed apart): coded value divided by the usual
  completeness at that age, or, too early for that, the unit's usual value of that weekday for
  the missing share.

Completeness by age: domain reference, section 5.5 (a sane default, no national benchmark).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from cockpit.kpi.model import MeasureId
from cockpit.warehouse.derive import Derivation, Memory

_AGES = np.array([0, 3, 7, 15, 20, 30, 60, 90])
_SHARES = np.array([0.04, 0.28, 0.55, 0.80, 0.90, 0.97, 0.995, 0.999])
_COMPLETE_AGE = 90
_MEMORY_DAYS = 365
_TRUSTED_SHARE = 0.5
_USUAL_AGE = 30
_QUARTER_DAYS = 91
_STAY_ITEMS = ("GHS_HC", "GHS_AMBU")

CODED = MeasureId("t2a_coded_eur")
CLOSED_STAYS = MeasureId("closed_stays")
CODED_STAYS = MeasureId("coded_stays")
ESTIMATED = MeasureId("t2a_estimated_eur")


def completeness(age_days: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Usual share of the value that is coded so many days after exit."""
    return np.interp(age_days, _AGES, _SHARES, right=1.0)


def estimate(inputs: pd.DataFrame) -> pd.DataFrame:
    """Estimated revenue by unit, exit day and item, in euros.

    inputs: measure, unit, day, facet, value of the coded value, closed stays and coded stays.
    Returns unit, day, facet, value: one row per coded row, plus one per unit-day that has closed
    stays and nothing coded yet. An estimate is never below what is already coded.
    """
    coded = inputs[inputs["measure"] == CODED]
    if coded.empty:
        return coded[["unit", "day", "facet", "value"]]
    as_of = coded["day"].max()
    stays = coded[coded["facet"].isin(_STAY_ITEMS)]
    counted = _uncoded_stays(inputs)
    by_count = stays[stays["unit"].isin(counted["unit"].unique())]
    by_age = coded.drop(by_count.index)
    return pd.concat(
        [_by_age(by_age, as_of), _by_count(by_count, counted, as_of)], ignore_index=True
    )


def _uncoded_stays(inputs: pd.DataFrame) -> pd.DataFrame:
    """One row per unit and exit day: unit, day, closed, coded, waiting (stays not coded yet)."""
    columns = {CLOSED_STAYS: "closed", CODED_STAYS: "coded"}
    rows = inputs[inputs["measure"].isin(list(columns))]
    wide = rows.pivot_table(index=["unit", "day"], columns="measure", values="value", aggfunc="sum")
    wide = wide.rename(columns=columns).reindex(columns=["closed", "coded"]).dropna(subset="closed")
    wide["coded"] = wide["coded"].fillna(0.0)
    wide["waiting"] = (wide["closed"] - wide["coded"]).clip(lower=0.0)
    return wide.reset_index()


def _by_count(stays: pd.DataFrame, counted: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """Coded value plus waiting stays at the unit's mean value, shared as its items usually are."""
    if stays.empty:
        return stays[["unit", "day", "facet", "value"]]
    known = _settled(stays.merge(counted[["unit", "day", "coded"]], on=["unit", "day"]), as_of)
    coded = known.drop_duplicates(["unit", "day"]).groupby("unit")["coded"].sum()
    per_stay = known.groupby("unit")["value"].sum() / coded
    by_item = known.groupby(["unit", "facet"])["value"].sum()
    shares = (by_item / by_item.groupby("unit").transform("sum")).rename("share").reset_index()
    missing = counted.loc[counted["waiting"] > 0].merge(shares, on="unit")
    missing["value"] = missing["waiting"] * missing["unit"].map(per_stay) * missing["share"]
    rows = pd.concat([stays, missing])[["unit", "day", "facet", "value"]].dropna(subset="value")
    return rows.groupby(["unit", "day", "facet"])["value"].sum().reset_index()


def _settled(rows: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """Days with coded stays, old enough to be complete and recent enough to be of today's tariffs.

    A unit that has none yet (it opened lately) is known by all its days.
    """
    rows = rows.loc[rows["coded"] > 0]
    age = (as_of - rows["day"]).dt.days
    settled = (age >= _COMPLETE_AGE) & (age < _COMPLETE_AGE + _MEMORY_DAYS)
    has_any = rows["unit"].isin(rows.loc[settled, "unit"].unique())
    return rows.loc[settled | ~has_any]


def _by_age(rows: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """Coded value completed by the usual share at its age."""
    if rows.empty:
        return rows[["unit", "day", "facet", "value"]]
    done = completeness((as_of - rows["day"]).dt.days.to_numpy(dtype=float))
    usual = _usual_by_weekday(rows, as_of)
    value = rows["value"].to_numpy(dtype=float)
    completed = np.where(done >= _TRUSTED_SHARE, value / done, value + (1 - done) * usual)
    return rows[["unit", "day", "facet"]].assign(value=np.maximum(completed, value))


def _usual_by_weekday(rows: pd.DataFrame, as_of: pd.Timestamp) -> npt.NDArray[np.float64]:
    age = (as_of - rows["day"]).dt.days
    settled = rows[(age >= _USUAL_AGE) & (age < _USUAL_AGE + _QUARTER_DAYS)]
    keys = ["unit", "facet", "weekday"]
    settled = settled.assign(weekday=settled["day"].dt.weekday)
    usual = settled.groupby(keys)["value"].mean()
    index = pd.MultiIndex.from_frame(rows.assign(weekday=rows["day"].dt.weekday)[keys])
    return usual.reindex(index).fillna(0.0).to_numpy()


T2A = Derivation(
    source="estimation-t2a",
    label="Estimation T2A (calculée)",
    reads=(CODED, CLOSED_STAYS, CODED_STAYS),
    writes=ESTIMATED,
    provisional_days=60,
    make=estimate,
    memory=Memory(
        due=CLOSED_STAYS,
        done=CODED_STAYS,
        items=_STAY_ITEMS,
        recent_days=_USUAL_AGE + _QUARTER_DAYS,
        settles_days=_COMPLETE_AGE,
        forgets_days=_COMPLETE_AGE + _MEMORY_DAYS,
    ),
)
