"""What a connector promises: configuration, check, discovery, and reading as text columns.

A connector turns one kind of source into *deliveries*; it knows nothing of measures or of the
warehouse. Built-ins are the files of `connectors/`; a third party ships an entry point of the group
`cockpit.connectors`. Each module exposes `CONNECTOR`, an object of the protocol `Connector`.

A connector whose source holds patients or agents counts them before it yields anything: what leaves
it are figures of units, never a person's row, identifier or free text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from io import BufferedIOBase
from time import monotonic
from typing import Any, Literal, Protocol, TypeVar

import pyarrow as pa
from pydantic import BaseModel

from cockpit.connect.batch import QUARANTINE
from cockpit.errors import BadDelivery, SourceUnavailable
from cockpit.settings import Home

LINE = "__line__"
"""The column of a delivery that says which line of the file a row came from (1-based)."""

TIME_LIMIT_S = 600.0

Decimal = Literal[",", "."]

IsKnown = Callable[[str], bool]
"""Whether the bytes of this digest were already loaded."""


@dataclass(frozen=True)
class Deadline:
    """When a source gives up, on the monotonic clock: no change of hour moves it."""

    at: float = field(default_factory=lambda: monotonic() + TIME_LIMIT_S)

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        """So many seconds from now."""
        return cls(monotonic() + seconds)

    def left(self) -> float:
        """Seconds left, more than 0. Raises SourceUnavailable(reason) when there are none."""
        seconds = self.at - monotonic()
        if seconds <= 0:
            raise SourceUnavailable(source="", reason="délai dépassé")
        return seconds


def _nothing_known(_digest: str) -> bool:
    return False


@dataclass(frozen=True)
class Asked:
    """What one refresh asks of a source.

    columns: every delivery must hold them. cursor: what the last kept delivery of the source said
    of where it stopped; "" at first, and after a change of the source's settings.
    """

    home: Home
    source: str = ""
    columns: tuple[str, ...] = ()
    is_known: IsKnown = _nothing_known
    cursor: str = ""
    deadline: Deadline = field(default_factory=Deadline)


@dataclass(frozen=True)
class Part:
    """Some lines of a delivery.

    table: at least the wanted columns, every one string, plus `__line__` (int64: line in the file,
    1-based, header included). refused: schema QUARANTINE, a row per line that could not be cut.
    """

    table: pa.Table
    refused: pa.Table = field(default_factory=QUARANTINE.empty_table)


@dataclass(frozen=True)
class Delivery:
    """One file (or one answer) as text columns, nothing interpreted yet.

    digest: sha256 of the delivered bytes; "" when they were never a file: what it says is then
    compared with the last delivery. parts: read once, in order, so that ten million lines never
    stand in memory together; reading them may raise BadDelivery, which refuses the delivery whole.
    decimal: the decimal mark of its numbers. native_dates: dates may also stand as `2024-01-31`,
    whatever the mapping's format. cursor: where the next reading starts; it is kept with the
    delivery, so it never moves past figures that were lost. A function when only the parts, once
    read, tell. header: names of all the columns of the source, asked for or not, in order; () when
    it has none (a standard format, a file without header). A function in the same case.
    """

    name: str
    digest: str
    parts: Iterable[Part]
    decimal: Decimal = ","
    native_dates: bool = False
    cursor: str | Callable[[], str] = ""
    header: tuple[str, ...] | Callable[[], tuple[str, ...]] = ()

    def reached(self) -> str:
        """The cursor itself, to be asked once the parts were read."""
        return self.cursor if isinstance(self.cursor, str) else self.cursor()

    def names(self) -> tuple[str, ...]:
        """The header itself, to be asked once the parts were read."""
        return self.header if isinstance(self.header, tuple) else self.header()


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


class Connector(Protocol):
    """One kind of source. `Config` is the pydantic model of its own settings.

    It may also have `MAPPING`, the `[mapping]` of a source that writes none (standard formats know
    what they hold), `REPLACE`, what one of its deliveries replaces (rows, day or month),
    `PLACES`, the names of its settings that say where it is rather than how it is read, and
    `forget(home, source)`, which erases what it keeps of a source that is removed, if anything.
    """

    kind: str
    Config: type[BaseModel]

    def check(self, asked: Asked, config: BaseModel) -> Check:
        """Whether it can be read now; `asked` has no column and no cursor."""
        ...

    def discover(self, asked: Asked, config: BaseModel) -> list[Stream]:
        """What it offers: names and columns, no data."""
        ...

    def read(self, asked: Asked, config: BaseModel) -> Iterator[Delivery | BadDelivery]:
        """Deliveries that hold the asked columns and are not known yet, oldest first.

        A file that cannot be read at all is yielded as the error that refuses it, so that the
        following files are still read. Raises SourceUnavailable (Retryable) when nothing can be
        reached, SourceRefused when a person must act: an expired password is never tried again.
        """
        ...


_Own_contra = TypeVar("_Own_contra", bound=BaseModel, contravariant=True)


class FileFormat(Protocol[_Own_contra]):
    """What a connector of files adds, so that `sftp` and `s3` can feed it from elsewhere."""

    def header(self, name: str, stream: BufferedIOBase, config: _Own_contra) -> tuple[str, ...]:
        """Names of the columns. Raises BadDelivery."""
        ...

    def parse(
        self,
        name: str,
        stream: BufferedIOBase,
        digest: str,
        config: _Own_contra,
        columns: tuple[str, ...],
    ) -> Delivery:
        """One file, its stream at the start and seekable; its parts are read before the next file.

        Raises BadDelivery, here or while the parts are read.
        """
        ...


def default_mapping(connector: Connector) -> dict[str, Any] | None:
    """The mapping of a source that writes none."""
    found: dict[str, Any] | None = getattr(connector, "MAPPING", None)
    return found


def default_replace(connector: Connector) -> Literal["rows", "day", "month"] | None:
    """What a delivery replaces when neither the source nor its measures say."""
    found: Literal["rows", "day", "month"] | None = getattr(connector, "REPLACE", None)
    return found


def places(connector: Connector) -> frozenset[str]:
    """The settings that say where a source is, not how it is read: a new password or a folder that
    moved makes no delivery new."""
    found: frozenset[str] = getattr(connector, "PLACES", frozenset({"path"}))
    return found
