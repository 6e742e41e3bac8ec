"""Exports of the accounting software (xlsx) and of the Treasury (csv)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from sample_data.accounts import ACCOUNTS
from sample_data.coding import ITEMS, UNITS
from sample_data.delivery import daily, monthly, xlsx
from sample_data.finance import POLES, Finance, finance
from sample_data.months import Months
from sample_data.noise import Series
from sample_data.treasury import cash_frame, debt_frame, third_parties_frame
from sample_data.world import World

_SMALLEST_EUR = 1.0


def books_frame(world: World, books: Finance, actual: Series) -> pd.DataFrame:
    """One row per month, account and pole, in the columns of the balance contract."""
    months = Months(world.end)
    size = len(ACCOUNTS) * len(POLES)

    def per_account(values: list[str]) -> Series:
        return np.tile(np.repeat(values, len(POLES)), months.number)

    frame = pd.DataFrame(
        {
            "exercice": np.repeat(months.firsts.year.astype(str), size),
            "periode": np.repeat(months.firsts.strftime("%m"), size),
            "budget": "H",
            "compte": per_account([a.code for a in ACCOUNTS]),
            "libelle": per_account([a.label for a in ACCOUNTS]),
            "titre": per_account([a.title for a in ACCOUNTS]),
            "sens": per_account([a.side for a in ACCOUNTS]),
            "uf": None,
            "cr_pole": np.tile(POLES, months.number * len(ACCOUNTS)),
            "montant_eprd": books.budget.ravel(),
            "montant_engage": _committed(world, actual).ravel(),
            "montant_realise": actual.ravel(),
        }
    )
    used = (frame["montant_eprd"].abs() + frame["montant_realise"].abs()) > _SMALLEST_EUR
    return frame[used].reset_index(drop=True)


def _committed(world: World, actual: Series) -> Series:
    """Orders run a little ahead of invoices on titles 2 and 3, and equal them elsewhere."""
    rng = world.time.rng("commitments")
    ahead = np.array([1.0 if a.side == "C" and a.title in "23" else 0.0 for a in ACCOUNTS])
    extra = rng.gamma(4, 0.007, actual.shape) * ahead[None, :, None]
    return np.asarray(np.round(actual * (1 + extra), 2))


def export_finance(world: World, drop: Path) -> None:
    """Sources `balance`, `eprd`, `eprd-t2a`, `tresorerie`, `comptes-tiers` and `dette`.

    The last closed month comes in a cumulated balance that also restates the month before it,
    where an accrual had been booked twice.
    """
    books = finance(world)
    _balance(world, books, drop)
    _budget(world, books, drop)
    daily(drop, "tresorerie", cash_frame(world).assign(entite="GHT"), world.end)
    monthly(drop, "comptes-tiers", third_parties_frame(world, books), world.end)
    monthly(drop, "dette", debt_frame(world), world.end)


def _balance(world: World, books: Finance, drop: Path) -> None:
    months = Months(world.end)
    right = books_frame(world, books, books.actual)
    wrong = books_frame(world, books, books.first_delivered)
    last = months.firsts[months.closed - 1]
    before = months.firsts[months.closed - 2]
    for year in range(months.firsts[0].year, last.year):
        part = right[right["exercice"] == str(year)]
        _deliver(drop / f"balance_{year}.xlsx", part, pd.Timestamp(year + 1, 2, 12))
    if before.year == last.year:
        _cumulated(drop, wrong, before)
    else:
        part = wrong[(wrong["exercice"] == str(before.year)) & (wrong["periode"] == "12")]
        _deliver(drop / f"balance_{before.year}.xlsx", _december(right, part), before)
    _cumulated(drop, right, last)
    if before.year != last.year:
        repaired = right[(right["exercice"] == str(before.year)) & (right["periode"] == "12")]
        _deliver(drop / f"balance_{before.year}_12_corrige.xlsx", repaired, last)


def _december(right: pd.DataFrame, wrong: pd.DataFrame) -> pd.DataFrame:
    year = wrong["exercice"].iloc[0]
    rest = right[(right["exercice"] == year) & (right["periode"] != "12")]
    return pd.concat([rest, wrong])


def _cumulated(drop: Path, frame: pd.DataFrame, month: pd.Timestamp) -> None:
    inside = (frame["exercice"] == str(month.year)) & (frame["periode"] <= f"{month:%m}")
    as_of = month + pd.Timedelta(days=42)
    _deliver(drop / f"balance_{month:%Y_%m}.xlsx", frame[inside], as_of)


def _deliver(path: Path, frame: pd.DataFrame, as_of: pd.Timestamp) -> None:
    dated = frame.assign(as_of=f"{as_of:%Y-%m-%d}")
    xlsx(path, "Balance", dated, f"Balance comptable - édition du {as_of:%d/%m/%Y}")


def _budget(world: World, books: Finance, drop: Path) -> None:
    months = Months(world.end)
    frame = books_frame(world, books, books.actual)
    frame = frame.drop(columns=["uf", "montant_engage", "montant_realise"])
    target = _target_frame(months, books)
    for year in range(months.firsts[0].year, world.end.year + 1):
        title = f"EPRD {year} - budget principal, mensualisé"
        xlsx(drop / f"eprd_{year}.xlsx", "EPRD", frame[frame["exercice"] == str(year)], title)
        part = target[target["mois"].str.startswith(str(year))]
        xlsx(drop / f"eprd-t2a_{year}.xlsx", "Cible T2A", part, f"Cible T2A {year} par UF")


def _target_frame(months: Months, books: Finance) -> pd.DataFrame:
    size = len(UNITS) * len(ITEMS)
    frame = pd.DataFrame(
        {
            "mois": np.repeat(months.firsts.strftime("%Y-%m"), size),
            "uf": np.tile(np.repeat(UNITS, len(ITEMS)), months.number),
            "poste": np.tile(ITEMS, months.number * len(UNITS)),
            "cible": books.target.ravel(),
        }
    )
    return frame[frame["cible"] > 0].reset_index(drop=True)
