"""Numbers written as text, a whole column at once: strict, French or English decimals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

LARGEST = 1e15
"""Above it a float no longer holds every integer: refused rather than rounded."""

_SPACES = ("\u00a0", "\u202f", "\u2009", "\t")
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Numbers:
    """One number per line; NaN where `missing` (no observation) or `bad` (refused)."""

    value: Floats
    missing: Mask
    bad: Mask


def parse_numbers(column: pa.Array, decimal: str, missing: Sequence[str] = ()) -> Numbers:
    """Read a column of text.

    Accepted: `1234,5`, `1 234,5` (space, U+00A0, U+202F every three digits), `-3`, `+3`, `,5`,
    `1,5E+05`. Refused: the other decimal mark, `NaN`, `inf`, `1e999`, `12 %`, `(12)`, `12 34`,
    more than 15 digits. Empty cells and those in `missing` are missing.
    """
    values, good = _plain(column, decimal)
    absent = np.zeros(len(column), dtype=bool)
    if missing:
        absent = _mask(pc.is_in(column, value_set=pa.array(missing, pa.string())))
    rest = np.flatnonzero(~good & ~absent)
    if len(rest):
        tidy = _tidy(column.take(pa.array(rest)))
        absent[rest] = _mask(pc.is_in(tidy, value_set=pa.array(["", *missing], pa.string())))
        values[rest], good[rest] = _plain(_ungrouped(tidy, decimal), decimal)
    values[absent | ~good] = np.nan
    return Numbers(values, absent, ~good & ~absent)


def _plain(column: pa.Array, decimal: str) -> tuple[Floats, Mask]:
    mark = "," if decimal == "," else r"\."
    digits = rf"(?:[0-9]{{1,15}}(?:{mark}[0-9]{{1,20}})?|{mark}[0-9]{{1,20}})"
    shape = rf"^-?{digits}(?:[eE][+-]?[0-9]{{1,2}})?$"
    good = _mask(pc.match_substring_regex(column, shape))
    kept = column if good.all() else pc.if_else(pa.array(good), column, "0")
    dotted = pc.replace_substring(kept, ",", ".") if decimal == "," else kept
    values = np.array(dotted.cast(pa.float64()).to_numpy(zero_copy_only=False))
    too_large = ~(np.abs(values) < LARGEST)
    return values, good & ~too_large


def _tidy(column: pa.Array) -> pa.Array:
    for space in _SPACES:
        column = pc.replace_substring(column, space, " ")
    return pc.utf8_trim_whitespace(column)


def _ungrouped(column: pa.Array, decimal: str) -> pa.Array:
    mark = "," if decimal == "," else r"\."
    grouped = pc.match_substring_regex(
        column, rf"^[+-]?[0-9]{{1,3}}(?: [0-9]{{3}})+(?:{mark}[0-9]+)?$"
    )
    joined = pc.if_else(grouped, pc.replace_substring(column, " ", ""), column)
    return pc.replace_substring_regex(joined, r"^\+([0-9,.])", r"\1")


def _mask(array: pa.Array) -> Mask:
    return np.array(array.to_numpy(zero_copy_only=False), dtype=bool)
