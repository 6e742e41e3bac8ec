"""Where the sample hospital goes, and the steps that a person sees while it is made."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from cockpit import clock
from cockpit.cli.out import say

if TYPE_CHECKING:
    from collections.abc import Callable

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
    import sample_data  # noqa: PLC0415 - pandas: 0.5 s
    from cockpit.refresh import refresh  # noqa: PLC0415

    started = time.monotonic()
    home.prepare()
    (home.root / _MARK).write_text(_NOTE, "utf-8")
    say("  1/2 exports des logiciels de l'hôpital d'exemple…")
    sample_data.build(home.root, end=clock.yesterday(), on_step=steps())
    say("  2/2 lecture, contrôle et publication…")
    report = refresh(home, on_step=steps(), forecasts=forecasts)
    took = time.monotonic() - started
    say(f"Hôpital d'exemple publié : génération {report.generation} en {took:.0f} s.")


def steps() -> Callable[[str], None]:
    """Says each part once: of "Urgences : drop/a.csv", only what precedes the colon."""
    said: set[str] = set()

    def step(what: str) -> None:
        part = what.split(" : drop/", maxsplit=1)[0]
        if part not in said:
            said.add(part)
            say(f"      {part}")

    return step
