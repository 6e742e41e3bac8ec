"""A key given twice in a delivery: refused on every line, or added up.

Keys are compared two million at a time: a large delivery is first dealt, by its keys, into files
without a name, so that equal ones meet in the same file.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import numpy as np

from cockpit.connect.coded import Ints, Mask
from cockpit.connect.observations import Observations, Spool
from cockpit.connect.parse_numbers import Floats

ROOM = 1 << 62
MOST_AT_ONCE = 1 << 21
_MIX = 0x9E3779B97F4A7C15  # 2^64 / golden ratio: neighbouring keys are dealt apart
_Key = Callable[[Observations], Ints]


def distinct(found: Spool, *, sums: bool, folder: Path | None = None) -> tuple[Spool, Ints]:
    """The observations with one value per key, and the lines refused for it (sorted).

    A repeated key refuses every line that gives it, whole, as nobody knows the right one; with
    `sums`, its values are added up in the place of the first one, and no line is refused. folder:
    where files wait, as in Spool.
    """
    key = _key(found, folder)
    repeated = np.concatenate([_twice(keys) for keys in _dealt(found, key, folder)])
    repeated.sort()
    if not len(repeated):
        return found, repeated
    if sums:
        kept = Spool(folder)
        _sum(found, key, repeated, kept)
        return kept, repeated[:0]
    lines = [part.line[_among(repeated, key(part))] for part in found.parts()]
    refused = np.unique(np.concatenate(lines))
    return without(found, refused, folder), refused


def without(found: Spool, lines: Ints, folder: Path | None = None) -> Spool:
    """The observations of all other lines. lines: sorted."""
    if not len(lines):
        return found
    kept = Spool(folder)
    for part in found.parts():
        kept.add(part.kept(np.flatnonzero(~_among(lines, part.line))))
    return kept


def _key(found: Spool, folder: Path | None) -> _Key:
    """What makes one integer per observation, equal exactly for the same key."""
    width = found.widths()
    first, last = found.days
    days, scenarios, units = last - first + 1, width["scenario"], width["unit"]

    def simple(part: Observations) -> Ints:
        return part.unit.codes.astype(np.int64) + part.facet.codes.astype(np.int64) * units

    place: _Key = simple
    if units * width["facet"] * days * scenarios * width["measure"] >= ROOM:
        place = _ranked(found, simple, folder)

    def key(part: Observations) -> Ints:
        keys = place(part)
        for codes, room in (
            (part.day - first, days),
            (part.scenario.codes, scenarios),
            (part.measure.codes, width["measure"]),
        ):
            keys = keys * room + codes
        return keys

    return key


def _ranked(found: Spool, place: _Key, folder: Path | None) -> _Key:
    """The same places, numbered without holes: there are no more of them than observations."""
    known = np.unique(np.concatenate([np.unique(keys) for keys in _dealt(found, place, folder)]))
    return lambda part: np.searchsorted(known, place(part)).astype(np.int64)


def _dealt(found: Spool, key: _Key, folder: Path | None) -> Iterator[Ints]:
    """All keys, in packs: equal ones are in the same pack."""
    bits = max(len(found) - 1, 0).bit_length() - (MOST_AT_ONCE.bit_length() - 1)
    if bits <= 0:
        yield np.concatenate([np.zeros(0, np.int64), *(key(part) for part in found.parts())])
        return
    with ExitStack() as files:
        packs = [files.enter_context(tempfile.TemporaryFile(dir=folder)) for _ in range(1 << bits)]
        for part in found.parts():
            keys = key(part)
            dealt = (keys.view(np.uint64) * np.uint64(_MIX)) >> np.uint64(64 - bits)
            for number, pack in enumerate(packs):
                pack.write(keys[dealt == number].tobytes())
        for pack in packs:
            pack.seek(0)
            yield np.fromfile(pack, dtype=np.int64)


def _twice(keys: Ints) -> Ints:
    keys.sort()
    return np.unique(keys[1:][keys[1:] == keys[:-1]])


def _among(known: Ints, keys: Ints) -> Mask:
    """Which keys are known; `known` is sorted, and not empty."""
    places = np.minimum(np.searchsorted(known, keys), len(known) - 1)
    return np.equal(known[places], keys)


def _sum(found: Spool, key: _Key, repeated: Ints, kept: Spool) -> None:
    """Values of the same key added up, in the place of the first one."""
    totals: Floats = np.zeros(len(repeated))
    is_new = np.ones(len(repeated), dtype=bool)
    for part in found.parts():
        keys = key(part)
        again = _among(repeated, keys)
        np.add.at(totals, np.searchsorted(repeated, keys[again]), part.value[again])
    for part in found.parts():
        keys = key(part)
        again = _among(repeated, keys)
        places, first = np.unique(np.searchsorted(repeated, keys[again]), return_index=True)
        rows = np.flatnonzero(again)[first[is_new[places]]]
        value = part.value.copy()
        value[rows] = totals[places[is_new[places]]]
        is_new[places] = False
        stays = ~again
        stays[rows] = True
        kept.add(replace(part, value=value).kept(np.flatnonzero(stays)))
