"""The accessibility grid: the 106 criteria of RGAA 4.1.2, each with its state and its evidence.

A criterion holds (C) by the tests that its evidence names; it does not (NC), or nobody has checked
it (NV), for the reason given: both count against the rate. NA: nothing of the kind is on a page.
Source: RGAA 4.1.2, DINUM; titles in our own words.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, cast

from cockpit.i18n import mark

State = Literal["C", "NC", "NV", "NA"]

FILE = Path(__file__).with_name("rgaa.csv")
THEMES = {
    1: mark("Images"),
    2: mark("Cadres"),
    3: mark("Couleurs"),
    4: mark("Multimédia"),
    5: mark("Tableaux"),
    6: mark("Liens"),
    7: mark("Scripts"),
    8: mark("Éléments obligatoires"),
    9: mark("Structuration de l'information"),
    10: mark("Présentation de l'information"),
    11: mark("Formulaires"),
    12: mark("Navigation"),
    13: mark("Consultation"),
}
STATES: dict[State, str] = {
    "C": mark("Conforme"),
    "NC": mark("Non conforme"),
    "NV": mark("Non vérifié"),
    "NA": mark("Non applicable"),
}


@dataclass(frozen=True, slots=True)
class Criterion:
    """One criterion. evidence: tests as `path::name` for C, the reason in French otherwise."""

    number: str
    title: str
    state: State
    evidence: str

    @property
    def theme(self) -> int:
        """1 to 13."""
        return int(self.number.partition(".")[0])

    @property
    def tests(self) -> tuple[str, ...]:
        """The tests that prove it."""
        return tuple(self.evidence.split()) if self.state == "C" else ()


@cache
def grid() -> tuple[Criterion, ...]:
    """All of them, in the order of RGAA."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return tuple(
            Criterion(row["criterion"], row["title"], cast("State", row["status"]), row["evidence"])
            for row in csv.DictReader(file, delimiter=";")
        )


def count(state: State) -> int:
    """How many criteria are in this state."""
    return sum(one.state == state for one in grid())


def rate() -> float:
    """Percent of the applicable criteria that hold; what is not verified counts as not holding."""
    return 100 * count("C") / (len(grid()) - count("NA"))
