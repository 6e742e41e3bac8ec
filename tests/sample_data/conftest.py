"""The demonstration built once, and read back through the real connectors."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd
import pytest

import sample_data
from cockpit.connect.batch import Batch
from cockpit.connect.config import SourceConfig, load_sources
from cockpit.connect.deliver import batches
from cockpit.connect.structure import load_structure
from cockpit.kpi.units import UnitTree
from cockpit.settings import Home
from sample_data.world import World, play

END = date(2026, 11, 21)
SEED = 20261121
KEY = ["measure", "unit", "day", "facet", "scenario"]


@dataclass(frozen=True)
class Demo:
    """home: the built installation. rows: every observation, later deliveries winning."""

    home: Home
    units: UnitTree
    configs: tuple[SourceConfig, ...]
    batches: tuple[Batch, ...]
    rows: pd.DataFrame

    def daily(
        self, measure: str, *, units: set[str] | None = None, facets: set[str] | None = None
    ) -> pd.Series:
        """Sum over units and facets, by period start, of the actual figures."""
        rows = self.rows[(self.rows["measure"] == measure) & (self.rows["scenario"] == "actual")]
        if units is not None:
            rows = rows[rows["unit"].isin(units)]
        if facets is not None:
            rows = rows[rows["facet"].isin(facets)]
        return rows.groupby("day")["value"].sum().sort_index()

    def wards(self, *disciplines: str) -> set[str]:
        """Codes of the UF of these disciplines."""
        return {str(unit.id) for unit in self.units.units if unit.discipline in disciplines}

    def yearly(self, measure: str, year: int, scenario: str = "actual") -> float:
        """Total of one civil year."""
        rows = self.rows
        kept = (rows["measure"] == measure) & (rows["scenario"] == scenario)
        return float(rows.loc[kept & (rows["day"].dt.year == year), "value"].sum())


@pytest.fixture(scope="session")
def world() -> World:
    return play(END, SEED)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    root = tmp_path_factory.mktemp("demo")
    sample_data.build(root, end=END, seed=SEED)
    home = Home(root)
    units = load_structure(home.structure)
    configs, errors = load_sources(home)
    assert errors == []
    found: list[Batch] = []
    for config in configs:
        for batch in batches(home, config, frozenset(), units):
            assert isinstance(batch, Batch), batch
            found.append(batch)
    return Demo(home, units, tuple(configs), tuple(found), _rows(found))


def _rows(found: list[Batch]) -> pd.DataFrame:
    pieces = [batch.rows.to_pandas(strings_to_categorical=True) for batch in found]
    for piece, batch in zip(pieces, found, strict=True):
        piece["source"] = batch.source
    rows = pd.concat(
        [
            p.astype(dict.fromkeys(("measure", "unit", "facet", "scenario"), "string"))
            for p in pieces
        ]
    )
    rows = rows.drop_duplicates([*KEY], keep="last")
    rows["day"] = pd.to_datetime(rows["day"])
    return rows.astype(
        dict.fromkeys(("measure", "unit", "facet", "scenario", "source"), "category")
    ).reset_index(drop=True)
