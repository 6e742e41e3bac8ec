"""(a) From a file in the drop folder to published figures, checks included.

The file is what a hospital program exports: Windows-1252, `;`, decimal comma, day/month/year, one
line per ward and day, several measures side by side, a label that no one reads. Reference: DuckDB
reads the same file (as UTF-8, which it needs) into one bare table of text, dates and numbers.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from time import perf_counter

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bench import hospital
from bench.report import Figure, Section, cpu_seconds, rounded
from cockpit.refresh import refresh
from cockpit.settings import Home

WARDS = 100
MEASURES = ("patients_midnight", "bed_exits", "beds_open", "t2a_coded_eur")
SOURCE = """connector = "csv"
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
[mapping.measures]
"Présents à minuit" = "patients_midnight"
"Sorties" = "bed_exits"
"Lits ouverts" = "beds_open"
"Montant codé" = { measure = "t2a_coded_eur", facet = "GHS_HC" }
"""
HEADER = "Date;UF;Libellé;Présents à minuit;Sorties;Lits ouverts;Montant codé\r\n"


def write_export(path: Path, lines: int) -> None:
    """`lines` lines: 100 wards, as many days as it takes; one cell in 200 is "NC"."""
    random = np.random.default_rng(3)
    units = hospital.wards()[:WARDS]
    days = lines // WARDS
    dates = [date(2026, 11, 20) - timedelta(days=back) for back in range(days)]
    columns = [
        pa.array([f"{day:%d/%m/%Y}" for day in dates]).take(np.repeat(np.arange(days), WARDS)),
        pa.array(units).take(np.tile(np.arange(WARDS), days)),
        pa.array([f"Médecine n° {unit}, côté été" for unit in units]).take(
            np.tile(np.arange(WARDS), days)
        ),
        *(_cells(random, days * WARDS, decimals) for decimals in (0, 0, 0, 2)),
    ]
    text = pc.binary_join_element_wise(*columns, ";")
    body = "\r\n".join(text.to_pylist())
    path.write_bytes(f"{HEADER}{body}\r\n".encode("cp1252"))


def _cells(random: np.random.Generator, count: int, decimals: int) -> pa.Array:
    level = 20_000 if decimals else 25
    numbers = pa.array(np.round(np.abs(random.normal(level, level / 4, count)), decimals))
    whole = numbers if decimals else numbers.cast(pa.int64())
    text = pc.replace_substring(whole.cast(pa.string()), ".", ",")
    return pc.if_else(pa.array(random.random(count) < 0.005), "NC", text)


def run(folder: Path, lines: int) -> Section:
    """Write the file, publish it, read it bare; speeds in file lines and in figures per second."""
    home = Home(folder / "ingest").prepare()
    home.structure.write_text(hospital.structure(), "utf-8")
    (home.sources / "mouvements.toml").write_text(SOURCE, "utf-8")
    export = home.drop / "mouvements.csv"
    write_export(export, lines)
    bare = _bare(export, folder)
    start, cpu = perf_counter(), cpu_seconds()
    report = refresh(home, forecasts=False)
    took, cpu = perf_counter() - start, cpu_seconds() - cpu
    kept = sum(run.accepted for run in report.runs)
    assert report.published
    return Section(
        "a. Du CSV à la génération publiée",
        (
            Figure("lignes du fichier", f"{lines:,}", "", f"{export.stat().st_size / 1e6:.0f} Mo"),
            Figure(
                "lignes par seconde",
                rounded(lines / took),
                "≥ 400 000",
                f"{took:.2f} s",
                lines / took >= 400_000,
            ),
            Figure("observations par seconde", rounded(kept / took), "", f"{kept:,} observations"),
            Figure("processeur", f"{cpu:.2f} s"),
            Figure("référence : DuckDB, table nue", rounded(lines / bare), "", f"{bare:.2f} s"),
            Figure("rapport à la référence", f"{took / bare:.1f} x", "", "durée / durée"),
        ),
    )


def _bare(export: Path, folder: Path) -> float:
    """Seconds to read the same file into one table: no check, no mapping, no rollup."""
    utf8 = folder / "bare.csv"
    utf8.write_text(export.read_text("cp1252"), "utf-8", newline="")
    start = perf_counter()
    with duckdb.connect(str(folder / "bare.duckdb"), config={"threads": 2}) as connection:
        connection.execute(
            "CREATE TABLE bare AS SELECT * FROM read_csv($1, delim=';', header=true, "
            "decimal_separator=',', dateformat='%d/%m/%Y', nullstr='NC', types={'UF': 'VARCHAR'})",
            [str(utf8)],
        )
        connection.execute("CHECKPOINT")
    return perf_counter() - start
