"""(a) From a file in the drop folder to published figures, checks included.

The file is what a hospital program exports: Windows-1252, `;`, decimal comma, day/month/year, a
label that no one reads, a cell in 200 that says "NC"; seven years of a hundred wards. The same
observations in two layouts: wide (one line per ward and day, eight measures side by side) and long
(one line per figure). A row of the target is one observation, as the warehouse holds it. Reference:
DuckDB reads the same file (as UTF-8, which it needs) into one bare table.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from time import perf_counter

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bench import hospital
from bench.report import Figure, Section, cpu_seconds, middle, rounded
from cockpit.refresh import refresh
from cockpit.settings import Home

TARGET = 400_000
WARDS = 100
COLUMNS = {
    "Présents à minuit": "patients_midnight",
    "Présents à 8 h": "patients_0800",
    "Sorties": "bed_exits",
    "Sorties avant midi": "exits_before_noon",
    "Lits ouverts": "beds_open",
    "Lits installés": "beds_installed",
    "Nuitées": "mco_nights",
    "ETP prévus": "fte_planned",
}
_HEAD = """connector = "csv"
label = "Mouvements (export)"
schedule = "0 5 * * *"
path = "drop/mouvements.csv"
owner = "DIM"
stale_after = "36h"
encoding = "cp1252"

[mapping]
date = { column = "Date", format = "%d/%m/%Y" }
unit = { column = "UF" }
missing = ["NC"]
"""
_WIDE = "[mapping.measures]\n" + "\n".join(f'"{c}" = "{m}"' for c, m in COLUMNS.items())
_RECODED = ", ".join(f'"{c}" = "{m}"' for c, m in COLUMNS.items())
_LONG = f"""measure = {{ column = "Indicateur", values = {{ {_RECODED} }} }}
value = {{ column = "Valeur" }}
"""


@dataclass(frozen=True, slots=True)
class Layout:
    """One way to write the same observations. per_line: how many stand on a line."""

    name: str
    header: str
    mapping: str
    per_line: int


LAYOUTS = (
    Layout("large", ";".join(("Date", "UF", "Libellé", *COLUMNS)), _WIDE, len(COLUMNS)),
    Layout("longue", "Date;UF;Libellé;Indicateur;Valeur", _LONG, 1),
)


def run(folder: Path, observations: int, times: int) -> Section:
    """Each layout, `times` times from an empty installation; the median."""
    figures: list[Figure] = []
    for layout in LAYOUTS:
        export = folder / f"{layout.name}.csv"
        write_export(export, layout, observations // layout.per_line)
        bare = _bare(export, folder)
        runs = [_publish(folder / f"{layout.name}-{n}", export, layout) for n in range(times)]
        took, cpu = middle([one[0] for one in runs]), middle([one[1] for one in runs])
        kept, lines = runs[0][2], observations // layout.per_line
        speed = kept / took
        figures += [
            Figure(
                f"{layout.name} : observations par seconde",
                rounded(speed),
                f"≥ {TARGET:,}",
                f"{kept:,} en {took:.2f} s (processeur {cpu:.2f} s)",
                speed >= TARGET,
            ),
            Figure(
                f"{layout.name} : lignes du fichier par seconde",
                rounded(lines / took),
                "",
                f"{lines:,} lignes, {export.stat().st_size / 1e6:.0f} Mo",
            ),
            Figure(
                f"{layout.name} : rapport à DuckDB, table nue",
                f"{took / bare:.1f} x",
                "",
                f"{bare:.2f} s sans contrôle, correspondance ni cumul",
            ),
        ]
    return Section("(a) Du CSV à la génération publiée", tuple(figures))


def write_export(path: Path, layout: Layout, lines: int) -> None:
    """`lines` lines: every ward every day, for as many days as it takes."""
    random = np.random.default_rng(3)
    units = hospital.wards()[:WARDS]
    keys = WARDS * (1 if layout.per_line > 1 else len(COLUMNS))
    days = lines // keys
    dates = [f"{date(2026, 11, 20) - timedelta(days=back):%d/%m/%Y}" for back in range(days)]
    labels = [f"Médecine n° {unit}, côté été" for unit in units]
    ward = np.tile(np.repeat(np.arange(WARDS), keys // WARDS), days)
    columns = [
        pa.array(dates).take(np.repeat(np.arange(days), keys)),
        pa.array(units).take(ward),
        pa.array(labels).take(ward),
    ]
    if layout.per_line == 1:
        columns.append(pa.array(list(COLUMNS)).take(np.tile(np.arange(keys) % 8, days)))
    columns += [_cells(random, days * keys, n % 8 == 7) for n in range(layout.per_line)]
    text = pc.binary_join_element_wise(*columns, ";")
    body = "\r\n".join((layout.header, *text.to_pylist(), ""))
    path.write_bytes(body.encode("cp1252"))


def _cells(random: np.random.Generator, count: int, is_decimal: bool) -> pa.Array:
    numbers = pa.array(np.round(np.abs(random.normal(25, 6, count)), 2 if is_decimal else 0))
    whole = numbers if is_decimal else numbers.cast(pa.int64())
    text = pc.replace_substring(whole.cast(pa.string()), ".", ",")
    return pc.if_else(pa.array(random.random(count) < 0.005), "NC", text)


def _publish(root: Path, export: Path, layout: Layout) -> tuple[float, float, int]:
    """Seconds and processor seconds of one refresh, alerts included; observations kept."""
    home = Home(root).prepare()
    home.structure.write_text(hospital.structure(), "utf-8")
    (home.sources / "mouvements.toml").write_text(_HEAD + layout.mapping, "utf-8")
    (home.drop / "mouvements.csv").hardlink_to(export)
    start, cpu = perf_counter(), cpu_seconds()
    report = refresh(home, forecasts=False)
    took, cpu = perf_counter() - start, cpu_seconds() - cpu
    assert report.published
    return took, cpu, sum(run.accepted for run in report.runs)


def _bare(export: Path, folder: Path) -> float:
    """Seconds to read the same file into one table: no check, no mapping, no rollup."""
    utf8 = folder / "bare.csv"
    utf8.write_text(export.read_text("cp1252"), "utf-8", newline="")
    start = perf_counter()
    with duckdb.connect(str(folder / f"{export.stem}.duckdb"), config={"threads": 2}) as connection:
        connection.execute(
            "CREATE TABLE bare AS SELECT * FROM read_csv($1, delim=';', header=true, "
            "decimal_separator=',', dateformat='%d/%m/%Y', nullstr='NC', types={'UF': 'VARCHAR'})",
            [str(utf8)],
        )
        connection.execute("CHECKPOINT")
    return perf_counter() - start
