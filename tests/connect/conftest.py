"""A hospital of five units in a temporary folder, and short ways to give it files and sources."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from cockpit.connect.batch import Batch
from cockpit.connect.config import SourceConfig, load_source
from cockpit.connect.deliver import batches
from cockpit.connect.structure import load_structure
from cockpit.errors import BadDelivery
from cockpit.settings import Home
from tests.warehouse.installation import Installation

STRUCTURE = """unit;parent;level;label;finess;discipline;valid_from;valid_to
GHT;;group;GHT d'essai;;;;
1;GHT;establishment;CH de Un;010000024;;;
10;1;service;Médecine;;MED;;
01;1;service;Chirurgie;;CHIR;2024-02-01;
99;1;service;Fermé;;MED;;2024-01-31
"""
HEAD = """connector = "csv"
schedule = "*/15 * * * *"
path = "drop/*.csv"
stale_after = "36h"
"""
WIDE = """[mapping]
date = { column = "jour", format = "%d/%m/%Y" }
unit = { column = "uf" }
[mapping.measures]
n = "births"
"""


@dataclass(frozen=True)
class Hospital:
    home: Home

    def drop(self, name: str, content: str | bytes) -> Path:
        path = self.home.drop / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def source(self, mapping: str = WIDE, head: str = "", name: str = "essai") -> SourceConfig:
        path = self.home.sources / f"{name}.toml"
        path.write_text(HEAD + head + mapping, "utf-8")
        return load_source(path)

    def read(
        self, config: SourceConfig, known: frozenset[str] = frozenset()
    ) -> list[Batch | BadDelivery]:
        return list(batches(self.home, config, known, load_structure(self.home.structure)))

    def batch(self, text: str | bytes, mapping: str = WIDE, head: str = "") -> Batch:
        self.drop("a.csv", text)
        (found,) = self.read(self.source(mapping, head))
        assert isinstance(found, Batch), found
        return found

    def refusal(self, text: str | bytes, mapping: str = WIDE, head: str = "") -> BadDelivery:
        self.drop("a.csv", text)
        (found,) = self.read(self.source(mapping, head))
        assert isinstance(found, BadDelivery), found
        return found


@pytest.fixture
def hospital(tmp_path: Path) -> Hospital:
    home = Home(tmp_path).prepare()
    home.structure.write_text(STRUCTURE, "utf-8")
    return Hospital(home)


def rows(batch: Batch) -> list[tuple[object, ...]]:
    """(measure, unit, day as text, facet, scenario, value), in the order of the batch."""
    return [
        (*row[:2], str(row[2]), *row[3:])
        for row in zip(*batch.rows.to_pydict().values(), strict=True)
    ]


def refused(batch: Batch) -> list[tuple[int, str, str]]:
    """(line, column, reason)."""
    table = batch.quarantine.to_pydict()
    return list(zip(table["line"], table["column"], table["reason"], strict=True))


@pytest.fixture(name="rows")
def _rows():
    return rows


@pytest.fixture(name="refused")
def _refused():
    return refused


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    return Installation(Home(tmp_path))
