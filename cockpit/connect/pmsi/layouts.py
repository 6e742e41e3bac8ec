"""Where each field of the PMSI MCO formats stands, by version, and how long a line must be.

Positions are those of the ATIH tables (1-based, both ends included). Grouped summaries (1xx) are
the ungrouped ones moved by 15 characters. In 2026 (023/123) thirteen characters come before the
tail and each act takes 32: the sheet prints two fields at position 180, but its sizes, and its
grouped twin, say that the tail begins at 191. A line whose length is not the one that its own
counters announce is refused, so that a layout misread can never shift a column.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Family = Literal["rss", "rss_grouped", "rsa"]
Span = tuple[int, int]
"""First and last character, 1-based."""

VERSION: Final[Span] = (10, 12)


@dataclass(frozen=True)
class Repeated:
    """A part of the tail: as many times `size` characters as the counter says."""

    counter: Span
    size: int


@dataclass(frozen=True)
class Layout:
    """One version of one format.

    fixed: length before the tail. tail: its parts, in order. spans: fields by name. diagnoses:
    which part of the tail holds the associated diagnoses. units: which one holds the unit stays.
    inner: the version that a grouped summary must carry inside.
    """

    version: str
    family: Family
    fixed: int
    tail: tuple[Repeated, ...]
    spans: dict[str, Span]
    diagnoses: int
    units: int | None = None
    inner: str = ""


_RUM: Final[dict[str, Span]] = {
    "finess": (1, 9),
    "stay": (13, 32),
    "unit": (72, 75),
    "entry": (78, 85),
    "exit": (88, 95),
    "exit_mode": (96, 96),
    "sessions": (117, 118),
    "diagnosis": (126, 133),
    "emergency": (170, 170),
}
_RUM_COUNTERS: Final = ((119, 120), (121, 122), (123, 125))
_GROUPED: Final[dict[str, Span]] = {"ghm": (3, 8)}
_SHIFT: Final = 15


def _moved(span: Span, by: int) -> Span:
    return span[0] + by, span[1] + by


def _rss(version: str, fixed: int, act: int) -> Layout:
    tail = tuple(
        Repeated(counter, size) for counter, size in zip(_RUM_COUNTERS, (8, 8, act), strict=True)
    )
    return Layout(version, "rss", fixed, tail, _RUM, diagnoses=0)


def _grouped(version: str, inner: Layout) -> Layout:
    tail = tuple(Repeated(_moved(part.counter, _SHIFT), part.size) for part in inner.tail)
    spans = {name: _moved(span, _SHIFT) for name, span in inner.spans.items()}
    return Layout(
        version,
        "rss_grouped",
        inner.fixed + _SHIFT,
        tail,
        {**spans, **_GROUPED, "inner": _moved(VERSION, _SHIFT)},
        diagnoses=0,
        inner=inner.version,
    )


_022: Final = _rss("022", 177, 29)
_023: Final = _rss("023", 190, 32)
_RSA: Final = Layout(
    "229",
    "rsa",
    265,
    tail=(
        Repeated((114, 114), 2),  # valid authorisations
        Repeated((136, 136), 7),  # radiotherapy supplements
        Repeated((51, 52), 61),  # unit stays
        Repeated((227, 230), 6),  # associated diagnoses
        Repeated((231, 235), 24),  # acts
    ),
    spans={
        "finess": (1, 9),
        "ghm": (42, 47),
        "month": (62, 63),
        "year": (64, 67),
        "exit_mode": (68, 68),
        "nights": (71, 74),
        "sessions": (94, 95),
        "emergency": (210, 210),
        "diagnosis": (215, 220),
    },
    diagnoses=3,
    units=2,
)
SITE_IN_UNIT: Final[Span] = (7, 15)
"""Geographic FINESS inside one unit stay of an RSA."""

LAYOUTS: Final = {
    layout.version: layout
    for layout in (_022, _023, _grouped("122", _022), _grouped("123", _023), _RSA)
}
"""Every version that is read."""

KNOWN: Final = ", ".join(LAYOUTS)
