"""`make bench`: measure everything and write BENCHMARKS.md. `python -m bench a c` prints parts.

--small takes a hospital of one million observations (a minute or two): to try, not for the record.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench import (
    alerts,
    alerts_mail,
    connectors,
    daily,
    forecast,
    forecast_monthly,
    hospital,
    ingest,
    phone,
    reading,
    report,
    rows,
    sessions,
    web,
)
from cockpit.settings import Home

RECORD = Path(__file__).parents[1] / "BENCHMARKS.md"
PARTS = ("a", "b", "c", "d", "e", "f", "g")


def main() -> None:
    """Measure, print each part as soon as it is known, write the record when all were asked for."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], default=[])
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--full", action="store_true", help="every public series (hours)")
    parser.add_argument("--keep", type=Path, help="folder to work in and to leave behind")
    given = parser.parse_args()
    os.environ["COCKPIT_TODAY"] = "2026-11-26"
    parts = tuple(given.parts) or PARTS
    with tempfile.TemporaryDirectory(prefix="cockpit-bench-") as folder:
        sections = []
        for section in measure(given.keep or Path(folder), parts, given.small, given.full):
            report.show(section)
            sections.append(section)
    if parts == PARTS and not given.small:
        report.write(RECORD, sections, "make bench")


def measure(
    folder: Path, parts: tuple[str, ...], small: bool, full: bool
) -> Iterator[report.Section]:
    """The sections asked for, in order."""
    folder.mkdir(parents=True, exist_ok=True)
    if "a" in parts:
        yield ingest.run(folder, 200_000 if small else 2_000_000, 1 if small else 3)
    if "b" in parts or "c" in parts:
        home = Home(folder / "group").prepare()
        if not any(home.generations.glob("gen-*")):
            hospital.make(home, 100 if small else 1880)
    if "b" in parts:
        yield daily.run(home, 3 if small else 5)
    if "c" in parts:
        yield reading.run(home, 3 if small else 15)
    if "d" in parts:
        os.environ.pop("COCKPIT_TODAY", None)  # the sample hospital ends on the real day
        yield rows.section("(d) Le serveur : réexécution de Synthèse", web.run())
        yield rows.section(
            "(d) Le serveur : un geste toutes les 5 s et par personne", sessions.run()
        )
        yield rows.section("(d) Le téléphone : 390x844, processeur / 4", phone.run())
    if "e" in parts:
        yield connectors.run(folder / "connectors", small=small)
    if "f" in parts:
        yield forecast.run(folder / "forecast", small=small, full=full)
        yield forecast_monthly.run(small=small)
    if "g" in parts:
        os.environ["COCKPIT_TODAY"] = "2026-11-22"  # the ten stories are dated from its last day
        yield alerts.run(folder / "alerts")
        os.environ.pop("COCKPIT_TODAY", None)
        yield alerts_mail.run(2 if small else 5)


if __name__ == "__main__":
    main()
