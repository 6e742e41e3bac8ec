"""What was measured, as lines of BENCHMARKS.md."""

from __future__ import annotations

import os
import platform
import resource
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Figure:
    """One line: what, how much, the target ("" without one), a note, and whether it is reached."""

    name: str
    value: str
    target: str = ""
    note: str = ""
    reached: bool | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the report."""

    title: str
    figures: tuple[Figure, ...]


def rounded(number: float) -> str:
    """Three significant digits with thousands apart."""
    digits = max(0, len(str(int(number))) - 3)
    return f"{round(number, -digits):,.0f}"


def cpu_seconds() -> float:
    """Processor time of this process so far: steadier than the clock on a shared machine."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def timings_ms(call: Callable[[], object], times: int) -> list[float]:
    """Milliseconds of each of `times` calls, sorted."""
    found = []
    for _ in range(times):
        start = perf_counter()
        call()
        found.append(1000 * (perf_counter() - start))
    return sorted(found)


def middle(times: Sequence[float]) -> float:
    """The median."""
    return float(median(times))


def write(path: Path, sections: Sequence[Section], command: str) -> None:
    """The whole file, machine and date first."""
    lines = [
        "# Mesures",
        "",
        (
            f"Écrit par `{command}` le {datetime.now(UTC):%Y-%m-%d %H:%M} UTC sur {_machine()}. "
            "La machine est partagée : les rapports à une référence mesurée dans la même exécution "
            "valent mieux que les durées."
        ),
        "",
    ]
    for section in sections:
        lines += [f"## {section.title}", "", "| mesure | valeur | cible | |", "|---|---|---|---|"]
        lines += [_line(figure) for figure in section.figures]
        lines.append("")
    path.write_text("\n".join(lines), "utf-8")


def show(section: Section) -> None:
    """Print one section as soon as it is measured."""
    print(f"\n{section.title}")
    for one in section.figures:
        print(f"  {one.name:<58} {one.value:>14}  {one.target:<12} {_mark(one):<4} {one.note}")


def _line(one: Figure) -> str:
    note = " ".join(filter(None, (_mark(one), one.note)))
    return f"| {one.name} | {one.value} | {one.target} | {note} |"


def _mark(one: Figure) -> str:
    return {True: "oui", False: "NON", None: ""}[one.reached]


def _machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{os.cpu_count()} cœurs, {memory:.0f} Gio, {platform.system()}, "
        f"Python {platform.python_version()}"
    )
