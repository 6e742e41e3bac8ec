"""Exports of the payroll, of the rosters and of occupational health: never one line per agent."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from sample_data import staff
from sample_data.delivery import daily, exported, monthly
from sample_data.hospital import SITES
from sample_data.months import Months
from sample_data.noise import Series
from sample_data.workforce import MOTIVES, Workforce, short_days, workforce
from sample_data.world import World

_STATUS: Final = ("TITULAIRE", "CDI", "CDD")
_PERSONS_PER_FTE: Final = 1.13
_CONTRACT_SHARE: Final = 0.23


def payroll_frame(world: World, people: Workforce) -> pd.DataFrame:
    """One row per month, service, profession and status, in the columns of the HR contract."""
    months = Months(world.end)
    base = _keys(months)
    shares = _status_shares(months)
    pieces = []
    for position, status in enumerate((*_STATUS, "PM")):
        share = shares[:, position]
        rows = _rows(people, share[:, None, None] * np.ones_like(people.fte))
        medical = base["metier"].str.startswith("PM/").to_numpy()
        kept = medical if status == "PM" else ~medical
        pieces.append(base.assign(statut=status, **rows)[kept])
    frame = pd.concat(pieces).sort_values(["mois", "service", "metier", "statut"], kind="stable")
    frame["pm_pnm"] = frame["metier"].str.split("/").str[0]
    frame["metier"] = frame["metier"].str.split("/").str[1]
    worked = (frame["etpr"] > 0) & (frame["mois"] <= months.firsts[months.closed - 1])
    return frame[worked].reset_index(drop=True)


def _keys(months: Months) -> pd.DataFrame:
    size = len(staff.UNITS) * len(staff.PROFESSIONS)
    service = np.repeat(staff.UNITS, len(staff.PROFESSIONS))
    frame = pd.DataFrame(
        {
            "mois": np.repeat(months.firsts, size),
            "etab": np.tile([SITES[staff.establishment(s)] for s in service], months.number),
            "pole": np.tile([staff.pole(s) for s in service], months.number),
            "service": np.tile(service, months.number),
            "metier": np.tile(staff.PROFESSIONS, months.number * len(staff.UNITS)),
        }
    )
    return frame.assign(statut="", pm_pnm="")


def _status_shares(months: Months) -> Series:
    """Shares of TITULAIRE, CDI, CDD and PM: contracts gain 0.6 point a year."""
    contract = _CONTRACT_SHARE - 0.006 * months.lags
    return np.stack(
        [1 - contract, contract * 0.42, contract * 0.58, np.ones(months.number)], axis=1
    )


def _rows(people: Workforce, share: Series) -> dict[str, Series]:
    """Each figure cut by status; counts are cut so that the sum over months holds."""

    def part(values: Series, digits: int = 0) -> Series:
        return np.round(_spread(values * share, digits), digits).ravel()

    hours = people.fte * 1607 / 12
    absence = {
        f"jours_abs_{motive.lower()}": part(people.absence[..., i])
        for i, motive in enumerate(MOTIVES)
    }
    cost = people.fte * np.array(staff.COST) * 1000 / 12
    return {
        "etpr": np.round(people.fte * share, 2).ravel(),
        "etp_budget": np.round(people.budget * share, 2).ravel(),
        "effectif": part(people.fte * _PERSONS_PER_FTE),
        **absence,
        "nb_arrets": part(people.absence.sum(axis=-1) / 14.0),
        "h_sup": np.round(people.overtime * share, 1).ravel(),
        "h_theoriques": np.round(hours * share, 1).ravel(),
        "entrees": part(people.entries),
        "sorties": part(people.exits),
        "cout_titre1": np.round(cost * share, 2).ravel(),
        "cout_interim": np.round(people.temp_eur * share, 2).ravel(),
    }


def _spread(values: Series, digits: int) -> Series:
    """Round, carrying the error to the next cell, so that small counts are not lost."""
    if digits:
        return values
    total = np.cumsum(values.ravel())
    return np.asarray(np.diff(np.rint(total), prepend=0).reshape(values.shape))


def posts_frame(world: World, people: Workforce) -> pd.DataFrame:
    """One row per month, service and profession: posts budgeted and filled."""
    months = Months(world.end)
    frame = _keys(months)[["mois", "service", "metier"]]
    frame["postes_budgetes"] = people.posts.ravel()
    frame["postes_pourvus"] = np.round(people.fte, 1).ravel()
    closed = frame["mois"] <= months.firsts[months.closed - 1]
    return frame[closed & (frame["postes_budgetes"] > 0)].reset_index(drop=True)


def safety_frame(world: World, people: Workforce) -> pd.DataFrame:
    """One row per month and service: accidents with days off, hours worked."""
    months = Months(world.end)
    frame = pd.DataFrame(
        {
            "mois": np.repeat(months.firsts, len(staff.UNITS)),
            "service": np.tile(staff.UNITS, months.number),
            "accidents_avec_arret": people.accidents.ravel(),
            "heures_travaillees": people.hours.ravel(),
        }
    )
    return frame[frame["mois"] <= months.firsts[months.closed - 1]].reset_index(drop=True)


def roster_frame(world: World) -> pd.DataFrame:
    """One row per day and service: rostered FTE, days of short absence."""
    rostered, short = short_days(world)
    kept = exported(world.time.days, world.end)
    return pd.DataFrame(
        {
            "jour": np.repeat(world.time.days[kept], len(staff.UNITS)),
            "service": np.tile(staff.UNITS, int(kept.sum())),
            "etp_planifies": rostered[kept].ravel(),
            "jours_absence_courte": short[kept].ravel(),
        }
    )


def export_workforce(world: World, drop: Path) -> None:
    """Sources `rh`, `rh-postes`, `rh-securite` and `planning`."""
    people = workforce(world)
    frame = payroll_frame(world, people)
    counts = ["effectif", "nb_arrets", "entrees", "sorties"]
    counts += [f"jours_abs_{motive.lower()}" for motive in MOTIVES]
    frame[counts] = frame[counts].astype("int64")
    monthly(drop, "rh", frame, world.end)
    monthly(drop, "rh-postes", posts_frame(world, people), world.end)
    monthly(drop, "rh-securite", safety_frame(world, people), world.end)
    daily(drop, "planning", roster_frame(world), world.end)
