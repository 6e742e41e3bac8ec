"""What is wrong with an installation, before a person finds out on a screen."""

from __future__ import annotations

import os
import shutil
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cockpit import state
from cockpit.alerts import rulebook
from cockpit.connect import registry
from cockpit.connect.config import load_sources
from cockpit.connect.contract import Asked
from cockpit.connect.structure import load_structure
from cockpit.errors import BadStructure, CockpitError
from cockpit.forecast.events import read as read_events
from cockpit.kpi.catalogue import with_local
from cockpit.notify import book as notify_book
from cockpit.warehouse.attach import Warehouse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cockpit.settings import Home

_STREAMLIT = Path(__file__).resolve().parents[1] / ".streamlit" / "config.toml"
_FREE_BYTES = 1024**3
_REMEDY = {
    "generations": "« cockpit rebuild » les refait depuis les lots conservés.",
    "state.db": "« cockpit restore » remet celui d'une sauvegarde.",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: its name, whether it is fine, one French sentence."""

    name: str
    ok: bool
    sentence: str


def examine(home: Home) -> Iterator[Finding]:
    """Look at everything; a fault never stops the next look."""
    yield _folder(home)
    yield _disk(home)
    yield _telemetry()
    looks: dict[str, Callable[[Home], str]] = {
        "cockpit.toml": _installation,
        "structure.csv": _structure,
        "kpis": _kpis,
        "events.toml": _events,
        "alerts.toml": _rules,
        "people.toml": _people,
        "state.db": _state,
        "generations": _generation,
    }
    for name, look in looks.items():
        yield _finding(name, look, home)
    yield from _sources(home)


def _finding(name: str, look: Callable[[Home], str], home: Home) -> Finding:
    try:
        return Finding(name, ok=True, sentence=look(home))
    except CockpitError as error:
        return Finding(name, ok=False, sentence=error.sentence())
    except Exception as error:  # noqa: BLE001 - a damaged file must not hide the other faults
        said = f"Illisible ({type(error).__name__}). {_REMEDY.get(name, '')}".rstrip()
        return Finding(name, ok=False, sentence=said)


def _folder(home: Home) -> Finding:
    ok = home.root.is_dir() and os.access(home.root, os.W_OK)
    said = "Le dossier existe et s'écrit." if ok else "Dossier absent ou protégé en écriture."
    return Finding("COCKPIT_HOME", ok, said)


def _disk(home: Home) -> Finding:
    if not home.root.exists():
        return Finding("disk", ok=False, sentence="Dossier absent.")
    free = shutil.disk_usage(home.root).free
    ok = free >= _FREE_BYTES
    return Finding("disk", ok, f"{free // _FREE_BYTES} Gio libres (1 au moins).")


def _telemetry() -> Finding:
    try:
        found = tomllib.loads(_STREAMLIT.read_text("utf-8"))
        ok = found["browser"]["gatherUsageStats"] is False
    except (OSError, tomllib.TOMLDecodeError, KeyError):
        ok = False
    said = "Aucune statistique d'usage ne sort." if ok else "Réglages de Streamlit introuvables."
    return Finding("telemetry", ok, said)


def _installation(home: Home) -> str:
    return f"{home.installation.name}, zone {home.installation.school_zone}."


def _structure(home: Home) -> str:
    return f"{len(load_structure(home.structure))} unités."


def _kpis(home: Home) -> str:
    return f"{len(with_local(home.kpis))} indicateurs."


def _events(home: Home) -> str:
    return f"{len(read_events(home.root))} événements marqués."


def _rules(home: Home) -> str:
    book = rulebook.load(home)
    for error in book.errors:
        raise error
    return f"{len(book.rules)} règles d'alerte, dont {len(book.own)} de l'hôpital."


def _people(home: Home) -> str:
    """Those who are told, the roster and the channels; a structure at fault has its own line."""
    try:
        book = notify_book.load(home)
    except BadStructure:
        return "Attend structure.csv."
    for error in book.errors:
        raise error
    return f"{len(book.people.people)} personnes à prévenir."


def _state(home: Home) -> str:
    runs = state.last_runs(state.engine(home), 1)
    return f"Dernier passage : {runs[0].source}." if runs else "Aucun passage encore."


def _generation(home: Home) -> str:
    return f"Génération {Warehouse(home).generation().id} publiée."


def _sources(home: Home) -> Iterator[Finding]:
    configs, errors = load_sources(home)
    for error in errors:
        yield Finding(f"source {error.facts['file']}", ok=False, sentence=error.sentence())
    for config in configs:
        name = f"source {config.name}"
        try:
            connector = registry.connector(config.connector)
            own = connector.Config.model_validate(config.settings)
            found = connector.check(Asked(home, config.name), own)
        except CockpitError as error:
            yield Finding(name, ok=False, sentence=error.sentence())
        else:
            yield Finding(name, found.ok, found.sentence)
