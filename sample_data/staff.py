"""How many people of each profession work in each service, and how often they are away."""

from __future__ import annotations

from typing import Final

import numpy as np

from sample_data.hospital import SERVICES, UFS
from sample_data.noise import Series

PROFESSIONS: Final = (
    *("PNM/IDE", "PNM/AS", "PNM/ASH", "PNM/BLOC", "PNM/SF", "PNM/REEDUC", "PNM/MEDTECH"),
    *("PNM/ADMIN", "PNM/TECH", "PM/PH", "PM/INTERNE"),
)
TOTALS: Final = (520, 430, 150, 70, 42, 60, 150, 230, 118, 172, 58)
# One line a service, in the order of PROFESSIONS; scaled to TOTALS.
_POSTS: Final = {
    "S111": (62, 34, 8, 0, 0, 0, 0, 14, 0, 20, 8),
    "S121": (18, 9, 2, 0, 0, 0, 0, 4, 0, 5, 1),
    "S131": (52, 26, 7, 0, 0, 2, 0, 3, 0, 10, 4),
    "S211": (26, 26, 9, 0, 0, 1, 0, 3, 0, 5, 4),
    "S212": (26, 34, 10, 0, 0, 3, 0, 3, 0, 5, 3),
    "S213": (30, 26, 8, 0, 0, 2, 0, 4, 0, 8, 5),
    "S214": (18, 14, 5, 0, 0, 0, 0, 3, 0, 6, 3),
    "S215": (16, 12, 4, 0, 0, 0, 0, 3, 0, 4, 2),
    "S217": (20, 20, 7, 0, 0, 2, 0, 3, 0, 4, 2),
    "S218": (11, 10, 3, 0, 0, 0, 0, 1, 0, 2, 1),
    "S311": (36, 24, 7, 0, 0, 0, 0, 5, 0, 10, 5),
    "S313": (22, 20, 6, 0, 0, 4, 0, 3, 0, 6, 3),
    "S314": (30, 12, 5, 0, 0, 0, 0, 3, 0, 6, 2),
    "S316": (20, 8, 4, 0, 0, 0, 0, 4, 0, 5, 2),
    "S411": (24, 20, 7, 0, 0, 3, 0, 5, 0, 8, 4),
    "S412": (20, 16, 6, 0, 0, 0, 0, 4, 0, 7, 3),
    "S413": (12, 10, 4, 0, 0, 0, 0, 4, 0, 7, 1),
    "S414": (12, 6, 3, 0, 0, 0, 0, 2, 0, 1, 0),
    "S415": (4, 14, 9, 58, 0, 0, 0, 3, 4, 18, 0),
    "S511": (6, 20, 6, 0, 42, 0, 0, 4, 0, 9, 3),
    "S513": (22, 16, 5, 12, 0, 0, 0, 3, 0, 7, 3),
    "S611": (16, 34, 12, 0, 0, 14, 0, 3, 0, 4, 1),
    "S612": (15, 28, 10, 0, 0, 22, 0, 3, 0, 4, 0),
    "S613": (9, 26, 10, 0, 0, 2, 0, 1, 0, 1, 0),
    "S614": (14, 6, 0, 0, 0, 0, 0, 3, 0, 2, 0),
    "S711": (24, 12, 5, 0, 0, 0, 0, 4, 0, 6, 2),
    "S811": (0, 4, 2, 0, 0, 0, 62, 14, 0, 9, 0),
    "S812": (0, 0, 2, 0, 0, 0, 88, 8, 0, 10, 2),
    "S813": (20, 8, 3, 0, 0, 5, 0, 26, 0, 3, 0),
    "S911": (0, 0, 0, 0, 0, 0, 0, 92, 2, 0, 0),
    "S912": (0, 0, 0, 0, 0, 0, 0, 6, 98, 0, 0),
    "S913": (0, 0, 0, 0, 0, 0, 0, 3, 14, 0, 0),
}
UNITS: Final = tuple(_POSTS)
# Yearly means: absence, vacancy, turnover; thousand euros an FTE costs in a year.
ABSENCE: Final = (0.090, 0.120, 0.125, 0.085, 0.085, 0.085, 0.075, 0.070, 0.085, 0.048, 0.028)
VACANCY: Final = (0.045, 0.025, 0.02, 0.09, 0.04, 0.06, 0.03, 0.015, 0.02, 0.24, 0.05)
TURNOVER: Final = (0.14, 0.11, 0.09, 0.10, 0.09, 0.12, 0.08, 0.07, 0.06, 0.11, 0.0)
COST: Final = (53.0, 43.5, 39.5, 60.0, 60.0, 51.0, 51.0, 46.0, 43.0, 142.0, 37.0)
# Services where the absence is higher or lower, in points.
ABSENCE_GAP: Final = {
    "S212": 0.03,
    "S611": 0.03,
    "S612": 0.028,
    "S613": 0.035,
    "S217": 0.015,
    "S211": 0.012,
    "S415": -0.01,
    "S812": -0.012,
    "S813": -0.01,
    "S911": -0.006,
    "S131": -0.008,
}
VACANCY_GAP: Final = {"S111": 0.07, "S121": 0.10, "S811": 0.14, "S415": 0.04, "S711": 0.05}


def posts() -> Series:
    """FTE on average in the last year, per service (as UNITS) and profession."""
    raw = np.array([_POSTS[unit] for unit in UNITS], dtype=float)
    scaled: Series = raw * np.array(TOTALS) / raw.sum(axis=0)
    return scaled


def cost_by_pole() -> dict[str, float]:
    """Share of the payroll of each pole node, summing to 1."""
    pole = {uf.service: f"{uf.site}-{uf.pole}" for uf in UFS}
    cost = posts() @ np.array(COST)
    shares: dict[str, float] = {}
    for unit, value in zip(UNITS, cost / cost.sum(), strict=True):
        shares[pole[unit]] = shares.get(pole[unit], 0.0) + float(value)
    return shares


def establishment(service: str) -> str:
    """Site letter of a service."""
    return next(uf.site for uf in UFS if uf.service == service)


def pole(service: str) -> str:
    """Pole node of a service."""
    uf = next(uf for uf in UFS if uf.service == service)
    return f"{uf.site}-{uf.pole}"


assert set(UNITS) == set(SERVICES)
