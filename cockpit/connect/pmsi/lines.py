"""PMSI lines -> a few numbers per line, and the lines refused with their reason.

What is kept of a line: whose stay it is (a 64-bit mark, in memory only), dates, unit, kind and
sessions. Birth date, postcode and local identifiers are not even read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from io import BufferedIOBase

import numpy as np
import numpy.typing as npt

from cockpit.connect.pmsi import cut as pmsi_cut
from cockpit.connect.pmsi.cut import Block, Bytes, Ints, Mask
from cockpit.connect.pmsi.kinds import kinds_of
from cockpit.connect.pmsi.layouts import KNOWN, LAYOUTS, SITE_IN_UNIT, VERSION, Layout
from cockpit.errors import BadDelivery

REASONS = (
    "",
    "longueur de ligne différente de celle que ses compteurs annoncent",
    "version de format inconnue, ou autre que celle du fichier",
    "compteur de diagnostics, d'actes ou d'unités illisible",
    "unité médicale, n° FINESS ou n° de résumé mal formé",
    "date illisible, ou sortie avant l'entrée",
    "GHM, durée ou nombre de séances illisible",
)
_LENGTH, _VERSION, _COUNTER, _CODE, _DATE, _NUMBER = range(1, len(REASONS))

RECORD = np.dtype(
    [
        ("mark", np.uint64),
        ("line", np.uint32),
        ("site", np.uint16),
        ("unit", np.uint16),
        ("entry", np.uint16),
        ("exit", np.uint16),
        ("kind", np.uint8),
        ("sessions", np.uint8),
        ("died", np.bool_),
        ("emergency", np.bool_),
        ("birth", np.bool_),
    ]
)
"""One accepted line: a unit stay (RSS) or a stay (RSA). site, unit: positions in `Codes.labels`.

entry, exit: days since 1970-01-01; of an RSA, which says only the month, exit is its first day and
entry is as many nights before. kind: see pmsi_kinds. birth: a delivery (Z37) among its diagnoses.
"""

_BLOCK_BYTES = 1 << 20  # stays in the cache of the processor
_LONGEST_LINE = 1 << 20
_BOM = b"\xef\xbb\xbf"
_NO_UNIT = ord("-")


class Codes:
    """Codes of units and sites as small integers, over a whole file."""

    def __init__(self) -> None:
        self.labels: list[str] = []
        self._index: dict[bytes, int] = {}

    def of(self, characters: Bytes) -> Ints:
        """One integer per row; at most 65,535 distinct codes. Raises OverflowError beyond."""
        found, which = np.unique(pmsi_cut.texts(characters), return_inverse=True)
        for text in found.tolist():
            if text not in self._index:
                self._index[text] = len(self.labels)
                self.labels.append(text.decode("latin-1").strip())
        if len(self.labels) > np.iinfo(np.uint16).max:
            raise OverflowError
        moves = np.array([self._index[text] for text in found.tolist()], np.int64)
        return np.asarray(moves[which.reshape(-1)], np.int64)


@dataclass(frozen=True)
class Cut:
    """records: dtype RECORD, in file order. refused: (line, reason)."""

    records: npt.NDArray[np.void]
    refused: list[tuple[int, str]]


def layout_of(name: str, stream: BufferedIOBase) -> Layout:
    """The layout of a file, by its first line of a known version; the stream is left at its start.

    Raises BadDelivery naming the versions that are read.
    """
    head = stream.read(_BLOCK_BYTES)
    stream.seek(0)
    for line in head.removeprefix(_BOM).splitlines():
        layout = LAYOUTS.get(line[VERSION[0] - 1 : VERSION[1]].decode("latin-1"))
        if layout and len(line) >= layout.fixed:
            return layout
    raise BadDelivery(
        file=name, line=1, expected=f"un format PMSI MCO connu en colonnes 10 à 12 ({KNOWN})"
    )


def read_lines(
    name: str, stream: BufferedIOBase, layout: Layout, sites: Codes, units: Codes
) -> Iterator[Cut]:
    """Every line of a file, block after block. Raises BadDelivery for an endless line."""
    first = 1
    for text in _blocks(name, stream):
        block = pmsi_cut.block_of(text, first)
        first += text.count(b"\n")
        good, counters, refused = _checked(block, layout)
        try:
            yield _records(good, layout, counters, (sites, units), refused)
        except OverflowError as error:
            raise BadDelivery(file=name, expected="moins de 65 536 codes d'unité") from error


def _blocks(name: str, stream: BufferedIOBase) -> Iterator[bytes]:
    """Whole lines; the last one may lack its line feed: its length says whether it is whole."""
    rest = stream.read(_BLOCK_BYTES).removeprefix(_BOM)
    while True:
        end = rest.rfind(b"\n") + 1
        if len(rest) - end > _LONGEST_LINE:
            raise BadDelivery(file=name, expected="des lignes de moins de 1 Mio")
        if end:
            yield rest[:end]
        more = stream.read(_BLOCK_BYTES)
        if not more:
            break
        rest = rest[end:] + more
    if rest[end:]:
        yield rest[end:] + b"\n"


def _checked(block: Block, layout: Layout) -> tuple[Block, list[Ints], list[tuple[int, str]]]:
    """The lines whose version and length are right, and the counters of their tails."""
    long_enough = block.lengths >= layout.fixed
    refused = _refused(block, np.where(long_enough, 0, _LENGTH))
    block = block.kept(long_enough)
    other = pmsi_cut.texts(block.field(VERSION)) != layout.version.encode()
    if layout.inner:
        inner = pmsi_cut.texts(block.field(layout.spans["inner"]))
        other |= inner != layout.inner.encode()
    counters = [pmsi_cut.numbers(block.field(part.counter)) for part in layout.tail]
    unreadable = np.any([counter < 0 for counter in counters], axis=0)
    wanted = np.full(len(other), layout.fixed, np.int64)
    for counter, part in zip(counters, layout.tail, strict=True):
        wanted += counter * part.size
    why = np.select([other, unreadable, block.lengths != wanted], [_VERSION, _COUNTER, _LENGTH], 0)
    refused += _refused(block, why)
    good = why == 0
    return block.kept(good), [counter[good] for counter in counters], refused


def _refused(block: Block, why: Ints) -> list[tuple[int, str]]:
    bad = np.flatnonzero(why)
    lines, reasons = block.numbers[bad].tolist(), why[bad].tolist()
    return [(line, REASONS[reason]) for line, reason in zip(lines, reasons, strict=True)]


def _records(
    block: Block,
    layout: Layout,
    counters: list[Ints],
    codes: tuple[Codes, Codes],
    refused: list[tuple[int, str]],
) -> Cut:
    spans = layout.spans
    tails = _tails(layout, counters)
    site, unit, mark, coded = _whose(block, layout, tails, counters)
    entry, leave = _when(block, layout)
    sessions = pmsi_cut.optional_numbers(block.field(spans["sessions"]))
    group = block.field(spans["ghm"]) if "ghm" in spans else None
    kind, known = kinds_of(group, block.field(spans["diagnosis"]), sessions)
    dated = (entry >= 0) & (leave >= entry)
    why = np.select([~coded, ~dated, ~known | (sessions < 0)], [_CODE, _DATE, _NUMBER], 0)
    good = why == 0
    found = np.zeros(int(good.sum()), RECORD)
    found["mark"], found["line"] = mark[good], block.numbers[good]
    found["site"], found["unit"] = codes[0].of(site[good]), codes[1].of(unit[good])
    found["entry"], found["exit"] = entry[good], leave[good]
    found["kind"], found["sessions"] = kind[good], sessions[good]
    found["died"] = (block.field(spans["exit_mode"])[:, 0] == ord("9"))[good]
    found["emergency"] = np.isin(block.field(spans["emergency"])[:, 0], list(b"5UV"))[good]
    found["birth"] = _delivered(block, tails, counters, layout)[good]
    return Cut(found, refused + _refused(block, why))


def _tails(layout: Layout, counters: list[Ints]) -> list[Ints]:
    """Where each part of the tail begins in each line."""
    lengths = [count * part.size for count, part in zip(counters, layout.tail, strict=True)]
    start = np.full(len(lengths[0]), layout.fixed, np.int64)
    return [start, *(start + total for total in np.cumsum(lengths[:-1], axis=0))]


def _whose(
    block: Block, layout: Layout, tails: list[Ints], counters: list[Ints]
) -> tuple[Bytes, Bytes, npt.NDArray[np.uint64], Mask]:
    """Site, unit, mark of the stay, and whether they are well formed.

    An RSA is a stay by itself, and its site is the one of its last unit stay when it says it.
    """
    site = block.field(layout.spans["finess"])
    if layout.units is None:
        unit, stay = block.field(layout.spans["unit"]), block.field(layout.spans["stay"])
        named = (stay != ord(" ")).any(axis=1)
        mark = pmsi_cut.marks(np.hstack([site, stay]))
        return site, unit, mark, pmsi_cut.is_code(site) & pmsi_cut.is_code(unit) & named
    size, count = layout.tail[layout.units].size, counters[layout.units]
    last = tails[layout.units] + np.maximum(count - 1, 0) * size
    own = block.field(SITE_IN_UNIT, np.where(count > 0, last, 0))
    said = (count > 0) & pmsi_cut.is_code(own)
    site = np.where(said[:, None], own, site)
    unit = np.full((len(site), 1), _NO_UNIT, np.uint8)
    return site, unit, block.numbers.astype(np.uint64), pmsi_cut.is_code(site)


def _when(block: Block, layout: Layout) -> tuple[Ints, Ints]:
    spans = layout.spans
    if layout.units is None:
        return pmsi_cut.days(block.field(spans["entry"])), pmsi_cut.days(block.field(spans["exit"]))
    month = pmsi_cut.months(block.field(spans["year"]), block.field(spans["month"]))
    nights = pmsi_cut.optional_numbers(block.field(spans["nights"]))
    return np.where((month < 0) | (nights < 0), pmsi_cut.UNREADABLE, month - nights), month


def _delivered(block: Block, tails: list[Ints], counters: list[Ints], layout: Layout) -> Mask:
    """Lines with an outcome of delivery (Z37) among their associated diagnoses: the mother's."""
    rank = layout.diagnoses
    found = np.zeros(len(block.starts), bool)
    left = np.flatnonzero(counters[rank] > 0)
    position = 0
    while len(left):
        some = Block(block.data, block.starts[left], block.ends[left], block.numbers[left])
        codes = some.field((1, 3), tails[rank][left] + position * layout.tail[rank].size)
        found[left] |= pmsi_cut.texts(codes) == b"Z37"
        position += 1
        left = left[counters[rank][left] > position]
    return found
