"""One measured line: a value beside a reference measured in the same run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bench.report import Figure, Section


@dataclass(frozen=True, slots=True)
class Row:
    """What, how much, in what; the reference's own value, value / reference, the bar, whether met.

    reference, ratio: None without a reference. bar: "" and met: None without a bar.
    """

    name: str
    value: float
    unit: str
    reference: float | None = None
    ratio: float | None = None
    bar: str = ""
    met: bool | None = None


def against(name: str, value: float, unit: str, reference: float, most: float = 0) -> Row:
    """A row judged by its ratio to the reference; `most` 0 is no bar."""
    ratio = value / reference
    bar = f"≤ {most:g} x".replace(".", ",") if most else ""
    return Row(name, value, unit, reference, ratio, bar, ratio <= most if most else None)


def section(title: str, rows: Iterable[Row]) -> Section:
    """The rows as a part of BENCHMARKS.md."""
    return Section(title, tuple(_figure(row) for row in rows))


def _figure(row: Row) -> Figure:
    note = ""
    if row.reference is not None:
        note = f"référence {row.reference:,.1f} {row.unit}, rapport {row.ratio:.2f}"
    return Figure(row.name, f"{row.value:,.1f} {row.unit}", row.bar, note, row.met)


def show(title: str, rows: Iterable[Row]) -> None:
    """Print the rows under their title."""
    print(f"\n{title}")
    for row in rows:
        reference = "" if row.reference is None else f"{row.reference:,.1f}"
        ratio = "" if row.ratio is None else f"{row.ratio:.2f} x"
        met = {True: "oui", False: "NON", None: ""}[row.met]
        print(
            f"  {row.name:<52} {row.value:>9,.1f} {row.unit:<5} {reference:>9} {ratio:>8}"
            f"  {row.bar:<8} {met}"
        )
