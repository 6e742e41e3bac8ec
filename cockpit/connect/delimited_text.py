"""A delimited text as lines: its header, then its data lines in chunks that end where lines do."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass

from cockpit.connect.columns import absent
from cockpit.errors import BadDelivery

_LONGEST_LINE = 8 << 20
_LONGEST_HEADER = 1 << 20


@dataclass(frozen=True)
class Layout:
    """How a text is delimited.

    ends_lines: the exporter ends its last line too. columns: their names when no line holds them.
    """

    delimiter: str
    skip_lines: int = 0
    ends_lines: bool = True
    columns: tuple[str, ...] = ()


@dataclass
class Text:
    """Blocks of text taken back as lines, or as chunks of whole lines."""

    name: str
    blocks: Iterator[bytes]
    ends_lines: bool
    rest: bytes = b""
    ended: bool = False

    def line(self) -> bytes:
        """The next line with its end, b"" after the last one."""
        while b"\n" not in self.rest and self._more():
            pass
        end = self.rest.find(b"\n") + 1 or len(self.rest)
        found, self.rest = self.rest[:end], self.rest[end:]
        return found

    def chunk(self) -> bytes:
        """The next whole lines, b"" after the last one; `rest` is then the unfinished line."""
        while b"\n" not in self.rest and self._more():
            pass
        end = self.rest.rfind(b"\n") + 1
        if self.ended and not self.ends_lines:
            end = len(self.rest)
        found, self.rest = self.rest[:end], self.rest[end:]
        return found

    def push_back(self, text: bytes) -> None:
        """Lines that were taken too many."""
        self.rest = text + self.rest

    def _more(self) -> bool:
        if len(self.rest) > _LONGEST_LINE:
            raise BadDelivery(file=self.name, expected="des lignes de moins de 8 Mio")
        block = next(self.blocks, None)
        self.ended = block is None
        self.rest += block or b""
        return not self.ended


@dataclass
class Body:
    """The data lines of a text: what stands after the header. line: of the next one."""

    text: Text
    line: int
    delimiter: str
    header: tuple[str, ...]

    @property
    def name(self) -> str:
        """The file."""
        return self.text.name


def body_of(blocks: Iterator[bytes], layout: Layout, name: str) -> Body:
    """The text after its header. Raises BadDelivery when there is no header."""
    text = Text(name, blocks, layout.ends_lines)
    for _ in range(layout.skip_lines):
        if not text.line().endswith(b"\n"):
            raise BadDelivery(file=name, line=1, expected="un en-tête après les lignes à sauter")
    if layout.columns:
        return Body(text, layout.skip_lines + 1, layout.delimiter, layout.columns)
    line = text.line()
    if not line.strip() or len(line) > _LONGEST_HEADER:
        raise BadDelivery(file=name, line=layout.skip_lines + 1, expected="une ligne d'en-tête")
    header = _header(line.decode("utf-8"), layout, name)
    return Body(text, layout.skip_lines + 2, layout.delimiter, header)


def _header(line: str, layout: Layout, name: str) -> tuple[str, ...]:
    try:
        cells = next(csv.reader([line], delimiter=layout.delimiter, strict=True))
    except csv.Error as error:
        raise BadDelivery(
            file=name, line=layout.skip_lines + 1, expected="un en-tête sur une seule ligne"
        ) from error
    return tuple(cell.strip() for cell in cells)


def check_columns(body: Body, columns: tuple[str, ...]) -> None:
    """A file without header has a person in its first line: only names that are asked for are said,
    any other column is told by its rank."""
    line = max(1, body.line - 1)
    for column in columns:
        if column not in body.header:
            raise BadDelivery(
                file=body.name, line=line, field=column, expected=absent(column, body.header)
            )
    for rank, column in enumerate(body.header, 1):
        if column and body.header.count(column) > 1:
            field = column if column in columns else f"colonne n° {rank}"
            raise BadDelivery(
                file=body.name, line=line, field=field, expected="une seule colonne de ce nom"
            )
