"""Where the sample hospital goes, and the steps that a person sees while it is made."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from cockpit.cli.out import say

if TYPE_CHECKING:
    from cockpit.settings import Home

_MARK = "exemple.txt"
_NOTE = "Hôpital d'exemple fait par « cockpit demo » : tout est fictif.\n"


def is_empty(home: Home) -> bool:
    """Whether nothing was ever put in this home: no structure, no source, nothing landed."""
    filled = any(
        folder.is_dir() and any(folder.iterdir()) for folder in (home.sources, home.landing)
    )
    return not filled and not home.structure.exists()


def may_build(home: Home, *, force: bool) -> bool:
    """An empty home, or (with `force`) one that holds the sample: never a hospital's own."""
    return is_empty(home) or (force and (home.root / _MARK).exists())


def build(home: Home, *, forecasts: bool) -> None:
    """Make the exports, then load them as a hospital's own would be."""
    from sample_data.build import build as make  # noqa: PLC0415

    from cockpit.refresh import refresh  # noqa: PLC0415 - pandas and DuckDB: 0.6 s

    started = time.monotonic()
    home.prepare()
    (home.root / _MARK).write_text(_NOTE, "utf-8")
    say("  1/2 exports des logiciels de l'hôpital d'exemple…")
    make(home.root)
    say("  2/2 lecture, contrôle et publication…")
    report = refresh(home, on_step=lambda step: say(f"      {step}"), forecasts=forecasts)
    took = time.monotonic() - started
    say(f"Hôpital d'exemple publié : génération {report.generation} en {took:.0f} s.")
