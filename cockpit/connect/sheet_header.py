"""The names of a sheet's columns: which row holds them, and titles merged above several of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cockpit.connect.columns import absent
from cockpit.errors import BadDelivery

_HEADER_ROWS = 200
JOINT = " · "

Row = Sequence[str]
Merged = Sequence[Sequence[int]]
"""Blocks of merged cells: first row, first column, last row, last column, 0-based and included."""


@dataclass(frozen=True)
class Head:
    """The first rows of a sheet. row, column: 0-based place of its first cell.

    merged: None when the format does not say.
    """

    rows: Sequence[Row]
    row: int = 0
    column: int = 0
    merged: Merged | None = None


@dataclass(frozen=True)
class Header:
    """Names of the columns, "" for those without. below: index of the first row under it."""

    names: tuple[str, ...]
    below: int


def header(head: Head, name: str, columns: tuple[str, ...], at: int | None, height: int) -> Header:
    """The header of a sheet.

    at: row of the sheet (1-based); None takes the first one that holds every wanted column, else
    the one that holds most of them. height: 1, or 2 when titles stand above titles: the name is
    then "Titre · Sous-titre". Raises BadDelivery for a missing or repeated column.
    """
    titles = _filled(head, height)
    position = at - 1 - head.row if at else _first_holding(titles, columns)
    names = titles[position] if 0 <= position < len(titles) else ()
    placed = ["" for _ in range(head.column)] + [*names]  # ranks are those of the sheet
    for column in columns:
        if names.count(column) != 1:
            line = position + head.row + height
            expected = "une seule colonne de ce nom" if column in names else absent(column, placed)
            raise BadDelivery(file=name, line=line, field=column, expected=expected)
    return Header(names, position + height)


def _filled(head: Head, height: int) -> list[tuple[str, ...]]:
    """The name of each column, would the header start at each row."""
    rows = [[cell.strip() for cell in row] for row in head.rows]
    if height == 1:
        return [tuple(row) for row in rows]
    spread = _spread_merged(rows, head) if head.merged is not None else _spread_blanks(rows)
    return [
        tuple(_joined(above, below) for above, below in zip(first, second, strict=True))
        for first, second in zip(spread, rows[1:], strict=False)
    ]


def _joined(above: str, below: str) -> str:
    return JOINT.join(dict.fromkeys(filter(None, (above, below))))


def _spread_merged(rows: list[list[str]], head: Head) -> list[list[str]]:
    spread = [list(row) for row in rows]
    width = len(rows[0]) if rows else 0
    for top, left, _, right in head.merged or ():
        row, first = top - head.row, left - head.column
        if 0 <= row < len(rows) and 0 <= first < width:
            end = min(right - head.column, width - 1) + 1
            spread[row][first:end] = [rows[row][first]] * (end - first)
    return spread


def _spread_blanks(rows: list[list[str]]) -> list[list[str]]:
    """An OpenDocument sheet does not tell its merged cells: a title covers the blanks after it."""
    spread = []
    for row in rows:
        title, filled = "", []
        for cell in row:
            title = cell or title
            filled.append(title)
        spread.append(filled)
    return spread


def _first_holding(titles: list[tuple[str, ...]], columns: tuple[str, ...]) -> int:
    scores = [
        (sum(column in row for column in columns), 0 if columns else sum(map(bool, row)))
        for row in titles[:_HEADER_ROWS]
    ]
    return scores.index(max(scores)) if scores else 0
