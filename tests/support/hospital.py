"""A small hospital whose figures are written by hand and published as a real generation.

    G  group          everything below goes through the real landing, build, rollup and publish
    ├── A  establishment
    │   ├── P  pole ── A1, A2  uf
    │   └── A3  uf
    └── B  establishment ── B1, B2  uf

One figure is one line of text, so that a test prints what it is made of:

    measure unit day [facet] [@scenario] value

    beds_open  A1  2026-01-01              12
    beds_open  A1  2026-01-01..2026-01-31  12         every day, both ends included
    ed_visits  A1  2026-01-01  75+         3
    fte_paid   A1  2026-01..2026-12  @budget  10      every month, on its first day
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import duckdb
import pandas as pd
import pyarrow as pa

from cockpit.access.scope import Scope, Site, scope_named
from cockpit.connect.batch import QUARANTINE, ROWS, Batch, Replace
from cockpit.connect.observations import Spool
from cockpit.forecast.model import Forecast
from cockpit.forecast.store import to_tables
from cockpit.kpi.catalogue import KPIS
from cockpit.kpi.model import Kpi, KpiId
from cockpit.kpi.nowcast import T2A
from cockpit.kpi.units import Unit, UnitTree
from cockpit.kpi.windows import add_months
from cockpit.settings import Home
from cockpit.warehouse import build, derive, landing, publish, rollup, structure
from cockpit.warehouse.attach import Generation, Warehouse
from cockpit.warehouse.landing import Landed

SOURCE = "essai"
RECEIVED = datetime(2027, 6, 1, 5, 0)
"""Long after every figure of the tests, so that no month is delivered before its end."""

UNITS = UnitTree(
    (
        Unit("G", None, "group", "GHT d'essai"),
        Unit("A", "G", "establishment", "Site A"),
        Unit("P", "A", "pole", "Pôle de A"),
        Unit("A1", "P", "uf", "UF A1"),
        Unit("A2", "P", "uf", "UF A2"),
        Unit("A3", "A", "uf", "UF A3"),
        Unit("B", "G", "establishment", "Site B"),
        Unit("B1", "B", "uf", "UF B1"),
        Unit("B2", "B", "uf", "UF B2"),
    )
)


class Row(NamedTuple):
    """One observation; `day` is the first day of its period."""

    measure: str
    unit: str
    day: date
    facet: str
    scenario: str
    value: float


def table(text: str) -> list[Row]:
    """The figures of a text, one per line; blank lines and what follows a `#` are left out."""
    lines = (line.split("#")[0].split() for line in text.splitlines())
    return [row for words in lines if words for row in _rows(words)]


def _rows(words: list[str]) -> Iterator[Row]:
    measure, unit, days, *rest, value = words
    scenario = next((word[1:] for word in rest if word.startswith("@")), "actual")
    facet = next((word for word in rest if not word.startswith("@")), "")
    for day in days_of(days):
        yield Row(measure, unit, day, facet, scenario, float(value))


def days_of(text: str) -> Iterator[date]:
    """`2026-01-31` is a day, `2026-01` the first of a month, `a..b` every one of them."""
    first, _, last = text.partition("..")
    day, end = parse(first), parse(last or first)
    while day <= end:
        yield day
        day = add_months(day, 1) if len(first) == len("2026-01") else day + timedelta(days=1)


def parse(text: str) -> date:
    """A day, or the first day of a month."""
    return date.fromisoformat(text if len(text) > len("2026-01") else f"{text}-01")


@dataclass
class Hospital:
    """One installation in a folder. `deliver` lands a file, `publish` makes a generation of it."""

    root: Path
    units: UnitTree = UNITS
    sources: dict[str, structure.SourceRow] = field(default_factory=dict)
    home: Home = field(init=False)
    warehouse: Warehouse = field(init=False)

    def __post_init__(self) -> None:
        self.home = Home(self.root).prepare()
        self.warehouse = Warehouse(self.home)

    def describe(
        self, source: str = SOURCE, *, stale_after_h: float = 36.0, provisional_d: float = 0.0
    ) -> None:
        """What `sources/NAME.toml` promises."""
        self.sources[source] = structure.SourceRow(
            source, source.title(), "DIM", stale_after_h, provisional_d
        )

    def deliver(
        self,
        figures: str | Iterable[Row],
        *,
        source: str = SOURCE,
        file: str = "",
        replace: Replace = "rows",
        received_at: datetime = RECEIVED,
    ) -> Landed:
        """Land one file; `file` names it (by default every delivery is a new one)."""
        rows = table(figures) if isinstance(figures, str) else list(figures)
        already = landing.landed(self.home.landing)
        name = file or f"{source}-{len(already) + 1}.csv"
        batch = Batch(
            source=source,
            file=name,
            source_hash=f"{source}:{name}",
            received_at=received_at,
            replace=replace,
            lines=len(rows),
            observations=Spool.of(
                pa.Table.from_pylist([row._asdict() for row in rows], schema=ROWS)
            ),
            quarantine=QUARANTINE.empty_table(),
        )
        late = self.sources[source].provisional_d if source in self.sources else 0.0
        stamp = structure.structure_hash(self.units)
        return landing.land(
            self.home.landing, batch, already, structure_hash=stamp, provisional_days=late
        )

    def publish(
        self,
        *,
        forecasts: Sequence[Forecast] = (),
        past: pd.DataFrame | None = None,
        derived: bool = False,
    ) -> Generation:
        """Publish what was landed since the last generation. derived: with the T2A estimate.

        past: what models said at past origins (`forecast_past`).
        """
        fresh = publish.current_path(self.home.generations) is None
        held = frozenset() if fresh else self.warehouse.generation().batch_hashes
        pending = [one for one in landing.landed(self.home.landing) if one.source_hash not in held]

        def change(connection: duckdb.DuckDBPyConnection) -> None:
            structure.write_measures(connection)
            if fresh:
                structure.write_units(connection, self.units)
            structure.write_sources(connection, list(self.sources.values()))
            refusals = build.apply(connection, pending)
            assert not refusals, refusals
            if derived:
                derive.derive(connection, (T2A,))
            rollup.refresh(connection, self.units)
            if forecasts:
                _add_forecasts(connection, forecasts, past)

        with publish.publishing(self.home.generations):
            publish.publish(self.home, change)
        return self.warehouse.generation()

    def given(self, figures: str | Iterable[Row]) -> Generation:
        """Deliver and publish at once."""
        self.deliver(figures)
        return self.publish()

    def scope(self, role: str = "director_ght") -> Scope:
        """The scope of a role of the "Voir comme" switch (`director_A` is A's director)."""
        roots = tuple(unit.id for unit in self.units.roots())
        sites = tuple(Site(unit.id, unit.label) for unit in self.units.establishments())
        return scope_named(role, roots, sites)


def _add_forecasts(
    connection: duckdb.DuckDBPyConnection, forecasts: Sequence[Forecast], past: pd.DataFrame | None
) -> None:
    for name, rows in to_tables(forecasts, pd.DataFrame() if past is None else past).items():
        connection.register("made", rows)
        connection.execute(f"INSERT INTO {name} BY NAME SELECT * FROM made")
        connection.unregister("made")


def kpi(name: str) -> Kpi:
    """A KPI of the catalogue."""
    return KPIS[KpiId(name)]
