"""Installed, closed, supplementary and open beds of every ward, every day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from sample_data.absence import absence_level
from sample_data.hospital import WARDS, Uf
from sample_data.noise import Counts, Series, ar1
from sample_data.seasons import Seasons
from sample_data.stories import flu_core, story

MOTIVES: Final = ("RH", "ETE", "TRAVAUX", "EPIDEMIE")
# Extra share of beds closed: summer (27 June - 31 August), Christmas, winter and spring holidays.
_SEASONAL: Final = {
    "MED": (0.042, 0.02, 0.0),
    "CHIR": (0.13, 0.20, 0.06),
    "SC": (0.05, 0.0, 0.0),
    "SMR": (0.035, 0.01, 0.0),
}
_MERGED: Final = ("4130", "5120")
_SURGE: Final = {"2110": 6, "2170": 4, "2120": 2}
_ABSENCE_LAG_DAYS: Final = 5
_ABSENCE_POINTS: Final = 9.6


@dataclass(frozen=True)
class Beds:
    """Beds per simulated day and ward (as WARDS). closed: third axis as MOTIVES."""

    installed: Counts
    closed: Counts
    extra: Counts

    @property
    def open(self) -> Counts:
        """Installed, less the closed, plus the supplementary."""
        return np.asarray(self.installed - self.closed.sum(axis=2) + self.extra)


def beds(time: Seasons) -> Beds:
    """Beds closed by staff shortage, summer, works and stories; opened in winter."""
    shape = (len(time.days), len(WARDS))
    closed = np.zeros((*shape, len(MOTIVES)), dtype=np.int64)
    extra = np.zeros(shape, dtype=np.int64)
    shortage = _shortage(time)
    for i, uf in enumerate(WARDS):
        closed[:, i, 0] = _staff(time, uf, shortage)
        closed[:, i, 1] = np.minimum(_summer(time, uf), uf.beds - closed[:, i, 0])
        closed[:, i, 2] = _works(time, uf)
        extra[:, i] = _surge(time, uf)
    _epidemic(time, closed)
    ceiling = np.array([uf.beds for uf in WARDS])
    return Beds(np.broadcast_to(ceiling, shape), closed, extra)


def _shortage(time: Seasons) -> Series:
    """Share of beds closed for each day of absence above the mean, five days later."""
    above = (absence_level(time) - 1) * _ABSENCE_POINTS
    late: Series = np.r_[np.zeros(_ABSENCE_LAG_DAYS), above[:-_ABSENCE_LAG_DAYS]] * 0.0035
    return late


def _staff(time: Seasons, uf: Uf, shortage: Series) -> Counts:
    if uf.discipline in {"USLD", "UHCD", "OBST"} or not (uf.closed or uf.discipline == "SC"):
        return np.zeros(len(time.days), dtype=np.int64)
    own = ar1(time.rng(f"closed-{uf.code}"), len(time.days), 0.97, 0.6)
    told = story(time.end, "endocrinology")
    expected = uf.beds * (uf.closed + shortage) + own * np.sqrt(uf.closed + 0.005) * 3
    beds_closed = np.rint(np.clip(expected, 0, uf.beds * 0.2)).astype(np.int64)
    if uf.code == told.unit:
        beds_closed = np.where(time.between(told.start, told.end) == 1, 6, beds_closed)
    return np.asarray(beds_closed)


def _summer(time: Seasons, uf: Uf) -> Counts:
    summer, christmas, other = _SEASONAL.get(uf.discipline, (0.0, 0.0, 0.0))
    if uf.code in {"5130", "5140"}:
        return np.zeros(len(time.days), dtype=np.int64)
    monthday = time.month * 100 + time.days.day.to_numpy()
    share = np.where((monthday >= 701) & (monthday <= 831), summer, 0.0)
    share = np.where((monthday >= 1220) | (monthday <= 104), christmas, share)
    share = np.where((time.school == 1) & np.isin(time.month, (2, 3, 4)), other, share)
    closed = np.rint(share * uf.beds).astype(np.int64)
    if uf.discipline == "CHIR":
        closed = np.where((time.month == 8) & (monthday <= 828), _august(uf), closed)
    return np.asarray(closed)


def _august(uf: Uf) -> int:
    """Two units of surgery close and their patients go to the three others."""
    return round(uf.beds * (0.94 if uf.code in _MERGED else 0.10))


def _works(time: Seasons, uf: Uf) -> Counts:
    """Neurology lost four beds to works in the spring of the year before last."""
    if uf.code != "3130":
        return np.zeros(len(time.days), dtype=np.int64)
    year = time.end.year - 1
    return (4 * time.between(date(year, 4, 7), date(year, 5, 23))).astype(np.int64)


def _surge(time: Seasons, uf: Uf) -> Counts:
    start, _ = flu_core(time.end)
    told = story(time.end, "flu")
    winter = uf.discipline == "MED" and uf.code in {"2110", "2120", "2130", "2160", "2170"}
    ordinary = np.where(time.flu > 0.55, 1, 0) * int(winter)
    planned = time.between(start, told.end)
    return np.where(planned == 1, _SURGE.get(uf.code, 0), ordinary).astype(np.int64)


def _epidemic(time: Seasons, closed: Counts) -> None:
    """Each big flu closes two beds of geriatrics to new patients for a fortnight."""
    ward = [uf.code for uf in WARDS].index("2120")
    closed[:, ward, 3] = np.where((time.flu > 0.8) & (time.crisis == 0), 1, 0)
