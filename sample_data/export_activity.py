"""Exports of the DIM, of the theatre and of the appointment desk."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from sample_data.activity import CANCELLED, DAY_WARDS, SPECIALTIES, Activity
from sample_data.coding import DELAY_BINS, ITEMS, UNITS, Revenue
from sample_data.delivery import column, daily, grid, monthly
from sample_data.hospital import MCO_WARDS, SITES, UF, WARDS
from sample_data.months import Months
from sample_data.noise import Counts, Series
from sample_data.world import World

_HC = [uf.code for uf in WARDS]
_DAY = [uf.code for uf in DAY_WARDS]
_PMSI = tuple(dict.fromkeys([uf.code for uf in MCO_WARDS] + _DAY + ["3150"]))
_SURGEONS = ("4110", "4120", "4130", "4140", "5120")


def stays_frame(world: World, done: Activity) -> pd.DataFrame:
    """One row per exit day and establishment: stays (RSS) and their nights."""
    frame = grid(world.time.days, [SITES["A"], SITES["B"]], world.end)
    frame = frame.rename(columns={"uf": "finess"})
    groups = [
        [i for i, uf in enumerate(WARDS) if uf in MCO_WARDS and uf.site == site] for site in "AB"
    ]
    same_day = np.stack([done.day_stays.sum(axis=1), 0 * done.births], axis=1)
    sums = {
        "sejours_hc": _grouped(world.flow.left, groups),
        "sejours_ambu": same_day,
        "nuitees": _grouped(world.flow.exit_nights, groups),
    }
    for name, values in sums.items():
        frame[name] = column(values, world.time.days, world.end)
    return frame


def _grouped(values: Counts, groups: list[list[int]]) -> Counts:
    return np.stack([values[:, group].sum(axis=1) for group in groups], axis=1)


def units_frame(world: World, done: Activity) -> pd.DataFrame:
    """One row per exit day and UF: passages (RUM), nights, sessions, births."""
    frame = grid(world.time.days, _PMSI, world.end)
    tables = {
        "passages_hc": _columns(_HC, world.flow.exits),
        "passages_ambu": _columns(_DAY, done.day_stays),
        "nuitees": _columns(_HC, world.flow.exit_nights),
        "seances_dialyse": {"3150": done.dialysis},
        "seances_chimio": {"3160": done.chemotherapy},
        "accouchements": {"5110": done.births},
    }
    for name, table in tables.items():
        missing = np.full(len(world.time.days), np.nan)
        values = np.stack([table.get(unit, missing) for unit in _PMSI], axis=1)
        frame[name] = pd.array(column(values, world.time.days, world.end), dtype="Float64")
        frame[name] = frame[name].astype("Int64")
    return frame


def _columns(codes: list[str], values: Counts) -> dict[str, Counts]:
    return {code: values[:, i] for i, code in enumerate(codes)}


def monthly_frame(world: World, done: Activity, money: Revenue) -> pd.DataFrame:
    """One row per validated month and UF: surgery, length of stay against its reference, value."""
    months = Months(world.end)
    rng = world.time.rng("case-mix")
    left, nights = (
        months.sums(world.time.days, values) for values in (world.flow.left, world.flow.exit_nights)
    )
    same_day = months.sums(world.time.days, done.day_stays)
    value = months.sums(world.time.days, money.final[:, :, :2].sum(axis=2))
    rows = []
    for unit in (u for u in UNITS if u in _PMSI and u != "3150"):
        index = rng.normal(1.03, 0.045)
        hc = left[:, _HC.index(unit)] if unit in _HC else np.zeros(months.number)
        ambu = same_day[:, _DAY.index(unit)] if unit in _DAY else np.zeros(months.number)
        spent = nights[:, _HC.index(unit)] if unit in _HC else np.zeros(months.number)
        reference = spent.mean() / index * hc / max(hc.mean(), 1e-9)
        surgical = unit in _SURGEONS
        row = {
            "mois": months.firsts,
            "uf": unit,
            "chir_hc": np.rint(hc * 0.93) if surgical else np.nan,
            "chir_ambu": ambu if surgical else np.nan,
            "journees": spent if UF[unit].beds else np.nan,
            "journees_attendues": np.round(reference, 1) if UF[unit].beds else np.nan,
            "sejours_valorises": hc + ambu,
            "valorisation_ghs": np.round(value[:, UNITS.index(unit)], 2),
        }
        rows.append(pd.DataFrame(row).iloc[: months.closed])
    return pd.concat(rows).sort_values(["mois", "uf"], kind="stable").reset_index(drop=True)


def revenue_frame(world: World, money: Revenue) -> pd.DataFrame:
    """One row per exit day, UF and item, where something is coded."""
    units = np.repeat(UNITS, len(ITEMS)).tolist()
    frame = grid(world.time.days, units, world.end).rename(columns={"jour": "jour_sortie"})
    frame["poste"] = np.tile(ITEMS, len(frame) // len(ITEMS))
    days = len(world.time.days)
    frame["montant_code"] = column(money.coded.reshape(days, -1), world.time.days, world.end)
    return frame[frame["montant_code"] > 0].reset_index(drop=True)


def coding_frame(world: World, money: Revenue) -> pd.DataFrame:
    """One row per exit day and UF: passages closed, passages coded."""
    frame = grid(world.time.days, UNITS, world.end).rename(columns={"jour": "jour_sortie"})
    frame["sejours_clos"] = column(money.closed, world.time.days, world.end)
    frame["sejours_codes"] = column(money.coded_stays, world.time.days, world.end)
    return frame[frame["sejours_clos"] > 0].reset_index(drop=True)


def visits_frame(world: World, done: Activity) -> pd.DataFrame:
    """One row per day and specialty."""
    frame = grid(world.time.days, ["8130"] * len(SPECIALTIES), world.end)
    frame["specialite"] = np.tile(list(SPECIALTIES), len(frame) // len(SPECIALTIES))
    frame["venues"] = column(done.visits, world.time.days, world.end)
    return frame[frame["venues"] > 0].reset_index(drop=True)


def theatre_frame(world: World, done: Activity) -> pd.DataFrame:
    """One row per day for the theatre's UF."""
    frame = grid(world.time.days, ["4150"], world.end)
    values: dict[str, Series] = {
        "tros_minutes": done.used_minutes,
        "tvo_minutes": done.open_minutes,
        "programmees": done.scheduled,
        **{f"annul_{m.lower()}": done.cancelled[:, i] for i, m in enumerate(CANCELLED)},
    }
    for name, counts in values.items():
        frame[name] = column(counts[:, None], world.time.days, world.end)
    return frame


def delays_frame(world: World, money: Revenue) -> pd.DataFrame:
    """One row per month of exit, UF and bin of days between exit and coding."""
    months = Months(world.end)
    counts = months.sums(world.time.days, money.delays).astype(np.int64)
    frame = pd.DataFrame(
        {
            "mois": np.repeat(months.firsts, len(UNITS) * len(DELAY_BINS)),
            "uf": np.tile(np.repeat(UNITS, len(DELAY_BINS)), months.number),
            "tranche_jours": np.tile(DELAY_BINS, months.number * len(UNITS)),
            "sejours": counts.ravel(),
        }
    )
    return frame[frame["sejours"] > 0].reset_index(drop=True)


def export_activity(world: World, drop: Path) -> None:
    """Sources `pmsi-sejours`, `pmsi`, `consultations` and `bloc`."""
    done = world.activity
    daily(drop, "pmsi-sejours", stays_frame(world, done), world.end)
    daily(drop, "pmsi", units_frame(world, done), world.end)
    daily(drop, "consultations", visits_frame(world, done), world.end)
    daily(drop, "bloc", theatre_frame(world, done), world.end)


def export_coding(world: World, drop: Path) -> None:
    """Sources `pmsi-mensuel`, `t2a`, `codage` and `codage-delais`."""
    done, money = world.activity, world.revenue
    monthly(drop, "pmsi-mensuel", monthly_frame(world, done, money), world.end)
    daily(drop, "t2a", revenue_frame(world, money), world.end, "jour_sortie")
    daily(drop, "codage", coding_frame(world, money), world.end, "jour_sortie")
    monthly(drop, "codage-delais", delays_frame(world, money), world.end)
