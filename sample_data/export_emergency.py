"""Exports of the emergency software: daily counts by UF, and the durations as a histogram."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from sample_data.delivery import column, csv, daily, daily_with_late_rows, grid
from sample_data.emergency import AGES, DESTINATIONS, SITES
from sample_data.emergency_times import BINS
from sample_data.noise import Counts
from sample_data.stories import story
from sample_data.world import World


def emergency_frame(world: World) -> pd.DataFrame:
    """One row per day and ED."""
    frame = grid(world.time.days, SITES, world.end)

    def put(name: str, values: Counts) -> None:
        frame[name] = column(values, world.time.days, world.end)

    for i, age in enumerate(AGES):
        put(f"passages_{_slug(age)}", world.visits.by_age[:, :, i])
    for i, destination in enumerate(DESTINATIONS):
        put(f"hosp_{destination.lower()}", world.visits.admitted_to[:, :, i])
    put("mode_sortie_connu", world.times.known_outcome)
    put("duree_valide", world.times.valid)
    put("plus_de_8h", world.times.over_8h)
    put("sans_soins", world.times.left)
    put("presents_15h", world.times.present_15h)
    put("minutes_hospitalises", world.times.admitted_minutes)
    put("hospitalises_duree_valide", world.times.admitted_valid)
    put("nuits_brancard", world.boarders.nights)
    return frame


def histogram_frame(world: World) -> pd.DataFrame:
    """One row per day, ED and bin of minutes."""
    units = np.repeat(SITES, len(BINS))
    frame = grid(world.time.days, units.tolist(), world.end)
    frame["tranche_minutes"] = np.tile(BINS, len(frame) // len(BINS))
    days = len(world.time.days)
    counts = world.times.histogram.reshape(days, -1)
    frame["passages"] = column(counts, world.time.days, world.end)
    return frame


def export_emergency(world: World, drop: Path) -> None:
    """Sources `urgences` and `urgences-durees`."""
    frame = emergency_frame(world)
    told = story(world.end, "outage")
    degraded = frame["jour"] == pd.Timestamp(told.start)
    seen = _degraded(frame, degraded)
    daily_with_late_rows(drop, "urgences", seen, world.end, ["1210"])
    repaired = pd.Timestamp(told.start) + pd.Timedelta(days=3)
    csv(drop / f"urgences_{_after(world, repaired)}_reprise.csv", frame[degraded])
    daily(drop, "urgences-durees", histogram_frame(world), world.end)


def _after(world: World, day: pd.Timestamp) -> str:
    """Suffix of a file delivered on `day`, sorted after the file that it repairs."""
    year = f"{day:%Y}" if day.year < world.end.year else f"{day:%Y_%m}"
    return f"{year}_{day:%d}" if day.year == world.end.year else f"{year}_{day:%m_%d}"


def _degraded(frame: pd.DataFrame, degraded: pd.Series) -> pd.DataFrame:
    """The outage day as first delivered: exits of the morning lost, some cells empty."""
    seen = frame.copy()
    for name in ("mode_sortie_connu", "duree_valide", "plus_de_8h", "hospitalises_duree_valide"):
        seen[name] = seen[name].mask(degraded, (seen[name] * 0.7).round()).astype("Int64")
    for name in ("minutes_hospitalises", "presents_15h"):
        seen[name] = seen[name].astype("Int64").mask(degraded)
    return seen


def _slug(age: str) -> str:
    return age.replace("-", "_").replace("+", "_et_plus")
