"""Monthly forecasts and landings measured on public hospital series, read where they lie."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from bench.report import Figure, Section, cpu_seconds
from cockpit.forecast.landing import year_total
from cockpit.forecast.monthly import forecast_months, naive, seasonal_scale
from cockpit.forecast.months import YEAR, Months

DATA = Path(__file__).parents[2] / "shared" / "data"
HELD_OUT = 12
LANDING_YEARS = (2018, 2019)
LANDING_MONTHS = {3: 4.5, 6: 3.0, 9: 1.5}
COVERED = {0.8: (0.77, 0.85), 0.95: (0.93, 0.98)}
FEWEST_BEFORE = 36


def hospital_series(step: int = 1) -> Iterator[Months]:
    """The 767 monthly series of patients."""
    table = pd.read_csv(DATA / "hospital_monthly" / "hospital_767_monthly.csv", index_col="month")
    first = pd.Timestamp(table.index[0]).date()
    for name in table.columns[::step]:
        yield Months(first, table[name].to_numpy(float))


def ae_series(step: int = 1) -> Iterator[pd.Series]:
    """Monthly attendances of each Scottish A&E, indexed by month."""
    rows = pd.read_csv(DATA / "nhs_healthyr" / "scotland_ae_attendance.csv", parse_dates=["date"])
    table = rows.pivot_table(index="date", columns="hospital_code", values="attendances")
    table.index = pd.DatetimeIndex(table.index).to_period("M")
    for name in table.columns[::step]:
        yield table[name]


def held_out(step: int = 1) -> pd.DataFrame:
    """One row per series: MASE of the engine and of the naive, coverage of each interval."""
    return pd.DataFrame([_held_out(series) for series in hospital_series(step)])


def _held_out(series: Months) -> dict[str, float]:
    known, coming = series.head(len(series) - HELD_OUT), series.values[-HELD_OUT:]
    made, scale = forecast_months(known, HELD_OUT), seasonal_scale(known)
    row = {
        "mase": np.abs(made.mid - coming).mean() / scale,
        "naive": np.abs(naive(known, HELD_OUT) - coming).mean() / scale,
    }
    for coverage in made.half_widths:
        low, high = made.range_at(coverage)
        row[f"in{coverage}"] = float(((low <= coming) & (coming <= high)).mean())
    return row


def landings(years: tuple[int, ...] = LANDING_YEARS, step: int = 1) -> pd.DataFrame:
    """One row per series, year and month: error in % of the total, of the landing and pro rata."""
    rows = []
    for series in ae_series(step):
        for year in years:
            past, own = _cut(series, year)
            if past is not None:
                rows += [_landing(past, own, closed) for closed in LANDING_MONTHS]
    return pd.DataFrame(rows)


def _cut(series: pd.Series, year: int) -> tuple[np.ndarray | None, np.ndarray]:
    """The months before a year without a hole, and its own; None when the year is not whole."""
    before = series[series.index < pd.Period(f"{year}-01", "M")]
    own = series[str(year)].to_numpy(float)
    holes = np.flatnonzero(before.isna())
    past = before.to_numpy(float)[holes[-1] + 1 if len(holes) else 0 :]
    whole = len(own) == YEAR and not np.isnan(own).any() and (own > 0).all()
    return (past if whole and len(past) >= FEWEST_BEFORE else None), own


def _landing(past: np.ndarray, own: np.ndarray, closed: int) -> dict[str, float]:
    total = own.sum()
    made = year_total(np.concatenate([past, own[:closed]]), closed)
    rough = own[:closed].mean() * YEAR
    return {
        "closed": closed,
        "error": 100 * abs(made.p50 / total - 1),
        "pro_rata": 100 * abs(rough / total - 1),
        "inside": float(made.p10 <= total <= made.p90),
    }


def run(*, small: bool = False) -> Section:
    """Both sets; small takes one series in ten."""
    warnings.simplefilter("ignore")
    step = 10 if small else 1
    return Section("Prévisions mensuelles et atterrissage", (*_monthly(step), *_landings(step)))


def _monthly(step: int) -> Iterator[Figure]:
    start = cpu_seconds()
    rows = held_out(step)
    spent = (cpu_seconds() - start) / len(rows)
    mase = rows["mase"].mean()
    note = f"{len(rows)} séries ; naïf saisonnier {rows['naive'].mean():.3f}"
    yield Figure("MASE à 12 mois, séries hospital", f"{mase:.3f}", "<= 0,79", note, mase <= 0.79)
    for coverage, (low, high) in COVERED.items():
        inside = rows[f"in{coverage}"].mean()
        name, target = f"Couverture de l'intervalle à {coverage:.0%}", f"{low:.2f}-{high:.2f}"
        yield Figure(name, f"{inside:.3f}", target, "", low <= inside <= high)
    yield Figure("CPU par série mensuelle, backtest compris", f"{spent:.2f} s")


def _landings(step: int) -> Iterator[Figure]:
    rows = landings(step=step)
    for closed, limit in LANDING_MONTHS.items():
        mine = rows[rows["closed"] == closed]
        error, rough = mine["error"].median(), mine["pro_rata"].median()
        reached = error <= limit and (closed == 6 or error < rough)
        note = f"prorata {rough:.1f} % ; {mine['inside'].mean():.0%} entre P10 et P90"
        name = f"Atterrissage après {closed} mois, erreur médiane (A&E écossaises)"
        yield Figure(name, f"{error:.1f} %", f"<= {limit} %", note, reached)


if __name__ == "__main__":
    from bench.report import show

    show(run())
