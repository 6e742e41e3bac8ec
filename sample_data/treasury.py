"""Cash day by day; receivables, suppliers and debt month by month; all for the group."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from sample_data.accounts import ACCOUNTS
from sample_data.delivery import exported
from sample_data.finance import Finance
from sample_data.months import Months
from sample_data.noise import Series, by_month
from sample_data.seasons import Seasons
from sample_data.world import World

_OPENING: Final = 9.0e6
# Distance of the balance to its usual level, in M€, from January to December.
_TENSION: Final = (-1.2, 0.6, 1.3, 1.6, 1.7, 1.6, 1.3, 0.9, 0.2, -1.6, -4.7, -5.4)
_PAYERS: Final = {"AMO": 24.0, "AMC": 78.0, "PATIENT": 165.0, "AUTRES": 95.0}
_FAMILIES: Final = {
    "PHARMACIE": 1.20e6,
    "DISPOSITIFS": 0.95e6,
    "ENERGIE": 0.50e6,
    "PRESTATIONS": 0.85e6,
    "AUTRES": 0.80e6,
}
_OVERDUE: Final = {"50-60": 0.46, "60-90": 0.36, "90-": 0.18}
_DEBT_END: Final = 50.0e6
_DEBT_YEARLY: Final = -0.9e6


def cash_frame(world: World) -> pd.DataFrame:
    """One row per working day: balance of the Treasury account, credit drawn."""
    time = world.time
    balance, drawn = _balance(time)
    frame = pd.DataFrame({"jour": time.days, "solde_515": balance, "lignes_tirees": drawn})
    kept: pd.DataFrame = frame.loc[exported(time.days, world.end) & (time.working == 1)]
    return kept.reset_index(drop=True)


def _balance(time: Seasons) -> tuple[Series, Series]:
    """Flows of each day, then a slow return to the usual level (loans, grants, late payments)."""
    flows = _flows(time)
    usual = 7.4e6 + 1e6 * by_month(time.yearday, _TENSION)
    rng = time.rng("cash")
    cash, drawn = np.empty(len(flows)), np.zeros(len(flows))
    level, credit = _OPENING, 0.0
    for day in range(len(flows)):
        level += flows[day] + rng.normal(0, 0.08e6)
        level += 0.03 * (usual[day] - level)
        low = level - credit < (4.4e6 if credit else 3.2e6)
        wanted = 1.5e6 if low else 0.0
        level += wanted - credit
        credit = wanted
        level = max(level, 2.05e6)
        cash[day], drawn[day] = level, credit
    return np.round(cash, 2), drawn


def _flows(time: Seasons) -> Series:
    """Insurance on the 5th, 15th and 25th; payroll on the 26th; charges on the 8th; suppliers."""
    flows = np.zeros(len(time.days))
    size = (1 + 0.033) ** (time.years - time.years[-1])
    for day, amount in ((5, 1.79e6), (15, 2.99e6), (25, 7.18e6), (26, -6.9e6), (8, -2.6e6)):
        flows += amount * _paid_on(time, day)
    flows += -0.75e6 * _paid_on(time, 20)
    december = (time.month == 12).astype(float)
    flows += 1.5e6 * _paid_on(time, 18) * december
    each = time.working / 21.0
    flows += each * (3.04e6 - 4.30e6)
    result: Series = flows * size
    return result


def _paid_on(time: Seasons, day: int) -> Series:
    """1 on that day of the month, or on the next working day."""
    due = np.flatnonzero(time.days.day == day)
    open_days = np.flatnonzero(time.working == 1)
    at = np.searchsorted(open_days, due)
    paid = np.zeros(len(time.days))
    paid[open_days[np.minimum(at, len(open_days) - 1)]] = 1.0
    return paid


def third_parties_frame(world: World, books: Finance) -> pd.DataFrame:
    """Long: mois, code, detail, valeur - receivables, invoices, payments, overdue items."""
    months = Months(world.end)
    rows = [*_receivables(world, months, books), *_suppliers(world, months)]
    frame = pd.DataFrame(rows, columns=["mois", "code", "detail", "valeur"])
    kept = frame["mois"] <= months.firsts[months.closed - 1]
    return frame[kept].sort_values(["mois", "code", "detail"]).reset_index(drop=True)


def _receivables(
    world: World, months: Months, books: Finance
) -> list[tuple[pd.Timestamp, str, str, float]]:
    rng = world.time.rng("receivables")
    invoiced = _invoiced(books)
    rows = []
    for payer, days in _PAYERS.items():
        monthly = invoiced[payer]
        yearly = np.convolve(monthly, np.ones(12))[: months.number]
        yearly[:11] = monthly[:11] * 12
        delay = days * np.exp(rng.normal(0, 0.03, months.number)) * (1 + 0.01 * (3 - months.lags))
        for i, month in enumerate(months.firsts):
            rows.append((month, "FACTURE", payer, round(float(monthly[i]), 2)))
            owed = float(yearly[i] * delay[i] / 365)
            rows.append((month, "CREANCE", payer, round(owed, 2)))
    return rows


def _invoiced(books: Finance) -> dict[str, Series]:
    month = books.actual.sum(axis=2)
    codes = [a.code for a in ACCOUNTS]
    activity = month[:, [i for i, c in enumerate(codes) if c.startswith("731")]].sum(axis=1)
    patients = month[:, codes.index("732")]
    others = month[:, [codes.index(c) for c in ("733", "734", "735")]].sum(axis=1)
    return {
        "AMO": activity,
        "AMC": patients * 0.76,
        "PATIENT": patients * 0.24,
        "AUTRES": others,
    }


def _suppliers(world: World, months: Months) -> list[tuple[pd.Timestamp, str, str, float]]:
    rng = world.time.rng("suppliers")
    size = 0.965**months.lags
    late = np.where(months.of_year >= 9, 5.0, 0.0)
    recent = np.clip(months.closed - 1 - np.arange(months.number), 0, 3)
    drift = np.where(np.arange(months.number) < months.closed, (3 - recent) * 4.3, 13.0)
    days = 43 + late * (months.lags > 0) + drift + rng.normal(0, 1.2, months.number)
    overdue = 1.5e6 + 0.11e6 * (days - 43) + rng.normal(0, 0.05e6, months.number)
    rows = []
    for i, month in enumerate(months.firsts):
        for family, usual in _FAMILIES.items():
            paid = usual * size[i] * float(np.exp(rng.normal(0, 0.06)))
            delay = days[i] + float(rng.normal(0, 2.0))
            rows.append((month, "PAYE", family, round(paid, 2)))
            rows.append((month, "PAYE_JOURS", family, round(paid * delay, 2)))
        for band, share in _OVERDUE.items():
            rows.append((month, "ECHU", band, round(float(overdue[i]) * share, 2)))
    return rows


def debt_frame(world: World) -> pd.DataFrame:
    """One row per closed month: outstanding debt (c/16)."""
    months = Months(world.end)
    left = (months.number - 1 - np.arange(months.number)) / 12
    debt = np.round(_DEBT_END + _DEBT_YEARLY * left, 2)
    frame = pd.DataFrame({"mois": months.firsts, "entite": "GHT", "encours_c16": debt})
    return frame.iloc[: months.closed]
