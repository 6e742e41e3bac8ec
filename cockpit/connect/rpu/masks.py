"""What each count counts, as masks over the visits of one batch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from cockpit.connect import coded
from cockpit.connect.coded import Coded
from cockpit.connect.rpu import times as rpu_times
from cockpit.connect.rpu.codes import (
    ADMITTED,
    BY_SECTOR,
    BY_WARD,
    DEAD,
    DESTINATIONS,
    FIELDS,
    KNOWN,
    LEFT,
    SYNDROMES,
)
from cockpit.connect.rpu.columns import AGE_BANDS, BIN_EDGES, BINS, age_column, bin_column
from cockpit.connect.rpu.times import ABSENT, DAY_S, Clock, Ints

_LONG_S = 8 * 3600
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Seen:
    """The visits of one batch as columns. key: establishment and day of arrival in one integer.

    start, end: wall clock in seconds (end: ABSENT when unknown or invalid). stay_s: ABSENT too.
    """

    texts: dict[str, list[str]]
    coded: dict[str, Coded]
    key: Ints
    start: Ints
    end: Ints
    stay_s: Ints

    def among(self, field: str, codes: tuple[str, ...]) -> Mask:
        """Visits whose variable is one of these codes."""
        return self.coded[field].where(frozenset(codes).__contains__)

    def filled(self, field: str) -> Mask:
        """Visits whose variable is not empty."""
        texts = pa.array(self.texts[field], pa.string())
        return np.array(pc.not_equal(texts, "").to_numpy(zero_copy_only=False), bool)


def coded_of(texts: dict[str, list[str]]) -> dict[str, Coded]:
    """The coded variables, read once per distinct text."""
    names = (*KNOWN, "DP")
    table = pa.table({name: pa.array(texts[name], pa.string()) for name in names})
    return {name: coded.column(table, name).relabel(str.upper) for name in names}


def masks(seen: Seen, clock: Clock) -> Iterator[tuple[str, Mask]]:
    """Each count of COUNTS as the visits that make it, except the sum of minutes and 15:00."""
    yield "passages", np.ones(len(seen.key), bool)
    yield from _by_age(seen, clock)
    yield from _by_outcome(seen)
    yield from _by_duration(seen)
    yield from _by_code(seen)


def _by_age(seen: Seen, clock: Clock) -> Iterator[tuple[str, Mask]]:
    age = rpu_times.ages(clock.days(seen.texts["NAISSANCE"]), seen.start // DAY_S)
    for band, (low, high) in AGE_BANDS.items():
        yield age_column(band), (age >= low) & (age < high)
    yield "passages_age_nc", age == ABSENT


def _by_outcome(seen: Seen) -> Iterator[tuple[str, Mask]]:
    waiting = seen.among("MODE_SORTIE", ADMITTED)
    left = np.zeros(len(waiting), bool)
    found = {name: left.copy() for name in DESTINATIONS}
    for field, groups in (("ORIENT", BY_WARD), ("DESTINATION", BY_SECTOR)):
        for name, codes in groups.items():
            chosen = waiting & seen.among(field, codes)
            found[name] |= chosen
            left |= chosen
        waiting &= ~left
    for name, mask in found.items():
        yield f"hosp_{name.lower()}", mask
    yield "hosp_nc", waiting
    yield "mode_sortie_connu", seen.among("MODE_SORTIE", KNOWN["MODE_SORTIE"])
    yield "deces", seen.among("MODE_SORTIE", DEAD)
    yield "sans_soins", seen.among("ORIENT", LEFT)


def _by_duration(seen: Seen) -> Iterator[tuple[str, Mask]]:
    valid = seen.stay_s != ABSENT
    admitted = valid & seen.among("MODE_SORTIE", ADMITTED)
    yield "duree_valide", valid
    yield "plus_de_8h", seen.stay_s > _LONG_S
    yield "hospitalises_duree_valide", admitted
    which = np.searchsorted(np.array(BIN_EDGES) * 60, seen.stay_s, side="right") - 1
    for position, code in enumerate(BINS):
        inside = valid & (which == position)
        yield bin_column("duree", code), inside
        yield bin_column("duree_hosp", code), inside & admitted
    midnight = (seen.start // DAY_S + 1) * DAY_S
    early, late = seen.start < midnight - 2 * 3600, seen.end > midnight + 5 * 3600
    yield "nuits_brancard_estimees", admitted & early & late


def _by_code(seen: Seen) -> Iterator[tuple[str, Mask]]:
    filled = {field: seen.filled(field) for field in FIELDS}
    for field, mask in filled.items():
        yield f"rempli_{field.lower()}", mask
    for field, codes in KNOWN.items():
        known = seen.among(field, codes)
        yield f"nc_{field.lower()}", filled[field] & ~known
        if prefix := {"GRAVITE": "ccmu", "TRANSPORT": "transport"}.get(field):
            yield f"{prefix}_nc", ~known
            for code in codes:
                yield f"{prefix}_{code.lower()}", seen.among(field, (code,))
    yield "ccmu_4_5", seen.among("GRAVITE", ("4", "5"))
    for name, roots in SYNDROMES.items():
        yield name, seen.coded["DP"].where(partial(_begins, roots))


def _begins(roots: tuple[str, ...], text: str) -> bool:
    return text.startswith(roots)
