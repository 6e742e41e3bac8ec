"""A text column as small integers and labels: text is read once per distinct value."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from cockpit.connect.rules import Rule

Ints = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int32]
Mask = npt.NDArray[np.bool_]
ABSENT = -1
_ROOM = 1 << 62


@dataclass(frozen=True)
class Coded:
    """codes: one per line, an index in `labels`, or ABSENT. labels: distinct."""

    codes: Codes
    labels: tuple[str, ...]

    @property
    def absent(self) -> Mask:
        """Lines without a label."""
        return np.equal(self.codes, ABSENT)

    def relabel(self, change: Callable[[str], str | None]) -> Coded:
        """Every label changed; None makes its lines absent; equal new labels become one."""
        index: dict[str, int] = {}
        moves = np.full(len(self.labels) + 1, ABSENT, dtype=np.int32)  # last entry: ABSENT itself
        for position, label in enumerate(self.labels):
            changed = change(label)
            if changed is not None:
                moves[position] = index.setdefault(changed, len(index))
        return Coded(moves[self.codes], tuple(index))

    def where(self, accepted: Callable[[str], bool]) -> Mask:
        """Lines whose label is accepted; an absent one is not."""
        answers = [accepted(label) for label in self.labels]
        return np.array([*answers, False], dtype=bool)[self.codes]

    def kept(self, rows: Ints) -> Coded:
        """Only these lines."""
        return Coded(self.codes[rows], self.labels)

    def used(self) -> Coded:
        """The same lines, without the labels that none of them has."""
        present = np.zeros(len(self.labels) + 1, dtype=bool)
        present[self.codes] = True
        present[-1] = False
        if present[:-1].all():
            return self
        moves = np.where(present, np.cumsum(present) - 1, ABSENT).astype(np.int32)
        labels = tuple(self.labels[place] for place in np.flatnonzero(present).tolist())
        return Coded(moves[self.codes], labels)

    def dictionary(self) -> pa.DictionaryArray:
        """One text per line, each distinct one held once; no line may be absent."""
        used = self.used()
        return pa.DictionaryArray.from_arrays(
            pa.array(used.codes), pa.array(used.labels, pa.string())
        )


class Index:
    """The labels of several columns under one numbering, in the order they are first met."""

    def __init__(self) -> None:
        self._places: dict[str, int] = {}

    @property
    def labels(self) -> tuple[str, ...]:
        """Every label met so far, by number."""
        return tuple(self._places)

    def codes(self, given: Coded) -> Codes:
        """The numbers of a column's lines; an absent one is "". Labels that no line has are left
        out: those of refused lines may be as many as the lines."""
        used = given.used()
        moves = [self._places.setdefault(label, len(self._places)) for label in used.labels]
        absent = self._places.setdefault("", len(self._places)) if used.absent.any() else ABSENT
        return np.array([*moves, absent], dtype=np.int32)[used.codes]


def constant(label: str, length: int) -> Coded:
    """The same label on every line."""
    return Coded(np.zeros(length, dtype=np.int32), (label,))


def column(table: pa.Table, name: str) -> Coded:
    """One column, its labels trimmed; "" is a label."""
    text = table.column(name).combine_chunks()
    encoded = text.dictionary_encode()
    codes = np.asarray(encoded.indices.to_numpy(zero_copy_only=False), dtype=np.int32)
    return Coded(codes, tuple(encoded.dictionary.to_pylist())).relabel(str.strip)


def read(table: pa.Table, rule: Rule, missing: Collection[str], joint: str) -> Coded:
    """What a rule says on every line, recoded and prefixed; empty and `missing` cells are absent.

    Several columns are joined with `joint`; trailing empty parts are left out: `1` and `` give `1`.
    """
    if rule.value is not None:
        return constant(rule.prefix + rule.value, table.num_rows)
    parts = [
        column(table, name).relabel(lambda text: "" if text in missing else text)
        for name in rule.sources()
    ]
    whole = parts[0]
    for part in parts[1:]:
        whole = _paired(whole, part, joint)

    def final(text: str) -> str | None:
        bare = text.rstrip(joint) if len(parts) > 1 else text
        return rule.prefix + rule.values.get(bare, bare) if bare else None

    return whole.relabel(final)


def _paired(left: Coded, right: Coded, joint: str) -> Coded:
    width = len(right.labels)
    wide = left.codes.astype(np.int64) * width + right.codes
    pairs, codes = np.unique(wide, return_inverse=True)
    labels = [
        left.labels[pair // width] + joint + right.labels[pair % width] for pair in pairs.tolist()
    ]
    return Coded(codes.astype(np.int32).reshape(-1), tuple(labels)).relabel(str)


def merged(parts: list[Coded]) -> Coded:
    """The lines of all parts one after the other, under one set of labels."""
    index: dict[str, int] = {}
    codes: list[Codes] = []
    for part in parts:
        moves = [index.setdefault(label, len(index)) for label in part.labels]
        codes.append(np.array([*moves, ABSENT], dtype=np.int32)[part.codes])
    joined = np.concatenate(codes) if codes else np.zeros(0, dtype=np.int32)
    return Coded(joined, tuple(index))


def combined(parts: list[Ints | Codes]) -> Ints:
    """One integer per line, equal exactly where every part is equal (parts are not negative)."""
    keys: Ints = parts[0].astype(np.int64)
    room = int(keys.max(initial=0)) + 1
    for part in parts[1:]:
        width = int(part.max(initial=0)) + 1
        if room * width >= _ROOM:
            keys = np.unique(keys, return_inverse=True)[1].astype(np.int64).reshape(-1)
            room = int(keys.max(initial=0)) + 1
        keys = keys * width + part
        room *= width
    return keys
