"""What a readable line may still not say: an unknown ward, a closed one, a bad facet."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

import numpy as np

from cockpit.connect import coded, reasons
from cockpit.connect.coded import Mask
from cockpit.connect.mapping import EPOCH, Fault, Lines, Mapped, Piece, fault
from cockpit.connect.observations import Observations
from cockpit.connect.rules import SCENARIOS, Mapping
from cockpit.kpi.measures import MEASURES
from cockpit.kpi.model import MeasureId, UnitId
from cockpit.kpi.units import UnitTree

_LONGEST_FACET = 200
_BIN = re.compile(r"[0-9]+-[0-9]*")
_FAR = 10**6


def check(mapped: Mapped, mapping: Mapping, units: UnitTree) -> Iterator[Fault]:
    """Unknown or closed units, unknown scenarios, malformed or unexpected facets."""
    yield from _check_units(mapped.lines, " + ".join(mapping.unit.sources()), units)
    scenario = mapped.lines.scenario
    unknown = ~scenario.where(SCENARIOS.__contains__) & ~scenario.absent
    yield from fault(unknown, " + ".join(mapping.scenario.sources()), reasons.UNKNOWN_SCENARIO)
    name = " + ".join(mapping.facet.sources()) if mapping.facet else ""
    for piece in mapped.pieces:
        yield from _check_facet(piece, name)


def _check_units(lines: Lines, column: str, units: UnitTree) -> Iterator[Fault]:
    known = lines.unit.where(lambda code: UnitId(code) in units)
    yield from fault(~known & ~lines.unit.absent, column, reasons.UNKNOWN_UNIT)
    opens = np.full(len(lines.unit.labels) + 1, -_FAR, dtype=np.int64)
    closes = -opens
    for position, code in enumerate(lines.unit.labels):
        unit = units.by_id.get(UnitId(code))
        if unit and unit.valid_from:
            opens[position] = (unit.valid_from - EPOCH).days
        if unit and unit.valid_to:
            closes[position] = (unit.valid_to - EPOCH).days
    codes = lines.unit.codes
    outside = (lines.last < opens[codes]) | (lines.day > closes[codes])
    yield from fault(outside & known, column, reasons.CLOSED_UNIT)


def _check_facet(piece: Piece, column: str) -> Iterator[Fault]:
    malformed = ~piece.facet.where(is_facet) & ~piece.facet.absent
    yield from _of_piece(piece, malformed, column, reasons.BAD_FACET)
    given = ~piece.facet.absent & ~piece.facet.where(lambda text: text == "")
    without = piece.measure.where(lambda name: MEASURES[MeasureId(name)].facet is None)
    yield from _of_piece(piece, given & without, column, reasons.FACET_NOT_ALLOWED)
    binned = piece.measure.where(lambda name: MEASURES[MeasureId(name)].kind == "distribution")
    if binned.any():
        no_bin = binned & ~piece.facet.where(lambda text: _BIN.fullmatch(text) is not None)
        yield from _of_piece(piece, no_bin & ~malformed, column, reasons.BAD_FACET)


def _of_piece(piece: Piece, mask: Mask, column: str, reason: str) -> Iterator[Fault]:
    if mask.any():
        yield Fault(piece.rows[mask], column or piece.column, reason)


def is_facet(text: str) -> bool:
    """Whether a facet path is well formed: parts that are not empty, no invisible character."""
    visible = all(unicodedata.category(letter)[0] != "C" for letter in text)
    parts = text.split("/") if text else []
    return visible and len(text) <= _LONGEST_FACET and all(part.strip() for part in parts)


def observations(mapped: Mapped, refused: Mask) -> Observations:
    """All pieces under one set of labels, without the refused lines (a mask of positions)."""
    pieces = [_without(piece, refused) for piece in mapped.pieces]
    rows = np.concatenate([piece.rows for piece in pieces])
    return Observations(
        line=mapped.lines.number[rows],
        measure=coded.merged([piece.measure for piece in pieces]),
        unit=mapped.lines.unit.kept(rows),
        day=np.concatenate([piece.day for piece in pieces]),
        facet=coded.merged([piece.facet for piece in pieces]),
        scenario=coded.merged([piece.scenario for piece in pieces]),
        value=np.concatenate([piece.value for piece in pieces]),
    )


def _without(piece: Piece, refused: Mask) -> Piece:
    kept = np.flatnonzero(~refused[piece.rows])
    if len(kept) == len(piece.rows):
        return piece
    return Piece(
        piece.column,
        piece.rows[kept],
        piece.measure.kept(kept),
        piece.day[kept],
        piece.facet.kept(kept),
        piece.scenario.kept(kept),
        piece.value[kept],
    )
