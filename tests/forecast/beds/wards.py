"""A hospital of two wards and an emergency department, played with a fixed seed.

    G ── A establishment ── M1 medicine 20 beds (half from the ED), C1 surgery 12 beds
                         └─ E1 emergency department: 8 admissions to MED and 2 to CHIR a day

Half of the medical and all of the surgical entries are planned, fewer at weekends; each patient has
one chance in four to leave each day.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np

from cockpit.kpi.units import Unit, UnitTree
from tests.support.hospital import Row

UNITS = UnitTree(
    (
        Unit("G", None, "group", "GHT d'essai"),
        Unit("A", "G", "establishment", "Site A"),
        Unit("M1", "A", "service", "Médecine", discipline="MED"),
        Unit("C1", "A", "service", "Chirurgie", discipline="CHIR"),
        Unit("E1", "A", "service", "Urgences", discipline="URG"),
    )
)
LAST = date(2026, 11, 21)
TODAY = "2026-11-22"
DAYS = 260
_BEDS = {"M1": 20, "C1": 12}
_PLANNED = {"M1": 2.5, "C1": 2.4}
_SENT = {"M1": ("MED", 2.3), "C1": ("CHIR", 0.4)}


def figures(last: date = LAST, days: int = DAYS, *, leave_out: tuple[str, ...] = ()) -> list[Row]:
    """Every figure up to `last`; the same day has the same figures whatever the last one."""
    first = LAST - timedelta(days=days - 1)
    rows = [row for row in _played(first, LAST + timedelta(days=30)) if row.day <= last]
    return [row for row in rows if row.measure not in leave_out]


def _played(first: date, end: date) -> Iterator[Row]:
    rng = np.random.default_rng(7)
    present = {"M1": 17, "C1": 9}
    day = first
    while day <= end:
        weekend = 0.3 if day.weekday() >= 5 else 1.2
        for unit, (destination, sent) in _SENT.items():
            before = present[unit]
            ed = int(rng.poisson(sent))
            out = int(rng.binomial(before, 0.26 if weekend > 1 else 0.2))
            entries = min(
                ed + int(rng.poisson(_PLANNED[unit] * weekend)), _BEDS[unit] - before + out
            )
            present[unit] = before - out + entries
            yield Row("patients_0800", unit, day, "", "actual", float(before))
            yield Row("ed_admissions", "E1", day, destination, "actual", float(ed))
            yield Row("bed_exits", unit, day, "", "actual", float(out))
            yield Row("patients_midnight", unit, day, "", "actual", float(present[unit]))
            yield Row("beds_open", unit, day, "", "actual", float(_BEDS[unit]))
            yield Row("beds_installed", unit, day, "", "actual", float(_BEDS[unit] + 1))
        day += timedelta(days=1)
