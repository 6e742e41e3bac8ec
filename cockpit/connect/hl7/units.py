"""Which units the keyed hashes of the spool stand for: those that the hospital has written down.

No code of a message is ever kept as text: a name typed where a unit should be would stay readable.
The spool holds its keyed hash, and only the codes of structure.csv and of the setting `units` can
be found again. All the others are one unit, UNKNOWN: counted, refused by the gate, never spelled. A
unit that is written down later gets its patients back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from cockpit.connect.hl7.census import UNKNOWN, Cell
from cockpit.connect.hl7.movements import Pseudonyms
from cockpit.connect.structure import load_structure
from cockpit.errors import BadStructure
from cockpit.kpi.model import UnitId
from cockpit.kpi.units import UnitTree
from cockpit.settings import Home


@dataclass(frozen=True)
class Units:
    """codes: hash -> code in structure.csv. disciplines: hash -> discipline, "" when not said."""

    codes: Mapping[str, str]
    disciplines: Mapping[str, str]

    def is_outlier(self, unit: str, medical: str) -> bool | None:
        """Whether a patient lies out of discipline, as structure.csv says; None when it does not.

        unit, medical: hashes.
        """
        here, there = self.disciplines.get(unit), self.disciplines.get(medical)
        return here != there if here and there else None

    def named(self, totals: Counter[Cell]) -> Counter[Cell]:
        """The same figures under the codes of the units; a 0 stays, it names a unit."""
        found: Counter[Cell] = Counter()
        for (day, unit, column), number in totals.items():
            found[day, self.codes.get(unit, UNKNOWN), column] += number
        return found


def known(home: Home, own: Mapping[str, str], names: Pseudonyms) -> Units:
    """The units that this hospital has written down. own: code of the messages -> code of
    structure.csv, where they differ."""
    try:
        tree = load_structure(home.structure)
    except BadStructure:
        tree = UnitTree(())  # said by every screen; `own` is still known
    codes = {str(unit.id): str(unit.id) for unit in tree} | dict(own)
    return Units(
        codes={names.unit(given): code for given, code in codes.items()},
        disciplines={
            names.unit(given): _discipline(tree, UnitId(code)) for given, code in codes.items()
        },
    )


def _discipline(units: UnitTree, unit: UnitId) -> str:
    """Its own, else that of the nearest unit above."""
    above: UnitId | None = unit if unit in units else None
    while above is not None:
        found = units.by_id[above]
        if found.discipline:
            return found.discipline
        above = found.parent
    return ""
