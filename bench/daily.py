"""(b) One day of new figures on top of 20 million: from landed batches to the moved pointer.

The day: every daily source's new day, and the coding of stays of the last 60 days over again, with
the T2A estimate that follows from it. Reference: copying the generation's file and flushing it to
disk, which no publish of a whole new file can avoid.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from time import perf_counter

from bench import hospital
from bench.report import Figure, Section, cpu_seconds, middle
from cockpit import refresh
from cockpit.connect.structure import load_structure
from cockpit.settings import Home
from cockpit.warehouse import publish, update
from cockpit.warehouse.durable import fsync

TARGET_S = 3.0


def run(home: Home, days: int) -> Section:
    """Publish `days` days, one after the other."""
    units = load_structure(home.structure)
    times, used, rows = [], [], 0
    for number in range(1, days + 1):
        rows = hospital.land_next_day(home, number)
        start, cpu = perf_counter(), cpu_seconds()
        with publish.publishing(home.generations):
            new = update.pending(home, units)
            outcome = update.publish_batches(home, units, [], new, refresh.DERIVATIONS)
        times.append(perf_counter() - start)
        used.append(cpu_seconds() - cpu)
        assert outcome.published
        assert not outcome.refusals
    start = perf_counter()
    refresh.alert_now(home)
    alerts = perf_counter() - start
    copy = _copy(home)
    took = middle(times)
    size = publish.current_path(home.generations).stat().st_size / 1e6
    return Section(
        "b. Un jour de plus sur 20 millions d'observations",
        (
            Figure("observations du jour", f"{rows:,}", "", f"génération de {size:.0f} Mo"),
            Figure(
                "durée, médiane",
                f"{took:.2f} s",
                f"≤ {TARGET_S:.0f} s",
                f"{days} jours",
                took <= TARGET_S,
            ),
            Figure("la plus courte", f"{min(times):.2f} s"),
            Figure("processeur, médiane", f"{middle(used):.2f} s"),
            Figure("référence : copie du fichier et fsync", f"{copy:.2f} s"),
            Figure("rapport à la référence", f"{took / copy:.1f} x", "", "durée / durée"),
            Figure(
                "évaluation des alertes ensuite",
                f"{alerts:.2f} s",
                "",
                "les chiffres sont déjà visibles",
            ),
        ),
    )


def _copy(home: Home) -> float:
    newest = publish.current_path(home.generations)
    aside = Path(home.root) / "copy"
    start = perf_counter()
    shutil.copyfile(newest, aside)
    fsync(aside)
    took = perf_counter() - start
    aside.unlink()
    return took
