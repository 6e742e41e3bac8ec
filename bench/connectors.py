"""(e) Each connector, from its source to a checked batch: lines per second and memory.

A reading runs in a process of its own, as the worker's do; its peak memory is that process's: at
ten million lines, or at the largest delivery that the connector takes. What would take too long is
read at two sizes, and the memory of the full one is drawn through them. The files are made by the
generators of the tests. Reference of the same run: DuckDB reading the CSV of
ten million lines into a bare table.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from time import perf_counter

import duckdb
import openpyxl

from bench import hospital
from bench.report import Figure, Section, rounded
from cockpit.settings import Home
from tests.connectors.hl7_messages import adt
from tests.connectors.reading import home_allowing
from tests.connectors.sample_pmsi import lines, rum
from tests.connectors.sample_rpu import FINESS, document, visit
from tests.connectors.sample_sql import PASSWORD, settings_of
from tests.connectors.servers import postgres

MOST_MB = 400
FULL = 10_000_000
_RPU_IN_1_GIB = 1_500_000
_HEAD = 'connector = "{kind}"\nschedule = "0 5 * * *"\nstale_after = "36h"\ntime_limit = "60m"\n'
_LONG = """[mapping]
date = {{ column = "jour", format = "{format}" }}
unit = {{ column = "uf" }}
[mapping.measures]
n = "bed_exits"
"""


@dataclass(frozen=True, slots=True)
class Case:
    """One source to read. items: what is counted, how many stand in it, the bar per second.

    most: how many one delivery may hold.
    """

    name: str
    source: str
    items: str
    count: int
    least: float | None
    most: int = FULL


@contextmanager
def _csv(home: Home, count: int) -> Iterator[Case]:
    days = count // len(hospital.wards())
    first = datetime(2026, 11, 20)
    with (home.drop / "long.csv").open("w", encoding="cp1252") as stream:
        stream.write("jour;uf;libellé;n\n")
        for back in range(days):
            day = f"{first - timedelta(days=back):%d/%m/%Y}"
            rows = (f"{day};{unit};Médecine côté été;{back % 50},5\n" for unit in hospital.wards())
            stream.writelines(rows)
    text = _HEAD.format(kind="csv") + 'path = "drop/long.csv"\nencoding = "cp1252"\n'
    yield Case("csv", text + _LONG.format(format="%d/%m/%Y"), "lignes", days * 300, 300_000)


@contextmanager
def _excel(home: Home, count: int) -> Iterator[Case]:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(["jour", "uf", "libellé", "n"])
    wards = hospital.wards()
    for number in range(count):
        day = f"{datetime(2026, 11, 20) - timedelta(days=number // 300):%d/%m/%Y}"
        sheet.append([day, wards[number % 300], "Médecine", number % 50])
    book.save(home.drop / "feuille.xlsx")
    text = _HEAD.format(kind="excel") + 'path = "drop/feuille.xlsx"\n'
    yield Case("excel", text + _LONG.format(format="%d/%m/%Y"), "lignes", count, 300_000, count)


@contextmanager
def _sql(home: Home, count: int) -> Iterator[Case]:
    with postgres.running() as server:
        with server.owner() as owner:
            owner.execute(
                "CREATE TABLE mesures AS SELECT date '2026-11-20' - (i / 300) AS jour, "
                "(%s::text[])[i %% 300 + 1] AS uf, i %% 50 AS n "
                f"FROM generate_series(0, {count - 1}) i",
                [list(hospital.wards())],
            )
            owner.execute(f"CREATE ROLE lecteur LOGIN PASSWORD '{PASSWORD}'")
            owner.execute("GRANT SELECT ON mesures TO lecteur")
        home_allowing(home.root, f"{server.host}:{server.port}")
        settings = settings_of(home, server, statement_timeout_s=3000)
        (home.sources / "mesures.sql").write_text("SELECT jour, uf, n FROM mesures", "utf-8")
        said = "".join(f"{name} = {json.dumps(value)}\n" for name, value in settings.items())
        text = _HEAD.format(kind="sql") + said + _LONG.format(format="%Y-%m-%d")
        yield Case("sql (PostgreSQL)", text, "lignes", count, 200_000)


@contextmanager
def _rpu(home: Home, count: int) -> Iterator[Case]:
    start, chance = datetime(2026, 1, 1), random.Random(1)
    visits = []
    for number in range(count):
        begin = start + timedelta(minutes=number * 460_000 // count)
        end = begin + timedelta(minutes=chance.randrange(5, 900))
        way = {"MODE_SORTIE": chance.choice("6788888"), "ORIENT": "MED", "CP": f"{number:06}"}
        visits.append(visit(f"{begin:%d/%m/%Y %H:%M}", f"{end:%d/%m/%Y %H:%M}", **way))
    (home.drop / "RPU_1.xml").write_bytes(document(visits))
    text = _HEAD.format(kind="rpu") + 'path = "drop/RPU_*.xml"\n'
    yield Case("rpu", text, "passages", count, 20_000, _RPU_IN_1_GIB)


@contextmanager
def _pmsi(home: Home, count: int) -> Iterator[Case]:
    wards = hospital.wards()
    made = [
        rum("122", stay=n, unit=wards[n % 40], das=("I10",) * (n % 7), acts=n % 5)
        for n in range(50_000)
    ]
    with (home.drop / "M11.rss.txt").open("wb") as stream:
        for turn in range(count // 50_000):
            stream.write(lines(*(line.replace("NDA", f"{turn:03}") for line in made)))
    text = _HEAD.format(kind="pmsi") + 'path = "drop/*.rss.txt"\n'
    yield Case("pmsi", text, "lignes", count // 50_000 * 50_000, 300_000)
    (home.drop / "M11.rss.txt").unlink()  # 2.8 GB


@contextmanager
def _hl7(home: Home, count: int) -> Iterator[Case]:
    start = datetime(2026, 11, 15)
    with (home.drop / "adt.hl7").open("wb") as stream:
        for number in range(count // 2):
            entry = start + timedelta(seconds=number * 400_000 // count)
            leave = entry + timedelta(hours=5)
            for event, at in (("A01", entry), ("A03", leave)):
                movement = f"{event}{number}"
                stream.write(
                    adt(event, f"{at:%Y%m%d%H%M%S}", visit=f"V{number}", movement=movement)
                )
    text = _HEAD.format(kind="hl7") + 'path = "drop/*.hl7"\n'
    yield Case("hl7 (fichier)", text, "messages", count // 2 * 2, 5_000)


_CASES: tuple[tuple[Callable[..., object], tuple[int, ...]], ...] = (
    (_csv, (FULL,)),
    (_excel, (400_000,)),
    (_sql, (FULL,)),
    (_rpu, (60_000, 240_000)),
    (_pmsi, (FULL,)),
    (_hl7, (60_000, 240_000)),
)


def run(folder: Path, *, small: bool = False) -> Section:
    """Every connector; one tenth of the size when `small`."""
    figures = []
    for make, counts in _CASES:
        name = make.__name__.strip("_")
        sizes = [counts[-1] // 10] if small else counts
        readings = [_read(folder / f"{name}{at or ''}", make, n) for at, n in enumerate(sizes)]
        figures += [_speed(readings[-1]), _memory(readings)]
    figures.append(_reference(folder))
    return Section("(e) Les connecteurs, de la source au lot vérifié", tuple(figures))


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading a case took: seconds, processor seconds, peak of memory, observations kept."""

    case: Case
    took: float
    cpu: float
    peak_mb: float
    kept: int


def _read(root: Path, make: Callable[..., object], count: int) -> Reading:
    home = Home(root).prepare()
    structure = f"{hospital.structure()}{FINESS};G;establishment;Urgences\n"
    home.structure.write_text(structure, "utf-8")
    with ExitStack() as stack:
        case: Case = stack.enter_context(make(home, count))  # type: ignore[arg-type]
        (home.sources / "bench.toml").write_text(case.source, "utf-8")
        return Reading(case, *_read_in_child(root))


def _speed(reading: Reading) -> Figure:
    case = reading.case
    speed, steady = case.count / reading.took, case.count / reading.cpu
    return Figure(
        f"{case.name} : {case.items} par seconde",
        rounded(speed),
        f"≥ {case.least:,.0f}" if case.least else "",
        f"{case.count:,} en {reading.took:.1f} s ({steady:,.0f} par s de processeur), "
        f"{reading.kept:,} obs.",
        speed >= case.least if case.least else None,
    )


def _memory(readings: list[Reading]) -> Figure:
    """At the largest delivery: as measured, or on the line through the two sizes measured."""
    first, last = readings[0], readings[-1]
    case, peak = last.case, last.peak_mb
    note = f"mesurée à {case.count:,} {case.items}"
    if len(readings) > 1:
        grown = max(0.0, last.peak_mb - first.peak_mb) / (case.count - first.case.count)
        peak += grown * (case.most - case.count)
        note = (
            f"prolongée à {case.most:,} {case.items} : {first.peak_mb:.0f} Mo à "
            f"{first.case.count:,}, {last.peak_mb:.0f} Mo à {case.count:,}"
        )
    name = f"{case.name} : mémoire au plus haut"
    return Figure(name, f"{peak:.0f} Mo", f"≤ {MOST_MB} Mo", note, peak <= MOST_MB)


def _read_in_child(root: Path) -> tuple[float, float, float, int]:
    """Seconds, processor seconds, peak of its memory (the largest child of its own included)."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.reading_one", str(root)],
        check=True,
        stdout=subprocess.PIPE,
    )
    found = json.loads(done.stdout)
    return found["seconds"], found["cpu"], found["peak_mb"], found["kept"]


def _reference(folder: Path) -> Figure:
    source = folder / "csv" / "drop" / "long.csv"
    text = source.read_text("cp1252")
    (folder / "bare.csv").write_text(text, "utf-8")
    count = text.count("\n") - 1
    del text
    start = perf_counter()
    with duckdb.connect(str(folder / "bare.duckdb"), config={"threads": 2}) as connection:
        connection.execute(
            "CREATE TABLE bare AS SELECT * FROM read_csv($1, delim=';', header=true, "
            "decimal_separator=',', dateformat='%d/%m/%Y', types={'uf': 'VARCHAR'})",
            [str(folder / "bare.csv")],
        )
    took = perf_counter() - start
    name = "référence : DuckDB, le même CSV en table nue"
    return Figure(name, rounded(count / took), "", f"{took:.2f} s")
