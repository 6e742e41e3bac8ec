"""What makes a structure another one: its figures are then placed again."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from cockpit.kpi.units import Unit, UnitTree
from cockpit.settings import Home
from cockpit.warehouse.structure import structure_hash
from tests.support.hospital import UNITS
from tests.warehouse.installation import STRUCTURE, Installation

CHANGED: dict[str, Any] = {
    "id": "A9", "parent": "A", "level": "service", "label": "UF", "finess": "750000001",
    "discipline": "mco", "valid_from": date(2026, 1, 1), "valid_to": date(2026, 12, 31),
}  # fmt: skip


@pytest.mark.parametrize("field", [one.name for one in fields(Unit)])
def test_whatever_changes_of_a_unit_makes_another_structure(field: str) -> None:
    *others, last = UNITS.units
    assert getattr(last, field) != CHANGED[field]
    changed = UnitTree((*others, replace(last, **{field: CHANGED[field]})))
    assert structure_hash(changed) != structure_hash(UNITS)


def test_a_change_of_finess_or_discipline_is_published(tmp_path: Path) -> None:
    made = Installation(Home(tmp_path / "home"))
    made.drop("urgences-1.csv", "01/03/2026;10;5")
    made.refresh()
    lines = STRUCTURE.splitlines()
    lines[0] += ";finess;discipline"
    lines[1:] = [f"{line};750000001;mco" for line in lines[1:]]
    made.structure("\n".join(lines) + "\n")
    assert made.refresh().published
    unit = made.generation().units.by_id["10"]  # type: ignore[index]
    assert (unit.finess, unit.discipline) == ("750000001", "mco")
    assert not made.refresh().published
