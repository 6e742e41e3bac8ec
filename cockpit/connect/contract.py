"""What a connector promises: configuration, check, discovery, and reading as Arrow batches.

A connector turns one kind of source into *deliveries*; it knows nothing of measures or of the
warehouse. Built-ins are the files of `connectors/`; a third party ships an entry point of the group
`cockpit.connectors`. Each module exposes `CONNECTOR`, an object of this protocol.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, Protocol

import pyarrow as pa
from pydantic import BaseModel

from cockpit.errors import BadDelivery
from cockpit.settings import Home

LINE = "__line__"
"""The column of a delivery that says which line of the file a row came from (1-based)."""

Decimal = Literal[",", "."]


@dataclass(frozen=True)
class Delivery:
    """One file (or one page of an answer) as text columns, nothing interpreted yet.

    table: at least the wanted columns, every one string, plus `__line__` (int64: line in the file,
    1-based, header included). refused: table of schema QUARANTINE, one row per line that could not
    be cut into columns. digest: sha256 of the delivered bytes. decimal: the decimal mark of its
    numbers. native_dates: dates may also stand as `2024-01-31`, whatever the mapping's format.
    """

    name: str
    digest: str
    table: pa.Table
    refused: pa.Table
    decimal: Decimal = ","
    native_dates: bool = False


@dataclass(frozen=True)
class Check:
    """Answer of `check`: whether the source can be read now, and one French sentence."""

    ok: bool
    sentence: str


@dataclass(frozen=True)
class Stream:
    """One thing that a source offers, with the columns seen in it."""

    name: str
    columns: tuple[str, ...]


IsKnown = Callable[[str], bool]
"""Whether the bytes of this digest were already loaded."""


class Connector(Protocol):
    """One kind of source. `Config` is the pydantic model of its own settings."""

    kind: str
    Config: type[BaseModel]

    def check(self, home: Home, config: BaseModel) -> Check:
        """Whether it can be read now."""
        ...

    def discover(self, home: Home, config: BaseModel) -> list[Stream]:
        """What it offers: names and columns, no data."""
        ...

    def read(
        self, home: Home, config: BaseModel, columns: tuple[str, ...], is_known: IsKnown
    ) -> Iterator[Delivery | BadDelivery]:
        """Deliveries that hold `columns` and are not known yet, oldest first.

        A file that cannot be read at all is yielded as the error that refuses it, so that the
        following files are still read. Raises SourceUnavailable when nothing can be reached.
        """
        ...
