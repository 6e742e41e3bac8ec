"""The demonstration hospital: a whole GHT, simulated, exported as its programs would.

The path: `seasons` (calendar, epidemics) and `stories` -> `emergency` (visits) -> `beds_open` ->
`census` (nights, backlog) -> `beds_flow`, `bed_lists`, `stays`, `emergency_times` = `world.play`;
then `export_*` writes what each hospital program would drop, `defects` spoils it a little, and
`sources/*.toml` are the installation's source files.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

from sample_data import defects
from sample_data.export_activity import export_activity, export_coding
from sample_data.export_beds import export_beds
from sample_data.export_emergency import export_emergency
from sample_data.export_finance import export_finance
from sample_data.export_quality import export_quality
from sample_data.export_workforce import export_workforce
from sample_data.hospital import GROUP_LABEL, structure
from sample_data.seasons import ZONE
from sample_data.world import World, play

__all__ = ["build"]

_STEPS: tuple[tuple[str, Callable[[World, Path], None]], ...] = (
    ("Urgences", export_emergency),
    ("Lits", export_beds),
    ("Séjours, consultations et bloc", export_activity),
    ("Recettes T2A et codage", export_coding),
    ("Budget, comptes et trésorerie", export_finance),
    ("Ressources humaines", export_workforce),
    ("Qualité et numérique", export_quality),
)


def build(
    home: Path, *, end: date, seed: int = 20261121, on_step: Callable[[str], None] | None = None
) -> None:
    """Fill a COCKPIT_HOME with the demonstration: structure, sources, and exports up to `end`.

    end: the last delivered day, usually yesterday; history starts on 1 January 2023. The files
    depend only on (end, seed). on_step is told, in French, what is being written.
    """
    say = on_step or (lambda _: None)
    drop = home / "drop"
    drop.mkdir(parents=True, exist_ok=True)
    say("Simulation de l'hôpital")
    world = play(end, seed)
    for label, export in _STEPS:
        say(label)
        export(world, drop)
    defects.plant(drop)
    say("Structure et sources")
    _install(home)


def _install(home: Path) -> None:
    structure().to_csv(home / "structure.csv", sep=";", index=False, encoding="utf-8")
    (home / "cockpit.toml").write_text(
        f'name = "{GROUP_LABEL}"\nschool_zone = "{ZONE}"\nholidays = "metropole"\n', "utf-8"
    )
    sources = home / "sources"
    sources.mkdir(exist_ok=True)
    for path in sorted((Path(__file__).parent / "sources").glob("*.toml")):
        shutil.copyfile(path, sources / path.name)
