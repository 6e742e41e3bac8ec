"""A small installation on disk, fed only through its drop folder, and what it published.

GHT > E1 (UF 10 and 11) and E2 (UF 20). Source `urgences`: daily emergency visits, one line per UF.
Source `paie`: monthly work accidents; one file replaces whole months.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from cockpit.refresh import RefreshReport, refresh
from cockpit.settings import Home
from cockpit.warehouse import attach, publish

if TYPE_CHECKING:
    from collections.abc import Mapping

STRUCTURE = """unit;parent;level;label
GHT;;group;GHT d'essai
E1;GHT;establishment;CH de Un
10;E1;uf;Médecine
11;E1;uf;Chirurgie
E2;GHT;establishment;CH de Deux
20;E2;uf;Urgences
"""
_HEAD = """connector = "csv"
schedule = "*/15 * * * *"
stale_after = "36h"
path = "drop/{name}-*.csv"
"""
URGENCES = (
    _HEAD.format(name="urgences")
    + """[mapping]
date = { column = "jour", format = "%d/%m/%Y" }
unit = { column = "uf" }
[mapping.measures]
passages = "ed_visits"
"""
)
PAIE = (
    _HEAD.format(name="paie")
    + """[mapping]
date = { column = "mois", format = "%Y-%m" }
unit = { column = "uf" }
[mapping.measures]
accidents = "work_accidents"
"""
)
KEPT = """
    SELECT m.name, u.code, o.day, f.code, o.scenario_id, o.value
    FROM g.observation o JOIN g.measure m USING (measure_id) JOIN g.unit u USING (unit_id)
    JOIN g.facet f USING (facet_id) ORDER BY ALL
"""
SUMMED = KEPT.replace("g.observation", "g.rollup_day").replace("o.value", "o.value, o.parts")


@dataclass
class Installation:
    home: Home
    sources: Mapping[str, str] = field(default_factory=lambda: {"urgences": URGENCES, "paie": PAIE})

    def __post_init__(self) -> None:
        self.home.prepare()
        self.structure(STRUCTURE)
        for name, text in self.sources.items():
            (self.home.sources / f"{name}.toml").write_text(text, "utf-8")

    def structure(self, text: str) -> None:
        self.home.structure.write_text(text, "utf-8")

    def drop(self, name: str, *lines: str) -> Path:
        """One file, whole before its name is visible, as a careful exporter writes it."""
        header = "jour;uf;passages" if name.startswith("urgences") else "mois;uf;accidents"
        partial = self.home.drop / f".{name}"
        partial.write_text("\n".join((header, *lines, "")), "utf-8")
        return partial.replace(self.home.drop / name)

    def refresh(self, *sources: str) -> RefreshReport:
        return refresh(self.home, sources, forecasts=False)

    def sentences(self) -> list[str]:
        return [run.sentence for run in self.refresh().runs if run.sentence]

    def rows(self, sql: str = KEPT) -> list[tuple[Any, ...]]:
        """A query on the newest generation, attached as g."""
        path = publish.current_path(self.home.generations)
        with duckdb.connect() as connection:
            connection.execute(f"ATTACH '{path}' AS g (READ_ONLY)")
            return connection.execute(sql).fetchall()

    def visits(self) -> dict[tuple[str, str], float]:
        """(unit, day) -> value of the visits that are kept."""
        return {(row[1], str(row[2])): row[5] for row in self.rows() if row[0] == "ed_visits"}

    def total(self, unit: str, measure: str = "ed_visits") -> float:
        """The rollup of a unit over all days."""
        return sum(row[5] for row in self.rows(SUMMED) if row[:2] == (measure, unit))

    @property
    def number(self) -> int | None:
        path = publish.current_path(self.home.generations)
        return publish.number_of(path) if path else None

    def generation(self) -> attach.Generation:
        return attach.Warehouse(self.home).generation()

    def environment(self) -> dict[str, str]:
        """For a process that works on this installation."""
        return {**os.environ, "COCKPIT_HOME": str(self.home.root)}
