"""Visits -> counts per establishment and day of arrival: nothing of a visit outlives its batch.

Durations of zero or less and of more than 72 h are dropped (DREES), as in the KPIs that read them.
A visit repeated whole (an export concatenated twice) counts once: its copy is refused.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from cockpit.connect.contract import LINE
from cockpit.connect.rpu import times as rpu_times
from cockpit.connect.rpu.codes import ADMITTED, FIELDS
from cockpit.connect.rpu.columns import COUNTS, DAY, SHOWN_WHEN_MET, UNIT
from cockpit.connect.rpu.masks import Seen, coded_of, masks
from cockpit.connect.rpu.times import ABSENT, DAY_S, Clock, Ints
from cockpit.connect.rpu.xml import Batch, Visit

BAD_ENTRY = "date d'entrée manquante ou illisible"
OUTSIDE = "date d'entrée hors de la période que le fichier annonce"
TWICE = "variable présente deux fois dans le passage"
REPEATED = "passage identique à un autre du fichier"

_LONGEST_S = 72 * 3600
_SNAPSHOT_S = 15 * 3600
_NIGHTS = 3
"""A visit of 72 h or less may be present at 15:00 on its own day and on the three that follow."""

_INDEX = {name: position for position, name in enumerate(COUNTS)}
_WIDTH = 1 << 20
_ENTRY = FIELDS.index("ENTREE") + 1
Counters = npt.NDArray[np.int64]


class Tally:
    """The counts of one file, growing batch after batch."""

    def __init__(self, units: dict[str, str]) -> None:
        self._names = units
        self._clock = Clock()
        self._units: list[str] = []
        self._counts: dict[int, Counters] = {}
        self._present: dict[int, int] = {}
        self._lines: dict[int, int] = {}
        self._last: dict[int, int] = {}
        self._known: set[int] = set()

    def add(self, batch: Batch) -> list[tuple[int, str]]:
        """Count a batch; returns the refused visits as (line, reason)."""
        refused: list[tuple[int, str]] = []
        visits, lines, start = self._accepted(batch, refused)
        if visits:
            self._count(self._columns(visits, start), lines)
        return refused

    def table(self) -> pa.Table:
        """One row per unit and day, sorted, every cell text: COLUMNS and `__line__`."""
        keys = sorted(self._counts, key=lambda key: (self._units[key // _WIDTH], key % _WIDTH))
        days = np.array([key % _WIDTH for key in keys], dtype="datetime64[D]")
        cells: dict[str, pa.Array] = {
            UNIT: pa.array([self._units[key // _WIDTH] for key in keys], pa.string()),
            DAY: pa.array(np.datetime_as_string(days).tolist(), pa.string()),
        }
        for name, position in _INDEX.items():
            values = [int(self._counts[key][position]) for key in keys]
            hidden = name in SHOWN_WHEN_MET
            cells[name] = pa.array(
                ["" if hidden and not value else str(value) for value in values], pa.string()
            )
        present = [self._present_at_15(key) for key in keys]
        cells["presents_15h"] = pa.array(present, pa.string())
        cells[LINE] = pa.array([self._lines[key] for key in keys], pa.int64())
        return pa.table(cells)

    def _accepted(
        self, batch: Batch, refused: list[tuple[int, str]]
    ) -> tuple[list[Visit], list[int], Ints]:
        start = self._clock.moments([visit[_ENTRY] for visit in batch.visits])
        first, last = (self._clock.day(text) for text in batch.window)
        kept: list[int] = []
        for position, visit in enumerate(batch.visits):
            day = int(start[position]) // DAY_S
            if batch.malformed[position]:
                reason = TWICE
            elif day < 0:
                reason = BAD_ENTRY
            elif (first is not None and day < first) or (last is not None and day > last):
                reason = OUTSIDE
            elif not self._is_new(visit):
                reason = REPEATED
            else:
                kept.append(position)
                continue
            refused.append((batch.lines[position], reason))
        visits = [batch.visits[position] for position in kept]
        return visits, [batch.lines[position] for position in kept], start[kept]

    def _is_new(self, visit: Visit) -> bool:
        mark = hash(tuple(visit))
        if mark in self._known:
            return False
        self._known.add(mark)
        return True

    def _columns(self, visits: list[Visit], start: Ints) -> Seen:
        finess, *columns = (list(texts) for texts in zip(*visits, strict=True))
        texts = dict(zip(FIELDS, columns, strict=True))
        end = self._clock.moments(texts["SORTIE"])
        stay = rpu_times.elapsed_s(start, end)
        valid = (end != ABSENT) & (stay > 0) & (stay <= _LONGEST_S)
        number = {code: self._number(code) for code in dict.fromkeys(finess)}
        unit = np.fromiter((number[code] for code in finess), np.int64, len(finess))
        return Seen(
            texts,
            coded_of(texts),
            unit * _WIDTH + start // DAY_S,
            start,
            np.where(valid, end, ABSENT),
            np.where(valid, stay, ABSENT),
        )

    def _number(self, finess: str) -> int:
        unit = self._names.get(finess, finess)
        if unit not in self._units:
            self._units.append(unit)
        return self._units.index(unit)

    def _count(self, seen: Seen, lines: list[int]) -> None:
        keys, first, which = np.unique(seen.key, return_index=True, return_inverse=True)
        found = np.zeros((len(keys), len(COUNTS)), np.int64)
        for name, mask in masks(seen, self._clock):
            found[:, _INDEX[name]] = np.bincount(which[mask], minlength=len(keys))
        admitted = seen.among("MODE_SORTIE", ADMITTED) & (seen.stay_s != ABSENT)
        minutes = np.bincount(which[admitted], seen.stay_s[admitted] // 60, minlength=len(keys))
        found[:, _INDEX["minutes_hospitalises"]] = minutes.astype(np.int64)
        for position, key in enumerate(keys.tolist()):
            before = self._counts.get(key)
            self._counts[key] = found[position] if before is None else before + found[position]
            self._lines.setdefault(key, lines[first[position]])
        self._note_present(seen)

    def _note_present(self, seen: Seen) -> None:
        """Who is there at 15:00 on the day of arrival or on one of the next three (FEDORU HET5)."""
        left = seen.end != ABSENT
        key, start, end = seen.key[left], seen.start[left], seen.end[left]
        midnight = start // DAY_S * DAY_S
        for night in range(_NIGHTS + 1):
            at = midnight + night * DAY_S + _SNAPSHOT_S
            there, counts = np.unique(key[(start <= at) & (at < end)] + night, return_counts=True)
            for one, count in zip(there.tolist(), counts.tolist(), strict=True):
                self._present[one] = self._present.get(one, 0) + count
        for unit in np.unique(seen.key // _WIDTH).tolist():
            latest = int(seen.start[seen.key // _WIDTH == unit].max())
            self._last[unit] = max(latest, self._last.get(unit, 0))

    def _present_at_15(self, key: int) -> str:
        """Empty on the first three days of the file (who came before them may still be there) and
        on a last day cut before 15:00: the figure delivered by an earlier file then stays."""
        unit, day = divmod(key, _WIDTH)
        first = min(other % _WIDTH for other in self._counts if other // _WIDTH == unit)
        if day < first + _NIGHTS or self._last[unit] < day * DAY_S + _SNAPSHOT_S:
            return ""
        return str(self._present.get(key, 0))
