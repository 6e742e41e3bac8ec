"""Exports of the bed software: midnight census, 08:00 snapshot, lists of the coming days, stays."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from sample_data.bed_lists import LIST_DAYS
from sample_data.beds_flow import DOWNSTREAM
from sample_data.beds_open import MOTIVES
from sample_data.defects import blank
from sample_data.delivery import column, daily, daily_with_late_rows, exported, grid
from sample_data.emergency import AGES, SITES
from sample_data.hospital import WARDS
from sample_data.noise import Counts
from sample_data.stays import BINS, nights_of_stays, present_18h
from sample_data.world import World

_CODES = [uf.code for uf in WARDS]


def census_frame(world: World) -> pd.DataFrame:
    """One row per day and ward, as counted at midnight."""
    frame = grid(world.time.days, _CODES, world.end)
    flow = world.flow
    values = {
        "lits_installes": world.beds.installed,
        "lits_ouverts": world.beds.open,
        **{f"fermes_{m.lower()}": world.beds.closed[:, :, i] for i, m in enumerate(MOTIVES)},
        "presents_minuit": world.census.present,
        "presents_18h": present_18h(world.time, world.census, world.flow, world.lists),
        "sorties": flow.exits,
        "sorties_hors_deces": flow.eligible,
        "sorties_avant_midi": flow.before_noon,
        "presents_plus_24h": flow.present_24h,
        "dps_renseignees": flow.dated,
        "sejours_longs": flow.long_stays,
        "heberges": flow.outliers,
        "lits_geles": flow.frozen,
    }
    for name, counts in values.items():
        frame[name] = column(counts, world.time.days, world.end)
    return frame


def snapshot_frame(world: World) -> pd.DataFrame:
    """One row per day and ward or ED, as seen at 08:00; a cell is empty where it has no meaning."""
    wards = grid(world.time.days, _CODES, world.end)
    days, end = world.time.days, world.end
    disciplines = {uf.code: uf.discipline for uf in WARDS}
    wards["discipline"] = wards["uf"].map(disciplines)
    wards["presents_8h"] = column(world.flow.present_8h, days, end)
    wards["lits_ouverts_8h"] = column(world.beds.open, days, end)
    wards["lits_disponibles"] = column(world.flow.available_8h, days, end)
    waits = np.isin(wards["uf"], _waiting_wards(world))
    for i, kind in enumerate(DOWNSTREAM):
        counts = column(world.flow.downstream[:, :, i], days, end)
        wards[f"attente_{kind.lower()}"] = pd.Series(counts).where(waits)
    desks = grid(days, SITES, end).assign(discipline="URG")
    for i, age in enumerate(AGES):
        name = f"brancards_{age.replace('-', '_').replace('+', '_et_plus')}"
        desks[name] = column(world.boarders.at_8h[:, :, i], days, end)
    both = pd.concat([wards, desks]).sort_values(["jour", "uf"], kind="stable")
    counts_only = both.columns.difference(["jour", "uf", "discipline"])
    both[counts_only] = both[counts_only].astype("Int64")
    return both.reset_index(drop=True)


def lists_frame(world: World) -> pd.DataFrame:
    """One row per day and ward, up to LIST_DAYS days ahead: what is known on the eve of that day.

    Of the coming days, the list as it is tonight; exits are announced for tomorrow only.
    """
    days, ahead = world.time.days, world.end + timedelta(days=LIST_DAYS)
    frame = grid(days, _CODES, ahead)
    frame["entrees_programmees"] = column(_known_tonight(world), days, ahead)
    announced = pd.array(column(world.lists.announced, days, ahead), dtype="Int64")
    tomorrow = pd.Timestamp(world.end + timedelta(days=1))
    frame["sorties_annoncees"] = pd.Series(announced).where(frame["jour"] <= tomorrow)
    return frame


def _known_tonight(world: World) -> Counts:
    """The list of each day as it was on its eve, or is on the evening of the last day."""
    listed = world.lists.listed
    notice = np.clip(np.arange(len(listed)) - _last(world), 1, LIST_DAYS) - 1
    known: Counts = np.take_along_axis(listed, notice[:, None, None], axis=2)[:, :, 0]
    return known


def _last(world: World) -> int:
    return int(np.flatnonzero(exported(world.time.days, world.end))[-1])


def stays_frame(world: World) -> pd.DataFrame:
    """One row per day of exit, ward and bin of nights that has an exit."""
    kept = exported(world.time.days, world.end)
    counts = nights_of_stays(world.time, world.flow)[kept]
    day, ward, nights = np.nonzero(counts)
    return pd.DataFrame(
        {
            "jour": world.time.days[kept][day],
            "uf": np.array(_CODES)[ward],
            "nuits": np.array(BINS)[nights],
            "passages": counts[day, ward, nights],
        }
    )


def _waiting_wards(world: World) -> list[str]:
    total = world.flow.downstream.sum(axis=(0, 2))
    return [code for code, waiting in zip(_CODES, total, strict=True) if waiting]


def export_beds(world: World, drop: Path) -> None:
    """Sources `lits`, `lits-8h`, `lits-prevus` and `durees-sejour`."""
    census = blank(world, census_frame(world), ["sejours_longs", "lits_geles"], share=0.01)
    daily_with_late_rows(drop, "lits", census, world.end, ["2120", "5110"])
    daily_with_late_rows(drop, "lits-8h", snapshot_frame(world), world.end, ["2170"])
    daily(drop, "lits-prevus", lists_frame(world), world.end)
    daily(drop, "durees-sejour", stays_frame(world), world.end)
